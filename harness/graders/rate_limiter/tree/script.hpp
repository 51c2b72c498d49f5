// The words of the script protocol for the tree of level 6, on the grader's side. Plain data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace assay::graders::rate_limiter {

struct TreeQuota {
  std::int64_t tokens = 1;
  std::int64_t period_ns = 1;
  std::int64_t capacity = 1;
  bool dark = false;

  bool operator==(const TreeQuota&) const = default;
};

// More than anybody uses: a node that never denies, and that stories don't mention.
inline constexpr TreeQuota boundless{1'000'000, 1, 1'000'000'000};

struct TreeRoute {
  std::string name;
  std::int64_t price = 1;
  TreeQuota quota;
};

struct TreeKey {
  std::string name;
  std::int64_t weight = 1;
  TreeQuota quota;
  std::vector<TreeRoute> routes;
};

struct TreeOrganisation {
  std::string name;
  TreeQuota quota;
  std::vector<TreeKey> keys;
};

using TreePolicy = std::vector<TreeOrganisation>;

enum class TreeLevel { organisation, key, route };
inline constexpr std::size_t tree_levels = 3;

// A call; or, if `counted` is a level, the question how many calls that node would have denied.
struct TreeOperation {
  std::int64_t at_ns = 0;
  std::string key;
  std::string route;
  std::int64_t cost = 1;
  std::optional<TreeLevel> counted = std::nullopt;
};

struct TreeAnswer {
  bool admitted = false;
  std::optional<TreeLevel> denied_by;
  std::optional<std::int64_t> retry_after_ns;
};

std::string setup_line(const TreePolicy& policy);
std::string operation_line(const TreeOperation& operation);

// Lines of our own; they always parse (std::logic_error otherwise).
TreePolicy parse_tree(const std::string& line);
TreeOperation parse_tree_operation(const std::string& line);

// A subject's answer to a call, which may be anything.
std::optional<TreeAnswer> parse_tree_answer(const std::string& line);

std::string in_words(const TreePolicy& policy);
std::string in_words(const TreeOperation& operation);
std::string in_words(const TreeAnswer& answer);
std::string in_words(TreeLevel level);

}  // namespace assay::graders::rate_limiter
