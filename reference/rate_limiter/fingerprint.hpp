// What stands for a key in the table of level 3: 128 bits, whatever the key's length. Two of a
// million keys agree with odds of 1 in 10^26. Pure functions.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace rate_limiter {

struct Fingerprint {
  std::uint64_t high;
  std::uint64_t low;
};

// SipHash-1-3, the variant with 128 bits: who doesn't know its secret can't look for two keys that
// share a bucket. A public service draws the secret when it starts; here it is fixed, so that a run
// can be repeated.
class SipHash {
 public:
  void absorb(std::uint64_t word) {
    d_ ^= word;
    mix();
    a_ ^= word;
  }

  Fingerprint finish() {
    c_ ^= 0xee;
    const std::uint64_t high = squeeze();
    b_ ^= 0xdd;
    return {high, squeeze()};
  }

 private:
  // The first digits of pi: nothing hides in them.
  static constexpr std::uint64_t secret_low = 0x243f6a8885a308d3;
  static constexpr std::uint64_t secret_high = 0x13198a2e03707344;

  std::uint64_t squeeze() {
    for (int round = 0; round < 3; ++round) mix();
    return a_ ^ b_ ^ c_ ^ d_;
  }

  void mix() {
    a_ += b_;
    c_ += d_;
    b_ = std::rotl(b_, 13) ^ a_;
    d_ = std::rotl(d_, 16) ^ c_;
    a_ = std::rotl(a_, 32) + d_;
    c_ += b_;
    b_ = std::rotl(b_, 17) ^ c_;
    d_ = std::rotl(d_, 21) ^ a_;
    c_ = std::rotl(c_, 32);
  }

  std::uint64_t a_ = secret_low ^ 0x736f6d6570736575;
  std::uint64_t b_ = secret_high ^ 0x646f72616e646f6d ^ 0xee;
  std::uint64_t c_ = secret_low ^ 0x6c7967656e657261;
  std::uint64_t d_ = secret_high ^ 0x7465646279746573;
};

inline std::uint64_t word_at(const char* bytes, std::size_t count) {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, count);
  return word;
}

inline Fingerprint fingerprint(std::string_view key) {
  SipHash hash;
  const std::size_t whole = key.size() / 8 * 8;
  for (std::size_t at = 0; at < whole; at += 8) hash.absorb(word_at(key.data() + at, 8));
  hash.absorb(word_at(key.data() + whole, key.size() - whole) ^ (std::uint64_t{key.size()} << 56));
  return hash.finish();
}

}  // namespace rate_limiter
