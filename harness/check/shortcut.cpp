#include "check/shortcut.hpp"

#include <algorithm>

namespace assay::check {

Shortcut::Status Shortcut::blame(std::vector<std::int32_t> operations) {
  std::erase_if(operations, [](std::int32_t operation) { return operation < 0; });
  std::sort(operations.begin(), operations.end());
  operations.erase(std::unique(operations.begin(), operations.end()), operations.end());
  conflict_.assign(operations.begin(), operations.end());
  return Status::violated;
}

}  // namespace assay::check
