#include "proc/build_cache.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "proc/files.hpp"

namespace assay::proc {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kept_products_max = 300;

std::uint64_t fnv1a(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return hash;
}

void forget_oldest(const fs::path& folder) {
  std::vector<std::pair<fs::file_time_type, fs::path>> products;
  for (const auto& entry : fs::directory_iterator(folder)) {
    products.emplace_back(entry.last_write_time(), entry.path());
  }
  std::sort(products.begin(), products.end());
  for (std::size_t i = 0; i + kept_products_max < products.size(); ++i) {
    fs::remove_all(products[i].second);
  }
}

}  // namespace

BuildCache::BuildCache(fs::path folder) : folder_(std::move(folder)) {}

fs::path BuildCache::place_of(std::string_view recipe) const {
  return folder_ / fmt::format("{:016x}", fnv1a(recipe));
}

std::optional<BuildCache::Entry> BuildCache::find(std::string_view recipe) const {
  const fs::path place = place_of(recipe);
  if (!fs::exists(place / "recipe") || read_file(place / "recipe") != recipe) return std::nullopt;
  return Entry{place / "product", read_file(place / "messages")};
}

BuildCache::Entry BuildCache::keep(std::string_view recipe, std::string_view product,
                                   std::string_view messages) const {
  const fs::path place = place_of(recipe);
  fs::create_directories(place);
  write_atomically(place / "product", product, fs::perms(0755));
  write_atomically(place / "messages", messages, fs::perms(0644));
  write_atomically(place / "recipe", recipe, fs::perms(0644));  // last: it makes the entry valid
  forget_oldest(folder_);
  return {place / "product", std::string(messages)};
}

}  // namespace assay::proc
