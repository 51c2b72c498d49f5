// The checks of level 5: a gateway over HTTP, in any language.
#include <utility>

#include <fmt/format.h>

#include "graders/rate_limiter/checks.hpp"
#include "graders/rate_limiter/gateway/in_flight.hpp"
#include "graders/rate_limiter/gateway/leaks.hpp"
#include "graders/rate_limiter/gateway/overload.hpp"
#include "graders/rate_limiter/gateway/plans.hpp"
#include "graders/rate_limiter/gateway/quota_check.hpp"

namespace assay::graders::rate_limiter {

void add_gateway_checks(Checks& checks) {
  int place = 0;
  const auto info = [&](const char* slug, const char* title, const char* category, double points) {
    return grade::CheckInfo{fmt::format("5.{}", ++place), slug, 5, title, category, points};
  };
  const auto quotas = [&](const char* slug, const char* title, double points, LanePlanner planner,
                          GatewayAspects aspects) {
    checks.push_back(
        make_gateway_quota_check(info(slug, title, "correctness", points), planner, aspects));
  };

  quotas("quotas", "admits what the key's quota and the route's allow together", 3, plan_quotas,
         {.admission = true});
  quotas("come_back", "says in whole seconds when to come back, and keeps its word", 2,
         plan_come_back, {.admission = true, .retry_after = true});
  quotas("fields", "says what is left, and when there is more, as the draft has it", 2, plan_fields,
         {.fields = true});
  quotas("addresses", "believes an address only if somebody trusted wrote it", 1, plan_addresses,
         {.admission = true});
  checks.push_back(make_at_once_check(
      info("in_flight", "has so many of a key's requests at once, wherever they wait",
           "correctness", 1)));
  checks.push_back(make_leaks_check(
      info("leaks", "gives every slot back, however a request ends", "faults", 3)));
  checks.push_back(make_overload_check(
      info("overload", "sheds what can wait and keeps what is critical", "faults", 3)));
}

}  // namespace assay::graders::rate_limiter
