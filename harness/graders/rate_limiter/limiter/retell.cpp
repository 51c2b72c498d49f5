#include "graders/rate_limiter/limiter/retell.hpp"

#include <algorithm>
#include <map>

#include "graders/rate_limiter/script.hpp"

namespace assay::graders::rate_limiter {
namespace {

constexpr std::size_t bends_max = 24;  // of one key between two calls

std::vector<Bend> bends_between(const Model& model, const std::string& key, Moment from,
                                std::int64_t until_ns) {
  std::vector<Bend> bends;
  while (bends.size() < bends_max) {
    const auto next = model.next_bend(key, from);
    // At the time of a call the picture has that call's own levels.
    if (!next || next->time_ns - 1 <= from.time_ns || next->time_ns > until_ns) break;
    Moment just_before = *next;
    --just_before.time_ns;
    if (next->elapsed_ns > 0) {
      --just_before.elapsed_ns;
    } else {
      just_before = from;
      just_before.elapsed_ns += next->time_ns - 1 - from.time_ns;
      just_before.time_ns = next->time_ns - 1;
    }
    bends.push_back({just_before.time_ns, model.room(key, just_before), model.room(key, *next)});
    from = *next;
  }
  return bends;
}

}  // namespace

Played played(const grade::Performance& performance) {
  Played played{parse_policy(performance.exchanges[0].asked), {}, {}};
  bool answering = true;
  for (std::size_t i = 1; i < performance.exchanges.size(); ++i) {
    const auto& [asked, answered] = performance.exchanges[i];
    played.calls.push_back(parse_call(asked));
    answering = answering && answered.has_value();
    if (answering) played.answers.push_back(parse_decision(*answered));
  }
  return played;
}

std::vector<Told> retell(const grade::Performance& performance, std::size_t last, Aspects aspects) {
  const auto [policy, calls, answers] = played(performance);
  const auto wrong = first_wrong(policy, calls, answers, aspects);
  Model model(policy, Mistake::none, wrong ? wrong->way : legal_ways(calls, policy.kind).front());

  std::vector<Told> story;
  std::map<std::string, Moment> seen;  // the last of each key
  for (std::size_t i = 0; i < last; ++i) {
    Told told;
    told.call = calls[i];
    if (i > 0) told.back_ns = std::max<std::int64_t>(0, calls[i - 1].at_ns - calls[i].at_ns);
    told.moment = model.see(told.call);
    const std::string& key = told.call.key;
    if (const auto before = seen.find(key); before != seen.end()) {
      told.bends = bends_between(model, key, before->second, told.moment.time_ns);
    }
    seen[key] = told.moment;
    told.room_before = model.room(key, told.moment);
    const Decision expected = model.acquire(told.call);
    told.legal = wrong && wrong->index == i ? wrong->legal : std::vector{expected};
    told.room_after = model.room(key, told.moment);
    if (const auto& answered = performance.exchanges[i + 1].answered) {
      told.came = parse_decision(*answered);
      told.came_in_words = told.came ? in_words(*told.came) : *answered;
    }
    story.push_back(std::move(told));
  }
  return story;
}

}  // namespace assay::graders::rate_limiter
