#include "report/html/story_html.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/text.hpp"
#include "report/figures.hpp"
#include "report/html/chart_html.hpp"
#include "report/html/lanes_svg.hpp"
#include "report/html/timeline_svg.hpp"
#include "report/story.hpp"

namespace assay::report {
namespace {

using grade::CheckResult;
using grade::Step;

constexpr std::size_t kMostOutputBytes = 8U << 10;  // its end

const Style& plain_style() {
  static const Style style{false, true, 80};
  return style;
}

std::string points_of(const CheckResult& check) {
  if (!grade::counts(check.verdict)) {
    return fmt::format("{}, – of {}", name_of(check.verdict), points_in_words(check.max_points));
  }
  return fmt::format("{} of {}", points_in_words(check.points), points_in_words(check.max_points));
}

void add_step(Markup& page, const Step& step, std::size_t number) {
  page.open("tr", {{"class", step.agrees ? "right" : "wrong"}});
  page.element("td", {{"class", "number"}}, std::to_string(number));
  page.element("td", step.at).element("td", {{"class", "code"}}, step.did);
  page.open("td");
  page.element("span", {{"class", "mark"}}, step.agrees ? "✓ " : "✗ ");
  page.text(step.came.empty() ? "no answer" : step.came).close();
  page.open("td").text(step.agrees ? "as expected" : step.expected);
  if (!step.why.empty()) page.element("small", step.why);
  page.close().close();
}

void add_steps(Markup& page, const CheckResult& check) {
  if (check.steps.empty()) return;
  page.open("div", {{"class", "wide"}}).open("table", {{"class", "steps"}});
  page.open("thead").open("tr");
  for (const char* name : {"", "when", "what was done", "what came", "what was expected"}) {
    page.element("th", {{"scope", "col"}}, name);
  }
  page.close().close().open("tbody");
  for (std::size_t i = 0; i < check.steps.size(); ++i) add_step(page, check.steps[i], i + 1);
  page.close().close().close();
  if (check.shrunk_from > static_cast<std::int64_t>(check.steps.size())) {
    page.element("p", {{"class", "quiet"}},
                 fmt::format("the smallest that fails, of {} operations", check.shrunk_from));
  }
}

void add_pictures(Markup& page, const CheckResult& check) {
  if (check.timeline) {
    page.open("div", {{"class", "wide"}}).add(timeline_svg(*check.timeline)).close();
  }
  if (check.lanes && !check.lanes->bars.empty()) {
    page.open("div", {{"class", "wide"}}).add(lanes_svg(*check.lanes)).close();
    page.element("p", {{"class", "quiet"}},
                 "From left to right in the order of events, not to scale.");
  }
  for (const auto& chart : check.charts) add_chart(page, chart);
}

void add_mistakes(Markup& page, const CheckResult& check) {
  if (check.mistakes.empty()) return;
  page.open("p", {{"class", "mistake"}});
  page.text(check.mistakes.size() == 1 ? "It looks like: " : "It looks like one of these: ");
  for (std::size_t i = 0; i < check.mistakes.size(); ++i) {
    page.text(i > 0 ? "; " : "").element("strong", check.mistakes[i]);
  }
  page.text(". A solution with that mistake gives these same answers.").close();
}

void add_output(Markup& page, const CheckResult& check) {
  if (check.output.empty()) return;
  const auto shown = std::min(check.output.size(), kMostOutputBytes);
  page.element("p", "Your solution printed, last:");
  page.element("pre", {}, std::string_view(check.output).substr(check.output.size() - shown));
}

// Of those whose reference was measured beside it, the reference too: of "per_second", that is
// "per_second_of_reference".
constexpr std::string_view kOfReference = "_of_reference";

// Six digits; of what is larger, all before the point.
std::string figure_in_words(double value) {
  constexpr double kSixDigits = 1e6;
  const bool large = std::abs(value) >= kSixDigits && std::abs(value) < 1e15;
  return large ? base::thousands(std::llround(value)) : fmt::format("{:.6g}", value);
}

void add_measured(Markup& page, const CheckResult& check) {
  if (check.metrics.empty()) return;
  const auto ends = [](const std::string& name) { return name.ends_with(kOfReference); };
  const bool beside = std::any_of(check.metrics.begin(), check.metrics.end(),
                                  [&](const auto& metric) { return ends(metric.first); });
  page.open("div", {{"class", "wide"}}).open("table", {{"class", "measured"}});
  page.element("caption", "What was measured");
  if (beside) {
    page.open("thead").open("tr");
    for (const char* name : {"", "yours", "reference"}) {
      page.element("th", {{"scope", "col"}}, name);
    }
    page.close().close();
  }
  page.open("tbody");
  for (const auto& [name, value] : check.metrics) {
    if (ends(name)) continue;
    page.open("tr").element("th", {{"scope", "row"}}, name);
    page.element("td", {{"class", "number"}}, figure_in_words(value));
    const auto reference = check.metrics.find(name + std::string(kOfReference));
    if (beside) {
      page.element("td", {{"class", "number"}},
                   reference == check.metrics.end() ? "" : figure_in_words(reference->second));
    }
    page.close();
  }
  page.close().close().close();
}

void add_ways_on(Markup& page, const CheckResult& check) {
  if (!check.where.empty()) {
    page.open("p").text("Begin at ").element("code", check.where).close();
  }
  if (!check.replay.empty()) {
    page.open("p").text("Again: ").element("code", check.replay).close();
  }
}

}  // namespace

std::string kind_of(grade::Verdict verdict) {
  std::string kind(name_of(verdict));
  std::replace(kind.begin(), kind.end(), ' ', '-');
  return kind;
}

void add_check(Markup& page, const CheckResult& check, const std::string& anchor, bool opened) {
  const std::string kind = "check " + kind_of(check.verdict);
  if (opened) {
    page.open("details", {{"class", kind}, {"id", anchor}, {"open", "open"}});
  } else {
    page.open("details", {{"class", kind}, {"id", anchor}});
  }
  page.open("summary");
  page.element("span", {{"class", "mark"}, {"aria-hidden", "true"}},
               mark_of(check.verdict, plain_style()));
  page.element("span", {{"class", "title"}}, check.id + " " + check.title);
  page.element("span", {{"class", "points"}}, points_of(check));
  page.close().open("div", {{"class", "story"}});
  if (!check.reason.empty()) page.element("p", {{"class", "reason"}}, check.reason);
  if (!check.situation.empty()) page.element("p", {{"class", "quiet"}}, check.situation);
  add_steps(page, check);
  add_pictures(page, check);
  if (!check.picture.empty()) page.element("pre", {}, check.picture);
  add_mistakes(page, check);
  add_output(page, check);
  add_measured(page, check);
  add_ways_on(page, check);
  page.element("p", {{"class", "quiet"}},
               fmt::format("{} · {} · took {}", check.slug, check.category,
                           seconds_in_words(check.seconds)));
  page.close().close();
}

}  // namespace assay::report
