#include "proc/build_cache.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "proc/files.hpp"

namespace assay::proc {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kept_products_max = 600;
constexpr std::uintmax_t kept_bytes_max = 2ULL << 30;
// What was used so lately may be about to be read, by this process or another.
constexpr std::chrono::minutes in_use{10};

std::uint64_t fnv1a(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return hash;
}

struct Kept {
  fs::file_time_type used;
  fs::path place;
  std::uintmax_t bytes;
};

// Those that were used last come first. Other processes may remove some meanwhile.
std::vector<Kept> all_kept(const fs::path& folder) {
  std::vector<Kept> all;
  for (const auto& entry : fs::directory_iterator(folder)) {
    std::error_code gone;
    const auto used = entry.last_write_time(gone);
    const auto bytes = fs::file_size(entry.path() / "product", gone);
    all.push_back({used, entry.path(), gone ? 0 : bytes});
  }
  std::sort(all.begin(), all.end(), [](const Kept& a, const Kept& b) { return a.used > b.used; });
  return all;
}

void forget_oldest(const fs::path& folder) {
  const auto lately = fs::file_time_type::clock::now() - in_use;
  std::size_t count = 0;
  std::uintmax_t bytes = 0;
  for (const auto& kept : all_kept(folder)) {
    bytes += kept.bytes;
    if ((++count <= kept_products_max && bytes <= kept_bytes_max) || kept.used > lately) continue;
    std::error_code somebody_else_did;
    fs::remove_all(kept.place, somebody_else_did);
  }
}

void note_use(const fs::path& place) {
  std::error_code gone;
  fs::last_write_time(place, fs::file_time_type::clock::now(), gone);
}

}  // namespace

BuildCache::BuildCache(fs::path folder) : folder_(std::move(folder)) {}

fs::path BuildCache::place_of(std::string_view recipe) const {
  return folder_ / fmt::format("{:016x}", fnv1a(recipe));
}

std::optional<BuildCache::Entry> BuildCache::find(std::string_view recipe) const {
  const fs::path place = place_of(recipe);
  if (!fs::exists(place / "recipe")) return std::nullopt;
  note_use(place);
  if (read_file(place / "recipe") != recipe) return std::nullopt;
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
