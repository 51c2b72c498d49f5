#include "report/terminal.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <vector>

#include "report/figures.hpp"
#include "report/printable.hpp"
#include "report/story.hpp"
#include "report/text.hpp"

namespace assay::report {
namespace {

using grade::CheckResult;
using grade::LevelResult;
using grade::Scorecard;
using grade::Verdict;

constexpr int kBarColumns = 20;
constexpr int kNarrowBarColumns = 10;
constexpr int kNarrowBelow = 70;

std::string joined(const std::vector<std::string>& parts, const std::string& between) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : between) + part;
  return text;
}

class Card {
 public:
  Card(const Scorecard& card, const Style& style, Detail detail)
      : card_(card), style_(style), detail_(detail), glyphs_(glyphs(style)) {}

  std::string text() {
    add_header();
    for (const LevelResult& level : card_.levels) add_level(level);
    add();
    add_total();
    add_incomplete();
    add_circumstances();
    add_stories();
    if (!card_.tip.empty()) {
      add();
      add("next: " + cyan(style_, card_.tip));
    }
    std::string text;
    for (const std::string& line : lines_) {
      text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
    }
    return text;
  }

 private:
  void add(const std::string& line = "") { lines_.push_back(line); }
  void add_all(const std::vector<std::string>& lines) {
    lines_.insert(lines_.end(), lines.begin(), lines.end());
  }
  void add_wrapped(const std::string& name, const std::string& text, bool quiet) {
    std::string before = "  " + name;
    for (const std::string& piece : wrap(text, style_.columns - width(before))) {
      add(quiet ? dim(style_, before + piece) : before + piece);
      before = repeated(" ", width(before));
    }
  }

  std::string between() const { return style_.unicode ? " · " : " | "; }

  void add_header() {
    std::vector<std::string> facts{card_.solution.path, "seed " + std::to_string(card_.seed),
                                   seconds_in_words(card_.seconds)};
    if (card_.build_seconds > 0) facts.push_back("build " + seconds_in_words(card_.build_seconds));
    if (card_.solution.path.empty()) facts.front() = card_.solution.kind;
    add_all(at_both_margins(bold(style_, card_.title), joined(facts, between()), style_));
  }

  std::string bar(double points, double max_points) const {
    const int columns = style_.columns < kNarrowBelow ? kNarrowBarColumns : kBarColumns;
    const double share = max_points > 0 ? std::clamp(points / max_points, 0.0, 1.0) : 0;
    const int full = static_cast<int>(std::floor(share * columns + 1e-9));
    const std::string filled = repeated(glyphs_.bar_full, full);
    return (share >= 1 ? green(style_, filled) : yellow(style_, filled)) +
           dim(style_, repeated(glyphs_.bar_empty, columns - full));
  }

  static std::string score(double points, double max_points) {
    return points_in_words(points) + " / " + points_in_words(max_points);
  }

  // "14 / 16 (20 in all)", as wide for each level, so that the bars stand in one column.
  std::string level_score(const LevelResult& level) const {
    std::string text(glyphs_.dash);
    if (level.max_points > 0) text = score(level.points, level.max_points);
    if (level.max_points < level.all_points) {
      text += " (" + points_in_words(level.all_points) + " in all)";
    }
    return text;
  }

  void add_level(const LevelResult& level) {
    int columns = 0;
    for (const LevelResult& other : card_.levels) {
      columns = std::max(columns, width(level_score(other)));
    }
    add();
    add_all(at_both_margins(
        "  " + bold(style_, std::to_string(level.level) + " " + level.title),
        bar(level.points, level.max_points) + "  " + pad_right(level_score(level), columns),
        style_));
    for (const CheckResult& check : card_.checks) {
      if (check.level == level.level) add_check(check);
    }
  }

  void add_check(const CheckResult& check) {
    const std::string most = points_in_words(check.max_points);
    const bool counted = grade::counts(check.verdict);
    std::string right = points_in_words(check.points) + " of " + most;
    if (check.max_points == 0) right = "no points";
    if (!counted) {
      right = dim(style_, std::string(name_of(check.verdict)) + ", " + std::string(glyphs_.dash) +
                              " of " + most);
    }
    const std::string title =
        check.verdict == Verdict::not_attempted ? dim(style_, check.title) : check.title;
    add_all(at_both_margins("    " + mark_of(check.verdict, style_) + " " + check.id + " " + title,
                            right, style_));
  }

  double all_points() const {
    double all = 0;
    for (const CheckResult& check : card_.checks) all += check.max_points;
    return all;
  }

  // Correctness, faults, performance, and whatever else there is.
  std::vector<std::string> categories() const {
    std::vector<std::string> names{"correctness", "faults", "performance"};
    std::map<std::string, std::pair<double, double>> sums;
    for (const CheckResult& check : card_.checks) {
      if (!grade::counts(check.verdict)) continue;
      sums[check.category].first += check.points;
      sums[check.category].second += check.max_points;
      if (std::find(names.begin(), names.end(), check.category) == names.end()) {
        names.push_back(check.category);
      }
    }
    std::vector<std::string> texts;
    for (const std::string& name : names) {
      const auto found = sums.find(name);
      if (found == sums.end()) continue;
      texts.push_back(name + " " + points_in_words(found->second.first) + "/" +
                      points_in_words(found->second.second));
    }
    return texts;
  }

  void add_total() {
    const bool full = card_.complete && card_.score >= card_.max_score && card_.max_score > 0;
    const std::string total = score(card_.score, card_.max_score) + " points";
    std::string left = "  " + bold(style_, full ? green(style_, total) : total);
    if (card_.max_score < all_points()) left += " (" + points_in_words(all_points()) + " in all)";
    add_all(at_both_margins(left, joined(categories(), between()), style_));
  }

  // All checks of its level have its verdict.
  bool is_whole_level(const CheckResult& of) const {
    return std::all_of(card_.checks.begin(), card_.checks.end(), [&](const CheckResult& check) {
      return check.level != of.level || check.verdict == of.verdict;
    });
  }

  void add_incomplete() {
    if (card_.complete) return;
    std::map<std::string, std::vector<std::string>> without;
    double points = 0;
    for (const CheckResult& check : card_.checks) {
      if (grade::counts(check.verdict)) continue;
      points += check.max_points;
      auto& named = without[std::string(name_of(check.verdict))];
      const std::string name =
          is_whole_level(check) ? "level " + std::to_string(check.level) : check.id;
      if (std::find(named.begin(), named.end(), name) == named.end()) named.push_back(name);
    }
    std::vector<std::string> parts;
    for (const auto& [name, ids] : without) parts.push_back(joined(ids, ", ") + " " + name);
    const std::string text = parts.empty()
                                 ? "not every check was judged."
                                 : joined(parts, "; ") + ". " + points_in_words(points) +
                                       " points are in neither the score nor its maximum.";
    add_wrapped(yellow(style_, "Incomplete: "), text, false);
  }

  void add_circumstances() {
    std::string isolation = card_.isolation.tier;
    if (card_.isolation.own_user) isolation += ", a user of its own";
    if (!isolation.empty()) add_wrapped("isolation: ", isolation, true);
    for (const std::string& gap : card_.isolation.gaps) add_wrapped("not isolated: ", gap, true);
    std::vector<std::string> facts;
    if (card_.hints_total > 0) {
      facts.push_back(
          "hints used: " + (card_.hints_used == 0 ? "none" : std::to_string(card_.hints_used)) +
          " of " + std::to_string(card_.hints_total));
    }
    facts.emplace_back(card_.reference_opened ? "reference opened" : "reference not opened");
    if (card_.predictions.of > 0) {
      facts.push_back("predictions: " + points_in_words(card_.predictions.marks) + " of " +
                      std::to_string(card_.predictions.of));
    }
    add_wrapped("", joined(facts, between()), true);
  }

  // The failing check that is told in full: the first, or else the first without a verdict.
  const CheckResult* main_story() const {
    for (const CheckResult& check : card_.checks) {
      if (check.verdict == Verdict::fail) return &check;
    }
    for (const CheckResult& check : card_.checks) {
      if (has_story(check)) return &check;
    }
    return nullptr;
  }

  static bool has_story(const CheckResult& check) {
    return check.verdict != Verdict::pass && check.verdict != Verdict::not_attempted;
  }

  // What another story has told already: then it is told by that one's id.
  bool says_the_same(const CheckResult& check, const CheckResult& before) const {
    const bool same = check.verdict == before.verdict && check.reason == before.reason &&
                      check.where == before.where && check.mistakes == before.mistakes;
    // Nothing is written yet, or it ends at the same line: whatever was asked before matters less.
    if (same && detail_ == Detail::first && !check.where.empty()) return true;
    return same && check.situation == before.situation && check.output == before.output &&
           std::equal(check.steps.begin(), check.steps.end(), before.steps.begin(),
                      before.steps.end(), [](const grade::Step& a, const grade::Step& b) {
                        return a.at == b.at && a.did == b.did && a.came == b.came;
                      });
  }

  void add_stories() {
    const CheckResult* main = main_story();
    std::vector<const CheckResult*> told;
    bool apart = true;  // an empty line comes before the next story
    for (const CheckResult& check : card_.checks) {
      if (!has_story(check)) continue;
      const bool full = detail_ == Detail::all || &check == main;
      const auto same = std::find_if(told.begin(), told.end(), [&](const CheckResult* before) {
        return says_the_same(check, *before);
      });
      if (apart || same == told.end()) add();
      apart = same == told.end();
      if (same != told.end()) {
        add_all(same_story(check, (*same)->id, style_));
        continue;
      }
      add_all(full ? full_story(check, style_) : brief_story(check, style_));
      told.push_back(&check);
    }
  }

  const Scorecard& card_;
  const Style& style_;
  Detail detail_;
  const Glyphs& glyphs_;
  std::vector<std::string> lines_;
};

}  // namespace

std::string scorecard(const Scorecard& card, const Style& style, Detail detail) {
  const Scorecard clean = printable(card, style);
  return Card(clean, style, detail).text();
}

}  // namespace assay::report
