#include "report/html/page.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>

#include <fmt/format.h>

#include "report/figures.hpp"
#include "report/html/document.hpp"
#include "report/html/markup.hpp"
#include "report/html/sides_html.hpp"
#include "report/html/story_html.hpp"
#include "report/json.hpp"
#include "report/printable.hpp"

namespace assay::report {
namespace {

using grade::CheckResult;
using grade::LevelResult;
using grade::Scorecard;
using grade::Verdict;

constexpr int kBarWidth = 200;

class Page {
 public:
  Page(const std::vector<Scorecard>& cards, const ChartLibrary& library)
      : stored_(cards), library_(library) {
    for (const auto& card : cards) cards_.push_back(printable(card, Style{false, true, 80}));
  }

  std::string text() {
    if (cards_.size() > 1) add_sides(page_, cards_);
    for (std::size_t i = 0; i < cards_.size(); ++i) add_run(i);
    Document document;
    document.heading = cards_.front().title;
    document.title = fmt::format("{}: {}", cards_.front().title, name_of_run(cards_.front()));
    document.subtitle = cards_.size() == 1 ? "A run of Assay" : "Runs of Assay, side by side";
    document.body = page_.take();
    for (const auto& card : stored_) document.stored.push_back(to_json(card));
    return to_text(document, library_);
  }

 private:
  static std::string score(double points, double most) {
    return fmt::format("{} / {}", points_in_words(points), points_in_words(most));
  }

  void add_bar(double points, double most) {
    const double share = most > 0 ? std::clamp(points / most, 0.0, 1.0) : 0;
    const auto filled = fmt::format("{:.1f}", share * kBarWidth);
    const auto width = std::to_string(kBarWidth);
    page_.open("svg", {{"class", "bar"},
                       {"viewBox", fmt::format("0 0 {} 10", kBarWidth)},
                       {"preserveAspectRatio", "none"},
                       {"aria-hidden", "true"}});
    page_.element("rect", {{"width", width}, {"height", "10"}, {"class", "empty"}});
    page_.element("rect",
                  {{"width", filled}, {"height", "10"}, {"class", share >= 1 ? "full" : "part"}});
    page_.close();
  }

  void add_run(std::size_t number) {
    const Scorecard& card = cards_[number];
    page_.open("section", {{"class", "run"}});
    page_.element("h2", name_of_run(card));
    page_.open("p", {{"class", "score"}})
        .element("strong", score(card.score, card.max_score) + " points");
    if (!card.complete) page_.element("span", {{"class", "incomplete"}}, "incomplete");
    page_.close();
    page_.element("p", {{"class", "quiet"}}, by_category(card));
    if (card.predictions.of > 0) {
      page_.element("p", {{"class", "quiet"}},
                    fmt::format("predictions: {} of {}, outside the points",
                                points_in_words(card.predictions.marks), card.predictions.of));
    }
    for (const auto& level : card.levels) add_level(card, level, number);
    add_why(card);
    page_.close();
  }

  // "correctness 12/20 · faults 3/3", of what counts.
  static std::string by_category(const Scorecard& card) {
    std::map<std::string, std::pair<double, double>> sums;
    for (const auto& check : card.checks) {
      if (!grade::counts(check.verdict)) continue;
      sums[check.category].first += check.points;
      sums[check.category].second += check.max_points;
    }
    std::string text;
    for (const auto& [name, sum] : sums) {
      text += fmt::format("{}{} {}", text.empty() ? "" : " · ", name, score(sum.first, sum.second));
    }
    return text;
  }

  void add_level(const Scorecard& card, const LevelResult& level, std::size_t number) {
    const auto graded = [&](const CheckResult& check) { return check.level == level.level; };
    if (std::none_of(card.checks.begin(), card.checks.end(), graded)) return;
    page_.open("section", {{"class", "level"}}).open("h3");
    page_.element("span", fmt::format("{} {}", level.level, level.title));
    add_bar(level.points, level.max_points);
    page_.element("span", {{"class", "points"}},
                  level.max_points > 0 ? score(level.points, level.max_points) : "–");
    page_.close();
    const CheckResult* told = first_failure(card);
    for (const auto& check : card.checks) {
      if (!graded(check)) continue;
      add_check(page_, check, anchor_of(number, check), &check == told);
    }
    page_.close();
  }

  static const CheckResult* first_failure(const Scorecard& card) {
    for (const auto& check : card.checks) {
      if (check.verdict == Verdict::fail) return &check;
    }
    return nullptr;
  }

  void add_fact(std::string_view name, const std::string& fact) {
    if (fact.empty()) return;
    page_.element("dt", name).element("dd", fact);
  }

  void add_why(const Scorecard& card) {
    page_.open("details", {{"class", "why"}}).element("summary", "Why believe these numbers");
    page_.open("dl");
    add_fact("run", card.run);
    add_fact("started", card.started);
    add_fact("seed", std::to_string(card.seed));
    add_fact("again", fmt::format("./assay grade {} --seed {}", card.exercise, card.seed));
    add_fact("isolation",
             card.isolation.tier + (card.isolation.own_user ? ", a user of its own" : ""));
    for (const auto& gap : card.isolation.gaps) add_fact("not isolated", gap);
    add_fact("machine", fmt::format("{}, {} cores, {} GB", card.machine.cpu, card.machine.cores,
                                    card.machine.memory_bytes >> 30U));
    add_fact("system", card.machine.system);
    add_fact("compiler", card.machine.compiler);
    add_fact("help", fmt::format("{} of {} hints{}", card.hints_used, card.hints_total,
                                 card.reference_opened ? ", reference opened" : ""));
    add_fact("time", fmt::format("checks {}, build {}", seconds_in_words(card.seconds),
                                 seconds_in_words(card.build_seconds)));
    page_.close();
    add_timings(card);
    page_.element("p", {{"class", "quiet"}},
                  "What must be timed is timed in turns with the reference, in this same run. The "
                  "control is the reference against itself: how far apart the machine makes two "
                  "runs of one program. The whole result is in this page, as JSON, in the element "
                  "whose type is application/json.");
    page_.close();
  }

  // Timed checks, with the interval of their ratio and that of the control beside it.
  void add_timings(const Scorecard& card) {
    const auto timed = [](const CheckResult& check) {
      return check.metrics.count("ratio_low") > 0;
    };
    if (std::none_of(card.checks.begin(), card.checks.end(), timed)) return;
    page_.open("div", {{"class", "wide"}}).open("table").open("thead").open("tr");
    for (const char* name : {"check", "of the reference", "interval", "control", "pairs"}) {
      page_.element("th", {{"scope", "col"}}, name);
    }
    page_.close().close().open("tbody");
    for (const auto& check : card.checks) {
      if (!timed(check)) continue;
      const auto of = [&](const char* name) {
        const auto found = check.metrics.find(name);
        return found == check.metrics.end() ? std::string("–")
                                            : fmt::format("{:.3g}", found->second);
      };
      page_.open("tr").element("th", {{"scope", "row"}}, check.id + " " + check.title);
      page_.element("td", "×" + of("ratio_to_reference"));
      page_.element("td", of("ratio_low") + " to " + of("ratio_high"));
      page_.element("td", of("control_low") + " to " + of("control_high"));
      page_.element("td", of("pairs")).close();
    }
    page_.close().close().close();
  }

  const std::vector<Scorecard>& stored_;
  const ChartLibrary& library_;
  std::vector<Scorecard> cards_;
  Markup page_;
};

}  // namespace

std::string to_html(const std::vector<Scorecard>& cards, const ChartLibrary& library) {
  if (cards.empty()) throw std::invalid_argument("a page needs a run");
  return Page(cards, library).text();
}

}  // namespace assay::report
