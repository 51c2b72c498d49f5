#include <memory>

#include "graders/rate_limiter/checks.hpp"
#include "graders/rate_limiter/costs.hpp"
#include "graders/rate_limiter/limiter/play.hpp"
#include "graders/rate_limiter/predictions.hpp"

namespace assay::graders::rate_limiter {

grade::Grader make_grader() {
  grade::Grader grader{1, {}};
  add_limiter_checks(grader.checks);
  add_shared_checks(grader.checks);
  add_fleet_checks(grader.checks);
  add_gateway_checks(grader.checks);
  add_tree_checks(grader.checks);
  add_limiter_predictions(grader.predictions);
  add_shared_predictions(grader.predictions);
  add_fleet_predictions(grader.predictions);
  grader.costs = costs();
  grader.play = std::make_shared<LimiterPlay>();
  return grader;
}

}  // namespace assay::graders::rate_limiter
