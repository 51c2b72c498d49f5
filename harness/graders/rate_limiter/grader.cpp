#include <memory>

#include "graders/rate_limiter/checks.hpp"
#include "graders/rate_limiter/play.hpp"

namespace assay::graders::rate_limiter {

grade::Grader make_grader() {
  grade::Grader grader{1, {}};
  add_limiter_checks(grader.checks);
  add_shared_checks(grader.checks);
  add_tree_checks(grader.checks);
  grader.play = std::make_shared<LimiterPlay>();
  return grader;
}

}  // namespace assay::graders::rate_limiter
