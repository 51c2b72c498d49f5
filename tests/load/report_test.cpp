// Goal: the command prints what was measured, says what to doubt, and refuses what it can't do in a
// line. Method: results made by hand, and the command itself beside a server in this process.
#include "load/report.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <chrono>
#include <sstream>

#include "load/command.hpp"
#include "scripted_server.hpp"

namespace assay::load {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

Result slice(int accepted, std::int64_t latency_ns) {
  Result result;
  result.planned_rate_per_s = 100;
  result.connections = 2;
  result.duration_ns = 1'000'000'000;
  result.offered = static_cast<std::uint64_t>(accepted) + 3;
  result.answered = static_cast<std::uint64_t>(accepted) + 1;
  result.accepted = result.accepted_in_time = static_cast<std::uint64_t>(accepted);
  result.by_status[200] = result.accepted;
  result.by_status[503] = result.not_accepted[503] = 1;
  result.failed[0] = 2;
  result.backlog_most = static_cast<std::uint64_t>(accepted);
  for (int i = 0; i < accepted; ++i) {
    result.latency.record(latency_ns);
    result.lateness.record(1'000);
  }
  result.seconds.push_back({.offered = result.offered, .accepted = result.accepted, .errors = 3});
  return result;
}

TEST(Results, AreMerged) {
  Result merged = slice(100, 1'000'000);
  merged.merge(slice(300, 5'000'000));
  EXPECT_EQ(merged.offered, 406U);
  EXPECT_EQ(merged.accepted, 400U);
  EXPECT_EQ(merged.errors(), 6U);
  EXPECT_EQ(merged.failures(), 4U);
  EXPECT_EQ(merged.not_accepted[503], 2U);
  EXPECT_EQ(merged.latency.count(), 400U);
  EXPECT_EQ(merged.latency.percentile_ns(20), 1'003'519);  // the end of its bucket
  EXPECT_EQ(merged.latency.max_ns(), 5'000'000);
  EXPECT_EQ(merged.backlog_most, 300U);
  EXPECT_EQ(merged.seconds.size(), 2U);
  EXPECT_DOUBLE_EQ(merged.achieved_per_s(), 200);
}

TEST(Results, GiveNoPercentileOfTooFew) {
  const Result result = slice(1000, 1'000'000);
  EXPECT_TRUE(percentile_ns(result.latency, 99));
  EXPECT_FALSE(percentile_ns(result.latency, 99.1));
  std::ostringstream out;
  print(result, out);
  EXPECT_NE(out.str().find("p99 "), std::string::npos) << out.str();
  EXPECT_EQ(out.str().find("p99.9"), std::string::npos) << out.str();
}

TEST(Reports, NameTheErrors) {
  std::ostringstream out;
  print(slice(100, 1'000'000), out);
  EXPECT_NE(out.str().find("2 refused, 1 status 503"), std::string::npos) << out.str();
}

bool doubted(const Result& result, std::string_view what) {
  for (const std::string& doubt : doubts(result)) {
    if (doubt.find(what) != std::string::npos) return true;
  }
  return false;
}

TEST(Reports, DoubtALateGeneratorAndASlowServer) {
  Result result = slice(1000, 1'000'000);
  EXPECT_FALSE(doubted(result, "generator"));
  EXPECT_FALSE(doubted(result, "keep up"));
  for (int i = 0; i < 20; ++i) result.lateness.record(500'000);
  EXPECT_TRUE(doubted(result, "generator"));
  result.accepted_in_time = 900;
  EXPECT_TRUE(doubted(result, "keep up"));
}

struct Given {
  int exit_code = 0;
  std::string out;
  std::string err;
};

Given run(const LoadOptions& options, bool stopped = false) {
  const std::atomic<bool> stop = stopped;
  std::ostringstream out;
  std::ostringstream err;
  const int exit_code = load_command(options, stop, out, err);
  return {exit_code, out.str(), err.str()};
}

LoadOptions short_load(const std::string& url) {
  LoadOptions options;
  options.url = url;
  options.rates_per_s = {200, 400};
  options.warm_up = 0s;
  options.duration = 100ms;
  options.connections = 2;
  return options;
}

TEST(Commands, GiveOneDocument) {
  ScriptedServer server(plainly);
  LoadOptions options = short_load(server.url());
  options.json = true;
  const Given given = run(options);
  EXPECT_EQ(given.exit_code, LoadExit::loaded);
  const auto document = boost::json::parse(given.out).as_object();
  EXPECT_EQ(document.at("schema").as_string(), "assay-load/1");
  const auto& steps = document.at("steps").as_array();
  ASSERT_EQ(steps.size(), 2U);
  EXPECT_EQ(steps[0].at("accepted").to_number<int>(), 20);
  EXPECT_EQ(steps[1].at("accepted").to_number<int>(), 40);
  const auto& text = steps[1].at("latency_ns").at("histogram").as_string();
  const auto histogram = base::Histogram::from_text(std::string_view(text.data(), text.size()));
  ASSERT_TRUE(histogram);
  EXPECT_EQ(histogram->count(), 40U);
}

TEST(Commands, FindARate) {
  ScriptedServer server([](std::uint64_t) { return Reaction{.delay = 10ms}; });
  LoadOptions options = short_load(server.url());
  options.rates_per_s = {100};
  options.timeout = 300ms;
  options.find_rate = LatencyTarget{10, 200'000'000};
  const Given given = run(options);  // two connections, 10 ms each: no more than 200 a second
  EXPECT_EQ(given.exit_code, LoadExit::loaded);
  EXPECT_NE(given.out.find("the highest rate with a p10 of at most 200 ms: "), std::string::npos)
      << given.out;
}

TEST(Commands, ThatAreStoppedSaySo) {
  ScriptedServer server(plainly);
  const Given given = run(short_load(server.url()), true);
  EXPECT_EQ(given.exit_code, LoadExit::interrupted);
}

TEST(Commands, RefuseWhatCantBeDoneInOneLine) {
  ScriptedServer server(plainly);
  std::vector<LoadOptions> wrong(8, short_load(server.url()));
  wrong[0].url = "https://127.0.0.1/";
  wrong[1].url = "http://" + nobody().text() + "/";
  wrong[2].connections = 0;
  wrong[3].closed = true;
  wrong[4].find_rate = LatencyTarget{99, 1'000'000};
  wrong[5].request.headers = {"nonsense"};
  wrong[6].duration = 0s;
  wrong[7].url = "http://unix:/nowhere/at/all:/";
  for (const LoadOptions& options : wrong) {
    const Given given = run(options);
    EXPECT_EQ(given.exit_code, LoadExit::unusable);
    EXPECT_EQ(given.out, "");
    EXPECT_TRUE(given.err.starts_with("assay: ")) << given.err;
    EXPECT_EQ(std::count(given.err.begin(), given.err.end(), '\n'), 1) << given.err;
  }
  EXPECT_NE(run(wrong[1]).err.find("Connection refused"), std::string::npos);
}

}  // namespace
}  // namespace assay::load
