// Goal: a stored result is valid JSON whatever a subject did, and reads back as what was written.
// Method: round trips of a full scorecard, of odd values and of random numbers; and broken
// documents.
#include "report/json.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <stdexcept>
#include <string>

#include "report/text.hpp"
#include "sample.hpp"

namespace assay::report {
namespace {

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  const std::size_t place = text.find(what);
  EXPECT_NE(place, std::string::npos) << what;
  return place == std::string::npos ? text : text.replace(place, what.size(), with);
}

std::string problem_with(const std::string& document) {
  try {
    from_json(document);
  } catch (const std::runtime_error& problem) {
    return problem.what();
  }
  return "no problem";
}

TEST(Json, AFullScorecardReadsBackAsItWas) {
  const std::string document = to_json(sample_card());
  const grade::Scorecard card = from_json(document);
  EXPECT_EQ(to_json(card), document);
  ASSERT_EQ(card.checks.size(), 5U);
  const grade::CheckResult& failed = card.checks[2];
  EXPECT_EQ(failed.verdict, grade::Verdict::fail);
  EXPECT_EQ(failed.steps[2].why, "one token since t = 0");
  EXPECT_EQ(failed.timeline->calls[1].came, false);
  EXPECT_EQ(failed.output, refill_failed().output);
  EXPECT_EQ(card.checks[4].metrics, speed_noisy().metrics);
  EXPECT_FALSE(card.checks[3].timeline.has_value());
}

TEST(Json, LanesThatAreNotThereAreRefused) {
  const std::string document = to_json(sample_card());
  EXPECT_EQ(
      problem_with(replaced(document, "\"lane\": 1", "\"lane\": 2")),
      "this is not an assay-result/1 document: checks[3].lanes.bars[1].lane: there is no such "
      "lane");
}

TEST(Json, IsIndentedByTwoAndBeginsWithTheSchema) {
  EXPECT_TRUE(to_json(sample_card()).starts_with(R"({
  "schema": "assay-result/1",
  "exercise": "rate_limiter",
  "title": "Rate limiter",
  "solution": {
    "kind": "mine",
)"));
  EXPECT_TRUE(to_json(sample_card()).ends_with("\n}\n"));
}

TEST(Json, AnEmptyScorecardReadsBack) {
  const std::string document = to_json({});
  EXPECT_EQ(to_json(from_json(document)), document);
}

TEST(Json, NumbersAtTheirEndsAreExact) {
  grade::Scorecard card = sample_card();
  card.seed = std::numeric_limits<std::uint64_t>::max();
  card.machine.memory_bytes = std::numeric_limits<std::uint64_t>::max();
  card.checks[2].timeline->calls[2].at_ns = std::numeric_limits<std::int64_t>::max();
  card.checks[2].timeline->level_max = std::ldexp(1.0, 62);
  const std::string document = to_json(card);
  EXPECT_NE(document.find("\"seed\": \"18446744073709551615\""), std::string::npos);
  const grade::Scorecard read = from_json(document);
  EXPECT_EQ(read.seed, card.seed);
  EXPECT_EQ(read.machine.memory_bytes, card.machine.memory_bytes);
  EXPECT_EQ(read.checks[2].timeline->calls[2].at_ns, std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(read.checks[2].timeline->level_max, std::ldexp(1.0, 62));
}

TEST(Json, EveryNumberReadsBackAsItself) {
  std::mt19937_64 random(3);
  grade::Scorecard card;
  card.checks.push_back(passed("1.1", "a", "b"));
  for (int i = 0; i < 5000; ++i) {
    const auto mantissa = static_cast<double>(random() >> 11);
    card.checks[0].metrics["m" + std::to_string(i)] =
        std::ldexp(mantissa, static_cast<int>(random() % 400) - 250);
  }
  EXPECT_EQ(from_json(to_json(card)).checks[0].metrics, card.checks[0].metrics);
}

TEST(Json, ANumberThatIsNotFiniteIsNull) {
  grade::Scorecard card = sample_card();
  card.checks[0].metrics = {{"ratio", std::numeric_limits<double>::infinity()}};
  const std::string document = to_json(card);
  EXPECT_NE(document.find("\"ratio\": null"), std::string::npos);
  EXPECT_TRUE(std::isnan(from_json(document).checks[0].metrics.at("ratio")));
}

TEST(Json, WhatASubjectPrintedCannotBreakTheDocument) {
  grade::Scorecard card = sample_card();
  card.checks[2].output = std::string("\xFF\0\x1b[31m\"},{\\\n\xE2\x9C", 16);
  card.checks[2].steps[0].came = "\xC3";
  const std::string document = to_json(card);
  EXPECT_EQ(document, valid_utf8(document));
  const grade::Scorecard read = from_json(document);
  EXPECT_EQ(read.checks[2].output, valid_utf8(card.checks[2].output));
  EXPECT_EQ(read.checks[2].steps[0].came, "\xEF\xBF\xBD");
}

TEST(Json, APassTellsNoStory) {
  grade::Scorecard card;
  card.checks.push_back(passed("1.1", "a", "b"));
  EXPECT_EQ(to_json(card).find("\"reason\""), std::string::npos);
}

TEST(Json, UnknownKeysAreIgnored) {
  const std::string document = to_json(sample_card());
  const std::string newer = replaced(document, "\"tier\":", "\"zone\": [1, {}], \"tier\":");
  EXPECT_EQ(to_json(from_json(newer)), document);
}

// Runs that were stored before there were predictions.
TEST(Json, ADocumentWithoutPredictionsHasNone) {
  const std::string document = to_json(sample_card());
  const std::string older = replaced(document, "\"predictions\":", "\"unknown\":");
  const grade::Scorecard card = from_json(older);
  EXPECT_EQ(card.predictions.of, 0);
  EXPECT_EQ(card.tip, sample_card().tip);
  EXPECT_EQ(from_json(document).predictions.marks, 4.5);
}

TEST(Json, AProblemNamesItsKey) {
  const std::string document = to_json(sample_card());
  const std::string start = "this is not an assay-result/1 document: ";
  EXPECT_EQ(problem_with(replaced(document, "\"tier\":", "\"tear\":")),
            start + "isolation.tier: the key is missing");
  EXPECT_EQ(problem_with(replaced(document, "\"did\": \"acquire(\\\"a\\\", 3)\"", "\"did\": 3")),
            start + "checks[2].steps[0].did: expected a string, found a number");
  EXPECT_EQ(problem_with(replaced(document, "\"cores\": 2", "\"cores\": 2.5")),
            start + "machine.cores: expected a whole number, within its range");
  EXPECT_EQ(problem_with(replaced(document, "\"cores\": 2", "\"cores\": 5000000000")),
            start + "machine.cores: expected a whole number, within its range");
  EXPECT_EQ(problem_with(replaced(document, "\"4711\"", "\"-1\"")),
            start + "seed: expected a whole number below 2^64 in a string, found \"-1\"");
  EXPECT_EQ(problem_with(replaced(document, "\"noisy\"", "\"loud\"")),
            start + "checks[4].verdict: \"loud\" is not a verdict");
  EXPECT_EQ(problem_with(replaced(document, "result/1", "result/2")),
            start + "schema: found \"assay-result/2\"");
  EXPECT_EQ(problem_with("[]"), start + "expected an object, found a list");
}

TEST(Json, WhatIsNotJsonIsRefusedWithItsPlace) {
  const std::string start = "this is not an assay-result/1 document: not JSON at byte ";
  EXPECT_TRUE(problem_with("").starts_with(start + "0"));
  EXPECT_TRUE(problem_with("{\"a\": tru}").starts_with(start));
  EXPECT_TRUE(problem_with(to_json({}) + "x").starts_with(start));
  EXPECT_TRUE(problem_with(std::string(100000, '[')).starts_with(start)) << "too deep";
}

TEST(Json, NoCutDocumentIsAccepted) {
  const std::string document = to_json(sample_card());
  for (std::size_t size = 0; size + 2 < document.size(); size += 7) {
    EXPECT_NE(problem_with(document.substr(0, size)), "no problem") << size;
  }
}

}  // namespace
}  // namespace assay::report
