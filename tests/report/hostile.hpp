// A scorecard whose every string is one that is given: a hostile one, or its harmless counterpart.
#pragma once

#include <cmath>
#include <string>

#include "grade/scorecard.hpp"

namespace assay::report {

// Ends attributes, elements, comments, JSON and scripts.
inline const std::string hostile =
    "'\"></td></script><script>alert(1)</script><!--\n<img src=x onerror=alert(1)>&lt;\x1b[31m";

inline grade::CheckResult check_of(const std::string& text, int level, const std::string& slug) {
  grade::CheckResult check;
  check.id = text;
  check.slug = slug + text;
  check.level = level;
  check.title = check.category = check.reason = check.situation = text;
  check.verdict = grade::Verdict::fail;
  check.max_points = 3;
  check.metrics = {{text, 2}, {text + "_of_reference", 1}, {"ratio_low", 0.5}};
  check.steps = {{text, text, text, text, false, text}, {text, text, text, "", true, ""}};
  check.shrunk_from = 60;
  grade::Timeline timeline;
  timeline.level_name = timeline.bracket_label = text;
  timeline.level_max = 3;
  timeline.calls = {{0, text, true, false, false}, {5, text, std::nullopt, std::nullopt, true}};
  timeline.levels = {{0, 3, 2}, {5, 2, 1}};
  timeline.bracket_to_ns = 5;
  check.timeline = timeline;
  check.charts = {{text,
                   {text, text, grade::Chart::Scale::linear},
                   {text, text, grade::Chart::Scale::logarithmic},
                   {{text, {0, 1, 2}, {1, std::nan(""), 1e300}}},
                   {{0, 1, text}},
                   {{1, std::nan(""), text}, {2, 5, text}}}};
  grade::Lanes lanes;
  lanes.names = {text, text};
  lanes.bars = {{0, 1, 4, text, text, true}, {1, 2, std::nullopt, text, "", false}};
  lanes.notes = {{0, 3, text}};
  check.lanes = lanes;
  check.mistakes = {text, text};
  check.where = check.output = check.replay = check.picture = text;
  return check;
}

inline grade::Scorecard card_of(const std::string& text) {
  grade::Scorecard card;
  card.exercise = card.title = card.run = card.started = card.tip = text;
  card.solution = {text, text, text};
  card.machine = {text, 2, 1U << 30U, text, text};
  card.isolation = {text, true, {text}};
  card.levels = {{1, text, 20, 0, 3, 3}};
  card.checks = {check_of(text, 1, "a"), check_of(text, 1, "b")};
  card.max_score = 6;
  return card;
}

}  // namespace assay::report
