// Goal: the page of a history shows the smallest part that can't be. Method: a register whose old
// value comes back; its bars are counted, and its texts are hostile.
#include "report/history/page.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "hostile.hpp"
#include "pages.hpp"

namespace assay::report {
namespace {

std::size_t count(const std::string& text, const std::string& what) {
  std::size_t found = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++found;
  return found;
}

TEST(HistoryPage, HasABarForEachOperationThatMattersAndMarksTheImpossibleOne) {
  const auto document = history_page("old");
  EXPECT_EQ(count(document.body, "class=\"call wrong\""), 1U);
  EXPECT_GE(count(document.body, "class=\"call\""), 1U);
  EXPECT_EQ(count(document.body, "process &quot;old0&quot;"), 1U);
  EXPECT_NE(document.body.find("✗ &quot;old&quot;"), std::string::npos);
}

TEST(HistoryPage, IsTextWhateverTheValuesAre) {
  const auto wild = to_text(history_page(hostile), {});
  EXPECT_EQ(count(wild, "<"), count(to_text(history_page("x"), {}), "<"));
}

}  // namespace
}  // namespace assay::report
