// Goal: what is measured of a prediction is right, and depends on its numbers. Method: the numbers
// are read from the question as a learner reads them, and a formula or another way to count gives
// the second opinion, for many seeds. (What is measured of the reference has none but itself.)
#include "graders/rate_limiter/predictions.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <regex>
#include <set>

#include "graders/rate_limiter/traffic.hpp"

namespace assay::graders::rate_limiter {
namespace {

constexpr int kSeeds = 12;

Predictions all_predictions() {
  Predictions predictions;
  add_limiter_predictions(predictions);
  add_shared_predictions(predictions);
  add_fleet_predictions(predictions);
  return predictions;
}

// Every number of a text, durations in milliseconds.
std::vector<double> numbers_in(const std::string& text) {
  static const std::regex number("([0-9][0-9,]*(?:\\.[0-9]+)?)( ms| s| min)?\\b");
  std::vector<double> numbers;
  for (std::sregex_iterator at(text.begin(), text.end(), number); at != std::sregex_iterator();
       ++at) {
    std::string digits = (*at)[1];
    digits.erase(std::remove(digits.begin(), digits.end(), ','), digits.end());
    const double unit_ms = (*at)[2] == " s" ? 1'000 : (*at)[2] == " min" ? 60'000 : 1;
    numbers.push_back(std::stod(digits) * unit_ms);
  }
  return numbers;
}

using Opinion = double (*)(const std::vector<double>& numbers);

void expect_opinion(const std::string& slug, Opinion opinion, double share_off_max) {
  const auto predictions = all_predictions();
  const auto found = std::find_if(predictions.begin(), predictions.end(),
                                  [&](const auto& prediction) { return prediction.slug == slug; });
  ASSERT_NE(found, predictions.end());
  proc::Builder builder("/", "/");
  const grade::Exercise exercise;
  grade::Workbench unused({}, exercise, 1, builder, [] {});
  std::set<double> answers;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const auto question = grade::question_of(*found, seed);
    const auto measured = question.measure(unused);
    ASSERT_TRUE(measured.value) << measured.explanation;
    const double expected = opinion(numbers_in(question.text));
    EXPECT_NEAR(*measured.value, expected, std::max(1.0, expected * share_off_max))
        << question.text << "\n"
        << measured.explanation;
    EXPECT_LE(*measured.value, question.most);
    answers.insert(std::round(*measured.value));
  }
  EXPECT_GE(answers.size(), 4U) << "the answer hardly depends on the numbers";
}

TEST(Predictions, OfPoissonCallsAreTheLossOfOneServer) {
  expect_opinion(
      "poisson_denials",
      [](const auto& n) {  // capacity, interval, cost, gap
        const double load = n.at(1) / n.at(3);
        return 100 * load / (1 + load);
      },
      0.02);
}

TEST(Predictions, OfAHerdAreASum) {
  expect_opinion(
      "retry_herd", [](const auto& n) { return n.at(0) + n.at(0) * (n.at(0) + 1) / 2; }, 0);
}

TEST(Predictions, OfTheCountersExcessFollowFromItsEstimate) {
  expect_opinion(
      "counter_excess",
      [](const auto& n) {  // limit, window, limit, stretch
        return n.at(0) * n.at(3) / n.at(1);
      },
      0.05);
}

TEST(Predictions, OfBurstsAreItsFixedPoint) {
  expect_opinion(
      "counter_bursts",
      [](const auto& n) {  // limit, window, limit, window, …, first
        return 100 * (1 - 1 / (2 - n.back() / n.at(1)));
      },
      0.04);
}

TEST(Predictions, OfLeasesAreWhatTheOthersHold) {
  expect_opinion(
      "stranded_tokens",
      [](const auto& n) {  // nodes, budget, lease, budget
        return (n.at(0) - 1) * (n.at(2) - 1);
      },
      0);
}

TEST(Predictions, OfAnOutageAreWhatWasLetInAndWhatGrew) {
  expect_opinion(
      "outage",
      [](const auto& n) {  // capacity, rate, offered, outage
        const double seconds = n.at(3) / 1'000;
        return (n.at(2) - n.at(1)) * seconds + std::min(n.at(0), n.at(1) * seconds);
      },
      0.03);
}

TEST(Predictions, OfSheddingAreErlangsLoss) {
  expect_opinion(
      "shed_at_capacity",
      [](const auto& n) {
        const double slots = n.at(0);
        double loss = 1;
        for (double k = 1; k <= slots; ++k) loss = slots * loss / (k + slots * loss);
        return 100 * loss;
      },
      0.05);
}

TEST(Predictions, OfSharingAreMaxMinFair) {
  expect_opinion(
      "fair_share",
      [](const auto& n) {  // rate, three weights, three rates asked for
        std::map<int, double> share;
        double left = n.at(0);
        std::set<int> wanting{0, 1, 2};
        while (!wanting.empty()) {  // ends: each time somebody is served, or all share what is left
          double weights = 0;
          for (const int key : wanting) weights += n.at(static_cast<std::size_t>(1 + key));
          std::set<int> served;
          for (const int key : wanting) {
            const auto place = static_cast<std::size_t>(key);
            share[key] = left * n.at(1 + place) / weights;
            if (n.at(4 + place) <= share[key]) served.insert(key);
          }
          if (served.empty()) break;
          for (const int key : served) {
            share[key] = n.at(4 + static_cast<std::size_t>(key));
            left -= share[key];
            wanting.erase(key);
          }
        }
        return share[2];
      },
      0.02);
}

TEST(Predictions, HaveNamesOfTheirOwnAndAskInAFewLines) {
  std::set<std::string> slugs;
  for (const auto& prediction : all_predictions()) {
    EXPECT_TRUE(slugs.insert(prediction.slug).second) << prediction.slug;
    const auto question = grade::question_of(prediction, 1);
    EXPECT_EQ(question.choices.empty(), !question.unit.empty()) << prediction.slug;
    EXPECT_LT(question.text.size(), 500U) << prediction.slug;
    EXPECT_NE(question.text.find('?'), std::string::npos) << prediction.slug;
  }
  EXPECT_GE(slugs.size(), 6U);
}

TEST(Traffic, InItsWorstStretchShowsTheAlgorithmsWorstCase) {
  const std::int64_t window_ns = 1'000'000'000;
  const auto worst = [&](Kind kind) {
    const std::int64_t period_ns = has_window(kind) ? window_ns : window_ns / 100;
    return worst_stretch({100, period_ns, kind}, window_ns);
  };
  EXPECT_EQ(worst(Kind::fixed_window), 200);
  EXPECT_EQ(worst(Kind::sliding_log), 100);
  EXPECT_GE(worst(Kind::sliding_counter), 197);
  EXPECT_LE(worst(Kind::sliding_counter), 199);
  EXPECT_EQ(worst(Kind::token_bucket), 199);
}

}  // namespace
}  // namespace assay::graders::rate_limiter
