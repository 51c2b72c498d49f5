// A histogram of durations in nanoseconds, in constant memory (37 KB). Values below 256 are exact.
// From there on each power of two has 128 buckets of the same width, so that a bucket is at most
// 1/128 (0.79 %) of its values wide. Histograms can be merged, whatever they hold, and nothing is
// lost by it. Not thread-safe: one for each thread, merged at the end.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace assay::base {

class Histogram {
 public:
  // 2^43 - 1 ns, 2.4 hours. What is longer counts as this long, but for max() and mean().
  static constexpr std::int64_t kLongest_ns = (std::int64_t{1} << 43) - 1;

  // A negative duration counts as none.
  void record(std::int64_t ns) {
    ns = std::max<std::int64_t>(ns, 0);
    ++counts_[index_of(std::min(ns, kLongest_ns))];
    ++count_;
    sum_ns_ += static_cast<std::uint64_t>(ns);
    max_ns_ = std::max(max_ns_, ns);
  }
  void merge(const Histogram& other);
  void clear() { *this = {}; }

  std::uint64_t count() const { return count_; }
  std::int64_t max_ns() const { return max_ns_; }  // exact; 0 of nothing
  double mean_ns() const;                          // exact; 0 of nothing

  // The smallest duration that at least `percent` of all don't exceed (nearest rank), rounded up to
  // the end of its bucket: never less than the truth, and at most 0.79 % more. 0 of nothing.
  std::int64_t percentile_ns(double percent) const;
  // How many lie beyond that rank. A percentile with fewer than ten beyond it says little more than
  // the maximum does.
  std::uint64_t beyond(double percent) const;
  // How many did not exceed a duration; those in its bucket count as longer unless it ends there.
  std::uint64_t at_most(std::int64_t ns) const;

  // "ns 1 sum 5120 max 300 0:2 256:17": the buckets that hold something, by their least value; and
  // back: the same histogram, or nothing if the text is not of that form.
  std::string text() const;
  static std::optional<Histogram> from_text(std::string_view text);

  bool operator==(const Histogram&) const = default;

 private:
  static constexpr int kBits = 7;  // 128 buckets for each power of two
  static constexpr std::size_t kBuckets = (43 - kBits + 1) << kBits;

  static std::size_t index_of(std::int64_t ns) {
    const auto value = static_cast<std::uint64_t>(ns);
    const int shift = std::max(0, static_cast<int>(std::bit_width(value)) - kBits - 1);
    return (static_cast<std::size_t>(shift) << kBits) + static_cast<std::size_t>(value >> shift);
  }
  static std::int64_t first_of(std::size_t index);
  static std::int64_t last_of(std::size_t index) { return first_of(index + 1) - 1; }
  std::uint64_t rank_of(double percent) const;
  bool add_bucket(std::string_view pair);

  std::array<std::uint64_t, kBuckets> counts_{};
  std::uint64_t count_ = 0;
  std::uint64_t sum_ns_ = 0;
  std::int64_t max_ns_ = 0;
};

}  // namespace assay::base
