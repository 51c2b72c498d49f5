#include "report/figures.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <string_view>

namespace assay::report {
namespace {

constexpr int kMostDecimals = 3;
constexpr std::size_t kLongestNumber = 6;    // longer ones are shown as a sum, or rounded
constexpr std::size_t kLongestInCommon = 4;  // longer ones are easier to read in their own unit
constexpr double kNanosecondsPerYear = 365.25 * 86400e9;

struct Unit {
  std::string_view name;
  std::uint64_t ns;
};

constexpr std::array<Unit, 7> kUnits{{{"ns", 1},
                                      {"µs", 1'000},
                                      {"ms", 1'000'000},
                                      {"s", 1'000'000'000},
                                      {"min", 60'000'000'000},
                                      {"h", 3'600'000'000'000},
                                      {"d", 86'400'000'000'000}}};

std::string name_of(const Unit& unit, const Style& style) {
  return unit.ns == 1'000 ? std::string(glyphs(style).micro) + "s" : std::string(unit.name);
}

std::string fixed(double value, int decimals) {
  std::array<char, 400> buffer{};  // the longest double has 309 digits before its point
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                 std::chars_format::fixed, decimals);
  return {buffer.data(), end.ptr};
}

std::string without_trailing_zeros(std::string number) {
  if (number.find('.') == std::string::npos) return number;
  number.erase(number.find_last_not_of('0') + 1);
  if (number.back() == '.') number.pop_back();
  return number;
}

std::string rounded(double value, int significant) {
  std::array<char, 40> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                 std::chars_format::general, significant);
  return {buffer.data(), end.ptr};
}

std::uint64_t magnitude(std::int64_t value) {
  return value < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(value)
                   : static_cast<std::uint64_t>(value);
}

// The number of units, if it is exact and short.
std::optional<std::string> exact_number(std::int64_t ns, const Unit& unit) {
  const std::uint64_t whole = magnitude(ns) / unit.ns;
  std::uint64_t rest = magnitude(ns) % unit.ns;
  std::string number = (ns < 0 ? "-" : "") + std::to_string(whole);
  if (rest != 0) number += '.';
  for (int decimal = 0; rest != 0; ++decimal) {
    if (decimal == kMostDecimals) return std::nullopt;
    rest *= 10;
    number += static_cast<char>('0' + rest / unit.ns);
    rest %= unit.ns;
  }
  if (number.size() > kLongestNumber) return std::nullopt;
  return number;
}

// A decimal point costs the reader something.
std::size_t cost_of(const std::string& number) {
  return number.size() + (number.find('.') == std::string::npos ? 0 : 2);
}

std::optional<std::string> exact(std::int64_t ns, const Style& style) {
  if (ns == 0) return "0";
  std::optional<std::string> best;
  std::size_t best_cost = 0;
  for (const Unit& unit : kUnits) {
    const auto number = exact_number(ns, unit);
    if (!number || (best && cost_of(*number) >= best_cost)) continue;
    best_cost = cost_of(*number);
    best = *number + " " + name_of(unit, style);
  }
  return best;
}

// "200 ms−1 ns": a round time, and what is missing from it.
std::optional<std::string> near_round(std::int64_t ns, const Style& style) {
  std::optional<std::string> best;
  for (const Unit& unit : kUnits) {
    const std::uint64_t count =
        magnitude(ns) / unit.ns + (magnitude(ns) % unit.ns > unit.ns / 2 ? 1U : 0U);
    const std::uint64_t round = count * unit.ns;
    if (ns < 0 || count == 0 || count > 9999 || round > std::uint64_t{INT64_MAX}) continue;
    const std::int64_t rest = ns - static_cast<std::int64_t>(round);
    const auto rest_text = exact(std::abs(rest), style);
    if (!rest_text) continue;
    std::string text = std::to_string(count) + " " + name_of(unit, style);
    text.append(rest < 0 ? glyphs(style).minus : "+").append(*rest_text);
    if (!best || text.size() < best->size()) best = text;
  }
  return best;
}

std::string approximate(std::int64_t ns, const Style& style) {
  const std::string about(glyphs(style).about);
  const double value = static_cast<double>(ns);
  if (std::abs(value) >= 2 * kNanosecondsPerYear) {
    return about + fixed(value / kNanosecondsPerYear, 0) + " years";
  }
  const Unit* fitting = &kUnits.front();
  for (const Unit& unit : kUnits) {
    if (magnitude(ns) >= unit.ns) fitting = &unit;
  }
  return about + rounded(value / static_cast<double>(fitting->ns), 3) + " " +
         name_of(*fitting, style);
}

struct CommonUnit {
  std::vector<std::string> numbers;
  std::size_t cost = 0;
};

std::optional<CommonUnit> in_unit(const std::vector<std::int64_t>& moments_ns, const Unit& unit,
                                  const Style& style) {
  CommonUnit common;
  for (const std::int64_t ns : moments_ns) {
    const auto number = exact_number(ns, unit);
    if (!number || number->size() > kLongestInCommon) return std::nullopt;
    common.cost += cost_of(*number);
    common.numbers.push_back(*number);
  }
  if (moments_ns.back() != 0) common.numbers.back() += " " + name_of(unit, style);
  return common;
}

std::vector<std::string> own_labels(std::int64_t ns, std::optional<std::int64_t> previous_ns,
                                    const Style& style) {
  std::vector<std::string> labels;
  if (const auto own = exact(ns, style)) labels.push_back(*own);
  if (labels.empty()) {
    if (const auto sum = near_round(ns, style)) labels.push_back(*sum);
  }
  if (previous_ns) {
    const auto later = static_cast<std::uint64_t>(ns) - static_cast<std::uint64_t>(*previous_ns);
    const auto text = later > std::uint64_t{INT64_MAX}
                          ? std::nullopt
                          : exact(static_cast<std::int64_t>(later), style);
    if (text) labels.push_back("+" + *text);
  }
  if (labels.empty()) labels.push_back(approximate(ns, style));
  labels.emplace_back();
  return labels;
}

}  // namespace

std::string points_in_words(double points) {
  constexpr double kNoise = 1e-9;
  return without_trailing_zeros(fixed(std::floor(points * 100 + kNoise) / 100, 2));
}

std::string seconds_in_words(double seconds) {
  if (seconds < 0.0995) return fixed(seconds * 1000, 0) + " ms";
  if (seconds < 9.95) return fixed(seconds, 1) + " s";
  const auto whole = std::llround(seconds);
  if (whole < 120) return std::to_string(whole) + " s";
  return std::to_string(whole / 60) + " min " + std::to_string(whole % 60) + " s";
}

std::string level_in_words(double level) {
  constexpr double kPlainBelow = 1e7;
  if (level < kPlainBelow) return without_trailing_zeros(fixed(level, 2));
  int exponent = 0;
  if (std::frexp(level, &exponent) == 0.5) return "2^" + std::to_string(exponent - 1);
  return rounded(level, 3);
}

std::vector<std::vector<std::string>> moment_labels(const std::vector<std::int64_t>& moments_ns,
                                                    const Style& style) {
  std::vector<std::vector<std::string>> labels;
  if (moments_ns.empty()) return labels;
  std::optional<CommonUnit> best;
  for (const Unit& unit : kUnits) {
    const auto common = in_unit(moments_ns, unit, style);
    if (common && (!best || common->cost < best->cost)) best = common;
  }
  for (std::size_t i = 0; i < moments_ns.size(); ++i) {
    if (best) {
      labels.push_back({best->numbers[i], ""});
    } else {
      const auto previous = i == 0 ? std::nullopt : std::optional(moments_ns[i - 1]);
      labels.push_back(own_labels(moments_ns[i], previous, style));
    }
  }
  return labels;
}

}  // namespace assay::report
