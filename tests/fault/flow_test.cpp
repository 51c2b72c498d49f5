// Goal: when bytes pass is exact, and jitter is the seed's. Method: one flow between two pairs of
// sockets, with a clock of the test's own.
#include "fault/flow.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <string>

#include "fault/link.hpp"

namespace assay::fault {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

struct Pipe {
  net::Descriptor near;
  net::Descriptor far;
};

Pipe make_pipe() {
  std::array<int, 2> ends{};
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()), 0);
  return {net::Descriptor(ends[0]), net::Descriptor(ends[1])};
}

class Flows : public testing::Test {
 protected:
  explicit Flows(std::uint64_t seed = 1) : flow_(from_, to_, lane_, base::Random(seed)) {
    Pipe in = make_pipe();
    Pipe out = make_pipe();
    source_ = std::move(in.near);
    from_.socket = std::move(in.far);
    to_.socket = std::move(out.near);
    sink_ = std::move(out.far);
    from_.connected = to_.connected = to_.writable = true;
    from_.whole_reads = false;
  }

  void apply(const std::string& text) {
    const Fault fault = parse_fault(text);
    lane_.apply(fault);
    flow_.on_fault(fault);
  }

  void send(const std::string& text) {
    EXPECT_EQ(::send(source_.get(), text.data(), text.size(), 0),
              static_cast<ssize_t>(text.size()));
    from_.readable = true;
  }

  // What comes out when it is moved at this time.
  std::string at(nanoseconds time) {
    std::vector<char> scratch(kBufferBytes);
    flow_.move(Time(time), scratch);
    std::string got(std::size_t{1} << 20, '\0');
    const ssize_t count = ::recv(sink_.get(), got.data(), got.size(), 0);
    got.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return got;
  }

  nanoseconds wakes_at() const {
    return flow_.wakes_at() ? flow_.wakes_at()->time_since_epoch() : nanoseconds(-1);
  }

  net::Descriptor source_;
  net::Descriptor sink_;
  Side from_;
  Side to_;
  Lane lane_;
  Flow flow_;
};

TEST_F(Flows, DelayEachPieceFromWhenItCame) {
  apply("delay 20ms");
  send("early");
  EXPECT_EQ(at(milliseconds(100)), "");
  EXPECT_EQ(wakes_at(), milliseconds(120));
  send("late");
  EXPECT_EQ(at(milliseconds(110)), "");
  EXPECT_EQ(at(milliseconds(120) - nanoseconds(1)), "");
  EXPECT_EQ(at(milliseconds(120)), "early");
  EXPECT_EQ(wakes_at(), milliseconds(130));
  EXPECT_EQ(at(milliseconds(130)), "late");
}

TEST_F(Flows, KeepTheOrderWhateverTheJitter) {
  apply("delay 20ms jitter 20ms");
  std::string all;
  for (int i = 0; i < 200; ++i) {
    send(std::to_string(i) + ' ');
    all += std::to_string(i) + ' ';
    at(milliseconds(0));
  }
  std::string got;
  for (int ms = 1; ms <= 40; ++ms) got += at(milliseconds(ms));
  // What came out at time 0, if anything, had no delay: the rest follows it.
  EXPECT_TRUE(all.ends_with(got));
  EXPECT_GT(got.size(), all.size() / 2);
}

std::vector<nanoseconds> delays_of(std::uint64_t seed) {
  struct Drawn : Flows {
    explicit Drawn(std::uint64_t number) : Flows(number) {}
    void TestBody() override {}
    std::vector<nanoseconds> draw() {
      std::vector<nanoseconds> delays;
      apply("delay 20ms jitter 5ms");
      for (int i = 0; i < 50; ++i) {
        const nanoseconds now = milliseconds(100 * i);
        send("x");
        EXPECT_EQ(at(now), "");
        delays.push_back(wakes_at() - now);
        EXPECT_EQ(at(wakes_at()), "x");
      }
      return delays;
    }
  };
  return Drawn(seed).draw();
}

TEST(Jitter, IsTheSeedsAndWithinItsBounds) {
  const auto delays = delays_of(3);
  EXPECT_EQ(delays, delays_of(3));
  EXPECT_NE(delays, delays_of(4));
  for (const nanoseconds delay : delays) {
    EXPECT_GE(delay, milliseconds(15));
    EXPECT_LE(delay, milliseconds(25));
  }
}

TEST_F(Flows, PassABandwidthInPortionsOfItsOwnTime) {
  apply("bandwidth 1KB/s");  // 10 bytes in 10 ms
  send(std::string(25, 'x'));
  EXPECT_EQ(at(milliseconds(0)), "");
  EXPECT_EQ(wakes_at(), milliseconds(10));
  EXPECT_EQ(at(milliseconds(10)).size(), 10U);
  EXPECT_EQ(wakes_at(), milliseconds(20));
  EXPECT_EQ(at(milliseconds(20)).size(), 10U);
  EXPECT_EQ(at(milliseconds(25)).size(), 5U);
}

TEST_F(Flows, SliceIntoPiecesThatAreApart) {
  apply("slice 3 bytes every 1ms");
  send("abcdefgh");
  EXPECT_EQ(at(milliseconds(0)), "abc");
  EXPECT_EQ(at(microseconds(999)), "");
  EXPECT_EQ(at(milliseconds(1)), "def");
  EXPECT_EQ(at(milliseconds(2)), "gh");
}

TEST_F(Flows, HealAtOnce) {
  apply("delay 1h");
  apply("slice 1 byte every 1h");
  apply("bandwidth 1 byte/s");
  send("all of it");
  EXPECT_EQ(at(milliseconds(0)), "");
  apply("pass");
  EXPECT_EQ(at(milliseconds(1)), "all of it");
  EXPECT_EQ(wakes_at(), nanoseconds(-1));
}

TEST_F(Flows, CountATurnWhenTheSourceSpeaksFirstOrAgain) {
  EXPECT_EQ(lane_.counters.turns, 0U);
  send("a command");
  EXPECT_EQ(at(milliseconds(0)), "a command");
  send("and another in the same go");
  at(milliseconds(1));
  EXPECT_EQ(lane_.counters.turns, 1U);
  EXPECT_TRUE(to_.has_turn);
  from_.has_turn = true;  // as when the flow back has sent to it
  send("again");
  at(milliseconds(2));
  EXPECT_EQ(lane_.counters.turns, 2U);
}

TEST_F(Flows, GiveNoTurnForWhatIsStillHeld) {
  to_.has_turn = false;
  apply("delay 20ms");
  send("late");
  at(milliseconds(0));
  EXPECT_FALSE(to_.has_turn);
  EXPECT_EQ(at(milliseconds(20)), "late");
  EXPECT_TRUE(to_.has_turn);
}

TEST_F(Flows, HoldNoMoreThanTheirBuffer) {
  apply("delay 1h");
  int rounds = 0;
  const std::string piece(4096, 'x');
  while (::send(source_.get(), piece.data(), piece.size(), 0) > 0) {
    from_.readable = true;
    at(milliseconds(++rounds));
  }
  EXPECT_EQ(lane_.counters.held_bytes, kBufferBytes);
  EXPECT_EQ(lane_.counters.most_held_bytes, kBufferBytes);
}

}  // namespace
}  // namespace assay::fault
