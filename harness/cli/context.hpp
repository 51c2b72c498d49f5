// What every command needs to know about where it runs and how it prints.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "grade/exercise.hpp"
#include "proc/builder.hpp"
#include "report/style.hpp"

namespace assay::cli {

// The user's to mend: one clear line, exit code 2.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

namespace exit_code {
inline constexpr int passed = 0;
inline constexpr int failed = 1;
inline constexpr int usage = 2;
inline constexpr int not_built = 3;
inline constexpr int our_bug = 70;
inline constexpr int interrupted = 130;
}  // namespace exit_code

struct Context {
  std::filesystem::path root;          // the checkout
  std::filesystem::path build_folder;  // where assay and its libraries were built
  report::Style out;                   // stdout
  report::Style err;                   // stderr: progress
  bool show_progress = false;          // stderr is a terminal

  std::vector<grade::Exercise> exercises() const;
  // Throws UsageError with what was probably meant.
  grade::Exercise exercise(const std::string& slug) const;
  proc::Builder builder() const;
};

// From ASSAY_ROOT, or from where the program lies. `colour` is auto, always or never.
Context make_context(const std::string& colour);

// "C++" for c++, as exercise.toml has it.
std::string language_in_words(const std::string& language);

// Throws UsageError if a level is asked for that the exercise doesn't have.
void expect_level(const grade::Exercise& exercise, std::optional<int> level);

// A fresh one if none was typed. Throws UsageError.
std::uint64_t seed_from(const std::string& typed);

std::string utc_now();  // RFC 3339

// A line on stderr that is overwritten by the next, on a terminal only; gone at the end.
class ProgressLine {
 public:
  explicit ProgressLine(const Context& context);
  ~ProgressLine();
  void show(const std::string& text, std::size_t done, std::size_t of);
  void clear();

 private:
  const Context& context_;
  bool shown_ = false;
};

}  // namespace assay::cli
