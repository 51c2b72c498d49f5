// assay new: the skeleton of an exercise, a folder per concern, that builds and grades at once.
#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "grade/solution.hpp"
#include "proc/files.hpp"

namespace assay::cli {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view template_extension = ".in";

// The skeleton's folders, and where they go; @slug@ is replaced in paths and in contents.
struct Piece {
  fs::path from;
  fs::path to;
};

// Names with a meaning of their own: C++ words that fit a slug, and what a folder, a namespace or a
// test of the harness is called already.
bool is_taken(const Context& context, const std::string& slug) {
  static const std::set<std::string> words{
      "alignas", "auto",     "bool",   "case",     "char",   "class",  "const",    "default",
      "delete",  "do",       "double", "else",     "enum",   "export", "extern",   "float",
      "for",     "friend",   "goto",   "if",       "inline", "int",    "long",     "main",
      "mutable", "operator", "or",     "private",  "public", "return", "short",    "signed",
      "sizeof",  "static",   "std",    "struct",   "switch", "this",   "throw",    "true",
      "try",     "typedef",  "union",  "unsigned", "using",  "void",   "volatile", "while"};
  return words.contains(slug) || fs::exists(context.root / "harness" / slug) ||
         fs::exists(context.root / "tests" / slug) || fs::exists(context.root / "exercises" / slug);
}

bool can_name_an_exercise(const std::string& slug) {
  const auto lower = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto fits = [&](char c) { return lower(c) || (c >= '0' && c <= '9') || c == '_'; };
  return slug.size() >= 2 && slug.size() <= 40 && lower(slug[0]) &&
         std::all_of(slug.begin(), slug.end(), fits);
}

std::string filled(std::string text, const std::string& slug) {
  base::replace_all(text, "@slug@", slug);
  return text;
}

std::vector<Piece> pieces_of(const Context& context, const std::string& slug) {
  const fs::path skeleton = context.root / "harness" / "cli" / "skeleton";
  std::vector<Piece> pieces;
  for (const auto& entry : fs::recursive_directory_iterator(skeleton)) {
    if (!entry.is_regular_file()) continue;
    std::string relative = filled(fs::relative(entry.path(), skeleton).string(), slug);
    if (relative.ends_with(template_extension)) {
      relative.resize(relative.size() - template_extension.size());
    }
    pieces.push_back({entry.path(), context.root / relative});
  }
  return pieces;
}

}  // namespace

int make_new(const Context& context, const std::string& slug) {
  if (!can_name_an_exercise(slug)) {
    throw UsageError(
        fmt::format("'{}' can't name an exercise: it becomes a folder and a C++ "
                    "namespace, so it is 2 to 40 of a-z, 0-9 and _, beginning with a "
                    "letter",
                    base::printable_line(slug, 60)));
  }
  if (is_taken(context, slug)) {
    throw UsageError(fmt::format("'{}' is taken, or a word of C++: choose another name", slug));
  }
  const auto pieces = pieces_of(context, slug);
  for (const auto& piece : pieces) {
    if (fs::exists(piece.to)) {
      throw UsageError(
          fmt::format("{} is there already: nothing was written", grade::shown(piece.to)));
    }
  }
  for (const auto& piece : pieces) {
    fs::create_directories(piece.to.parent_path());
    proc::write_atomically(piece.to, filled(proc::read_file(piece.from), slug));
    fmt::print("wrote {}\n", grade::shown(piece.to));
  }
  fmt::print(
      "\nIt is a small exercise that works: change it into yours, in the order of "
      "CONTRIBUTING.md.\nnext: ./assay grade {} --solution reference\n",
      slug);
  return exit_code::passed;
}

}  // namespace assay::cli
