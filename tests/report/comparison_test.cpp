// Goal: designs stand side by side, in whatever width there is. Method: one whole report, a narrow
// one, and the document for programs.
#include "report/comparison.hpp"

#include <gtest/gtest.h>

#include <boost/json/object.hpp>

#include "report/json_text.hpp"
#include "report/text.hpp"

namespace assay::report {
namespace {

constexpr Style kWide{.colour = false, .unicode = true, .columns = 60};
constexpr Style kNarrow{.colour = false, .unicode = false, .columns = 40};

Comparison sample() {
  return {"rate_limiter",
          "Rate limiter",
          1,
          "Token bucket",
          "r-0007",
          4711,
          3.5,
          {"lines of code", "ns a call", "bytes a key"},
          {{"yours", "my/x", "", "", {{"lines of code", 45}, {"ns a call", 96.12}}, ""},
           {"reference",
            "reference/x",
            "Credit and its time.",
            "Exact. Two numbers.",
            {{"lines of code", 1234}, {"ns a call", 0.123}, {"bytes a key", 125.4}},
            ""},
           {"whole_tokens", "tests/x", "Whole tokens.", "It divides.", {}, "It does not build."}},
          {"Why not a counter per minute, reset on the minute? What does it admit?", "Why?"}};
}

TEST(ComparisonReport, ShowsDesignsSideBySide) {
  EXPECT_EQ("\n" + comparison(sample(), kWide), R"TEXT(
Rate limiter, level 1: Token bucket
yours passed in r-0007 · seed 4711 · measured side by side, in 3.5 s

                                    whole
                 yours  reference  tokens
  lines of code     45      1,234       –
  ns a call       96.1       0.12       –
  bytes a key        –        125       –

  yours   my/x

  reference   reference/x
    Credit and its time.
    Exact. Two numbers.

  whole tokens   tests/x
    It does not build.
    Whole tokens.
    It divides.

What an interviewer asks next

   1. Why not a counter per minute, reset on the minute?
      What does it admit?
   2. Why?
)TEXT");
}

TEST(ComparisonReport, SaysWhatRowsMean) {
  auto comparison = sample();
  comparison.notes = {"ns a call: the quickest of 40 slices of 20,000 calls, made by turns."};
  EXPECT_NE(report::comparison(comparison, kWide)
                .find("125       –\n\n"
                      "  ns a call: the quickest of 40 slices of 20,000 calls,\n"
                      "    made by turns.\n\n  yours"),
            std::string::npos)
      << report::comparison(comparison, kWide);
}

TEST(ComparisonReport, GoesOverSeveralTablesWhereItIsNarrow) {
  const auto text = comparison(sample(), kNarrow);
  EXPECT_NE(text.find("                 yours  reference\n"), std::string::npos) << text;
  EXPECT_NE(text.find("\n                  whole\n"), std::string::npos) << text;
}

TEST(ComparisonReport, IsADocumentForPrograms) {
  const auto document = parse_exactly(to_json(sample())).as_object();
  EXPECT_EQ(document.at("schema").as_string(), "assay-compare/1");
  const auto& designs = document.at("designs").as_array();
  ASSERT_EQ(designs.size(), 3U);
  EXPECT_TRUE(designs[0].at("costs").at("bytes a key").is_null());
  EXPECT_EQ(designs[1].at("costs").at("bytes a key").as_double(), 125.4);
  EXPECT_EQ(document.at("questions").as_array().size(), 2U);
}

}  // namespace
}  // namespace assay::report
