#include "graders/rate_limiter/tree/chase.hpp"

namespace assay::graders::rate_limiter {

TreeChase::TreeChase(const TreePolicy& policy)
    : policy_(policy), scenario_(policy), ledger_(policy) {}

TreeChase& TreeChase::spend(const std::string& key, const std::string& route, std::int64_t cost,
                            std::int64_t times) {
  for (std::int64_t i = 0; i < times; ++i) ask({0, key, route, cost});
  return *this;
}

TreeChase& TreeChase::wait(std::int64_t ns) {
  scenario_.wait(ns);
  return *this;
}

TreeChase& TreeChase::chase(base::Random& random, const ChaseHabits& habits) {
  for (int round = 0; round < habits.rounds; ++round) {
    const auto& key = random.one_of(random.one_of(policy_).keys);
    scenario_.wait(random.between(0, habits.pause_ns_max));
    chase_one(random, habits,
              {0, key.name, random.one_of(key.routes).name, random.between(1, habits.cost_max)});
  }
  return *this;
}

void TreeChase::chase_one(base::Random& random, const ChaseHabits& habits,
                          const TreeOperation& call) {
  const auto wait = ask(call);
  if (habits.counts) count(random, call);
  if (!wait || wait == 0 || random.chance(0.2)) return;
  for (const std::int64_t pause_ns : {*wait - 1, std::int64_t{1}}) {
    scenario_.wait(pause_ns);
    ask(call);
    if (habits.counts) count(random, call);
  }
}

// The count of an organisation is the same, by whichever of its keys it is asked.
void TreeChase::count(base::Random& random, const TreeOperation& call) {
  const auto& organisation = ledger_.organisation(ledger_.place_of(call));
  if (organisation.quota.dark) {
    const auto& key = random.one_of(organisation.keys);
    scenario_.count(TreeLevel::organisation, key.name, random.one_of(key.routes).name);
  }
  if (random.chance(0.1)) scenario_.count(call.key, call.route);
}

// How long until the call is admitted, if nothing is lent.
TreeWait TreeChase::ask(TreeOperation call) {
  call.at_ns = scenario_.now_ns();
  scenario_.spend(call.key, call.route, call.cost);
  const auto place = ledger_.place_of(call);
  TreeWait wait = 0;
  const auto meet = [&](const TreeQuota& quota, TreeWait own) {
    if (!quota.dark) wait = longer(wait, own);
  };
  const TreeWait at_organisation = ledger_.wait_guaranteed(call);
  meet(ledger_.organisation(place).quota, at_organisation);
  meet(ledger_.key(place).quota, ledger_.wait_below(call, TreeLevel::key));
  meet(ledger_.route(place).quota, ledger_.wait_below(call, TreeLevel::route));
  if (wait != 0) return wait;
  ledger_.take_below(call);
  if (at_organisation == 0) ledger_.take_at_organisation(call);
  return wait;
}

}  // namespace assay::graders::rate_limiter
