// Goal: the page of a run shows the run, and nothing of a submission becomes markup. Method: every
// string of a scorecard is hostile; what comes is looked through for what would let it out, and
// the page's elements are counted beside those of the same page with harmless strings.
#include "report/html/page.hpp"

#include <stdexcept>

#include <gtest/gtest.h>

#include "hostile.hpp"
#include "report/html/markup.hpp"
#include "report/json.hpp"

namespace assay::report {
namespace {

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

TEST(Page, OfTwoRunsHasTheirFiguresAndCurvesBesideEachOther) {
  auto before = card_of("x");
  auto after = card_of("x");
  before.run = "r-1";
  after.run = "r-2";
  after.checks[0].metrics["x"] = 4711;
  const std::string page = to_html({before, after});
  const std::string sides = page.substr(0, page.find("class=\"run\""));
  EXPECT_EQ(count(sides, "<td class=\"number\">4711</td>"), 1U);
  // In one picture for each check: in its key and in its table.
  EXPECT_EQ(count(sides, "<svg viewBox=\"0 0 760 300\""), 2U);
  EXPECT_EQ(count(sides, "</svg>r-1: x</li>"), 2U);
  EXPECT_EQ(count(sides, "</svg>r-2: x</li>"), 2U);
}

TEST(Page, HasTheReferenceBesideWhatWasMeasured) {
  auto card = card_of("x");
  card.checks[0].metrics = {{"per_second", 80}, {"per_second_of_reference", 125}, {"pairs", 9}};
  const std::string page = to_html({card});
  EXPECT_EQ(count(page,
                  "per_second</th><td class=\"number\">80</td>"
                  "<td class=\"number\">125</td></tr>"),
            1U);
}

TEST(Page, DrawsABarForEachCallThatOverlaps) {
  const std::string page = to_html({card_of("x")});
  EXPECT_EQ(count(page, "rx=\"4\" class=\"call\">"), 2U);
  EXPECT_EQ(count(page, "rx=\"4\" class=\"call wrong open\">"), 2U);
  EXPECT_EQ(count(page, "never returns"), 2U);
}

TEST(Page, MarksWhatWasWrongOnACurveAndALimitAcrossIt) {
  const std::string page = to_html({card_of("x")});
  EXPECT_EQ(count(page, "class=\"cross\"><title>x</title>"), 2U);
  EXPECT_EQ(count(page, "class=\"limit\""), 2U);
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
