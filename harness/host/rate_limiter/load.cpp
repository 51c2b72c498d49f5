#include "host/rate_limiter/load.hpp"

#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "host/interruptions.hpp"
#include "host/rate_limiter/threads.hpp"

namespace rate_limiter::host {
namespace {

constexpr std::string_view hot_key = "everybody's key!";

// SplitMix64 (see base/random.hpp, which belongs to the grader).
std::uint64_t next_random(std::uint64_t& state) {
  std::uint64_t bits = state += 0x9e3779b97f4a7c15ULL;
  bits = (bits ^ (bits >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  bits = (bits ^ (bits >> 27U)) * 0x94d049bb133111ebULL;
  return bits ^ (bits >> 31U);
}

// 16 characters.
class NumberedKey {
 public:
  std::string_view numbered(std::uint64_t number) {
    for (auto digit = text_.rbegin(); digit != text_.rend(); ++digit, number >>= 4U) {
      *digit = "0123456789abcdef"[number & 15U];
    }
    return {text_.data(), text_.size()};
  }

 private:
  std::array<char, 16> text_{};
};

struct Tally {
  std::uint64_t admitted = 0;
  std::uint64_t digest = 0;  // of the decisions about the thread's own keys

  void add(const Decision& decision) {
    const auto mix = [this](std::int64_t value) {
      digest = (digest ^ static_cast<std::uint64_t>(value)) * 0x100000001b3ULL;
    };
    mix(decision.admitted ? 1 : 0);
    mix(decision.remaining);
    mix(decision.retry_after ? decision.retry_after->count() : -1);
  }
};

Tally call_in_one_thread(const Load& load, std::int64_t thread, Limiter& limiter) {
  Tally tally;
  NumberedKey key;
  std::uint64_t random = load.seed + static_cast<std::uint64_t>(thread) * 0x1000003;
  const auto keys = static_cast<std::uint64_t>(load.keys);
  const std::uint64_t first_key = static_cast<std::uint64_t>(thread) * keys;
  for (std::int64_t call = 0; call < load.calls; ++call) {
    const std::uint64_t draw = next_random(random);
    const bool hot = keys == 0 || draw % 8 == 0;
    const auto decision =
        limiter.acquire(hot ? hot_key : key.numbered(first_key + (draw >> 8U) % keys), 1);
    tally.admitted += decision.admitted ? 1U : 0U;
    if (!hot) tally.add(decision);
  }
  return tally;
}

}  // namespace

std::string run(const Load& load, Limiter& limiter) {
  std::vector<Tally> tallies(static_cast<std::size_t>(load.threads));
  in_threads(load.threads, [&](std::int64_t thread) {
    std::optional<assay::host::Interruptions> interruptions;
    if (load.interrupted) interruptions.emplace();
    tallies[static_cast<std::size_t>(thread)] = call_in_one_thread(load, thread, limiter);
  });
  Tally sum;
  for (const Tally& tally : tallies) {
    sum.admitted += tally.admitted;
    sum.digest ^= tally.digest;
  }
  return std::to_string(sum.admitted) + ' ' + std::to_string(sum.digest);
}

void stress(const Load& load, SharedLimiter& limiter) {
  in_threads(load.threads, [&](std::int64_t thread) {
    NumberedKey key;
    std::uint64_t random = load.seed + static_cast<std::uint64_t>(thread);
    for (std::int64_t call = 0; call < load.calls; ++call) {
      const std::uint64_t draw = next_random(random);
      const std::int64_t cost = draw % 2 == 0 ? 0 : 1;
      limiter.acquire(key.numbered((draw >> 8U) % static_cast<std::uint64_t>(load.keys)), cost);
      if (draw % 16 == 1) limiter.without_room();
    }
  });
}

std::int64_t fill(std::int64_t count, Limiter& limiter) {
  NumberedKey key;
  std::int64_t admitted = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    admitted += limiter.acquire(key.numbered(static_cast<std::uint64_t>(i)), 1).admitted ? 1 : 0;
  }
  return admitted;
}

}  // namespace rate_limiter::host
