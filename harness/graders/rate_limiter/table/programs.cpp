#include "graders/rate_limiter/script.hpp"
#include "graders/rate_limiter/table/plans.hpp"
#include "graders/rate_limiter/table/script.hpp"

namespace assay::graders::rate_limiter {
namespace {

using grade::Operations;
using grade::Program;

constexpr std::int64_t plenty = 64;  // of room

// Operations as they read: take("a"), look("a").
std::string take(const std::string& key, std::int64_t cost = 1) { return call_text(key, cost); }
std::string look(const std::string& key) { return call_text(key, 0); }

Operations looks(const std::vector<std::string>& keys) {
  Operations operations;
  for (const auto& key : keys) operations.push_back(look(key));
  return operations;
}

Operations looks_and_count(const std::vector<std::string>& keys) {
  auto operations = looks(keys);
  operations.emplace_back(without_room_text);
  return operations;
}

Program program(const TablePolicy& policy, const Operations& first,
                const std::vector<Operations>& threads, const Operations& last) {
  Program program{{setup_line(policy)}, threads, last};
  program.first.insert(program.first.end(), first.begin(), first.end());
  return program;
}

std::int64_t any_interval(base::Random& random) {
  return random.between(2, 500) * ms + random.between(1, ms - 1);
}

// Where a time in two words takes a step in both: the first token taken now makes the bucket full
// just before this time, the second just after it.
std::string before(std::int64_t round_ns, std::int64_t interval_ns) {
  return tick_text(round_ns - interval_ns * 3 / 2);
}

constexpr std::int64_t word_ns = std::int64_t{1} << 32;
constexpr std::int64_t seconds_ns = 7'000 * ms;

}  // namespace

Programs hot_key_programs(base::Random& random) {
  const std::int64_t interval = any_interval(random);
  const auto bucket = [&](std::int64_t capacity) {
    return TablePolicy{capacity, interval, plenty, true};
  };
  const std::string one = take("a");
  const std::string refill = tick_text(interval);
  const std::string half = tick_text(interval / 2);
  const std::int64_t large = random.between(3, 6);
  return {
      program(bucket(3), {before(seconds_ns, interval), one},
              {{one, half, one}, {look("a"), one, look("a")}}, {look("a")}),
      program(bucket(large), {before(word_ns, interval), one},
              {{one, one}, {look("a"), look("a"), half, look("a")}}, {look("a")}),
      program(bucket(1), {}, {{one}, {one}}, {look("a")}),
      program(bucket(2), {look("a")}, {{one}, {one}, {one}}, {look("a")}),
      program(bucket(2), {one}, {{one, one}, {one, one}}, {look("a")}),
      program(bucket(large), {one}, {{take("a", large - 2)}, {take("a", 2)}}, {look("a")}),
      program(bucket(2), {take("a", 2)}, {{refill, one}, {one, one}}, {look("a"), one}),
      program(bucket(2), {take("a", 2)}, {{half, one, half, one}, {one, one}}, {look("a")}),
      program(bucket(1), {one}, {{refill, one}, {refill, one}}, {look("a"), refill, one, one}),
      program(bucket(2), {one}, {{look("a"), one}, {one, look("a")}}, {look("a")}),
      program(bucket(large), {one, one}, {{one, one}, {refill, one}, {refill, look("a")}},
              {look("a"), take("a", large)}),
      program(bucket(3), {one}, {{one, tick_text(4 * interval), one}, {one, one}}, {look("a")}),
  };
}

Programs many_keys_programs(base::Random& random) {
  const std::int64_t interval = any_interval(random);
  const TablePolicy one_token{1, interval, plenty, true};
  const TablePolicy two_tokens{2, interval, plenty, true};
  Operations a_dozen;
  for (int i = 0; i < 12; ++i) a_dozen.push_back(take("k" + std::to_string(i)));
  const std::string refill = tick_text(interval);
  return {
      program(one_token, {}, {{take("a"), take("b")}, {take("b"), take("a")}}, looks({"a", "b"})),
      program(two_tokens, {}, {{take("a")}, {take("a")}, {take("a")}}, looks({"a"})),
      program(one_token, {}, {{take("a"), take("c")}, {take("b"), take("a")}, {take("c")}},
              looks({"a", "b", "c"})),
      program(two_tokens, a_dozen,
              {{take("k12"), take("k13"), take("k0")}, {take("k1"), take("k13"), take("k14")}},
              looks({"k0", "k1", "k12", "k13", "k14"})),
      program(one_token, {take("a")}, {{take("b"), take("c")}, {look("a"), take("b"), look("c")}},
              looks({"a", "b", "c"})),
      program(two_tokens, {take("a")}, {{refill, take("b"), take("a")}, {take("b"), take("a", 2)}},
              looks({"a", "b"})),
      program(one_token, {}, {{take("x"), take("y"), take("z")}, {take("z"), take("y"), take("x")}},
              looks({"x", "y", "z"})),
  };
}

Programs eviction_programs(base::Random& random) {
  const std::int64_t interval = any_interval(random);
  const auto room = [&](std::int64_t keys_max, bool denies, std::int64_t capacity = 1) {
    return TablePolicy{capacity, interval, keys_max, denies};
  };
  const std::string full_again = tick_text(2 * interval + 1);
  const Operations a_then_full{take("a"), full_again};
  const Operations both_then_full{take("a"), take("b"), full_again};
  return {
      program(room(1, true), a_then_full, {{take("b")}, {take("a")}}, looks_and_count({"a", "b"})),
      program(room(1, true), a_then_full, {{take("b")}, {take("c")}}, looks_and_count({"b", "c"})),
      program(room(1, false), {}, {{take("a")}, {take("b")}}, looks_and_count({"a", "b"})),
      program(room(2, true), both_then_full, {{take("c")}, {take("d")}, {take("a")}},
              looks_and_count({"a", "b", "c", "d"})),
      program(room(2, true), both_then_full, {{take("c"), take("a")}, {take("a"), take("c")}},
              looks_and_count({"a", "b", "c"})),
      program(room(2, true), {take("a"), take("b")},
              {{full_again, take("c")}, {take("a"), take("d")}},
              looks_and_count({"a", "b", "c", "d"})),
      program(room(2, true), {take("a"), take("b")}, {{take("c")}, {take("d"), take("c")}},
              looks_and_count({"a", "b", "c", "d"})),
      program(room(2, false, 2), both_then_full,
              {{take("c"), look("a"), take("b")}, {take("a"), take("a"), look("c")}},
              looks_and_count({"a", "b", "c"})),
      program(room(1, true, 2), {take("a"), full_again},
              {{take("b"), full_again, take("a")}, {take("a"), take("b")}},
              looks_and_count({"a", "b"})),
      program(room(1, true), {take("a")},
              {{take("b"), without_room_text}, {without_room_text, take("c"), without_room_text}},
              looks_and_count({"a", "b", "c"})),
      program(room(1, true), {take("a"), full_again},
              {{take("b"), take("c")}, {without_room_text, take("a"), without_room_text}},
              looks_and_count({"a", "b", "c"})),
      program(room(3, true), {take("a"), take("b"), take("c"), full_again},
              {{take("d"), take("e")}, {take("b"), take("f")}},
              looks_and_count({"b", "c", "d", "e", "f"})),
  };
}

}  // namespace assay::graders::rate_limiter
