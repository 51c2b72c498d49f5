#include "graders/rate_limiter/tree/script.hpp"

#include <stdexcept>
#include <string_view>

#include <fmt/format.h>

#include "base/text.hpp"

namespace assay::graders::rate_limiter {
namespace {

constexpr std::string_view level_names[] = {"organisation", "key", "route"};
constexpr std::size_t told_keys_max = 4;

std::optional<TreeLevel> level_named(std::string_view name) {
  for (std::size_t i = 0; i < tree_levels; ++i) {
    if (name == level_names[i]) return static_cast<TreeLevel>(i);
  }
  return std::nullopt;
}

std::string quota_line(const TreeQuota& quota) {
  return fmt::format("{} {} {} {}", quota.tokens, quota.period_ns, quota.capacity,
                     quota.dark ? "dark" : "live");
}

class TreeParser {
 public:
  explicit TreeParser(const std::string& line) : words_(base::split(line, ' ')) {
    if (words_[0] != "tree") throw std::logic_error("not a tree's setup");
  }

  TreePolicy parse() {
    TreePolicy policy;
    while (at_ < words_.size()) {
      const auto level = level_named(next()).value();
      const std::string name = next();
      if (level == TreeLevel::organisation) {
        policy.push_back({name, quota(), {}});
      } else if (level == TreeLevel::key) {
        const std::int64_t weight = number();
        policy.back().keys.push_back({name, weight, quota(), {}});
      } else {
        const std::int64_t price = number();
        policy.back().keys.back().routes.push_back({name, price, quota()});
      }
    }
    return policy;
  }

 private:
  const std::string& next() { return words_.at(at_++); }
  std::int64_t number() { return base::to_integer(next()).value(); }

  TreeQuota quota() {
    const std::int64_t tokens = number();
    const std::int64_t period_ns = number();
    const std::int64_t capacity = number();
    return {tokens, period_ns, capacity, next() == "dark"};
  }

  const std::vector<std::string> words_;
  std::size_t at_ = 1;
};

std::string quota_in_words(const TreeQuota& quota) {
  return fmt::format("{}, {} in {}{}", base::counted(quota.capacity, "token"),
                     base::thousands(quota.tokens), base::duration_ns(quota.period_ns),
                     quota.dark ? ", dark" : "");
}

std::string key_in_words(const TreeKey& key) {
  std::string words = fmt::format("{} (weight {}", key.name, key.weight);
  if (key.quota != boundless) words += ", " + quota_in_words(key.quota);
  for (const auto& route : key.routes) {
    if (route.price == 1 && route.quota == boundless) continue;
    words += fmt::format("; {}: price {}", route.name, base::thousands(route.price));
    if (route.quota != boundless) words += ", " + quota_in_words(route.quota);
  }
  return words + ")";
}

}  // namespace

std::string setup_line(const TreePolicy& policy) {
  std::string line = "tree";
  for (const auto& organisation : policy) {
    line += fmt::format(" organisation {} {}", organisation.name, quota_line(organisation.quota));
    for (const auto& key : organisation.keys) {
      line += fmt::format(" key {} {} {}", key.name, key.weight, quota_line(key.quota));
      for (const auto& route : key.routes) {
        line += fmt::format(" route {} {} {}", route.name, route.price, quota_line(route.quota));
      }
    }
  }
  return line;
}

std::string operation_line(const TreeOperation& operation) {
  const auto& [at_ns, key, route, cost, counted] = operation;
  if (counted) return fmt::format("would_have_denied {} {} {}", in_words(*counted), key, route);
  return fmt::format("spend {} {} {} {}", at_ns, key, route, cost);
}

TreePolicy parse_tree(const std::string& line) { return TreeParser(line).parse(); }

TreeOperation parse_tree_operation(const std::string& line) {
  const auto words = base::split(line, ' ');
  if (words[0] == "would_have_denied") {
    return {0, words.at(2), words.at(3), 0, level_named(words.at(1)).value()};
  }
  return {base::to_integer(words.at(1)).value(), words.at(2), words.at(3),
          base::to_integer(words.at(4)).value()};
}

std::optional<TreeAnswer> parse_tree_answer(const std::string& line) {
  if (line == "admitted") return TreeAnswer{true, std::nullopt, std::nullopt};
  const auto words = base::split(line, ' ');
  if (words.size() != 3 || words[0] != "denied") return std::nullopt;
  TreeAnswer answer{false, level_named(words[1]), base::to_integer(words[2])};
  if (!answer.denied_by || (!answer.retry_after_ns && words[2] != "never")) return std::nullopt;
  return answer;
}

std::string in_words(const TreePolicy& policy) {
  std::string words;
  for (const auto& organisation : policy) {
    words += fmt::format(
        "{}{}: {}; {}", words.empty() ? "" : ". ", organisation.name,
        organisation.quota == boundless ? "no limit" : quota_in_words(organisation.quota),
        organisation.keys.size() == 1 ? "key" : "keys");
    for (std::size_t i = 0; i < organisation.keys.size() && i < told_keys_max; ++i) {
      words += (i > 0 ? ", " : " ") + key_in_words(organisation.keys[i]);
    }
    if (organisation.keys.size() > told_keys_max) words += ", …";
  }
  return words;
}

std::string in_words(const TreeOperation& operation) {
  const auto& [at_ns, key, route, cost, counted] = operation;
  if (counted) {
    return fmt::format("would_have_denied({}, \"{}\", \"{}\")", in_words(*counted), key, route);
  }
  return fmt::format("acquire(\"{}\", \"{}\", {})", key, route, base::thousands(cost));
}

std::string in_words(const TreeAnswer& answer) {
  if (answer.admitted) return "admitted";
  std::string words = "denied by the " + in_words(*answer.denied_by);
  if (!answer.retry_after_ns) return words + ", never retry";
  return words + ", retry after " + base::duration_ns(*answer.retry_after_ns);
}

std::string in_words(TreeLevel level) {
  return std::string(level_names[static_cast<std::size_t>(level)]);
}

}  // namespace assay::graders::rate_limiter
