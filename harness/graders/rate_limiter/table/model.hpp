// What a limiter for many threads and a fixed number of keys may answer (shared.hpp). The contract
// leaves a choice in places, so a call may come out in several ways; and one that runs while the
// clock moves may have any of the times in between. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "graders/rate_limiter/policy.hpp"

namespace assay::graders::rate_limiter {

struct TablePolicy {
  std::int64_t capacity = 1;
  std::int64_t interval_ns = 1;
  std::int64_t keys_max = 1;
  bool denies_when_full = true;
};

// One way in which things may stand.
struct Table {
  struct Bucket {
    std::string key;
    std::int64_t full_at_ns = 0;
    std::int64_t charged_at_ns = 0;  // when tokens were last taken

    bool operator==(const Bucket&) const = default;
  };

  std::vector<Bucket> buckets;  // that tokens were ever taken from, by key
  std::int64_t without_room = 0;

  bool operator==(const Table&) const = default;

  Bucket of(const std::string& key) const;
  void put(const Bucket& bucket);
};

struct TableOutcome {
  Decision decision;
  Table after;
};

// Tokens were taken from its bucket at a later time already: this can't be the time of the call.
bool too_late(const Table& table, const Call& call);

// All that a call at `call.at_ns` may come to.
std::vector<TableOutcome> outcomes(const TablePolicy& policy, const Table& table, const Call& call);

}  // namespace assay::graders::rate_limiter
