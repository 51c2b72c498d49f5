// The operations of level 6, on the tree that a script makes.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hierarchy.hpp"
#include "host/rate_limiter/words.hpp"

namespace rate_limiter::host {

class TreeOperations {
 public:
  // The answer, if it is an operation of a tree. Throws assay::host::BadRequest for one that can't
  // be read, and kit::NotImplemented if the solution doesn't define make_hierarchy.
  std::optional<std::string> answer(const std::vector<std::string_view>& words);

 private:
  void make(const std::vector<std::string_view>& words);
  Hierarchy& tree(std::string_view verb);
  std::string spend(const std::vector<std::string_view>& words);

  ScriptClock clock_;
  std::unique_ptr<Hierarchy> tree_;
};

}  // namespace rate_limiter::host
