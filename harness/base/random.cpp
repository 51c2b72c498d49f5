#include "base/random.hpp"

#include <random>

namespace assay::base {

Random::Random(std::uint64_t seed, std::string_view purpose) : state_(seed) {
  for (const char c : purpose) state_ = next() ^ static_cast<unsigned char>(c);
}

std::uint64_t Random::next() {
  state_ += 0x9e3779b97f4a7c15ULL;
  std::uint64_t z = state_;
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31U);
}

std::int64_t Random::between(std::int64_t low, std::int64_t high) {
  const std::uint64_t span = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low) + 1;
  const std::uint64_t offset = span == 0 ? next() : next() % span;
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + offset);
}

bool Random::chance(double probability) {
  return static_cast<double>(next() >> 11U) * 0x1.0p-53 < probability;
}

std::uint64_t fresh_seed() {
  std::random_device device;
  return device() % 999'999 + 1;
}

}  // namespace assay::base
