#include "graders/rate_limiter/gateway/overload.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/histogram.hpp"
#include "base/text.hpp"
#include "grade/percentile_chart.hpp"
#include "graders/rate_limiter/gateway/check.hpp"
#include "graders/rate_limiter/gateway/setup.hpp"
#include "graders/rate_limiter/gateway/slots.hpp"
#include "graders/rate_limiter/gateway/turns.hpp"
#include "graders/rate_limiter/gateway/world.hpp"
#include "load/load.hpp"
#include "measure/canary.hpp"

namespace assay::graders::rate_limiter {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds service_time{200};
constexpr milliseconds overload_warm_up{1'000};
constexpr milliseconds overload_duration{4'000};
constexpr milliseconds overload_timeout{3'000};
constexpr milliseconds slots_patience{1'500};
constexpr std::size_t overload_connections = 120;
constexpr std::int64_t slice_ns = 500'000'000;
constexpr int overload_keys = 50;
constexpr double critical_least = 0.99;
constexpr double goodput_least = 0.75;
// Of the machine: woken later than this, one in a hundred times, a gateway can't be blamed.
constexpr std::int64_t machine_late_ns = 25'000'000;
constexpr int fewest_offered = 100;
constexpr int load_tries_max = 2;  // a machine that was late once may be in time now

constexpr const char* capacity_fact = "answers a second that the service can give";
constexpr const char* slots_fact = "slots of the service";
constexpr const char* slots_after_fact = "slots after the load";
constexpr const char* most_fact = "most requests at the service";
constexpr const char* late_fact = "the generator was late";
constexpr const char* canary_fact = "p99 of how late the grader itself is woken, in ns";
constexpr const char* critical_latency_fact = "latencies of critical requests";
constexpr const char* others_latency_fact = "latencies of the others";
constexpr std::string_view slice_name = "half seconds";

// What became of the requests that were due in half a second.
struct OverloadSlice {
  int critical = 0;
  int critical_good = 0;  // answered with 200
  int others = 0;
  int others_good = 0;
  int shed = 0;        // answered with 503
  int denied = 0;      // with 429
  int bad = 0;         // all else
  int bad_status = 0;  // of one of those; 0 without an answer

  void add(bool is_critical, int status) {
    (is_critical ? critical : others) += 1;
    if (status == 200) (is_critical ? critical_good : others_good) += 1;
    shed += status == 503 ? 1 : 0;
    denied += status == 429 ? 1 : 0;
    if (status == 200 || status == 503 || status == 429) return;
    ++bad;
    bad_status = status;
  }
  void add(const OverloadSlice& more) {
    critical += more.critical, critical_good += more.critical_good;
    others += more.others, others_good += more.others_good;
    shed += more.shed, denied += more.denied, bad += more.bad;
    if (more.bad > 0) bad_status = more.bad_status;
  }
};

std::string to_line(const OverloadSlice& slice) {
  return fmt::format("critical {} of {} others {} of {} shed {} denied {} bad {} {}",
                     slice.critical_good, slice.critical, slice.others_good, slice.others,
                     slice.shed, slice.denied, slice.bad, slice.bad_status);
}

std::optional<OverloadSlice> parse_slice(const std::string& line) {
  std::vector<int> numbers;
  for (const auto& word : base::split(line, ' ')) {
    if (const auto number = base::to_integer(word)) numbers.push_back(static_cast<int>(*number));
  }
  if (numbers.size() != 8) return std::nullopt;
  return OverloadSlice{numbers[1], numbers[0], numbers[3], numbers[2],
                       numbers[4], numbers[5], numbers[6], numbers[7]};
}

// Three of ten requests are critical, evenly spread; keys take turns.
class OverloadSource final : public load::RequestSource {
 public:
  void next(const load::Request& request, std::string& bytes) override {
    if (request.measured && first_ns_ == 0) first_ns_ = request.intended_ns;
    bytes = fmt::format("GET {} HTTP/1.1\r\nHost: gateway\r\nX-Api-Key: key{}\r\n\r\n",
                        is_critical(request.number) ? "/pay" : "/browse",
                        request.number % overload_keys);
  }

  void told(const load::Exchange& exchange) override {
    if (!exchange.request.measured) return;
    const auto after_ns = std::max<std::int64_t>(exchange.request.intended_ns - first_ns_, 0);
    const auto slice = static_cast<std::size_t>(after_ns / slice_ns);
    slices_.at(std::min(slice, slices_.size() - 1))
        .add(is_critical(exchange.request.number), exchange.status);
    if (exchange.status != 200) return;
    (is_critical(exchange.request.number) ? critical_ : others_).record(exchange.latency_ns());
  }

  bool accepts(int status) const override { return status == 200 || status == 503; }

  const auto& slices() const { return slices_; }
  // Of those answered with 200.
  const base::Histogram& critical() const { return critical_; }
  const base::Histogram& others() const { return others_; }

 private:
  static bool is_critical(std::uint64_t number) { return number * 3 % 10 < 3; }

  std::array<OverloadSlice, overload_duration / std::chrono::nanoseconds(slice_ns)> slices_{};
  base::Histogram critical_;
  base::Histogram others_;
  std::int64_t first_ns_ = 0;  // when the first of those that are measured was due
};

// What got through in each half second, as a share of what was due.
grade::Chart chart_of(const std::vector<OverloadSlice>& slices) {
  const auto percent = [](int good, int all) {
    return all > 0 ? 100.0 * good / all : std::nan("");
  };
  grade::Chart chart;
  chart.title = "What gets through at twice the service's capacity";
  chart.x = {"time", "s", grade::Chart::Scale::linear};
  chart.y = {"answered with 200", "%", grade::Chart::Scale::linear};
  grade::Chart::Curve critical{"critical", {}, {}};
  grade::Chart::Curve others{"others", {}, {}};
  for (std::size_t i = 0; i < slices.size(); ++i) {
    const double at = static_cast<double>(i) * slice_ns / 1e9;
    critical.x.push_back(at);
    critical.y.push_back(percent(slices[i].critical_good, slices[i].critical));
    others.x.push_back(at);
    others.y.push_back(percent(slices[i].others_good, slices[i].others));
  }
  chart.curves = {critical, others};
  return chart;
}

// How many answers a second came of it: with 200, and at once with 503.
grade::Chart throughput_of(const std::vector<OverloadSlice>& slices) {
  grade::Chart chart;
  chart.title = "Answers at twice the service's capacity";
  chart.x = {"time", "s", grade::Chart::Scale::linear};
  chart.y = {"answers", "1/s", grade::Chart::Scale::linear};
  grade::Chart::Curve good{"with 200", {}, {}};
  grade::Chart::Curve shed{"with 503", {}, {}};
  for (std::size_t i = 0; i < slices.size(); ++i) {
    const double at = static_cast<double>(i) * slice_ns / 1e9;
    good.x.push_back(at);
    good.y.push_back((slices[i].critical_good + slices[i].others_good) * 1e9 / slice_ns);
    shed.x.push_back(at);
    shed.y.push_back(slices[i].shed * 1e9 / slice_ns);
  }
  chart.curves = {good, shed};
  return chart;
}

grade::Chart latencies_in(const grade::Conversation& facts) {
  auto chart = grade::percentile_chart("How long answers with 200 take, at twice the capacity");
  for (const auto& [fact, name] :
       {std::pair(critical_latency_fact, "critical"), std::pair(others_latency_fact, "others")}) {
    const auto latencies = base::Histogram::from_text(fact_in(facts, fact));
    if (!latencies) continue;
    auto curve = grade::percentile_curve(name, *latencies);
    if (!curve.x.empty()) chart.curves.push_back(std::move(curve));
  }
  return chart;
}

class OverloadCheck final : public GatewayCheck {
 public:
  using GatewayCheck::GatewayCheck;

  grade::Evidence talk(const grade::SubjectSpec& subject, base::Random& random) const override {
    GatewaySetup setup;
    setup.slots = static_cast<int>(random.between(8, 10));
    setup.queue_ms = 500;
    setup.limit_ms = 2'500;
    setup.routes = {{critical_prefix, std::nullopt, true}};
    GatewayWorld world(subject, setup, static_cast<std::size_t>(setup.slots), service_time);
    grade::Conversation first{"first", {}, "", ""};
    const auto ask = ask_with_key("alice", "/pay");
    const auto reply = world.ask(ask);
    first.exchanges.push_back({to_line(ask), to_line(reply)});
    if (reply.status != 200) return {{first, facts_of(world, {})}};

    grade::Conversation slices;
    grade::Conversation facts;
    for (int i = 0; i == 0 || (i < load_tries_max && machine_was_late(facts)); ++i) {
      load_it(world, setup, slices, facts);
    }
    const GatewaySetup few = setup_of_turns();
    GatewayWorld quiet(subject, few);
    return {{first, slices, see_turns(quiet, few), facts}};
  }

  grade::CheckResult judge_talk(const grade::Evidence& evidence,
                                grade::CheckResult result) const override {
    const auto& first = evidence.conversations.front();
    if (first.exchanges.empty()) return saw_too_little(std::move(result));
    const auto ask = parse_ask(first.exchanges[0].asked);
    const auto reply = parse_reply(first.exchanges[0].answered.value_or(""));
    if (const auto trouble = trouble_with(ask, reply)) {
      result.where = trouble->where;
      return failed(std::move(result), trouble->reason);
    }
    if (reply.status != 200) {
      return failed(std::move(result), fmt::format("{} before any load: answered with {}",
                                                   in_words(ask), reply.status));
    }
    if (evidence.conversations.size() != 4 || evidence.conversations[1].exchanges.empty())
      return saw_too_little(std::move(result));
    std::vector<OverloadSlice> slices;
    for (const auto& exchange : evidence.conversations[1].exchanges) {
      const auto slice = parse_slice(exchange.answered.value_or(""));
      if (!slice) return saw_too_little(std::move(result));
      slices.push_back(*slice);
    }
    auto judged = judge_load(slices, evidence.conversations[3], result);
    if (judged.verdict == grade::Verdict::fail) return judged;
    result.charts = judged.charts;
    result.metrics = judged.metrics;
    const auto turns = judge_turns(evidence.conversations[2], std::move(result));
    return turns ? *turns : judged;
  }

 private:
  static void load_it(GatewayWorld& world, const GatewaySetup& setup, grade::Conversation& slices,
                      grade::Conversation& facts) {
    const double capacity = 1'000.0 * setup.slots / static_cast<double>(service_time.count());
    OverloadSource source;
    const measure::Canary canary;
    const auto result = run(world, source, 2 * capacity);
    slices = {std::string(slice_name), {}, "", ""};
    for (std::size_t i = 0; i < source.slices().size(); ++i) {
      slices.exchanges.push_back({fmt::format("from {:.1f} s", 0.5 * static_cast<double>(i)),
                                  to_line(source.slices().at(i))});
    }
    facts = facts_of(world,
                     {{capacity_fact, fmt::format("{:.1f}", capacity)},
                      {slots_fact, std::to_string(setup.slots)},
                      {slots_after_fact, to_line(count_slots(world, setup.slots, slots_patience))},
                      {most_fact, std::to_string(world.service().counts().at_once_most)},
                      {critical_latency_fact, source.critical().text()},
                      {others_latency_fact, source.others().text()},
                      {late_fact, result.generator_was_late() ? "yes" : "no"},
                      {canary_fact, std::to_string(canary.p99_ns())}});
  }

  static bool machine_was_late(const grade::Conversation& facts) {
    return fact_in(facts, late_fact) == "yes" ||
           base::to_integer(fact_in(facts, canary_fact)).value_or(0) > machine_late_ns;
  }

  static load::Result run(GatewayWorld& world, load::RequestSource& source, double rate_per_s) {
    load::Settings settings;
    settings.connections = overload_connections;
    settings.timeout = overload_timeout;
    settings.make_socket = world.subject().sockets();
    load::Plan plan;
    plan.rate_per_s = rate_per_s;
    plan.warm_up = overload_warm_up;
    plan.duration = overload_duration;
    load::Load load(world.subject().endpoint(), source, settings);
    return load.run(plan);
  }

  grade::CheckResult judge_load(const std::vector<OverloadSlice>& slices,
                                const grade::Conversation& facts, grade::CheckResult result) const {
    OverloadSlice all;
    for (const auto& slice : slices) all.add(slice);
    // What was due at the end waits beside nothing new.
    const std::vector<OverloadSlice> steady(slices.begin(), slices.end() - 1);
    int good = 0;
    for (const auto& slice : steady) good += slice.critical_good + slice.others_good;
    const double capacity = std::strtod(fact_in(facts, capacity_fact).c_str(), nullptr);
    const double seconds = static_cast<double>(steady.size()) * slice_ns / 1e9;
    if (capacity <= 0 || all.critical + all.others < fewest_offered) {
      return saw_too_little(std::move(result));
    }
    const double goodput = good / seconds / capacity;
    const double critical = static_cast<double>(all.critical_good) / std::max(all.critical, 1);
    result.charts = {chart_of(slices), throughput_of(slices)};
    if (auto latencies = latencies_in(facts); !latencies.curves.empty()) {
      result.charts.push_back(std::move(latencies));
    }
    result.metrics = {{"critical_goodput", critical},
                      {"goodput_of_capacity", goodput},
                      {"shed", static_cast<double>(all.shed)}};
    result.situation = fmt::format(
        "a service of {} slots and {} ms, {} requests a second (twice what it can do), 3 of 10 "
        "critical",
        fact_in(facts, slots_fact), service_time.count(), 2 * capacity);
    auto wrong = wrong_in_any_case(all, facts, result.mistakes);
    const bool depends_on_time = wrong.empty();
    if (depends_on_time) wrong = wrong_if_in_time(all, slices, critical, goodput, result.mistakes);
    if (wrong.empty()) {
      const auto after = parse_slot_count(fact_in(facts, slots_after_fact));
      if (!after.good()) return tell_slots(after, "after the load, ", std::move(result));
      result.situation.clear();
      return passed(std::move(result));
    }
    if (depends_on_time && machine_was_late(facts)) {
      result.verdict = grade::Verdict::noisy;
      result.reason = "the machine was too busy to send the load in time; what came: " + wrong;
      result.mistakes.clear();
      return result;
    }
    for (std::size_t i = 0; i < slices.size(); ++i) {
      result.steps.push_back(step_of_slice(i, slices[i]));
    }
    return failed(std::move(result), wrong);
  }

  static grade::Step step_of_slice(std::size_t number, const OverloadSlice& slice) {
    grade::Step step;
    step.at = fmt::format("t = {:.1f} s", 0.5 * static_cast<double>(number));
    step.did = fmt::format("{} critical, {} others", slice.critical, slice.others);
    step.came = fmt::format("200: {} critical, {} others; 503: {}", slice.critical_good,
                            slice.others_good, slice.shed);
    if (slice.denied > 0) step.came += fmt::format("; 429: {}", slice.denied);
    step.agrees = slice.critical_good >= slice.critical && slice.denied + slice.bad == 0;
    if (!step.agrees) step.expected = fmt::format("200: {} critical", slice.critical);
    return step;
  }

  // However late the machine was.
  static std::string wrong_in_any_case(const OverloadSlice& all, const grade::Conversation& facts,
                                       std::vector<std::string>& mistakes) {
    const auto slots = base::to_integer(fact_in(facts, slots_fact)).value_or(0);
    const auto most = base::to_integer(fact_in(facts, most_fact)).value_or(0);
    if (all.denied > 0) {
      mistakes.emplace_back("429 for overload: the client did nothing wrong");
      return fmt::format("{} requests were answered with 429, where 503 is due", all.denied);
    }
    if (most <= slots) return "";
    return fmt::format("{} requests were at the service at once, which has {} slots", most, slots);
  }

  static std::string wrong_if_in_time(const OverloadSlice& all,
                                      const std::vector<OverloadSlice>& slices, double critical,
                                      double goodput, std::vector<std::string>& mistakes) {
    if (all.bad > 0) {
      return all.bad_status == 0
                 ? fmt::format("{} requests got no answer", all.bad)
                 : fmt::format("{} requests were answered with neither 200 nor 503, but {}",
                               all.bad, all.bad_status);
    }
    if (critical < critical_least) {
      const bool flaps = std::any_of(slices.begin(), slices.end(), [](const auto& slice) {
        return slice.critical > 0 && slice.critical_good == 0;
      });
      mistakes.emplace_back(flaps ? "it flaps: it sheds everything, and then nothing"
                                  : "critical requests are shed as the others are");
      return fmt::format("{:.1f} % of critical requests got through, where 99 % should",
                         100 * critical);
    }
    if (goodput >= goodput_least) return "";
    return fmt::format("the service was used to {:.0f} %, where 75 % are easy", 100 * goodput);
  }
};

}  // namespace

std::unique_ptr<grade::Check> make_overload_check(grade::CheckInfo info) {
  return std::make_unique<OverloadCheck>(std::move(info));
}

}  // namespace assay::graders::rate_limiter
