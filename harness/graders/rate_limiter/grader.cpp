#include "graders/rate_limiter/checks.hpp"

namespace assay::graders::rate_limiter {

grade::Grader make_grader() {
  grade::Grader grader{1, {}};
  add_limiter_checks(grader.checks);
  add_shared_checks(grader.checks);
  add_fleet_checks(grader.checks);
  add_gateway_checks(grader.checks);
  add_tree_checks(grader.checks);
  return grader;
}

}  // namespace assay::graders::rate_limiter
