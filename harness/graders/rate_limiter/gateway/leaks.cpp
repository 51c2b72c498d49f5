#include "graders/rate_limiter/gateway/leaks.hpp"

#include <utility>

#include "graders/rate_limiter/gateway/bad_ends.hpp"
#include "graders/rate_limiter/gateway/check.hpp"
#include "graders/rate_limiter/gateway/probe.hpp"
#include "graders/rate_limiter/gateway/slots.hpp"
#include "graders/rate_limiter/gateway/storm.hpp"

namespace assay::graders::rate_limiter {
namespace {

using grade::CheckResult;
using grade::Evidence;
using std::chrono::milliseconds;

constexpr milliseconds storm_patience{800};
constexpr const char* slots_after = "slots after the storm";
constexpr const char* key_after = "places of a key after the storm";
constexpr const char* address_after = "places of an address after the storm";

// First each end by itself, which explains itself best; then all of them together.
class LeaksCheck final : public GatewayCheck {
 public:
  using GatewayCheck::GatewayCheck;

  Evidence talk(const grade::SubjectSpec& subject, base::Random& random) const override {
    Evidence evidence;
    const GatewaySetup setup = setup_of_bad_ends(random);
    {
      GatewayWorld world(subject, setup);
      evidence.conversations.push_back(meet_bad_ends(world, setup));
      if (!met_all_ends(evidence.conversations.back())) {
        evidence.conversations.push_back(facts_of(world, {}));
        return evidence;
      }
    }
    const StormPlan plan = plan_storm(random);
    GatewayWorld world(subject, plan.setup, service_slots_max, milliseconds(plan.service_ms));
    evidence.conversations.push_back(run_storm(world, plan));
    evidence.conversations.push_back({"after", look_after(world, plan.setup), "", ""});
    evidence.conversations.push_back(facts_of(world, {}));
    return evidence;
  }

  CheckResult judge_talk(const Evidence& evidence, CheckResult result) const override {
    const auto& ends = evidence.conversations.front();
    if (auto wrong = judge_bad_ends(ends, result)) return *wrong;
    if (evidence.conversations.size() != 4) return saw_too_little(std::move(result));
    const auto& storm = evidence.conversations[1];
    result.situation =
        "all ways to end at the same time, while slots are handed over: " + fact_in(storm, "storm");
    if (auto fault = judge_storm(storm)) {
      if (storm_was_late(storm)) return saw_too_little(std::move(result));
      result.where = fault->where;
      result.steps = std::move(fault->steps);
      if (!fault->mistake.empty()) result.mistakes.push_back(fault->mistake);
      return failed(std::move(result), fault->reason);
    }
    return judge_after(evidence.conversations[2], std::move(result));
  }

 private:
  static std::vector<grade::Exchange> look_after(GatewayWorld& world, const GatewaySetup& setup) {
    const auto places = [&](const GatewayAsk& ask) {
      return to_line(probe_patiently(world, {ask}, setup.at_once, storm_patience));
    };
    return {{slots_after, to_line(count_slots(world, setup.slots, storm_patience))},
            {key_after, places(ask_with_key("key1", held_target))},
            {address_after, places(ask_from_address("127.0.3.7", held_target))}};
  }

  CheckResult judge_after(const grade::Conversation& after, CheckResult result) const {
    const auto slots = parse_slot_count(fact_in(after, slots_after));
    if (!slots.good()) return tell_slots(slots, "after the storm, ", std::move(result));
    for (const char* const whose : {key_after, address_after}) {
      const auto places = parse_probe(fact_in(after, whose));
      if (places.good()) continue;
      return tell_probe(places, "after the storm, ",
                        "a place isn't given back when a request ends badly", std::move(result));
    }
    result.situation.clear();
    return passed(std::move(result));
  }
};

}  // namespace

std::unique_ptr<grade::Check> make_leaks_check(grade::CheckInfo info) {
  return std::make_unique<LeaksCheck>(std::move(info));
}

}  // namespace assay::graders::rate_limiter
