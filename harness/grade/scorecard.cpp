#include "grade/scorecard.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace assay::grade {
namespace {

constexpr std::array<std::pair<Verdict, std::string_view>, 7> kNames{{
    {Verdict::pass, "pass"},
    {Verdict::fail, "fail"},
    {Verdict::unknown, "unknown"},
    {Verdict::noisy, "noisy"},
    {Verdict::unavailable, "unavailable"},
    {Verdict::not_attempted, "not attempted"},
    {Verdict::error, "error"},
}};

constexpr std::array<std::pair<Chart::Scale, std::string_view>, 3> kScales{{
    {Chart::Scale::linear, "linear"},
    {Chart::Scale::logarithmic, "logarithmic"},
    {Chart::Scale::nines, "nines"},
}};

bool any_is(const Scorecard& card, Verdict verdict) {
  return std::any_of(card.checks.begin(), card.checks.end(),
                     [verdict](const CheckResult& check) { return check.verdict == verdict; });
}

}  // namespace

std::string_view name_of(Verdict verdict) {
  for (const auto& [value, name] : kNames) {
    if (value == verdict) return name;
  }
  return "error";
}

std::optional<Verdict> verdict_named(std::string_view name) {
  for (const auto& [value, known] : kNames) {
    if (known == name) return value;
  }
  return std::nullopt;
}

std::string_view name_of(Chart::Scale scale) {
  return kScales[static_cast<std::size_t>(scale)].second;
}

std::optional<Chart::Scale> scale_named(std::string_view name) {
  for (const auto& [scale, known] : kScales) {
    if (known == name) return scale;
  }
  return std::nullopt;
}

bool counts(Verdict verdict) { return verdict == Verdict::pass || verdict == Verdict::fail; }

int exit_code(const Scorecard& card) {
  if (any_is(card, Verdict::error)) return 70;
  if (any_is(card, Verdict::fail)) return 1;
  const bool all_count =
      std::all_of(card.checks.begin(), card.checks.end(),
                  [](const CheckResult& check) { return counts(check.verdict); });
  return card.complete && all_count ? 0 : 75;
}

}  // namespace assay::grade
