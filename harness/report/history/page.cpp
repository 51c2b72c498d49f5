#include "report/history/page.hpp"

#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "grade/scorecard.hpp"
#include "report/html/lanes_svg.hpp"
#include "report/html/markup.hpp"

namespace assay::report {
namespace {

constexpr std::size_t shown_bytes = 400;  // of one line

std::string shown(std::string_view text) { return base::printable_line(text, shown_bytes); }

struct Words {
  std::string did;
  std::string came;  // empty: nothing to tell
};

// Of "cas(1, 2) -> false by 7", the call and what came of it; its lane says who.
Words words_of(const check::History& history, std::size_t operation) {
  constexpr std::string_view arrow = " -> ";
  const std::string text = history.describe(operation);
  const std::string call = text.substr(0, text.rfind(" by "));
  const auto end = call.rfind(arrow);
  if (end == std::string::npos) return {shown(call), ""};
  return {shown(call.substr(0, end)), shown(call.substr(end + arrow.size()))};
}

// A lane for each process, and the operations in the order of their events.
grade::Lanes lanes_of(const check::History& history, const check::Explanation& explanation) {
  grade::Lanes lanes;
  std::map<check::Value, std::int64_t> lane;
  for (const std::size_t operation : explanation.operations) {
    const auto& op = history.operations[operation];
    const auto [found, is_new] =
        lane.emplace(op.process, static_cast<std::int64_t>(lanes.names.size()));
    if (is_new) lanes.names.push_back(shown("process " + history.values.describe(op.process)));
    grade::Lanes::Bar bar;
    bar.lane = found->second;
    bar.from = op.called;
    if (!op.unknown()) bar.to = op.returned;
    auto words = words_of(history, operation);
    bar.did = std::move(words.did);
    bar.came = op.unknown() ? "outcome unknown" : std::move(words.came);
    bar.agrees = explanation.impossible != operation;
    lanes.bars.push_back(bar);
  }
  return lanes;
}

void add_operations(Markup& page, const check::History& history,
                    const check::Explanation& explanation) {
  page.open("div", {{"class", "wide"}}).open("table", {{"class", "steps"}});
  page.open("thead").open("tr");
  for (const char* name : {"operation", "in the file"}) {
    page.element("th", {{"scope", "col"}}, name);
  }
  page.close().close().open("tbody");
  for (const std::size_t operation : explanation.operations) {
    const bool wrong = explanation.impossible == operation;
    page.open("tr", {{"class", wrong ? "wrong" : "right"}}).open("td", {{"class", "code"}});
    if (wrong) page.element("span", {{"class", "mark"}}, "✗ ");
    page.text(shown(history.describe(operation))).close();
    page.element("td", history.where(operation)).close();
  }
  page.close().close().close();
}

void add_explanation(Markup& page, const check::History& history,
                     const check::Explanation& explanation) {
  page.element("h2", "The smallest part that can't be");
  page.element("p", {{"class", "reason"}}, shown(explanation.summary));
  page.open("div", {{"class", "wide"}}).add(lanes_svg(lanes_of(history, explanation))).close();
  page.element("p", {{"class", "quiet"}},
               "From left to right in the order of events, not to scale.");
  add_operations(page, history, explanation);
  if (!explanation.reasons.empty()) {
    page.open("ul");
    for (const auto& reason : explanation.reasons) page.element("li", shown(reason));
    page.close();
  }
  page.element("p", {{"class", "quiet"}},
               base::thousands(static_cast<std::int64_t>(explanation.left_out)) +
                   " operations don't matter for it, and are left out.");
}

}  // namespace

Document page_of(const check::Finding& finding) {
  Markup page;
  page.element("p", {{"class", "score"}}, shown(finding.summary));
  if (finding.verdict.explanation) {
    add_explanation(page, finding.history, *finding.verdict.explanation);
  } else if (finding.verdict.answer == check::Answer::violated) {
    page.element("p", "There was no explanation within the budget.");
  }
  Document document;
  document.title = document.heading = "A history";
  document.subtitle = "Judged by Assay's history checker";
  document.body = page.take();
  document.stored = {finding.document};
  return document;
}

}  // namespace assay::report
