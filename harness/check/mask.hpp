// A set of small numbers, as bits: which of the pending operations something holds for.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "check/hash.hpp"

namespace assay::check {

template <int Words>
class Mask {
 public:
  static constexpr std::int32_t capacity = Words * 64;

  bool has(std::int32_t bit) const { return (words_[word(bit)] >> (bit % 64) & 1) != 0; }
  void set(std::int32_t bit) { words_[word(bit)] |= std::uint64_t{1} << (bit % 64); }
  void clear(std::int32_t bit) { words_[word(bit)] &= ~(std::uint64_t{1} << (bit % 64)); }

  bool empty() const {
    for (std::uint64_t bits : words_) {
      if (bits != 0) return false;
    }
    return true;
  }

  // Not to be asked of an empty one.
  std::int32_t lowest() const {
    std::size_t index = 0;
    while (Words > 1 && words_[index] == 0) ++index;
    return static_cast<std::int32_t>(index * 64) + std::countr_zero(words_[index]);
  }

  template <typename Visitor>
  void for_each(Visitor visit) const {
    for (std::size_t index = 0; index < words_.size(); ++index) {
      for (std::uint64_t bits = words_[index]; bits != 0; bits &= bits - 1) {
        visit(static_cast<std::int32_t>(index * 64) + std::countr_zero(bits));
      }
    }
  }

  template <typename Predicate>
  bool any_of(Predicate holds) const {
    for (std::size_t index = 0; index < words_.size(); ++index) {
      for (std::uint64_t bits = words_[index]; bits != 0; bits &= bits - 1) {
        if (holds(static_cast<std::int32_t>(index * 64) + std::countr_zero(bits))) return true;
      }
    }
    return false;
  }

  Mask operator|(const Mask& other) const {
    return combined(other, [](std::uint64_t left, std::uint64_t right) { return left | right; });
  }
  Mask operator&(const Mask& other) const {
    return combined(other, [](std::uint64_t left, std::uint64_t right) { return left & right; });
  }
  Mask operator^(const Mask& other) const {
    return combined(other, [](std::uint64_t left, std::uint64_t right) { return left ^ right; });
  }
  Mask without(const Mask& other) const {
    return combined(other, [](std::uint64_t left, std::uint64_t right) { return left & ~right; });
  }
  bool operator==(const Mask&) const = default;

  std::uint64_t hash() const {
    std::uint64_t hash = words_[0];
    for (std::size_t index = 1; index < words_.size(); ++index) hash = mix(hash) ^ words_[index];
    return mix(hash);
  }

 private:
  static std::size_t word(std::int32_t bit) { return static_cast<std::size_t>(bit) / 64; }

  template <typename Function>
  Mask combined(const Mask& other, Function function) const {
    Mask result;
    for (std::size_t index = 0; index < words_.size(); ++index) {
      result.words_[index] = function(words_[index], other.words_[index]);
    }
    return result;
  }

  std::array<std::uint64_t, std::size_t{Words}> words_{};
};

}  // namespace assay::check
