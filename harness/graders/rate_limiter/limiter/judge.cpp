#include "graders/rate_limiter/limiter/judge.hpp"

#include <algorithm>

namespace assay::graders::rate_limiter {
namespace {

struct Candidate {
  Way way;
  Model model;
  Decision decision;
};

std::vector<Candidate> candidates_for(const Policy& policy, const std::vector<Call>& calls) {
  std::vector<Candidate> candidates;
  for (const Way& way : legal_ways(calls, policy.kind)) {
    candidates.push_back({way, Model(policy, Mistake::none, way), {}});
  }
  return candidates;
}

// How far a decision is from what came: who admits as it did is nearer than who doesn't, whatever
// else they say.
int distance(const Decision& decision, const std::optional<Decision>& came) {
  if (!came) return 0;
  if (decision.admitted != came->admitted) return 3;
  if (decision.remaining != came->remaining) return 2;
  return decision.retry_after_ns == came->retry_after_ns ? 0 : 1;
}

Ruling ruling_for(std::size_t index, std::vector<Candidate> candidates,
                  const std::optional<Decision>& came, Aspects aspects) {
  std::stable_sort(candidates.begin(), candidates.end(), [&](const auto& a, const auto& b) {
    return distance(a.decision, came) < distance(b.decision, came);
  });
  const Candidate& nearest = candidates.front();
  Ruling ruling{index, *difference(nearest.decision, came, aspects), nearest.way, {}};
  for (const auto& candidate : candidates) {
    const bool known = std::find(ruling.legal.begin(), ruling.legal.end(), candidate.decision) !=
                       ruling.legal.end();
    if (!known) ruling.legal.push_back(candidate.decision);
  }
  return ruling;
}

std::optional<Ruling> first_wrong_in(const Policy& policy, const std::vector<Call>& calls,
                                     const std::vector<std::optional<Decision>>& answers,
                                     Aspects aspects) {
  auto candidates = candidates_for(policy, calls);
  for (std::size_t i = 0; i < std::min(calls.size(), answers.size()); ++i) {
    bool any_agrees = false;
    std::vector<bool> agrees;
    for (auto& candidate : candidates) {
      candidate.decision = candidate.model.acquire(calls[i]);
      agrees.push_back(!difference(candidate.decision, answers[i], aspects));
      any_agrees = any_agrees || agrees.back();
    }
    if (!any_agrees) return ruling_for(i, std::move(candidates), answers[i], aspects);
    for (std::size_t k = candidates.size(); k-- > 0;) {
      if (!agrees[k]) candidates.erase(candidates.begin() + static_cast<std::ptrdiff_t>(k));
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> difference(const Decision& expected, const std::optional<Decision>& came,
                                      Aspects aspects) {
  if (!came) return "not a decision";
  if (came->admitted != expected.admitted) {
    return came->admitted ? "admitted, but should be denied" : "denied, but should be admitted";
  }
  if (aspects.remaining && came->remaining != expected.remaining) {
    return came->remaining > expected.remaining ? "more remaining than there are"
                                                : "less remaining than there are";
  }
  if (!aspects.retry_after || came->retry_after_ns == expected.retry_after_ns) return std::nullopt;
  if (!expected.retry_after_ns) {
    return came->admitted ? "a retry_after on an admitted call"
                          : "told to wait, but never admitted";
  }
  if (!came->retry_after_ns) return "no retry_after, but waiting helps";
  return *came->retry_after_ns < *expected.retry_after_ns ? "told to retry too early"
                                                          : "told to wait too long";
}

std::optional<Ruling> first_wrong(const Policy& policy, const std::vector<Call>& calls,
                                  const std::vector<std::optional<Decision>>& answers,
                                  Aspects aspects) {
  const Aspects admission;
  if (auto wrong = first_wrong_in(policy, calls, answers, admission)) return wrong;
  return first_wrong_in(policy, calls, answers, aspects);
}

}  // namespace assay::graders::rate_limiter
