#include "base/histogram.hpp"

#include <cmath>

#include "base/text.hpp"

namespace assay::base {
namespace {

constexpr std::string_view kind_of_text = "ns 1";

}  // namespace

void Histogram::merge(const Histogram& other) {
  for (std::size_t i = 0; i < kBuckets; ++i) counts_[i] += other.counts_[i];
  count_ += other.count_;
  sum_ns_ += other.sum_ns_;
  max_ns_ = std::max(max_ns_, other.max_ns_);
}

double Histogram::mean_ns() const {
  return count_ == 0 ? 0 : static_cast<double>(sum_ns_) / static_cast<double>(count_);
}

std::int64_t Histogram::first_of(std::size_t index) {
  const std::size_t shift = std::max<std::size_t>(index >> kBits, 1) - 1;
  return static_cast<std::int64_t>((index - (shift << kBits)) << shift);
}

std::uint64_t Histogram::rank_of(double percent) const {
  // 99.9 % of 1,000 is 999, and not the 1,000 that rounding in binary would make of it.
  const double exact = percent / 100 * static_cast<double>(count_);
  const double rank = std::ceil(exact - 1e-9 * std::max(exact, 1.0));
  return std::min(count_, static_cast<std::uint64_t>(std::max(rank, 1.0)));
}

std::int64_t Histogram::percentile_ns(double percent) const {
  if (count_ == 0) return 0;
  const std::uint64_t rank = rank_of(percent);
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    seen += counts_[i];
    if (seen >= rank) return std::min(last_of(i), max_ns_);
  }
  return max_ns_;
}

std::uint64_t Histogram::beyond(double percent) const { return count_ - rank_of(percent); }

std::uint64_t Histogram::at_most(std::int64_t ns) const {
  if (ns >= max_ns_) return count_;
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < kBuckets && last_of(i) <= ns; ++i) seen += counts_[i];
  return seen;
}

std::string Histogram::text() const {
  std::string text(kind_of_text);
  text += " sum " + std::to_string(sum_ns_) + " max " + std::to_string(max_ns_);
  for (std::size_t i = 0; i < kBuckets; ++i) {
    if (counts_[i] == 0) continue;
    text += ' ' + std::to_string(first_of(i)) + ':' + std::to_string(counts_[i]);
  }
  return text;
}

bool Histogram::add_bucket(std::string_view pair) {
  const auto colon = pair.find(':');
  if (colon == std::string_view::npos) return false;
  const auto first = to_integer(pair.substr(0, colon));
  const auto count = to_integer(pair.substr(colon + 1));
  if (!first || !count || *first < 0 || *first > kLongest_ns || *count < 1) return false;
  const std::size_t index = index_of(*first);
  if (first_of(index) != *first || counts_[index] != 0) return false;
  counts_[index] = static_cast<std::uint64_t>(*count);
  count_ += counts_[index];
  return true;
}

std::optional<Histogram> Histogram::from_text(std::string_view text) {
  const auto words = split(text, ' ');
  if (words.size() < 6 || words[0] + ' ' + words[1] != kind_of_text) return std::nullopt;
  const auto sum = to_integer(words[3]);
  const auto max = to_integer(words[5]);
  if (words[2] != "sum" || words[4] != "max" || !sum || !max) return std::nullopt;
  if (*sum < 0 || *max < 0) return std::nullopt;
  std::optional<Histogram> histogram(std::in_place);
  for (std::size_t i = 6; i < words.size(); ++i) {
    if (!histogram->add_bucket(words[i])) return std::nullopt;
  }
  histogram->sum_ns_ = static_cast<std::uint64_t>(*sum);
  histogram->max_ns_ = *max;
  return histogram;
}

}  // namespace assay::base
