// Seeded randomness that is the same on every machine and with every standard library.
// SplitMix64: Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace assay::base {

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  // A stream of its own for each purpose, so that one check's draws don't move another's.
  Random(std::uint64_t seed, std::string_view purpose);

  std::uint64_t next();

  // Uniform in [low, high], both included.
  std::int64_t between(std::int64_t low, std::int64_t high);

  bool chance(double probability);

  template <class Container>
  const auto& one_of(const Container& items) {
    return items[static_cast<std::size_t>(between(0, static_cast<std::int64_t>(items.size()) - 1))];
  }

 private:
  std::uint64_t state_;
};

// A seed nobody chose, small enough to type: 1 to 999,999.
std::uint64_t fresh_seed();

}  // namespace assay::base
