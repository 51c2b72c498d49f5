// Goal: an answer is read as it was meant, marked as it should be, and what was committed comes
// back and stays. Method: answers good and bad, each band's edge, and files that were written and
// damaged.
#include "grade/prediction.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>

#include "grade/commitment.hpp"

namespace assay::grade {
namespace {

const std::vector<std::string> kChoices{"more", "as many", "fewer"};

PredictionQuestion number_question() { return {"How many?", "%", 100, {}, nullptr}; }
PredictionQuestion choice_question() { return {"Which?", "", 0, kChoices, nullptr}; }

PredictionQuestion ask_share(base::Random& random) {
  auto question = number_question();
  question.text = "Of " + std::to_string(random.between(1, 1'000'000)) + " calls, how many?";
  return question;
}

PredictionQuestion ask_more(base::Random& /*random*/) { return choice_question(); }

const std::vector<Prediction> kPredictions{
    {"share", 1, ask_share}, {"more", 1, ask_more}, {"later", 2, ask_share}};

Commitment first_level() {
  return {1, 4711, "2024-03-09T10:11:12Z", "", {{"share", 33.4}, {"more", 2}}};
}

std::vector<Commitment> read(const std::string& file) {
  return commitments_in(file, "my/predictions.toml", kPredictions);
}

TEST(Answer, IsANumberWithOrWithoutItsUnit) {
  for (const char* typed : {"40", " 40 ", "40%", "40 %", "40.0", "4e1", "40\r"}) {
    EXPECT_EQ(answer_from(number_question(), typed).value, 40) << typed;
  }
  EXPECT_EQ(answer_from({"", "calls", 1e6, {}, nullptr}, "1,234 calls").value, 1234);
}

TEST(Answer, OfAChoiceIsItsLetterOrItsWords) {
  for (const char* typed : {"b", "B", "b)", "as many", "As Many "}) {
    EXPECT_EQ(answer_from(choice_question(), typed).value, 1) << typed;
  }
}

TEST(Answer, ThatIsNonsenseIsRefusedInOneLine) {
  for (const char* typed : {"", "  ", "many", "-1", "101", "1e400", "nan", "inf", "40 calls", "4 0",
                            "\x1b[31m4", "0x10"}) {
    const auto answer = answer_from(number_question(), typed);
    EXPECT_FALSE(answer.value) << typed;
    EXPECT_FALSE(answer.complaint.empty()) << typed;
    EXPECT_EQ(answer.complaint.find_first_of("\n\x1b"), std::string::npos) << typed;
  }
  for (const char* typed : {"", "d", "ab", "1", "more or fewer"}) {
    EXPECT_FALSE(answer_from(choice_question(), typed).value) << typed;
  }
  EXPECT_EQ(answer_from(number_question(), "101").complaint,
            "'101' can't be: it is from 0 to 100 %");
}

TEST(Marks, FallWithEachBandAndAreTheSameEitherWay) {
  const auto question = number_question();
  const std::vector<std::pair<double, double>> wanted{
      {100, 1},   {125, 1},      {125.1, 0.75}, {150, 0.75}, {150.1, 0.5},
      {200, 0.5}, {200.1, 0.25}, {400, 0.25},   {400.1, 0},  {1e9, 0}};
  for (const auto& [predicted, marks] : wanted) {
    EXPECT_EQ(marks_for(question, predicted, 100), marks) << predicted;
    EXPECT_EQ(marks_for(question, 100, predicted), marks) << predicted;
  }
}

TEST(Marks, OfNothingAreForNothingOnly) {
  EXPECT_EQ(marks_for(number_question(), 0, 0), 1);
  EXPECT_EQ(marks_for(number_question(), 0, 0.001), 0);
  EXPECT_EQ(marks_for(number_question(), 0.001, 0), 0);
}

TEST(Marks, OfAChoiceAreAllOrNothing) {
  EXPECT_EQ(marks_for(choice_question(), 1, 1), 1);
  EXPECT_EQ(marks_for(choice_question(), 1, 2), 0);
}

TEST(Question, IsTheSameForTheSameSeedOnly) {
  EXPECT_EQ(question_of(kPredictions[0], 7).text, question_of(kPredictions[0], 7).text);
  EXPECT_NE(question_of(kPredictions[0], 7).text, question_of(kPredictions[0], 8).text);
  EXPECT_NE(question_of(kPredictions[0], 7).text, question_of(kPredictions[2], 7).text);
}

TEST(Commitment, ComesBackAsItWas) {
  const auto found = read(with_commitment("", "x", first_level(), kPredictions));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].level, 1);
  EXPECT_EQ(found[0].seed, 4711U);
  EXPECT_EQ(found[0].at, "2024-03-09T10:11:12Z");
  EXPECT_EQ(found[0].answers, first_level().answers);
  EXPECT_TRUE(found[0].counts());
}

TEST(Commitment, OfAnotherLevelLeavesWhatIsThereAlone) {
  const auto before = with_commitment("", "x", first_level(), kPredictions);
  const auto after =
      with_commitment(before, "x", {2, 12, "", "r-0007", {{"later", 0.1}}}, kPredictions);
  EXPECT_TRUE(after.starts_with(before));
  const auto found = read(after);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].answers, first_level().answers);
  EXPECT_EQ(found[1].answers.at("later"), 0.1);
  EXPECT_FALSE(found[1].counts());
}

TEST(Commitment, ShowsTheQuestionsToWhoReadsTheFile) {
  const auto file = with_commitment("", "x", first_level(), kPredictions);
  EXPECT_NE(file.find("# " + question_of(kPredictions[0], 4711).text), std::string::npos) << file;
  EXPECT_NE(file.find("answers.more = \"fewer\"\n"), std::string::npos) << file;
}

TEST(Commitment, ToAnAnswerThatFitsNoQuestionIsNone) {
  auto file = with_commitment("", "x", first_level(), kPredictions);
  file.replace(file.find("\"fewer\""), 7, "\"perhaps\"");
  EXPECT_EQ(read(file).at(0).answers.size(), 1U);
}

TEST(Commitment, ThatIsDamagedIsRefusedWithTheFilesName) {
  const auto whole = with_commitment("", "x", first_level(), kPredictions);
  for (const std::string& file :
       {std::string("[[committed"), std::string("[[committed]]\nlevel = 1\n"),
        std::string("committed = [1]\n"), whole + whole.substr(whole.find("[[committed"))}) {
    try {
      read(file);
      ADD_FAILURE() << file;
    } catch (const std::runtime_error& error) {
      EXPECT_TRUE(std::string(error.what()).starts_with("my/predictions.toml:")) << error.what();
    }
  }
  EXPECT_TRUE(read("").empty());
}

}  // namespace
}  // namespace assay::grade
