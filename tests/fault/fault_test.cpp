// Goal: faults and quantities are read as people write them, printed so that they read aloud, and
// come back exactly; what is wrong is said with what is allowed. Method: examples, and many faults
// drawn from a seed that are printed and read again.
#include "fault/fault.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "base/random.hpp"
#include "fault/quantity.hpp"

namespace assay::fault {
namespace {

using std::chrono::nanoseconds;

std::string complaint_about(std::string_view text) {
  try {
    return "took it for " + to_text(parse_fault(text));
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
}

TEST(Faults, ReadAloudAsTheyAreWritten) {
  for (const auto* const text :
       {"pass", "pass to the client", "delay 20ms", "delay 20ms jitter 5ms to the server",
        "bandwidth 100KB/s", "bandwidth 1 byte/s to the client", "clog", "clog to the server",
        "black hole", "black hole to the client", "refuse", "reset after 1000 bytes",
        "reset after 0 bytes to the server", "half-close to the client", "slice 1 byte every 1ms",
        "slice 10 bytes every 1.5us to the server"}) {
    EXPECT_EQ(to_text(parse_fault(text)), text);
  }
}

TEST(Faults, AreTakenInOtherWordsToo) {
  EXPECT_EQ(to_text(parse_fault("  delay  20 ms ")), "delay 20ms");
  EXPECT_EQ(to_text(parse_fault("clog in both directions")), "clog");
  EXPECT_EQ(to_text(parse_fault("reset")), "reset after 0 bytes");
  EXPECT_EQ(to_text(parse_fault("reset after 64KiB")), "reset after 65536 bytes");
  EXPECT_EQ(to_text(parse_fault("bandwidth 0.1MB/s")), "bandwidth 100KB/s");
  EXPECT_EQ(to_text(parse_fault("delay 0.0005s")), "delay 500us");
}

TEST(Faults, SayWhatIsWrongAndWhatIsAllowed) {
  EXPECT_EQ(complaint_about("dely 20ms"),
            "'dely 20ms' is no fault: did you mean 'delay'? There are pass, delay, bandwidth, clog,"
            " black hole, refuse, reset, half-close, slice");
  EXPECT_EQ(complaint_about("delay 20"),
            "'delay 20' can't be read: write it like 'delay 20ms jitter 5ms'");
  EXPECT_EQ(complaint_about("slice 1 byte"),
            "'slice 1 byte' can't be read: write 'slice 1 byte "
            "every 1ms'");
  EXPECT_EQ(complaint_about("clog to server"),
            "'clog to server' goes on with 'to server', where only 'to the server' or 'to the "
            "client' can be: 'clog to the server'");
  EXPECT_EQ(complaint_about("delay 5ms jitter 6ms"),
            "'delay 5ms jitter 6ms' has a jitter that is more than the delay");
  EXPECT_EQ(complaint_about("bandwidth 0KB/s"),
            "'bandwidth 0KB/s' would pass nothing: that is a clog");
  EXPECT_EQ(complaint_about("refuse to the server"),
            "'refuse to the server' has a direction, but a connection is refused as a whole");
  EXPECT_EQ(complaint_about("delay -1ms"), "'delay -1ms' has a time that is not from 0s to 1h");
  EXPECT_EQ(complaint_about("delay 2h"), "'delay 2h' has a time that is not from 0s to 1h");
  for (const auto* const text :
       {"", " ", "to the server", "\x01\xff", "clog clog", "delay", "delay 1.2.3ms", "delay .5s",
        "delay 5.s", "delay 1e3ms", "reset after 99999999999999999999 bytes", "bandwidth 5KB"}) {
    EXPECT_FALSE(complaint_about(text).starts_with("took it")) << text;
  }
}

// Any fault that can be: a few of its parameters, with all digits.
Fault any_fault(base::Random& random) {
  Fault fault{random.one_of(kVerbs), Direction(random.between(0, 2)), {}, {}, 0};
  const auto any_time = [&](std::int64_t most) {
    return nanoseconds(
        random.between(1, random.chance(0.5) ? most : std::min<std::int64_t>(most, 5000)));
  };
  switch (fault.verb) {
    case Verb::delay:
      fault.time = any_time(nanoseconds(kLongestTime).count());
      if (random.chance(0.5)) fault.jitter = any_time(fault.time.count());
      break;
    case Verb::slice:
      fault.time = any_time(nanoseconds(kLongestTime).count());
      [[fallthrough]];
    case Verb::bandwidth:
    case Verb::reset:
      fault.bytes = static_cast<std::uint64_t>(
          random.between(1, random.chance(0.5) ? 5000 : 1'000'000'000'000));
      break;
    case Verb::refuse:
      fault.direction = Direction::both;
      break;
    default:
      break;
  }
  return fault;
}

TEST(Faults, ComeBackExactly) {
  base::Random random(11);
  for (int i = 0; i < 20'000; ++i) {
    const Fault fault = any_fault(random);
    ASSERT_EQ(problem_with(fault), "");
    ASSERT_EQ(parse_fault(to_text(fault)), fault) << to_text(fault);
  }
}

TEST(Faults, HaveNoParameterThatTheirTextDoesNotSay) {
  EXPECT_NE(problem_with({.verb = Verb::clog, .bytes = 1}), "");
  EXPECT_NE(problem_with({.verb = Verb::bandwidth, .time = nanoseconds(1), .bytes = 1}), "");
  EXPECT_NE(problem_with({.verb = Verb::delay}), "");
}

TEST(Faults, EachSayWhatCausesThem) {
  const std::string help = verbs_help();
  for (const Verb verb : kVerbs) {
    EXPECT_FALSE(cause_of(verb).empty());
    EXPECT_NE(help.find(std::string(cause_of(verb))), std::string::npos);
  }
}

TEST(Quantities, NeverLoseADigit) {
  EXPECT_EQ(duration_text(nanoseconds(2'000'132'456)), "2.000132456s");
  EXPECT_EQ(duration_text(nanoseconds(-200'000'000)), "-200ms");
  EXPECT_EQ(duration_text(nanoseconds::min()), "-9223372036.854775808s");
  EXPECT_EQ(to_duration("1.5h"), std::chrono::minutes(90));
  EXPECT_EQ(to_duration("0.1ns"), std::nullopt);
  EXPECT_EQ(to_duration("9999999999999s"), std::nullopt);
  EXPECT_EQ(to_bytes("1.0000001KB"), std::nullopt);
  EXPECT_EQ(rate_text(1'234'567), "1.234567MB/s");
}

}  // namespace
}  // namespace assay::fault
