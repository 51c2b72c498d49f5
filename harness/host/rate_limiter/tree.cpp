#include "host/rate_limiter/tree.hpp"

#include <stdexcept>
#include <utility>

#include "host/script.hpp"
#include "kit/not_implemented.hpp"

// A solution may not have it yet: a weak function that nobody defines is a null pointer.
namespace rate_limiter {
[[gnu::weak]] std::unique_ptr<Hierarchy> make_hierarchy(
    const std::vector<OrganisationQuota>& organisations, const kit::Clock& clock);
}  // namespace rate_limiter

namespace rate_limiter::host {
namespace {

using assay::host::BadRequest;
using assay::host::whole_number;

constexpr std::string_view node_names[] = {"organisation", "key", "route"};

Node node_named(std::string_view name) {
  for (const Node node : {Node::organisation, Node::key, Node::route}) {
    if (name == node_names[static_cast<std::size_t>(node)]) return node;
  }
  throw BadRequest{"no node of a tree: " + std::string(name)};
}

// Reads the words of `tree`: each node names its kind, and follows the one that it belongs to.
class TreeReader {
 public:
  explicit TreeReader(const std::vector<std::string_view>& words) : words_(words) {}

  std::vector<OrganisationQuota> read() {
    std::vector<OrganisationQuota> all;
    while (at_ < words_.size()) {
      const Node node = node_named(next());
      const std::string name(next());
      const std::int64_t number = node == Node::organisation ? 0 : whole_number(next());
      const Quota quota = next_quota();
      const bool orphan = node != Node::organisation &&
                          (all.empty() || (node == Node::route && all.back().keys.empty()));
      if (orphan) throw BadRequest{"a tree's node that belongs to none: " + name};
      if (node == Node::organisation) all.push_back({name, quota, {}});
      if (node == Node::key) all.back().keys.push_back({name, number, quota, {}});
      if (node == Node::route) all.back().keys.back().routes.push_back({name, number, quota});
    }
    return all;
  }

 private:
  std::string_view next() {
    if (at_ == words_.size()) throw BadRequest{"a tree that ends too early"};
    return words_[at_++];
  }

  Quota next_quota() {
    const std::int64_t tokens = whole_number(next());
    const kit::nanoseconds period{whole_number(next())};
    const std::int64_t capacity = whole_number(next());
    return {tokens, period, capacity, next() == "dark"};
  }

  const std::vector<std::string_view>& words_;
  std::size_t at_ = 1;
};

std::string tree_decision_in_words(const TreeDecision& decision) {
  if (decision.admitted) return "admitted";
  if (!decision.denied_by) throw std::runtime_error("a denial without denied_by");
  std::string words = "denied ";
  words += node_names[static_cast<std::size_t>(*decision.denied_by)];
  if (!decision.retry_after) return words + " never";
  return words + ' ' + std::to_string(decision.retry_after->count());
}

}  // namespace

std::optional<std::string> TreeOperations::answer(const std::vector<std::string_view>& words) {
  if (words[0] == "tree") return make(words), "ok";
  if (words[0] == "spend" && words.size() == 5) return spend(words);
  if (words[0] == "would_have_denied" && words.size() == 4) {
    const Node node = node_named(words[1]);
    return std::to_string(tree(words[0]).would_have_denied(node, words[2], words[3]));
  }
  return std::nullopt;
}

void TreeOperations::make(const std::vector<std::string_view>& words) {
  const std::string function =
      "make_hierarchy(const std::vector<OrganisationQuota>&, const kit::Clock&)";
  if (make_hierarchy == nullptr) {
    throw kit::NotImplemented(function +
                              ", which hierarchy.hpp declares and stub_hierarchy.cpp begins,");
  }
  tree_.reset();
  clock_.set(kit::nanoseconds{0});
  tree_ = make_hierarchy(TreeReader(words).read(), clock_);
  if (!tree_) throw std::runtime_error(function + " returned a null pointer");
}

Hierarchy& TreeOperations::tree(std::string_view verb) {
  if (!tree_) throw BadRequest{std::string(verb) + " before there is a tree"};
  return *tree_;
}

std::string TreeOperations::spend(const std::vector<std::string_view>& words) {
  Hierarchy& asked = tree(words[0]);
  clock_.set(kit::nanoseconds{whole_number(words[1])});
  return tree_decision_in_words(asked.acquire(words[2], words[3], whole_number(words[4])));
}

}  // namespace rate_limiter::host
