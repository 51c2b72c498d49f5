// Goal: what a person types becomes the line of the protocol that is meant, and back; what can't be
// meant is refused with a line that says what could be. Method: pairs, and a round trip.
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "graders/rate_limiter/limiter/play.hpp"

namespace assay::graders::rate_limiter {
namespace {

const grade::Script bucket{"limiter 3 200000000", {"acquire 500 alice 1"}};

std::string read(const std::string& typed, const grade::Script& before = bucket) {
  try {
    return LimiterPlay().to_line(typed, before);
  } catch (const grade::Misunderstood& error) {
    return std::string("? ") + error.what();
  }
}

TEST(LimiterPlay, ReadsWhatIsMeant) {
  const std::vector<std::pair<std::string, std::string>> pairs{
      {"limiter capacity 5 every 200ms", "limiter 5 200000000"},
      {"limiter 5 0.2s", "limiter 5 200000000"},
      {"limiter gcra capacity 5 every 200ms", "limiter gcra 5 200000000"},
      {"limiter fixed_window 100 in 1s", "limiter fixed_window 100 1000000000"},
      {"acquire alice 2 @0.5s", "acquire 500000000 alice 2"},
      {"acquire  alice cost 2 +1us", "acquire 1500 alice 2"},
      {"acquire alice", "acquire 500 alice 1"},
      {"acquire alice @1h", "acquire 3600000000000 alice 1"},
      {"acquire every 0", "acquire 500 every 0"},
  };
  for (const auto& [typed, line] : pairs) EXPECT_EQ(read(typed), line);
}

TEST(LimiterPlay, RefusesWhatIsNotWithOneLine) {
  for (const std::string typed :
       {"limiter", "limiter 5", "limiter 0 1s", "limiter 5 1", "limiter 5 0s", "limiter gcar 5 1s",
        "limiter 9223372036854775807 1h", "limiter 5 200ms 3", "acquire", "acquire @1s",
        "acquire alice two", "acquire alice -1", "acquire alice 1 @-1s", "acquire alice 1 @400ns",
        "acquire alice 1 @150y", "acquire alice 1 2 3", "acquire al\x01ice 1",
        "acquire \xc3\xa9 1"}) {
    const auto answer = read(typed);
    EXPECT_TRUE(answer.starts_with("? ")) << typed << ": " << answer;
    EXPECT_EQ(answer.find('\n'), std::string::npos) << typed;
  }
  EXPECT_TRUE(read("acquire alice 1", {}).starts_with("? ")) << "no limiter yet";
}

TEST(LimiterPlay, TheClockMayGoBackFromLevelTwoOn) {
  const grade::Script windows{"limiter gcra 3 200000000", {"acquire 500 alice 1"}};
  EXPECT_EQ(read("acquire alice 1 @400ns", windows), "acquire 400 alice 1");
}

TEST(LimiterPlay, WhatIsKeptIsReadAsTheSame) {
  const LimiterPlay play;
  for (const std::string line :
       {"limiter 3 200000000", "limiter gcra 1 4611686018427387903",
        "limiter sliding_counter 100 1000000001", "acquire 0 alice 0", "acquire 500 @1s 1",
        "acquire 4611686018427387903 alice 9223372036854775807"}) {
    EXPECT_EQ(read(play.to_typed(line), {bucket.setup, {}}), line) << play.to_typed(line);
  }
}

}  // namespace
}  // namespace assay::graders::rate_limiter
