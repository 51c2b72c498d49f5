// Configurations that a search has been in: to meet one of them again, or one that allows less, is
// to have failed already. One configuration allows all that another does when both stand at the
// same return with the same state, and every operation whose status differs is settled in the
// first.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "check/hash.hpp"
#include "check/mask.hpp"
#include "check/model.hpp"

namespace assay::check {

// Where a search is: before which return, in which state, and which of the operations pending there
// have taken effect (used), and which need not any more, though they may (settled).
template <int Words>
struct Configuration {
  Mask<Words> used;
  Mask<Words> settled;
  StateId state = 0;
  std::int32_t at = 0;
  bool operator==(const Configuration&) const = default;
};

template <int Words>
class Visited {
 public:
  using Config = Configuration<Words>;

  // Room for so many to begin with.
  explicit Visited(std::size_t expected)
      : latest_(std::bit_ceil(2 * expected + 2), none), exact_(2, none) {
    entries_.reserve(expected);
  }

  // Adds it, unless one as good is there.
  bool add(const Config& config) {
    std::int32_t& newest = latest_[place_of_newest(config)];
    std::int32_t index = newest;
    for (int looked = 0; index != none && looked < max_looked; ++looked) {
      const Entry& known = entries_[static_cast<std::size_t>(index)];
      if (allows_all(known.config, config)) return false;
      index = known.older;
    }
    if (index != none) {
      remember(index);
      if (exact_[place_of(config)] != none) return false;
    }
    const auto added = static_cast<std::int32_t>(entries_.size());
    entries_.push_back({config, newest});
    newest = added;
    if (entries_.size() * 2 > latest_.size()) grow_latest();
    return true;
  }

  std::size_t size() const { return entries_.size(); }
  std::size_t bytes() const {
    return entries_.capacity() * sizeof(Entry) +
           (exact_.capacity() + latest_.capacity()) * sizeof(std::int32_t);
  }

  template <typename Visitor>
  void for_each(Visitor visit) const {
    for (const Entry& entry : entries_) visit(entry.config);
  }

 private:
  static constexpr std::int32_t none = -1;
  static constexpr int max_looked = 24;  // at the same return and state; beyond, equal ones only

  struct Entry {
    Config config;
    std::int32_t older;  // at the same return and state
  };

  static std::uint64_t hash_of_place(const Config& config) {
    return mix(static_cast<std::uint64_t>(config.at) << 32 |
               static_cast<std::uint32_t>(config.state));
  }
  static std::uint64_t hash_of(const Config& config) {
    return mix(hash_of_place(config) ^ config.used.hash() ^ mix(config.settled.hash()));
  }
  static bool allows_all(const Config& one, const Config& other) {
    const auto different = (one.used ^ other.used) | (one.settled ^ other.settled);
    return different.without(one.settled).empty();
  }

  std::size_t place_of(const Config& config) const {
    const std::size_t mask = exact_.size() - 1;
    std::size_t place = hash_of(config) & mask;
    while (exact_[place] != none &&
           !(entries_[static_cast<std::size_t>(exact_[place])].config == config)) {
      place = (place + 1) & mask;
    }
    return place;
  }
  std::size_t place_of_newest(const Config& config) const {
    const std::size_t mask = latest_.size() - 1;
    std::size_t place = hash_of_place(config) & mask;
    for (; latest_[place] != none; place = (place + 1) & mask) {
      const Config& known = entries_[static_cast<std::size_t>(latest_[place])].config;
      if (known.at == config.at && known.state == config.state) break;
    }
    return place;
  }

  // An entry that is now too far back to be looked at one by one.
  void remember(std::int32_t index) {
    std::int32_t& place = exact_[place_of(entries_[static_cast<std::size_t>(index)].config)];
    if (place != none) return;
    place = index;
    if (++remembered_ * 2 <= exact_.size()) return;
    std::vector<std::int32_t> before(exact_.size() * 2, none);
    before.swap(exact_);
    for (std::int32_t each : before) {
      if (each == none) continue;
      exact_[place_of(entries_[static_cast<std::size_t>(each)].config)] = each;
    }
  }

  void grow_latest() {
    latest_.assign(latest_.size() * 2, none);
    for (std::size_t index = 0; index < entries_.size(); ++index) {
      latest_[place_of_newest(entries_[index].config)] = static_cast<std::int32_t>(index);
    }
  }

  std::vector<Entry> entries_;
  std::vector<std::int32_t> latest_;  // by return and state: the newest such entry
  std::vector<std::int32_t> exact_;   // by the whole configuration: those too far back
  std::size_t remembered_ = 0;
};

}  // namespace assay::check
