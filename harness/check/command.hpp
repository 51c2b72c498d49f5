// `assay check FILE`: judges a history, prints the verdict, and explains a violation.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>
#include <string_view>

#include "check/budget.hpp"

namespace assay::check {

struct CheckOptions {
  std::filesystem::path file;
  std::string model;              // empty: what the file says, or what fits its operations
  bool json = false;              // one document on out
  bool explain = false;           // why not, in text (or in the document)
  std::filesystem::path picture;  // an SVG of the explanation, if there is one; empty: none
  Budget budget;
};

// "10s", "500ms", "2m", "1G", "10s,512M": a time, a memory, or both, for CheckOptions::budget.
// Throws std::invalid_argument.
Budget parse_budget(std::string_view text);

// What --model accepts, a line each, for --help.
std::string models_help();

enum ExitCode : int { holds = 0, violated = 1, unreadable = 2, undecided = 75 };

// Throws nothing but std::bad_alloc.
int check_command(const CheckOptions& options, std::ostream& out, std::ostream& err);

}  // namespace assay::check
