// What was built, kept by content: a recipe is everything that decides what a build makes, and it
// is compared byte by byte, so that no two can be confused. Several processes may share a cache.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace assay::proc {

class BuildCache {
 public:
  struct Entry {
    std::filesystem::path product;  // kept for minutes at least
    std::string messages;           // what the compiler said when it was made
  };

  // `folder` is made when something is kept.
  explicit BuildCache(std::filesystem::path folder);

  std::optional<Entry> find(std::string_view recipe) const;

  // Forgets what was not used for longest, beyond a fixed number and size.
  Entry keep(std::string_view recipe, std::string_view product, std::string_view messages) const;

 private:
  std::filesystem::path place_of(std::string_view recipe) const;

  std::filesystem::path folder_;
};

}  // namespace assay::proc
