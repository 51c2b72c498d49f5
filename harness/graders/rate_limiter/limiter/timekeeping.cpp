#include "graders/rate_limiter/limiter/timekeeping.hpp"

#include <algorithm>
#include <set>

namespace assay::graders::rate_limiter {
namespace {

// 5 partitions of 3 keys, 15 of 4.
constexpr std::size_t partitioned_keys_max = 4;

using Groups = std::map<std::string, std::string>;

bool goes_back(const std::vector<Call>& calls) {
  return !std::is_sorted(calls.begin(), calls.end(),
                         [](const Call& a, const Call& b) { return a.at_ns < b.at_ns; });
}

Groups each_by_itself(const std::set<std::string>& keys) {
  Groups groups;
  for (const auto& key : keys) groups[key] = key;
  return groups;
}

// A key joins one of the groups that there are, or begins one that has its name.
std::vector<Groups> all_groups(const std::set<std::string>& keys) {
  std::vector<Groups> all{{}};
  for (const auto& key : keys) {
    std::vector<Groups> more;
    for (const auto& groups : all) {
      std::set<std::string> names{key};
      for (const auto& [member, name] : groups) names.insert(name);
      for (const auto& name : names) {
        more.push_back(groups);
        more.back()[key] = name;
      }
    }
    all = std::move(more);
  }
  return all;
}

std::vector<Groups> groups_for(const std::vector<Call>& calls) {
  std::set<std::string> keys;
  for (const auto& call : calls) keys.insert(call.key);
  if (keys.size() <= partitioned_keys_max) return all_groups(keys);
  return {{}, each_by_itself(keys)};
}

}  // namespace

Moment later(Moment moment, std::int64_t wait_ns, const Policy& policy) {
  moment.time_ns += wait_ns;
  if (!has_window(policy.kind)) return moment;
  const std::int64_t elapsed_ns = moment.elapsed_ns + wait_ns;
  moment.window += elapsed_ns / policy.period_ns;
  moment.elapsed_ns = elapsed_ns % policy.period_ns;
  return moment;
}

std::vector<Way> legal_ways(const std::vector<Call>& calls, Kind kind) {
  if (!goes_back(calls)) return {Way{}};
  std::vector<Treatment> treatments{Treatment::forward_steps};
  const bool counts_windows = kind == Kind::fixed_window || kind == Kind::sliding_counter;
  if (counts_windows) treatments.push_back(Treatment::carried_over);
  std::vector<Way> ways;
  for (const auto treatment : treatments) {
    for (const auto& groups : groups_for(calls)) ways.push_back({treatment, groups});
  }
  return ways;
}

std::vector<Way> ways_of(Mistake mistake, const std::vector<Call>& calls) {
  if (!goes_back(calls)) return {Way{}};
  Treatment treatment = Treatment::forward_steps;
  const bool believes =
      mistake == Mistake::clock_goes_back || mistake == Mistake::step_back_empties;
  if (believes) treatment = Treatment::as_shown;
  if (mistake == Mistake::clock_stands_still) treatment = Treatment::latest;
  if (mistake == Mistake::step_back_forgives) treatment = Treatment::forgetful;
  std::set<std::string> keys;
  for (const auto& call : calls) keys.insert(call.key);
  return {{treatment, {}}, {treatment, each_by_itself(keys)}};
}

Moment Timekeeper::at(std::int64_t time_ns) const { return later(Moment{}, time_ns, policy_); }

Moment Timekeeper::see(const Call& call) {
  const auto group = way_.group_of.find(call.key);
  const auto [place, is_new] =
      views_.try_emplace(group == way_.group_of.end() ? "" : group->second, View{});
  View& view = place->second;
  const std::int64_t before_ns = view.shown_ns;
  view.shown_ns = call.at_ns;
  if (is_new) return view.moment = at(call.at_ns);

  const std::int64_t forward_ns = std::max<std::int64_t>(call.at_ns - before_ns, 0);
  const int epoch = view.moment.epoch + (call.at_ns < before_ns ? 1 : 0);
  switch (way_.treatment) {
    case Treatment::forward_steps:
      return view.moment = later(view.moment, forward_ns, policy_);
    case Treatment::carried_over: {
      const Moment shown = at(call.at_ns);
      const std::int64_t windows = shown.window - at(before_ns).window;
      return view.moment = {view.moment.time_ns + forward_ns,
                            view.moment.window + std::max<std::int64_t>(windows, 0),
                            shown.elapsed_ns, 0};
    }
    case Treatment::as_shown:
      return view.moment = at(call.at_ns);
    case Treatment::latest:
      return view.moment = at(std::max(view.moment.time_ns, call.at_ns));
    case Treatment::forgetful:
      view.moment = at(call.at_ns);
      view.moment.epoch = epoch;
      return view.moment;
  }
  return view.moment;
}

}  // namespace assay::graders::rate_limiter
