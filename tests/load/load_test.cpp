// Goal: whatever a server does, each request is in the result once, under the right name, and its
// latency counts from when it was due. Method: real sockets to a server in this process that does
// as its script says; what it did, and when, is the second opinion. No bound on how quick things
// are.
#include "load/load.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <mutex>
#include <numeric>

#include "load/fixed_request.hpp"
#include "scripted_server.hpp"

namespace assay::load {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

// The same request every time, and all that came back is kept.
class Recording : public RequestSource {
 public:
  explicit Recording(std::string bytes = "GET / HTTP/1.1\r\nHost: test\r\n\r\n")
      : bytes_(std::move(bytes)) {}
  void next(const Request& request, std::string& bytes) override {
    bytes = bytes_;
    sent.push_back(request);
  }
  void told(const Exchange& exchange) override {
    exchanges.push_back(exchange);
    bodies.emplace_back(exchange.body);
  }
  bool keeps_bodies() const override { return true; }

  std::vector<Request> sent;
  std::vector<Exchange> exchanges;
  std::vector<std::string> bodies;

 private:
  std::string bytes_;
};

Plan open_loop(double rate_per_s, std::chrono::nanoseconds duration) {
  Plan plan;
  plan.rate_per_s = rate_per_s;
  plan.warm_up = 0s;
  plan.duration = duration;
  return plan;
}

Plan closed_loop(std::chrono::nanoseconds duration) { return open_loop(0, duration); }

Settings with(std::size_t connections, std::chrono::nanoseconds timeout = 10s) {
  Settings settings;
  settings.connections = connections;
  settings.timeout = timeout;
  return settings;
}

Result load_from(const net::Endpoint& endpoint, const Plan& plan, const Settings& settings) {
  Recording source;
  return Load(endpoint, source, settings).run(plan);
}

std::uint64_t failed(const Result& result, Outcome kind) {
  const auto* const found = std::find(kFailures.begin(), kFailures.end(), kind);
  return result.failed[static_cast<std::size_t>(found - kFailures.begin())];
}

void expect_all_accounted_for(const Result& result) {
  EXPECT_EQ(result.offered,
            result.answered + result.failures() + result.dropped + result.unfinished);
  EXPECT_EQ(result.latency.count(), result.accepted);
}

// What one slice gives when the server answers each request in this way.
Result against(const Reaction& reaction, std::chrono::nanoseconds timeout = 10s) {
  ScriptedServer server([&](std::uint64_t) { return reaction; });
  const Result result = load_from(server.endpoint(), open_loop(200, 100ms), with(20, timeout));
  EXPECT_EQ(result.offered, 20U);
  expect_all_accounted_for(result);
  return result;
}

TEST(OpenLoop, OffersWhatIsDueAndAllIsAnswered) {
  ScriptedServer server(plainly);
  const Result result = load_from(server.endpoint(), open_loop(500, 300ms), with(4));
  EXPECT_EQ(result.offered, 150U);
  EXPECT_EQ(result.accepted, 150U);
  EXPECT_EQ(result.by_status[200], 150U);
  EXPECT_EQ(result.errors(), 0U);
  EXPECT_EQ(result.connects, 4U);
  EXPECT_EQ(server.requests(), 150U);
  EXPECT_GE(result.lateness.count(), 1U);
  EXPECT_EQ(result.duration_ns, 300'000'000);
  expect_all_accounted_for(result);
}

TEST(OpenLoop, DoesNotDrift) {
  ScriptedServer server([](std::uint64_t n) {
    Reaction reaction;
    reaction.stall = n == 20 ? 60ms : 0ms;
    return reaction;
  });
  Recording source;
  Load(server.endpoint(), source, with(2)).run(open_loop(1000, 200ms));
  ASSERT_EQ(source.sent.size(), 200U);
  for (std::size_t i = 1; i < source.sent.size(); ++i) {
    EXPECT_EQ(source.sent[i].intended_ns - source.sent[0].intended_ns,
              static_cast<std::int64_t>(i) * 1'000'000);
    EXPECT_GE(source.sent[i].begun_ns, source.sent[i].intended_ns);
  }
}

TEST(OpenLoop, DoesNotCountTheWarmUp) {
  ScriptedServer server(plainly);
  Plan plan = open_loop(500, 100ms);
  plan.warm_up = 200ms;
  const Result result = load_from(server.endpoint(), plan, with(4));
  EXPECT_EQ(result.offered, 50U);
  EXPECT_EQ(result.accepted, 50U);
  EXPECT_EQ(server.requests(), 150U);
  EXPECT_EQ(result.exchanges, 150U);
}

Reaction stalling_once(std::uint64_t n) {
  Reaction reaction;
  reaction.stall = n == 100 ? 500ms : 0ms;
  return reaction;
}

// What every user would have seen who came at the planned times, from when the server stood still.
std::int64_t computed_percentile(const ScriptedServer& server, const std::vector<Request>& sent,
                                 double percent) {
  std::vector<std::int64_t> waits;
  for (const Request& request : sent) {
    const bool during = request.intended_ns >= server.stall_began_ns() &&
                        request.intended_ns < server.stall_ended_ns();
    waits.push_back(during ? server.stall_ended_ns() - request.intended_ns : 0);
  }
  std::sort(waits.begin(), waits.end());
  return waits[static_cast<std::size_t>(percent / 100 * static_cast<double>(waits.size() - 1))];
}

TEST(OpenLoop, ShowsAStallAsComputed) {
  ScriptedServer server(stalling_once);
  Recording source;
  const Result result = Load(server.endpoint(), source, with(4)).run(open_loop(500, 2s));
  expect_all_accounted_for(result);
  EXPECT_EQ(result.accepted, 1000U);
  for (const double percent : {90.0, 98.0}) {
    const auto truth = computed_percentile(server, source.sent, percent);
    ASSERT_GT(truth, 200'000'000);
    EXPECT_GE(result.latency.percentile_ns(percent), truth) << percent;
    // A busy machine adds to it, but doesn't make it another figure.
    EXPECT_LE(result.latency.percentile_ns(percent), truth + 250'000'000) << percent;
  }
  EXPECT_GT(result.backlog_most, 150U);
}

TEST(ClosedLoop, HidesAStall) {
  ScriptedServer server(stalling_once);
  const Result result = load_from(server.endpoint(), closed_loop(1500ms), with(2));
  expect_all_accounted_for(result);
  ASSERT_GT(result.accepted, 200U);
  EXPECT_LT(result.latency.percentile_ns(90), 250'000'000);
  EXPECT_GE(result.latency.max_ns(), 500'000'000);
}

TEST(ClosedLoop, HasOneRequestOnEachConnection) {
  ScriptedServer server(plainly);
  Recording source;
  const Result result = Load(server.endpoint(), source, with(3)).run(closed_loop(100ms));
  std::map<std::size_t, std::int64_t> free_at_ns;
  std::map<std::uint64_t, std::int64_t> ended_ns;
  for (const Exchange& each : source.exchanges) ended_ns[each.request.number] = each.ended_ns;
  for (const Request& request : source.sent) {
    EXPECT_GE(request.begun_ns, free_at_ns[request.connection]);
    free_at_ns[request.connection] = ended_ns[request.number];
  }
  EXPECT_EQ(free_at_ns.size(), 3U);
  EXPECT_EQ(result.offered, source.sent.size());
  EXPECT_EQ(result.lateness.count(), 0U);
  expect_all_accounted_for(result);
}

TEST(Errors, AreToldApart) {
  EXPECT_EQ(failed(against({"", Then::reset}), Outcome::reset), 20U);
  EXPECT_EQ(failed(against({"", Then::close}), Outcome::closed_early), 20U);
  EXPECT_EQ(failed(against({"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhel", Then::close}),
                   Outcome::closed_early),
            20U);
  EXPECT_EQ(failed(against({"SSH-2.0-OpenSSH_9.2\r\n"}), Outcome::bad_answer), 20U);
  EXPECT_EQ(failed(against({.delay = 10s}, 50ms), Outcome::timed_out), 20U);
  EXPECT_EQ(failed(load_from(nobody(), open_loop(200, 100ms), with(3)), Outcome::refused), 20U);
  const auto nowhere = net::Endpoint::unix_socket("/nowhere/at/all");
  EXPECT_EQ(failed(load_from(nowhere, open_loop(200, 100ms), with(3)), Outcome::unreachable), 20U);
}

TEST(Errors, OfStatusAreCountedByCode) {
  ScriptedServer server([](std::uint64_t n) {
    return Reaction{answer_with(n % 4 == 0 ? 503 : n % 4 == 1 ? 404 : 200)};
  });
  const Result result = load_from(server.endpoint(), open_loop(400, 100ms), with(3));
  EXPECT_EQ(result.answered, 40U);
  EXPECT_EQ(result.accepted, 20U);
  EXPECT_EQ(result.not_accepted[503], 10U);
  EXPECT_EQ(result.not_accepted[404], 10U);
  EXPECT_EQ(result.errors(), 20U);
  expect_all_accounted_for(result);
}

TEST(Errors, DontStopWhatComesAfterThem) {
  ScriptedServer server([](std::uint64_t n) {
    if (n % 5 == 1) return Reaction{"", Then::reset};
    if (n % 5 == 2) return Reaction{"nonsense\r\n"};
    if (n % 5 == 3) return Reaction{"", Then::close};
    return Reaction{};
  });
  const Result result = load_from(server.endpoint(), open_loop(500, 200ms), with(4));
  EXPECT_EQ(result.offered, 100U);
  EXPECT_EQ(result.accepted, 40U);
  EXPECT_EQ(result.failures(), 60U);
  expect_all_accounted_for(result);
}

TEST(Errors, OfARefusedClosedLoopDontSpin) {
  const Result result = load_from(nobody(), closed_loop(200ms), with(2));
  EXPECT_GE(result.offered, 2U);
  EXPECT_LE(result.offered, 50U);  // 2 connections, each at most every 10 ms, and the first
  EXPECT_EQ(failed(result, Outcome::refused), result.offered);
}

TEST(Outcomes, AreUnknownOnlyWhereSomethingWasSent) {
  Recording refused;
  Load(nobody(), refused, with(1)).run(open_loop(100, 50ms));
  ASSERT_EQ(refused.exchanges.size(), 5U);
  for (const Exchange& each : refused.exchanges) EXPECT_FALSE(each.unknown());

  ScriptedServer server([](std::uint64_t) { return Reaction{"", Then::reset}; });
  Recording broken;
  Load(server.endpoint(), broken, with(1)).run(open_loop(100, 50ms));
  ASSERT_EQ(broken.exchanges.size(), 5U);
  for (const Exchange& each : broken.exchanges) EXPECT_TRUE(each.unknown());
}

TEST(Connections, AreOpenedAgainAfterTheServerClosesThem) {
  ScriptedServer server([](std::uint64_t) {
    return Reaction{answer_with(200, "", "Connection: close\r\n"), Then::close};
  });
  const Result result = load_from(server.endpoint(), open_loop(200, 200ms), with(2));
  EXPECT_EQ(result.accepted, 40U);
  EXPECT_EQ(result.connects, 40U);  // the first two are used as well
  EXPECT_EQ(result.errors(), 0U);
}

TEST(Connections, StayBetweenSlices) {
  ScriptedServer server(plainly);
  Recording source;
  Load load(server.endpoint(), source, with(4));
  EXPECT_EQ(load.run(open_loop(500, 50ms)).connects, 4U);
  const Result second = load.run(closed_loop(50ms));
  EXPECT_EQ(second.connects, 0U);
  EXPECT_EQ(second.errors(), 0U);
  for (std::size_t i = 0; i < source.sent.size(); ++i) EXPECT_EQ(source.sent[i].number, i);
}

TEST(Connections, ThatAreOpenedBeforeASliceCarryNothingYet) {
  ScriptedServer server([](std::uint64_t) {
    return Reaction{answer_with(200, "", "Connection: close\r\n"), Then::close};
  });
  Recording source;
  Load load(server.endpoint(), source, with(4));
  std::uint64_t offered = load.run(closed_loop(50ms)).offered;
  offered += load.run(closed_loop(50ms)).offered;
  EXPECT_EQ(offered, source.sent.size());
}

TEST(Connections, AreMadeByTheFactoryThatIsHandedIn) {
  ScriptedServer server(plainly);
  int made = 0;
  Settings settings = with(3);
  settings.make_socket = [&](int family) {
    ++made;
    return net::make_socket(family);
  };
  EXPECT_EQ(load_from(server.endpoint(), open_loop(100, 50ms), settings).errors(), 0U);
  EXPECT_EQ(made, 3);
}

TEST(Connections, AreMadeToUnixSockets) {
  char folder[] = "/tmp/assay-load-XXXXXX";
  ASSERT_NE(::mkdtemp(folder), nullptr);
  {
    const auto path = std::filesystem::path(folder) / "socket";
    ScriptedServer server(plainly, net::Endpoint::unix_socket(path));
    EXPECT_EQ(load_from(server.endpoint(), open_loop(200, 100ms), with(2)).accepted, 20U);
  }
  std::filesystem::remove_all(folder);
}

TEST(Backlog, IsBoundedAndWhatIsDroppedIsCounted) {
  ScriptedServer server([](std::uint64_t) { return Reaction{.delay = 10s}; });
  Plan plan = open_loop(200, 250ms);
  plan.backlog_limit = 7;
  const Result result = load_from(server.endpoint(), plan, with(2, 400ms));
  EXPECT_EQ(result.offered, 50U);
  EXPECT_EQ(result.backlog_most, 7U);
  EXPECT_GT(result.dropped, 0U);
  expect_all_accounted_for(result);
}

TEST(Backlog, OfASlowServerIsWorkedOffAfterTheEnd) {
  ScriptedServer server([](std::uint64_t) { return Reaction{.delay = 20ms}; });
  const Result result = load_from(server.endpoint(), open_loop(200, 200ms), with(1));
  EXPECT_EQ(result.accepted, 40U);
  EXPECT_LT(result.accepted_in_time, 15U);
  EXPECT_GE(result.latency.max_ns(), 550'000'000);  // 40 * 20 ms, but for the last one's 200 ms
}

TEST(Unfinished, IsWhatIsLeftWhenTimeIsUp) {
  ScriptedServer server([](std::uint64_t) { return Reaction{.delay = 10s}; });
  const Result result = load_from(server.endpoint(), open_loop(200, 250ms), with(2, 200ms));
  EXPECT_EQ(result.offered, 50U);
  EXPECT_GE(result.unfinished, 40U);  // each of two connections begins one every 200 ms
  EXPECT_GE(failed(result, Outcome::timed_out), 2U);
  expect_all_accounted_for(result);
}

TEST(Unfinished, IsWhatIsUnderWayWhenItIsStopped) {
  ScriptedServer server([](std::uint64_t) { return Reaction{.delay = 10s}; });
  std::atomic<bool> stop = false;
  std::thread stopper([&] {
    while (server.requests() < 2) std::this_thread::sleep_for(1ms);
    stop = true;
  });
  Plan plan = open_loop(100, 60s);
  plan.stop = &stop;
  const Result result = load_from(server.endpoint(), plan, with(2));
  stopper.join();
  EXPECT_TRUE(result.stopped);
  EXPECT_LT(result.duration_ns, 50'000'000'000);
  EXPECT_GE(result.unfinished, 2U);
  EXPECT_EQ(result.unfinished, result.offered);
}

TEST(Answers, ThatComeByteByByteAreRead) {
  ScriptedServer server([](std::uint64_t) {
    return Reaction{.bytes = answer_with(200, "slow"), .byte_by_byte = true};
  });
  Recording source;
  const Result result = Load(server.endpoint(), source, with(2)).run(open_loop(100, 50ms));
  EXPECT_EQ(result.accepted, 5U);
  EXPECT_EQ(source.bodies, std::vector<std::string>(5, "slow"));
}

TEST(Answers, ToLongRequestsComeOnceAllIsSent) {
  const std::string body(std::size_t{4} << 20, 'x');
  ScriptedServer server(plainly);
  Recording source("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: " +
                   std::to_string(body.size()) + "\r\n\r\n" + body);
  const Result result = Load(server.endpoint(), source, with(1)).run(open_loop(20, 100ms));
  EXPECT_EQ(result.accepted, 2U);
  EXPECT_TRUE(server.last_request().ends_with("\r\n\r\n" + body));
}

TEST(Answers, NobodyAskedForAreAnError) {
  ScriptedServer server([](std::uint64_t) { return Reaction{answer_with(200) + "more"}; });
  const Result result = load_from(server.endpoint(), open_loop(100, 50ms), with(1));
  EXPECT_EQ(result.accepted, 5U);
  EXPECT_EQ(result.connects, 5U);  // the connection can't be trusted any more
}

TEST(Loads, NeedAConnection) {
  Recording source;
  EXPECT_THROW(Load(nobody(), source, with(0)), std::invalid_argument);
}

}  // namespace
}  // namespace assay::load
