// Goal: the page of a load shows what was measured, and only that. Method: loads made up here,
// whose figures are looked for in their curves and on their page.
#include "report/load/page.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "hostile.hpp"
#include "pages.hpp"
#include "report/load/charts.hpp"

namespace assay::report {
namespace {

TEST(LoadPage, HasLatencyByTheOfferedRateWhateverTheOrderOfTries) {
  const auto report = sample_load("");
  const auto charts = charts_by_rate(report);
  ASSERT_EQ(charts.size(), 2U);
  const auto& [p50, p99] = std::tie(charts[0].curves[0], charts[0].curves[1]);
  EXPECT_EQ(p50.name, "p50");
  EXPECT_EQ(p50.x, (std::vector<double>{1'000, 2'000, 4'000}));
  EXPECT_NEAR(p50.y[0], 0.4, 0.4 / 128);
  EXPECT_NEAR(p99.y[1], 0.6 * 4, 0.6 * 4 / 128);
  EXPECT_EQ(charts[1].curves[0].y[2], 3'970);
}

TEST(LoadPage, MarksTheKneeAndWhereAnswersWereWrong) {
  const auto report = sample_load("");
  const auto charts = charts_by_rate(report);
  ASSERT_EQ(charts[0].marks.size(), 2U);
  EXPECT_EQ(charts[0].marks[0].x, 4'000);
  EXPECT_EQ(charts[0].marks[0].y, charts[0].curves[1].y[2]);
  EXPECT_EQ(charts[0].marks[0].name, "300 of 40,000 without the answer that was wanted");
  EXPECT_EQ(charts[0].marks[1].x, 2'000);
  EXPECT_FALSE(std::isfinite(charts[0].marks[1].y));
}

TEST(LoadPage, WithoutATargetTheKneeIsWhereTheServerNoLongerKeepsUp) {
  auto report = sample_load("");
  report.found.reset();
  EXPECT_EQ(charts_by_rate(report)[0].marks.size(), 1U);  // it kept up at each rate
  report.steps[1].accepted_in_time /= 2;
  const auto charts = charts_by_rate(report);
  ASSERT_EQ(charts[0].marks.size(), 2U);
  EXPECT_EQ(charts[0].marks[1].x, 2'000);
  report.steps[0].accepted_in_time /= 2;
  EXPECT_EQ(charts_by_rate(report)[0].marks.size(), 1U);  // with none: there is no knee to see
}

TEST(LoadPage, OfOneRateHasNoCurvesByRate) {
  auto report = sample_load("");
  report.steps.resize(1);
  EXPECT_TRUE(charts_by_rate(report).empty());
}

TEST(LoadPage, OfARateThatWasTriedAgainShowsTheLast) {
  auto report = sample_load("");
  report.steps.push_back(load_at(4'000, 1'000'000, 0));
  const auto steps = steps_by_rate(report);
  ASSERT_EQ(steps.size(), 3U);
  EXPECT_EQ(steps[2], &report.steps[3]);
}

TEST(LoadPage, PercentilesEndWhereFewAreSlowerStill) {
  const auto report = sample_load("");
  const auto chart = percentiles_of(steps_by_rate(report));
  ASSERT_EQ(chart.curves.size(), 3U);
  EXPECT_LE(chart.curves[0].x.back(), 99.9 + 1e-9);  // of 10,000, ten are slower than p99.9
  EXPECT_GE(chart.curves[0].x.back(), 99.8);
}

TEST(LoadPage, IsTextWhateverTheUrlIs) {
  const auto count = [](const std::string& text) {
    return std::count(text.begin(), text.end(), '<');
  };
  const auto wild = to_text(page_of(sample_load(hostile)), {});
  EXPECT_EQ(count(wild), count(to_text(page_of(sample_load("x")), {})));
}

}  // namespace
}  // namespace assay::report
