// The checks of the rate limiter, in the order in which they are shown.
#pragma once

#include <memory>
#include <vector>

#include "grade/check.hpp"
#include "grade/script_check.hpp"

namespace assay::graders::rate_limiter {

using Checks = std::vector<std::unique_ptr<grade::Check>>;

void add_limiter_checks(Checks& checks);  // levels 1 and 2: one caller, exact answers
void add_shared_checks(Checks& checks);   // level 3: many threads, many keys
void add_fleet_checks(Checks& checks);    // level 4: many nodes, one Redis
void add_gateway_checks(Checks& checks);  // level 5: a gateway, over HTTP
void add_tree_checks(Checks& checks);     // level 6: organisations, keys and routes

// A session at levels 1 and 2 that a learner kept: all parts of each answer are compared.
std::unique_ptr<grade::ScriptCheck> make_kept_check(grade::CheckInfo info,
                                                    const grade::Script& script);

}  // namespace assay::graders::rate_limiter
