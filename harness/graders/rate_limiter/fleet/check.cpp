#include "graders/rate_limiter/fleet/check.hpp"

#include <algorithm>
#include <future>
#include <optional>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "grade/broken_answer.hpp"
#include "graders/rate_limiter/fleet/latencies.hpp"
#include "graders/rate_limiter/script.hpp"

namespace assay::graders::rate_limiter {
namespace {

constexpr int tries_max = 3;  // of a world on a busy machine

// What needs no judge: a solution that isn't there, or that ended.
std::optional<FleetRuling> obvious_in(const grade::Conversation& talk, std::string& where) {
  FleetRuling ruling;
  ruling.verdict = grade::Verdict::fail;
  for (const auto& event : fleet_events(talk)) {
    const auto broken = grade::broken_answer(event.came);
    if (!broken) continue;
    ruling.reason = broken->reason;
    where = broken->where;
    return ruling;
  }
  if (talk.trouble.empty()) return std::nullopt;
  const bool unavailable = talk.trouble.starts_with(unavailable_words);
  if (unavailable) ruling.verdict = grade::Verdict::unavailable;
  ruling.reason = unavailable ? talk.trouble.substr(unavailable_words.size()) : talk.trouble;
  const auto events = fleet_events(talk);
  if (!unavailable && !events.empty()) {
    ruling.situation = "in the world \"" + talk.name + "\"; what happened last:";
    const auto shown = std::min(events.size(), grade::told_steps_max);
    for (auto i = events.size() - shown; i < events.size(); ++i) {
      if (events[i].who != "canary") ruling.steps.push_back(fleet_step(events[i]));
    }
  }
  return ruling;
}

class FleetCheck final : public grade::Check {
 public:
  FleetCheck(grade::CheckInfo info, FleetPlanner planner, FleetJudge rule)
      : Check(std::move(info)), planner_(planner), rule_(rule) {}

  bool live() const override { return true; }

  grade::Evidence collect(grade::Workbench& workbench, std::uint64_t seed) const override {
    const grade::SubjectSpec& subject = workbench.subject();
    base::Random random(seed, info().slug);
    std::vector<std::future<grade::Conversation>> worlds;
    for (const auto& plan : planner_(random)) {
      worlds.push_back(
          std::async(std::launch::async, [this, &subject, plan] { return play(subject, plan); }));
    }
    grade::Evidence evidence;
    for (auto& world : worlds) evidence.conversations.push_back(world.get());
    return evidence;
  }

  // Of the worlds that fail, the first tells its story; a failure says more than a doubt.
  grade::CheckResult judge(const grade::Evidence& evidence) const override {
    auto result = blank_result(info());
    result.verdict = grade::Verdict::unknown;
    result.reason = "nothing was played";
    bool first = true;
    for (const auto& talk : evidence.conversations) {
      std::string where;
      FleetRuling ruling = ruling_of(talk, where);
      const bool passes = ruling.verdict == grade::Verdict::pass;
      const bool worse =
          !passes && result.verdict != grade::Verdict::fail &&
          (ruling.verdict == grade::Verdict::fail || result.verdict == grade::Verdict::pass);
      result.metrics.merge(ruling.metrics);
      if (!first && !worse) continue;
      first = false;
      result.verdict = ruling.verdict;
      result.reason = std::move(ruling.reason);
      result.situation = std::move(ruling.situation);
      result.steps = std::move(ruling.steps);
      result.mistakes = std::move(ruling.mistakes);
      result.where = std::move(where);
      result.output = passes ? "" : talk.output;
    }
    if (result.verdict == grade::Verdict::pass) result.points = info().points;
    if (auto chart = latencies_around_faults(evidence.conversations)) result.charts = {*chart};
    return result;
  }

 private:
  FleetRuling ruling_of(const grade::Conversation& talk, std::string& where) const {
    if (auto obvious = obvious_in(talk, where)) return *obvious;
    return rule_(talk.name, fleet_events(talk));
  }

  grade::Conversation play(const grade::SubjectSpec& subject, const FleetPlan& plan) const {
    for (int tried = 1;; ++tried) {
      auto talk = play_in_fleet(plan.world, subject, plan.nodes, plan.play);
      std::string where;
      const FleetRuling ruling = ruling_of(talk, where);
      const bool doubtful = ruling.verdict == grade::Verdict::noisy || ruling.is_timing;
      if (!doubtful || tried == tries_max) return talk;
    }
  }

  const FleetPlanner planner_;
  const FleetJudge rule_;
};

std::optional<std::vector<Decision>> decisions_in(std::string_view text) {
  std::vector<Decision> decisions;
  for (const auto& piece : base::split(text, "; ")) {
    const auto decision = parse_decision(piece);
    if (!decision) return std::nullopt;
    decisions.push_back(*decision);
  }
  return decisions;
}

std::string at_about(std::int64_t ns) {
  constexpr std::int64_t shown_ns = fleet_ms / 10;
  return "t = " + base::duration_ns(ns / shown_ns * shown_ns);
}

std::string did_in_words(const FleetEvent& event) {
  if (const auto call = call_of(event)) {
    return fmt::format("{}: acquire(\"{}\", {})", event.who, base::printable_line(call->key, 24),
                       base::thousands(call->cost));
  }
  const auto words = base::split(event.did, ' ');
  if (event.by_node() && words.size() == 6 && words[0] == "ask_all") {
    return fmt::format("{}: {} threads, {} calls each, {} a call", event.who, words[1], words[2],
                       words[4]);
  }
  if (event.by_node() && words[0] == "fleet") return event.who + ": make_fleet_limiter(...)";
  return event.who + ": " + base::printable_line(event.did, 40);
}

}  // namespace

std::unique_ptr<grade::Check> make_fleet_check(grade::CheckInfo info, FleetPlanner planner,
                                               FleetJudge judge) {
  return std::make_unique<FleetCheck>(std::move(info), planner, judge);
}

FleetRuling fleet_failure(std::string reason, std::vector<grade::Step> steps,
                          std::vector<std::string> mistakes) {
  FleetRuling ruling;
  ruling.verdict = grade::Verdict::fail;
  ruling.reason = std::move(reason);
  ruling.steps = std::move(steps);
  ruling.mistakes = std::move(mistakes);
  return ruling;
}

FleetRuling fleet_unknown(std::string reason) {
  FleetRuling ruling;
  ruling.verdict = grade::Verdict::unknown;
  ruling.reason = std::move(reason);
  return ruling;
}

FleetPolicy fleet_policy(const std::vector<FleetEvent>& events) {
  const auto made = std::find_if(events.rbegin(), events.rend(), [](const auto& event) {
    return event.by_node() && event.did.starts_with("fleet ");
  });
  if (made == events.rend()) throw std::logic_error("nobody made a fleet");
  const auto words = base::split(made->did, ' ');
  const auto number = [&](std::size_t i) { return base::to_integer(words.at(i)).value(); };
  return {number(1), number(2), number(3), number(4)};
}

std::string ask_line(const std::string& key, std::int64_t cost) {
  return fmt::format("ask {} {}", key, cost);
}

std::optional<FleetCall> call_of(const FleetEvent& event) {
  const auto words = base::split(event.did, ' ');
  if (!event.by_node() || words.size() != 3 || words[0] != "ask") return std::nullopt;
  return FleetCall{words[1], base::to_integer(words[2]).value(), parse_decision(event.came)};
}

std::optional<FleetCalls> calls_of(const FleetEvent& event) {
  const auto words = base::split(event.did, ' ');
  if (!event.by_node() || words.size() != 6 || words[0] != "ask_all") return std::nullopt;
  const auto number = [&](std::size_t i) { return base::to_integer(words[i]).value(); };
  FleetCalls calls{number(1), number(2), words[3], number(4), {}};
  for (const auto& thread : base::split(event.came, " | ")) {
    auto decisions = decisions_in(thread);
    if (!decisions || static_cast<std::int64_t>(decisions->size()) != calls.calls) break;
    calls.came.push_back(std::move(*decisions));
  }
  return calls;
}

grade::Step fleet_step(const FleetEvent& event) {
  grade::Step step;
  step.at = at_about(event.from_ns);
  step.did = did_in_words(event);
  const auto call = call_of(event);
  step.came = call && call->came ? in_words(*call->came) : base::printable_line(event.came, 40);
  if (!event.ended) step.came = "no answer";
  return step;
}

grade::Step wrong_fleet_step(const FleetEvent& event, std::string expected, std::string why) {
  grade::Step step = fleet_step(event);
  step.agrees = false;
  step.expected = std::move(expected);
  step.why = std::move(why);
  return step;
}

std::vector<grade::Step> fleet_story(const std::vector<FleetEvent>& events, std::size_t wrong,
                                     const std::string& expected, const std::string& why) {
  const auto told = call_of(events.at(wrong));
  std::vector<grade::Step> steps;
  for (std::size_t i = 0; i < wrong; ++i) {
    const auto call = call_of(events[i]);
    const bool breaks = events[i].who == "gates" && events[i].came == "done";
    const bool same_key = call && told && call->key == told->key;
    if (same_key || breaks || events[i].came == "done") steps.push_back(fleet_step(events[i]));
  }
  steps.push_back(wrong_fleet_step(events[wrong], expected, why));
  if (steps.size() > grade::told_steps_max) {
    steps.erase(steps.begin(), steps.end() - static_cast<std::ptrdiff_t>(grade::told_steps_max));
  }
  return steps;
}

}  // namespace assay::graders::rate_limiter
