#include "measure/samples.hpp"

#include <array>
#include <charconv>
#include <cstddef>

#include "base/text.hpp"

namespace assay::measure {
namespace {

constexpr std::string_view kOpening = "paired 1 seed ";

std::string_view written(std::array<char, 64>& room, double rate) {
  const auto end = std::to_chars(room.data(), room.data() + room.size(), rate).ptr;
  return {room.data(), static_cast<std::size_t>(end - room.data())};
}

void append(std::string& text, const std::vector<Pair>& pairs) {
  std::array<char, 64> room{};
  for (const Pair& pair : pairs) {
    char before = ' ';
    for (const double rate :
         {pair.reference_before, pair.subject_first, pair.subject_second, pair.reference_after}) {
      text += before;
      text += written(room, rate);
      before = ',';
    }
  }
}

template <class Number>
bool read(std::string_view text, Number& number) {
  const auto result = std::from_chars(text.data(), text.data() + text.size(), number);
  return result.ec == std::errc() && result.ptr == text.data() + text.size();
}

bool read_pair(std::string_view text, Pair& pair) {
  const std::vector<std::string> rates = base::split(text, ',');
  return rates.size() == 4 && read(rates[0], pair.reference_before) &&
         read(rates[1], pair.subject_first) && read(rates[2], pair.subject_second) &&
         read(rates[3], pair.reference_after);
}

}  // namespace

double shortened(double rate) {
  std::array<char, 64> room{};
  const auto end = std::to_chars(room.data(), room.data() + room.size(), rate,
                                 std::chars_format::scientific, kKeptDigits - 1);
  double kept = rate;
  std::from_chars(room.data(), end.ptr, kept);
  return kept;
}

std::string to_text(const Samples& samples) {
  std::string text(kOpening);
  text += std::to_string(samples.seed) + " pairs";
  append(text, samples.pairs);
  text += " controls";
  append(text, samples.controls);
  return text;
}

std::optional<Samples> samples_from_text(std::string_view text) {
  if (!text.starts_with(kOpening)) return std::nullopt;
  const std::vector<std::string> words = base::split(text.substr(kOpening.size()), ' ');
  Samples samples;
  if (words.size() < 3 || !read(words[0], samples.seed) || words[1] != "pairs") return std::nullopt;
  std::vector<Pair>* list = &samples.pairs;
  for (std::size_t at = 2; at < words.size(); ++at) {
    if (words[at] == "controls" && list == &samples.pairs) {
      list = &samples.controls;
      continue;
    }
    Pair pair;
    if (list->size() >= kPairLimit || !read_pair(words[at], pair)) return std::nullopt;
    list->push_back(pair);
  }
  if (list == &samples.pairs) return std::nullopt;
  return samples;
}

}  // namespace assay::measure
