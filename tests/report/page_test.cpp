// Goal: the page of a run shows the run, and nothing of a submission becomes markup. Method: every
// string of a scorecard is hostile; what comes is looked through for what would let it out, and
// the page's elements are counted beside those of the same page with harmless strings.
#include "report/html/page.hpp"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "report/html/markup.hpp"
#include "report/json.hpp"

namespace assay::report {
namespace {

// Ends attributes, elements, comments, JSON and scripts.
const std::string hostile =
    "'\"></td></script><script>alert(1)</script><!--\n<img src=x onerror=alert(1)>&lt;\x1b[31m";

grade::CheckResult check_of(const std::string& text, int level, const std::string& slug) {
  grade::CheckResult check;
  check.id = text;
  check.slug = slug + text;
  check.level = level;
  check.title = check.category = check.reason = check.situation = text;
  check.verdict = grade::Verdict::fail;
  check.max_points = 3;
  check.metrics = {{"ratio_low" + text, 1}, {"ratio_low", 0.5}};
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
                   {{0, 1, text}}}};
  check.mistakes = {text, text};
  check.where = check.output = check.replay = text;
  return check;
}

grade::Scorecard card_of(const std::string& text) {
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

std::size_t count(const std::string& text, const std::string& what) {
  std::size_t found = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++found;
  return found;
}

TEST(Page, HasTheElementsOfAHarmlessOneWhateverTheStringsAre) {
  const std::string wild = to_html({card_of(hostile), card_of(hostile)});
  const std::string tame = to_html({card_of("x"), card_of("x")});
  EXPECT_EQ(count(wild, "<"), count(tame, "<"));
  EXPECT_EQ(count(wild, "<script"), count(tame, "<script"));
  EXPECT_EQ(count(wild, "<img"), 0U);
  EXPECT_EQ(count(wild, "\x1b"), 0U);
}

TEST(Page, HasTheWholeResultInside) {
  const auto card = card_of(hostile);
  const std::string page = to_html({card});
  const std::string opening = R"(<script type="application/json" class="result">)";
  const auto from = page.find(opening) + opening.size();
  const std::string json = page.substr(from, page.find("</script>", from) - from);
  EXPECT_EQ(to_json(from_json(json)), to_json(card));
}

TEST(Page, LoadsNothing) {
  const std::string page = to_html({card_of("x")});
  EXPECT_NE(page.find("default-src &#39;none&#39;"), std::string::npos);
  for (const char* loads : {"src=", "href=\"http", "@import", "url("}) {
    EXPECT_EQ(count(page, loads), 0U) << loads;
  }
}

TEST(Page, OfTwoRunsHasALineForEachCheckOfEither) {
  auto before = card_of("x");
  auto after = card_of("x");
  after.checks[1] = check_of("x", 1, "c");
  const std::string page = to_html({before, after});
  EXPECT_EQ(count(page, "href=\"#run-1-bx\""), 1U);
  EXPECT_EQ(count(page, "href=\"#run-2-cx\""), 1U);
  EXPECT_EQ(count(page, "href=\"#run-2-bx\""), 0U);
}

TEST(Page, NeedsARun) { EXPECT_THROW(to_html({}), std::invalid_argument); }

TEST(Markup, RefusesToLeaveAnElementOpen) {
  Markup markup;
  markup.open("p");
  EXPECT_THROW(markup.take(), std::logic_error);
  markup.close();
  EXPECT_EQ(markup.take(), "<p></p>");
  EXPECT_THROW(markup.close(), std::logic_error);
}

}  // namespace
}  // namespace assay::report
