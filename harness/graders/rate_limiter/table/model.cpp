#include "graders/rate_limiter/table/model.hpp"

#include <algorithm>

namespace assay::graders::rate_limiter {
namespace {

__extension__ using Wide = __int128;

Table charged(Table table, const Call& call, std::int64_t price_ns) {
  const std::int64_t full_at_ns = std::max(table.of(call.key).full_at_ns, call.at_ns) + price_ns;
  table.put({call.key, full_at_ns, call.at_ns});
  return table;
}

// Others than `key` that have to be remembered at this time, and that may have to be: a bucket
// which becomes full in this very nanosecond may count as full or not.
std::pair<std::int64_t, std::int64_t> remembered(const Table& table, const Call& call) {
  std::int64_t least = 0;
  std::int64_t most = 0;
  for (const auto& bucket : table.buckets) {
    if (bucket.key == call.key) continue;
    least += bucket.full_at_ns > call.at_ns ? 1 : 0;
    most += bucket.full_at_ns >= call.at_ns ? 1 : 0;
  }
  return {least, most};
}

TableOutcome refused(const TablePolicy& policy, Table table, std::int64_t left_of_full) {
  ++table.without_room;
  if (policy.denies_when_full) return {{false, 0, std::nullopt}, std::move(table)};
  return {{true, left_of_full, std::nullopt}, std::move(table)};
}

}  // namespace

Table::Bucket Table::of(const std::string& key) const {
  for (const auto& bucket : buckets) {
    if (bucket.key == key) return bucket;
  }
  return {key, 0, 0};
}

void Table::put(const Bucket& bucket) {
  const auto place =
      std::lower_bound(buckets.begin(), buckets.end(), bucket.key,
                       [](const auto& each, const auto& key) { return each.key < key; });
  if (place != buckets.end() && place->key == bucket.key) {
    *place = bucket;
  } else {
    buckets.insert(place, bucket);
  }
}

bool too_late(const Table& table, const Call& call) {
  return table.of(call.key).charged_at_ns > call.at_ns;
}

std::vector<TableOutcome> outcomes(const TablePolicy& policy, const Table& table,
                                   const Call& call) {
  const auto bucket = table.of(call.key);
  const std::int64_t missing_ns = std::max<std::int64_t>(0, bucket.full_at_ns - call.at_ns);
  const Wide credit_ns = Wide{policy.capacity} * policy.interval_ns - missing_ns;
  const auto tokens = [&](Wide of_credit_ns) {
    return static_cast<std::int64_t>(of_credit_ns / policy.interval_ns);
  };
  if (call.cost == 0) return {{{true, tokens(credit_ns), std::nullopt}, table}};
  if (call.cost > policy.capacity) return {{{false, tokens(credit_ns), std::nullopt}, table}};

  const Wide price_ns = Wide{call.cost} * policy.interval_ns;
  if (price_ns > credit_ns) {
    const auto wait_ns = static_cast<std::int64_t>(price_ns - credit_ns);
    return {{{false, tokens(credit_ns), wait_ns}, table}};
  }
  const Decision admitted{true, tokens(credit_ns - price_ns), std::nullopt};
  TableOutcome in_room{admitted, charged(table, call, static_cast<std::int64_t>(price_ns))};
  if (bucket.full_at_ns > call.at_ns) return {std::move(in_room)};

  const auto [least, most] = remembered(table, call);
  std::vector<TableOutcome> all;
  if (least < policy.keys_max) all.push_back(std::move(in_room));
  if (most >= policy.keys_max) {
    all.push_back(refused(policy, table, policy.capacity - call.cost));
  }
  return all;
}

}  // namespace assay::graders::rate_limiter
