// Goal: the engines of the live world work together: a subject that speaks HTTP, loaded through a
// gate while a schedule breaks both, works, is broken as promised, and recovers by itself. Method:
// a Python server in a cell; what each request met is kept with its times, and compared with what
// the runner says happened when. What must happen is waited for; no duration is asserted.
#include <gtest/gtest.h>
#include <sys/prctl.h>

#include <algorithm>
#include <filesystem>

#include "fault/gate.hpp"
#include "grade/http_subject.hpp"
#include "grade/live_target.hpp"
#include "load/fixed_request.hpp"
#include "load/load.hpp"
#include "proc/redis.hpp"

namespace assay::grade {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr seconds patience{60};

const std::string server = R"(
import http.server, os
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def do_GET(self):
        self.send_response(200)
        self.send_header('Content-Length', '2')
        self.end_headers()
        self.wfile.write(b'ok')
    def log_message(self, *words):
        pass
address = ('127.0.0.1', int(os.environ['ASSAY_PORT']))
http.server.ThreadingHTTPServer(address, Handler).serve_forever()
)";

// One fixed request, and what became of each.
class Diary final : public load::FixedRequest {
 public:
  Diary() : FixedRequest(load::parse_url("http://127.0.0.1:1/"), {}) {}
  void told(const load::Exchange& exchange) override { all.push_back(exchange); }

  std::vector<load::Exchange> all;
};

class LiveRun : public testing::Test {
 protected:
  void SetUp() override {
    ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    if (!std::filesystem::exists("/usr/bin/python3")) GTEST_SKIP() << "python3 is not installed";
    SubjectSpec spec;
    spec.exercise = "any";
    spec.argv = {"python3", "-c", server};
    spec.silence_limit = patience;
    spec.limits.cpu = patience;
    subject_.emplace(spec);
    subject_->start();
    fault::GateOptions options;
    options.upstream = subject_->endpoint();
    options.make_upstream = subject_->sockets();
    gate_.emplace(options);
    target_.emplace(*gate_, breakable(*subject_));
  }

  load::Settings settings() const {
    load::Settings settings;
    settings.connections = 4;
    settings.timeout = milliseconds(500);
    return settings;
  }

  static load::Plan slice(nanoseconds duration) {
    load::Plan plan;
    plan.rate_per_s = 100;
    plan.warm_up = {};
    plan.duration = duration;
    return plan;
  }

  // Act two, under load until the last fault was done. Before it, it works.
  std::vector<fault::Event> broken_by(const std::string& schedule, Diary& diary) {
    EXPECT_TRUE(works());
    fault::ScheduleRunner runner(fault::parse_schedule(schedule), *target_);
    load::Load load(gate_->endpoint(), diary, settings());
    runner.start();
    const auto deadline = steady_clock::now() + patience;
    bool done = false;
    while (!done && steady_clock::now() < deadline) {
      load.run(slice(milliseconds(400)));
      done = runner.wait_for(nanoseconds(0));
    }
    EXPECT_TRUE(done);
    return runner.events();
  }

  // Asks until all is answered for a while, as users do who come back.
  bool works() {
    Diary diary;
    load::Load load(gate_->endpoint(), diary, settings());
    const auto deadline = steady_clock::now() + patience;
    while (steady_clock::now() < deadline) {
      if (load.run(slice(milliseconds(100))).errors() == 0 && !diary.all.empty()) return true;
    }
    return false;
  }

  std::optional<HttpSubject> subject_;
  std::optional<fault::Gate> gate_;
  std::optional<LiveTarget> target_;
};

std::int64_t count(const Diary& diary, load::Outcome outcome) {
  return std::count_if(diary.all.begin(), diary.all.end(),
                       [&](const auto& each) { return each.outcome == outcome; });
}

void expect_done(const std::vector<fault::Event>& events, std::size_t number) {
  ASSERT_EQ(events.size(), number);
  for (const auto& event : events) EXPECT_EQ(event.failure, "") << fault::to_text({event});
  EXPECT_EQ(fault::parse_events(fault::to_text(events)), events);
}

TEST_F(LiveRun, SurvivesACrashAndARestart) {
  Diary diary;
  const auto events = broken_by("at 100ms kill\nat 1500ms restart\n", diary);
  expect_done(events, 2);
  EXPECT_GT(std::ssize(diary.all) - count(diary, load::Outcome::answered), 0);
  EXPECT_TRUE(works());
}

TEST_F(LiveRun, PausedAnswersNothingUntilItGoesOn) {
  Diary diary;
  const auto events = broken_by("at 100ms stop\nat 1500ms continue\n", diary);
  expect_done(events, 2);
  EXPECT_GT(count(diary, load::Outcome::timed_out), 0);
  EXPECT_TRUE(works());
}

TEST_F(LiveRun, ABlackHoleSwallowsRequestsUntilItIsHealed) {
  Diary diary;
  const auto events = broken_by("at 100ms black hole to the server\nat 1500ms pass\n", diary);
  expect_done(events, 2);
  EXPECT_GT(count(diary, load::Outcome::timed_out), 0);
  EXPECT_TRUE(works());
}

TEST_F(LiveRun, AFaultThatCanNotBeDoneSaysSo) {
  Diary diary;
  const auto events = broken_by("at 10ms clock +5s\n", diary);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].failure, "this world hands out no clock");
  EXPECT_EQ(count(diary, load::Outcome::answered), std::ssize(diary.all));
}

TEST_F(LiveRun, HealingUndoesWhatWasBroken) {
  fault::ScheduleRunner runner(fault::parse_schedule("at 0s kill\nat 1ms clog\nat 1h pass\n"),
                               *target_);
  runner.start();
  while (runner.events().size() < 2) std::this_thread::sleep_for(milliseconds(1));
  runner.heal();
  EXPECT_TRUE(works());
}

TEST(LiveStore, IsBrokenAsASubjectIs) {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  std::optional<proc::PrivateServer> redis;
  try {
    redis.emplace(proc::redis_server(), proc::Transport::unix_socket);
  } catch (const proc::ServerUnavailable& missing) {
    GTEST_SKIP() << missing.what();
  }
  fault::GateOptions options;
  options.upstream = redis->endpoint();
  fault::Gate gate(options);
  LiveTarget target(gate, breakable(*redis));
  fault::ScheduleRunner runner(fault::parse_schedule("at 0s kill\nat 1ms restart\nat 2ms end\n"),
                               target);
  runner.start();
  ASSERT_TRUE(runner.wait_for(patience));
  expect_done(runner.events(), 2);
  EXPECT_TRUE(redis->runs());
}

}  // namespace
}  // namespace assay::grade
