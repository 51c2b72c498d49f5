// Spreads the bits of an integer, for hash tables whose size is a power of two.
#pragma once

#include <cstdint>

namespace assay::check {

constexpr std::uint64_t mix(std::uint64_t bits) {
  bits = (bits ^ (bits >> 32)) * 0x9e3779b97f4a7c15ULL;
  bits = (bits ^ (bits >> 29)) * 0xd6e8feb86659fd93ULL;
  return bits ^ (bits >> 32);
}

}  // namespace assay::check
