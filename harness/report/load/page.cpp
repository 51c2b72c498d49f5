#include "report/load/page.hpp"

#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "load/words.hpp"
#include "report/html/chart_html.hpp"
#include "report/html/markup.hpp"
#include "report/load/charts.hpp"

namespace assay::report {
namespace {

using load::Result;

constexpr std::size_t told_steps = 4;  // that have curves of their own
constexpr std::size_t shown_url_bytes = 200;

std::string count(std::uint64_t number) {
  return base::thousands(static_cast<std::int64_t>(number));
}

// All of few; of many, those beside the knee that was looked for, or some from lowest to highest.
std::vector<const Result*> steps_to_tell(const load::Report& report) {
  auto all = steps_by_rate(report);
  if (all.size() <= told_steps) return all;
  std::vector<const Result*> told;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const double rate = all[i]->planned_rate_per_s;
    const bool beside =
        report.found && (rate == report.found->highest_met || rate == report.found->lowest_missed);
    const bool some = !report.found && i * (told_steps - 1) / (all.size() - 1) >= told.size();
    if (beside || some) told.push_back(all[i]);
  }
  return told;
}

std::string latency(const Result& result, double percent) {
  const auto ns = load::percentile_ns(result.latency, percent);
  return ns ? load::rounded_ns(static_cast<double>(*ns)) : "–";
}

void add_line(Markup& page, const Result& step) {
  page.open("tr").element("th", {{"scope", "row"}}, name_of_step(step));
  const auto wrong = step.errors() + step.dropped + step.unfinished;
  std::vector<std::string> cells{count(step.offered), load::rate_in_words(step.achieved_per_s()),
                                 count(wrong)};
  for (const double percent : {50.0, 90.0, 99.0, 99.9}) cells.push_back(latency(step, percent));
  cells.push_back(load::rounded_ns(static_cast<double>(step.latency.max_ns())));
  for (const auto& cell : cells) page.element("td", {{"class", "number"}}, cell);
  page.close();
}

void add_table(Markup& page, const load::Report& report) {
  page.open("div", {{"class", "wide"}}).open("table", {{"class", "measured"}});
  page.open("thead").open("tr");
  for (const char* name : {"rate", "offered", "accepted a second", "not as wanted", "p50", "p90",
                           "p99", "p99.9", "maximum"}) {
    page.element("th", {{"scope", "col"}}, name);
  }
  page.close().close().open("tbody");
  for (const auto* step : steps_by_rate(report)) add_line(page, *step);
  page.close().close().close();
}

std::string headline(const load::Report& report) {
  if (!report.found) return "";
  const auto& found = *report.found;
  const auto target = fmt::format("{} within {}", load::percent_in_words(found.target.percent),
                                  load::rounded_ns(static_cast<double>(found.target.ns)));
  if (!found.highest_met) return "No rate that was tried meets " + target + ".";
  return fmt::format("{} requests a second is the highest rate that meets {}.",
                     load::rate_in_words(*found.highest_met), target);
}

void add_doubts(Markup& page, const load::Report& report) {
  for (const auto* step : steps_by_rate(report)) {
    for (const auto& doubt : load::doubts(*step)) {
      page.element("p", {{"class", "mistake"}}, name_of_step(*step) + ": " + doubt);
    }
  }
}

}  // namespace

Document page_of(const load::Report& report) {
  Markup page;
  const auto told = headline(report);
  if (!told.empty()) page.element("p", {{"class", "score"}}, told);
  for (const auto& chart : charts_by_rate(report)) add_chart(page, chart);
  add_table(page, report);
  const auto steps = steps_to_tell(report);
  add_chart(page, percentiles_of(steps));
  for (const auto* step : steps) {
    page.open("details").element("summary", "Second by second: " + name_of_step(*step));
    for (const auto& chart : charts_over_time(*step)) add_chart(page, chart);
    page.close();
  }
  add_doubts(page, report);
  page.element("p", {{"class", "quiet"}},
               "Latency counts from when a request was due. Percentiles are of what was accepted, "
               "as far as ten requests and more were slower still.");
  Document document;
  document.title = document.heading = "A load";
  document.subtitle = base::printable_line(report.url, shown_url_bytes);
  document.body = page.take();
  document.stored = {load::json_of(report)};
  return document;
}

}  // namespace assay::report
