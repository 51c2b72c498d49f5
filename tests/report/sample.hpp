// A scorecard in which every field is filled: two checks fail, one is noisy, two pass.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "grade/scorecard.hpp"

namespace assay::report {

constexpr std::int64_t kMillisecond = 1'000'000;

inline grade::Timeline sample_timeline() {
  grade::Timeline timeline;
  timeline.level_name = "tokens";
  timeline.level_max = 3;
  timeline.calls = {{0, "3", true, true, true},
                    {100 * kMillisecond, "1", false, false, true},
                    {200 * kMillisecond, "1", true, false, false}};
  timeline.levels = {{0, 3, 0}, {100 * kMillisecond, 0.5, 0.5}, {200 * kMillisecond, 1, 0}};
  timeline.bracket_from_ns = 0;
  timeline.bracket_to_ns = 200 * kMillisecond;
  timeline.bracket_label = "one token since t = 0";
  return timeline;
}

inline grade::Lanes sample_lanes() {
  grade::Lanes lanes;
  lanes.names = {"thread 0", "thread 1"};
  lanes.bars = {{0, 0, 5, "acquire(\"a\", 3)", "admitted, 0 left", true},
                {1, 2, 4, "acquire(\"a\", 1)", "admitted, 2 left", false},
                {1, 6, std::nullopt, "acquire(\"a\", 2)", "", true}};
  lanes.notes = {{0, 1, "is stopped at solution.cpp:31"}, {0, 3, "goes on"}};
  return lanes;
}

inline grade::CheckResult passed(std::string id, std::string slug, std::string title) {
  grade::CheckResult check;
  check.id = std::move(id);
  check.slug = std::move(slug);
  check.level = 1;
  check.title = std::move(title);
  check.category = "correctness";
  check.verdict = grade::Verdict::pass;
  check.points = check.max_points = 4;
  check.seconds = 0.125;
  check.metrics = {{"scripts", 400}};
  return check;
}

inline grade::CheckResult refill_failed() {
  grade::CheckResult check = passed("1.3", "refill", "refills at its rate, to the nanosecond");
  check.verdict = grade::Verdict::fail;
  check.points = 0;
  check.reason = "the call at t = 200 ms was denied; by then the bucket holds one token";
  check.situation = "policy: capacity 3, one token every 200 ms";
  check.steps = {{"t = 0 ms", "acquire(\"a\", 3)", "admitted", "admitted", true, ""},
                 {"t = 100 ms", "acquire(\"a\", 1)", "denied, retry after 100 ms",
                  "denied, retry after 100 ms", true, ""},
                 {"t = 200 ms", "acquire(\"a\", 1)", "admitted, 0 left",
                  "denied, retry after 100 ms", false, "one token since t = 0"}};
  check.shrunk_from = 64;
  check.timeline = sample_timeline();
  check.mistakes = {"a denied call counts as a refill"};
  check.where = "my/rate_limiter/solution.cpp:14";
  check.output = "bucket a: 0 tokens\nbucket a: 0 tokens\n";
  check.replay = "assay replay r-0042";
  return check;
}

inline grade::CheckResult cap_failed() {
  grade::CheckResult check = passed("1.4", "cap", "never holds more than its capacity");
  check.verdict = grade::Verdict::fail;
  check.points = 0;
  check.reason = "crashed: segmentation fault (SIGSEGV), at step 2 of 3";
  check.lanes = sample_lanes();
  check.where = "my/rate_limiter/solution.cpp:31";
  check.replay = "assay replay r-0042 1.4";
  return check;
}

inline grade::CheckResult speed_noisy() {
  grade::CheckResult check =
      passed("1.5", "speed", "decides in at most twice the reference's time");
  check.category = "performance";
  check.verdict = grade::Verdict::noisy;
  check.points = 0;
  check.metrics = {{"ratio", 1.87}, {"ratio_high", 2.31}, {"ratio_low", 1.52}};
  grade::Chart chart;
  chart.title = "How long answers take";
  chart.x = {"share of answers", "%", grade::Chart::Scale::nines};
  chart.y = {"latency", "ms", grade::Chart::Scale::logarithmic};
  chart.curves = {{"yours", {50, 99}, {0.5, 12.25}}};
  chart.bands = {{90, 99, "Redis is paused"}};
  chart.marks = {{99, 12.25, "2 wrong answers"}, {90, std::nan(""), "nine of ten"}};
  check.charts = {chart};
  check.reason =
      "1.87 times the reference's time [1.52, 2.31]: too close to 2 to tell on this "
      "machine";
  check.replay = "assay replay r-0042 1.5";
  return check;
}

inline grade::Scorecard sample_card() {
  grade::Scorecard card;
  card.exercise = "rate_limiter";
  card.title = "Rate limiter";
  card.solution = {"mine", "my/rate_limiter", "c++"};
  card.run = "r-0042";
  card.started = "2024-03-09T10:11:12Z";
  card.seed = 4711;
  card.score = 8;
  card.max_score = 16;
  card.complete = false;
  card.seconds = 0.84;
  card.build_seconds = 1.93;
  card.machine = {"Intel Xeon Platinum 8370C", 2, 8'328'818'688, "Debian GNU/Linux 12, Linux 6.1.0",
                  "g++ 12.2.0"};
  card.isolation = {"namespaces", true, {"the network of the machine can be reached"}};
  card.levels = {{1, "Token bucket", 20, 8, 16, 20}};
  card.checks = {passed("1.1", "capacity", "admits up to its capacity at once"),
                 passed("1.2", "retry", "says when to retry, to the nanosecond"), refill_failed(),
                 cap_failed(), speed_noisy()};
  card.hints_used = 1;
  card.hints_total = 6;
  card.reference_opened = false;
  card.predictions = {4.5, 6};
  card.tip = "assay replay r-0042 --debug";
  return card;
}

}  // namespace assay::report
