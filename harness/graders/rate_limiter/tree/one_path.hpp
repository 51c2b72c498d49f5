// A path of three nodes: one key, so that its share is all that the organisation has.
#pragma once

#include <cstdint>
#include <string>

#include "graders/rate_limiter/tree/script.hpp"

namespace assay::graders::rate_limiter {

inline const std::string alice = "alice";
inline const std::string search = "search";
inline const std::string list = "list";

inline constexpr TreeLevel all_levels[] = {TreeLevel::organisation, TreeLevel::key,
                                           TreeLevel::route};

struct PathOf {
  TreeQuota organisation = boundless;
  TreeQuota key = boundless;
  TreeQuota route = boundless;
  std::int64_t price = 1;

  TreeQuota& at(TreeLevel level) {
    if (level == TreeLevel::organisation) return organisation;
    return level == TreeLevel::key ? key : route;
  }

  // Another route beside it has the same price, and boundless.
  TreePolicy policy(std::int64_t weight = 1) const {
    return {{"acme",
             organisation,
             {{alice, weight, key, {{search, price, route}, {list, price, boundless}}}}}};
  }
};

}  // namespace assay::graders::rate_limiter
