#include "grade/sanitizer_report.hpp"

#include <algorithm>
#include <cctype>

#include "base/text.hpp"

namespace assay::grade {
namespace {

std::string trimmed(std::string text) {
  text.erase(0, std::min(text.find_first_not_of(' '), text.size()));
  while (!text.empty() && (text.back() == ' ' || text.back() == ':')) text.pop_back();
  return text;
}

// "data race" of "WARNING: ThreadSanitizer: data race (pid=7)", and "heap-use-after-free" of
// "==7==ERROR: AddressSanitizer: heap-use-after-free on address 0x...".
std::string kind_in(const std::string& line) {
  for (const std::string_view name : {"ThreadSanitizer: ", "AddressSanitizer: "}) {
    const auto at = line.find(name);
    if (at == std::string::npos || line.starts_with("SUMMARY")) continue;
    const std::string rest = line.substr(at + name.size());
    return trimmed(rest.substr(0, std::min(rest.find(" ("), rest.find(" on "))));
  }
  constexpr std::string_view undefined = "runtime error: ";
  const auto at = line.find(undefined);
  return at == std::string::npos ? "" : trimmed(line.substr(at + undefined.size()));
}

// "shared.cpp:57" if the line names a file of the folder.
std::string place_in(const std::string& line, const std::string& folder) {
  const auto at = line.find(folder + "/");
  if (at == std::string::npos) return "";
  const std::string rest = line.substr(at + folder.size() + 1);
  const auto file_end = rest.find(':');
  if (file_end == std::string::npos) return "";
  const auto line_end = rest.find_first_not_of("0123456789", file_end + 1);
  return rest.substr(0, line_end);
}

// "  Write of size 8 at 0x7b04 by thread T1 (mutexes: write M1):" as what was done.
std::string access_in(const std::string& line) {
  std::string text = trimmed(line);
  const auto first_word = std::min(text.find(' '), text.size());
  for (std::size_t i = 0; i < first_word; ++i) {
    text[i] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[i])));
  }
  const auto at = text.find(" at 0x");
  const auto by = text.find(" by ");
  const auto is = [&](std::string_view start) { return text.starts_with(start); };
  const bool locks = is("mutex ") && text.find(" acquired here") != std::string::npos;
  if (locks) return "takes a mutex while it holds another";
  if (!is("read of") && !is("write of") && !is("previous ") && !is("atomic ") && !is("freed by") &&
      !is("previously ")) {
    return "";
  }
  const std::string who = by == std::string::npos ? "" : text.substr(by);
  return text.substr(0, std::min(at, by)) + who.substr(0, std::min(who.find(" ("), who.size()));
}

bool is_frame(const std::string& line) { return trimmed(line).starts_with('#'); }

}  // namespace

std::optional<SanitizerReport> read_sanitizer_report(std::string_view output,
                                                     const std::string& folder) {
  const auto lines = base::split(output, '\n');
  std::size_t i = 0;
  SanitizerReport report;
  for (; i < lines.size() && report.kind.empty(); ++i) report.kind = kind_in(lines[i]);
  if (report.kind.empty()) return std::nullopt;
  // UndefinedBehaviorSanitizer's own place may be a name that the file had while it was compiled;
  // the frames that follow have the right one.
  if (lines[i - 1].find("runtime error: ") != std::string::npos) {
    report.accesses.push_back({"here", place_in(lines[i - 1], folder)});
  }
  for (; i < lines.size() && !lines[i].starts_with("SUMMARY"); ++i) {
    if (is_frame(lines[i])) {
      if (report.accesses.empty() || !report.accesses.back().place.empty()) continue;
      report.accesses.back().place = place_in(lines[i], folder);
    } else if (auto did = access_in(lines[i]); !did.empty()) {
      report.accesses.push_back({std::move(did), ""});
    }
  }
  std::erase_if(report.accesses, [](const auto& access) { return access.place.empty(); });
  return report;
}

}  // namespace assay::grade
