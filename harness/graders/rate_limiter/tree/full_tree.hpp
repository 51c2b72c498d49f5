// A random tree of one to three organisations, whose keys have routes of the same names.
#pragma once

#include "base/random.hpp"
#include "graders/rate_limiter/tree/script.hpp"

namespace assay::graders::rate_limiter {

struct TreeShape {
  bool organisations_deny = true;  // otherwise only keys and routes do, and answers are certain
  double dark = 0;                 // so many of the nodes are, and organisations that would deny
};

TreePolicy full_tree(base::Random& random, const TreeShape& shape);

}  // namespace assay::graders::rate_limiter
