#include "cli/misread.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>

#include <fmt/format.h>

#include "base/text.hpp"

namespace assay::cli {
namespace {

constexpr std::size_t word_bytes_max = 60;
const std::vector<std::string> take_a_level{"grade", "watch", "hint", "predict", "compare"};
const std::vector<std::string> take_a_solution{"grade", "play"};
const std::vector<std::string> known_languages{"python", "c++"};

// "3" or "6.3", a level or a check.
struct Numbered {
  std::string level;
  bool is_check = false;
};

bool is_number(const std::string& word) {
  const auto number = base::to_integer(word);
  return number && *number >= 0;
}

std::optional<Numbered> numbered(const std::string& word) {
  const auto parts = base::split(word, '.');
  if (parts.size() > 2 || !std::all_of(parts.begin(), parts.end(), is_number)) return std::nullopt;
  return Numbered{parts[0], parts.size() == 2};
}

bool names_a_solution(const std::string& word) {
  std::error_code error;
  return word == "reference" || word == "stub" || std::filesystem::exists(word, error);
}

std::string did_you_mean(const ExtraWords& words, const std::string& rest) {
  return fmt::format("did you mean './assay {} {}'?", words.command,
                     base::printable_line(words.first + ' ' + rest, 2 * word_bytes_max));
}

std::string instead_of_number(const ExtraWords& words, const std::string& word,
                              const Numbered& number) {
  if (words.command == "judge") {
    return fmt::format("it judges all checks of a run; './assay replay {} {}' runs one again",
                       base::printable_line(words.first, word_bytes_max), word);
  }
  if (!base::contains(take_a_level, words.command)) return "";
  if (number.is_check && words.command == "grade") return did_you_mean(words, "--only " + word);
  return did_you_mean(words, "--level " + number.level);
}

}  // namespace

std::string instead_of(const ExtraWords& words) {
  for (const auto& word : words.extra) {
    if (const auto number = numbered(word)) return instead_of_number(words, word, *number);
    if (words.command == "start") {
      const auto language =
          word == "cpp" ? "c++" : base::did_you_mean(word, known_languages).value_or("");
      if (!language.empty()) return did_you_mean(words, "--lang " + language);
    }
    if (base::contains(take_a_solution, words.command) && names_a_solution(word)) {
      return did_you_mean(words, "--solution " + base::shell_quoted(word));
    }
  }
  return "";
}

std::string plainly(const std::string& complaint) {
  const std::string unconvertible = "Could not convert: ";
  if (complaint.starts_with(unconvertible)) {
    const auto parts = base::split(complaint.substr(unconvertible.size()), " = ");
    const std::string value = parts.size() > 1 ? parts[1] : "";
    return fmt::format("{} takes a whole number, not '{}'", parts[0],
                       base::printable_line(value, word_bytes_max));
  }
  const auto missing = complaint.find(": 1 required");
  if (missing != std::string::npos) return complaint.substr(0, missing) + " needs a value after it";
  if (complaint == "exercise is required") {
    return "the name of an exercise is required ('./assay list' shows them all)";
  }
  return complaint;
}

}  // namespace assay::cli
