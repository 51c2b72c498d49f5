#include "grade/prediction.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "base/text.hpp"

namespace assay::grade {
namespace {

struct Band {
  double times_off_max;
  double marks;
};
constexpr std::array<Band, 4> bands{{{1.25, 1}, {1.5, 0.75}, {2, 0.5}, {4, 0.25}}};
constexpr double rounding = 1e-9;  // 5 is 1.25 times 4, whatever the last bit says
constexpr std::size_t shown_bytes_max = 40;

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return "";
  return std::string(text.substr(first, text.find_last_not_of(" \t\r") - first + 1));
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return text;
}

char letter_of(std::size_t choice) { return static_cast<char>('a' + choice); }

TypedAnswer choice_from(const PredictionQuestion& question, const std::string& typed) {
  for (std::size_t i = 0; i < question.choices.size(); ++i) {
    const std::string letter(1, letter_of(i));
    if (typed == letter || typed == letter + ")" || typed == lower(question.choices[i])) {
      return {static_cast<double>(i), ""};
    }
  }
  return {std::nullopt, fmt::format("'{}' is none of the choices: answer a letter from a to {}",
                                    base::printable_line(typed, shown_bytes_max),
                                    letter_of(question.choices.size() - 1))};
}

TypedAnswer number_from(const PredictionQuestion& question, std::string typed) {
  const std::string shown = base::printable_line(typed, shown_bytes_max);
  const std::string unit = lower(question.unit);
  if (typed.size() > unit.size() && typed.ends_with(unit)) {
    typed = trimmed(std::string_view(typed).substr(0, typed.size() - unit.size()));
  }
  base::replace_all(typed, ",", "");
  double value = 0;
  const auto [end, error] = std::from_chars(typed.data(), typed.data() + typed.size(), value);
  const bool whole = error == std::errc() && end == typed.data() + typed.size();
  if (!whole || !std::isfinite(value)) {
    return {std::nullopt, fmt::format("'{}' is not a number: answer one in {}, as 12 or 3.5", shown,
                                      question.unit)};
  }
  if (value < 0 || value > question.most) {
    return {std::nullopt, fmt::format("'{}' can't be: it is from 0 to {} {}", shown,
                                      base::thousands(std::llround(question.most)), question.unit)};
  }
  return {value, ""};
}

}  // namespace

PredictionQuestion question_of(const Prediction& prediction, std::uint64_t seed) {
  base::Random random(seed, prediction.slug);
  return prediction.ask(random);
}

TypedAnswer answer_from(const PredictionQuestion& question, std::string_view typed) {
  const std::string text = lower(trimmed(typed));
  if (text.empty()) return {std::nullopt, "there is no answer"};
  return question.choices.empty() ? number_from(question, text) : choice_from(question, text);
}

std::string answer_in_words(const PredictionQuestion& question, double answer) {
  if (!question.choices.empty()) {
    const auto place = static_cast<std::size_t>(answer);
    return fmt::format("{}) {}", letter_of(place), question.choices.at(place));
  }
  const bool whole = std::abs(answer) >= 100 || std::abs(answer - std::round(answer)) < 0.05;
  const std::string number =
      whole ? base::thousands(std::llround(answer)) : fmt::format("{:.1f}", answer);
  return fmt::format("{} {}", number, question.unit);
}

double times_off(double predicted, double measured) {
  if (predicted == measured) return 1;
  const double less = std::min(predicted, measured);
  return less > 0 ? std::max(predicted, measured) / less : std::numeric_limits<double>::infinity();
}

double marks_for(const PredictionQuestion& question, double predicted, double measured) {
  if (!question.choices.empty()) return predicted == measured ? 1 : 0;
  const double off = times_off(predicted, measured);
  for (const Band& band : bands) {
    if (off <= band.times_off_max * (1 + rounding)) return band.marks;
  }
  return 0;
}

}  // namespace assay::grade
