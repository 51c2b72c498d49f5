// `assay check FILE`: judges a history, prints the verdict, and explains a violation.
#pragma once

#include <filesystem>
#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>

#include "check/budget.hpp"
#include "check/history.hpp"
#include "check/verdict.hpp"

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

// What was found out, for whoever shows it in another way.
struct Finding {
  const History& history;  // that was judged
  const Verdict& verdict;
  std::string summary;   // the line that is printed
  std::string document;  // all of it, as JSON
};

// `show` gets the finding, with an explanation if there is one. Throws nothing but std::bad_alloc
// and what `show` throws.
int check_command(const CheckOptions& options, std::ostream& out, std::ostream& err,
                  const std::function<void(const Finding&)>& show = {});

}  // namespace assay::check
