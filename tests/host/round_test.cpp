// Goal: a round is read, run and told in the words of docs/protocols.md.
// Method: operations that a test can follow, asked as a grader asks.
#include "host/rounds.hpp"

#include <gtest/gtest.h>

#include <mutex>
#include <stdexcept>

namespace assay::host {
namespace {

class Counter final : public Operations {
 public:
  std::string answer(const std::vector<std::string_view>& words) override {
    if (words[0] == "throw") throw std::runtime_error("no; never");
    if (words[0] == "add") {
      const std::lock_guard lock(mutex_);
      count_ += whole_number(words[1]);
      return std::to_string(count_);
    }
    if (words[0] == "hang") {
      mutex_.lock();
      mutex_.lock();
    }
    throw BadRequest{"unknown"};
  }

 private:
  std::mutex mutex_;
  std::int64_t count_ = 0;
};

std::string answer_of(const std::string& line) {
  Counter counter;
  return answer_round(line, counter).line;
}

// The point of the thread that throws is a pthread_once of the unwinder.
TEST(Round, TellsWhatHappenedInOrder) {
  EXPECT_EQ(answer_of("round switches: | add 1 | add 2; add 3 | throw | add 4"),
            "finished; first>; first< 1; 0>; 0< 3; 0>; 0< 6; 0.5^1 ended; "
            "1>; 1< threw no, never; last>; last< 10; switches ; points 0=4 1=1");
}

TEST(Round, SwitchesWhereItIsAskedTo) {
  const std::string answer = answer_of("round switches:0.2>1 | - | add 2 | add 3 | -");
  EXPECT_NE(answer.find("0>; 0.2~1 at "), std::string::npos) << answer;
  EXPECT_NE(answer.find("1.2^0 waits for a mutex held by 0 at "), std::string::npos) << answer;
  EXPECT_NE(answer.find("switches 0.2>1; points"), std::string::npos) << answer;
}

TEST(Round, ASeedIsTheSameEachTime) {
  for (int seed = 0; seed < 50; ++seed) {
    const std::string line =
        "round seed:" + std::to_string(seed) + ":12 | add 1 | add 2; add 3 | add 4; add 5 | add 0";
    EXPECT_EQ(answer_of(line), answer_of(line));
  }
}

TEST(Round, RefusesWhatItCantRead) {
  for (const auto* line :
       {"round", "round seed:1 | - | -", "round seed:x | - | - | -", "round now | - | - | -",
        "round switches:1 | - | - | -", "round switches:1.2>3x | - | - | -",
        "round seed:1 | - | add 1;; add 2 | -",
        "round seed:1 | - | - | - | - | - | - | - | - | - | - | -"}) {
    EXPECT_THROW(answer_of(line), BadRequest) << line;
  }
}

TEST(Round, HasLimits) {
  std::string many = "add 1";
  for (std::size_t i = 1; i < round_operations_max; ++i) many += "; add 1";
  EXPECT_EQ(answer_of("round switches: | - | " + many + " | -").substr(0, 8), "finished");
  EXPECT_THROW(answer_of("round switches: | - | " + many + "; add 1 | -"), BadRequest);
}

TEST(RoundDeathTest, SaysWhereItHangs) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(
      {
        Counter counter;
        const RoundAnswer answer = answer_round("round switches: | - | hang | add 1 | -", counter);
        std::fprintf(stderr, "%s", answer.line.c_str());
        std::_Exit(answer.stuck ? 0 : 1);
      },
      testing::ExitedWithCode(0), "^deadlock; 0>; .*; 0! waits for a mutex held by 0 at [0-9a-f]+");
}

}  // namespace
}  // namespace assay::host
