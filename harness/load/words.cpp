#include "load/words.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <optional>
#include <stdexcept>

#include "base/text.hpp"

namespace assay::load {
namespace {

constexpr std::size_t quoted_bytes = 100;  // of what was typed
constexpr double longest_s = 24 * 3600;
constexpr double highest_rate_per_s = 2e6;
constexpr std::size_t rates_limit = 100;

std::string quoted(std::string_view text) {
  return "'" + base::printable_line(text, quoted_bytes) + "'";
}

// The number in front, and what is left of the text.
std::optional<double> take_number(std::string_view& text) {
  double number = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (error != std::errc() || !std::isfinite(number)) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

struct TimeUnit {
  std::string_view name;
  double ns;
};
constexpr std::array<TimeUnit, 5> time_units{
    {{"s", 1e9}, {"ms", 1e6}, {"us", 1e3}, {"m", 60e9}, {"h", 3600e9}}};

}  // namespace

std::chrono::nanoseconds parse_duration(std::string_view text) {
  std::string_view rest = text;
  const auto number = take_number(rest);
  const auto* const unit = std::find_if(time_units.begin(), time_units.end(),
                                        [&](const TimeUnit& each) { return each.name == rest; });
  if (number && unit != time_units.end() && *number >= 0 && *number * unit->ns <= longest_s * 1e9) {
    return std::chrono::nanoseconds(std::llround(*number * unit->ns));
  }
  throw std::invalid_argument("a time looks like 10s, 1.5s, 500ms or 2m, of a day at most, not " +
                              quoted(text));
}

std::vector<double> parse_rates(std::string_view text) {
  std::vector<double> rates;
  for (const std::string& piece : base::split(text, ',')) {
    std::string_view rest = piece;
    const auto rate = take_number(rest);
    if (!rate || !rest.empty() || *rate < 0.001 || *rate > highest_rate_per_s) {
      throw std::invalid_argument("a rate is a number of requests a second, like 1000, or " +
                                  std::string("several, like 1000,2000,4000, not ") + quoted(text));
    }
    rates.push_back(*rate);
  }
  if (rates.size() <= rates_limit) return rates;
  throw std::invalid_argument("at most " + std::to_string(rates_limit) + " rates, not " +
                              std::to_string(rates.size()));
}

LatencyTarget parse_target(std::string_view text) {
  const auto equals = text.find('=');
  std::string_view percent = text.substr(0, equals);
  if (equals != std::string_view::npos && percent.starts_with('p')) {
    percent.remove_prefix(1);
    const auto number = take_number(percent);
    const std::int64_t ns = parse_duration(text.substr(equals + 1)).count();
    if (number && percent.empty() && *number > 0 && *number < 100 && ns > 0) return {*number, ns};
  }
  throw std::invalid_argument("a target looks like p99=20ms, not " + quoted(text));
}

std::string rounded_ns(double ns) {
  auto whole = static_cast<std::int64_t>(std::llround(ns));
  std::int64_t unit = 1;
  while (whole / unit >= 1000) unit *= 10;
  return base::duration_ns((whole + unit / 2) / unit * unit);
}

std::string rate_in_words(double per_s) {
  if (per_s >= 100) return base::thousands(std::llround(per_s));
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.3g", per_s);
  return text.data();
}

std::string percent_in_words(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "p%g", value);
  return text.data();
}

}  // namespace assay::load
