#include "cli/context.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>

#include <fmt/format.h>

#include "base/random.hpp"
#include "base/text.hpp"

namespace assay::cli {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t bar_cells = 20;

}  // namespace

Context make_context(const std::string& colour) {
  Context context;
  const fs::path program = fs::read_symlink("/proc/self/exe");
  context.build_folder = program.parent_path().parent_path();
  const char* root = std::getenv("ASSAY_ROOT");
  context.root = root != nullptr ? fs::path(root) : context.build_folder.parent_path();
  if (!fs::is_directory(context.root / "exercises")) {
    throw UsageError(fmt::format("{} is not a checkout of Assay: run the launcher, ./assay",
                                 context.root.string()));
  }
  const auto choice = report::colour_choice_named(colour);
  if (!choice) throw UsageError("--color is auto, always or never, not '" + colour + "'");
  context.out = report::detect(*choice, STDOUT_FILENO);
  context.err = report::detect(*choice, STDERR_FILENO);
  context.show_progress = ::isatty(STDERR_FILENO) == 1;
  return context;
}

std::vector<grade::Exercise> Context::exercises() const { return grade::load_exercises(root); }

grade::Exercise Context::exercise(const std::string& slug) const {
  std::vector<std::string> slugs;
  for (auto& candidate : exercises()) {
    if (candidate.slug == slug) return candidate;
    slugs.push_back(candidate.slug);
  }
  const auto meant = base::did_you_mean(slug, slugs);
  throw UsageError(fmt::format(
      "there is no exercise '{}'{}", base::printable_line(slug, 60),
      meant ? fmt::format(": did you mean '{}'?", *meant) : ": './assay list' shows them all"));
}

proc::Builder Context::builder() const { return {root, build_folder}; }

std::string language_in_words(const std::string& language) {
  if (language == "c++") return "C++";
  return language == "python" ? "Python" : language;
}

void expect_level(const grade::Exercise& exercise, std::optional<int> level) {
  if (!level || exercise.level(*level) != nullptr) return;
  const auto last = exercise.levels.size();
  throw UsageError(fmt::format("{} has no level {}: it has {}", exercise.slug, *level,
                               last == 1 ? "level 1" : fmt::format("levels 1 to {}", last)));
}

std::uint64_t seed_from(const std::string& typed) {
  if (typed.empty()) return base::fresh_seed();
  const auto seed = base::to_integer(typed);
  if (!seed || *seed < 0) {
    throw UsageError(fmt::format("--seed is a whole number from 0 to 9223372036854775807, not '{}'",
                                 base::printable_line(typed, 60)));
  }
  return static_cast<std::uint64_t>(*seed);
}

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts = {};
  ::gmtime_r(&now, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

ProgressLine::ProgressLine(const Context& context) : context_(context) {}

ProgressLine::~ProgressLine() { clear(); }

void ProgressLine::clear() {
  if (shown_) std::fputs("\r\033[K", stderr);
  shown_ = false;
}

void ProgressLine::show(const std::string& text, std::size_t done, std::size_t of) {
  if (!context_.show_progress) return;
  shown_ = true;
  const auto& glyph = report::glyphs(context_.err);
  std::string bar;
  for (std::size_t i = 0; i < bar_cells; ++i) {
    bar += i * of < done * bar_cells ? glyph.bar_full : glyph.bar_empty;
  }
  fmt::print(stderr, "\r\033[K{} {}", report::cyan(context_.err, bar), text);
  std::fflush(stderr);
}

}  // namespace assay::cli
