#include "report/html/sides_html.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "report/figures.hpp"
#include "report/html/chart_html.hpp"
#include "report/html/story_html.hpp"
#include "report/story.hpp"

namespace assay::report {
namespace {

using grade::Chart;
using grade::CheckResult;
using grade::Scorecard;

class Sides {
 public:
  Sides(Markup& page, const std::vector<Scorecard>& cards) : page_(page), cards_(cards) {}

  void add() {
    page_.open("section").element("h2", "Side by side");
    page_.open("div", {{"class", "wide"}}).open("table", {{"class", "sides"}});
    add_names("check");
    page_.open("tbody");
    const auto checks = checks_of_all();
    for (const auto& [slug, title] : checks) add_line(slug, title);
    page_.open("tr", {{"class", "sum"}}).element("th", {{"scope", "row"}}, "points");
    for (const auto& card : cards_) {
      page_.element("td", fmt::format("{} / {}", points_in_words(card.score),
                                      points_in_words(card.max_score)));
    }
    page_.close().close().close().close();
    for (const auto& [slug, title] : checks) add_measured(slug, title);
    page_.close();
  }

 private:
  using Slugs = std::vector<std::pair<std::string, std::string>>;  // with their titles

  static std::string name_of_side(const Scorecard& card) {
    return fmt::format("{} {}", card.run, name_of_run(card));
  }

  void add_names(std::string_view first) {
    page_.open("thead").open("tr").element("th", {{"scope", "col"}}, first);
    for (const auto& card : cards_) page_.element("th", {{"scope", "col"}}, name_of_side(card));
    page_.close().close();
  }

  Slugs checks_of_all() const {
    Slugs all;
    for (const auto& card : cards_) {
      for (const auto& check : card.checks) {
        const std::pair entry(check.slug, check.id + " " + check.title);
        if (std::find(all.begin(), all.end(), entry) == all.end()) all.push_back(entry);
      }
    }
    return all;
  }

  // Nothing where a run has no such check.
  static const CheckResult* check_of(const Scorecard& card, const std::string& slug) {
    const auto found = std::find_if(card.checks.begin(), card.checks.end(),
                                    [&](const auto& check) { return check.slug == slug; });
    return found == card.checks.end() ? nullptr : &*found;
  }

  void add_line(const std::string& slug, const std::string& title) {
    page_.open("tr").element("th", {{"scope", "row"}}, title);
    for (std::size_t i = 0; i < cards_.size(); ++i) {
      const auto* check = check_of(cards_[i], slug);
      if (check == nullptr) {
        page_.element("td", {{"class", "quiet"}}, "–");
        continue;
      }
      page_.open("td", {{"class", kind_of(check->verdict)}});
      page_.element(
          "a", {{"href", "#" + anchor_of(i, *check)}},
          fmt::format("{} {} of {}", mark_of(check->verdict, Style{false, true, 80}),
                      points_in_words(check->points), points_in_words(check->max_points)));
      page_.close();
    }
    page_.close();
  }

  void add_measured(const std::string& slug, const std::string& title) {
    std::set<std::string> names;
    std::size_t runs = 0;
    for (const auto& card : cards_) {
      const auto* check = check_of(card, slug);
      if (check == nullptr || check->metrics.empty()) continue;
      ++runs;
      for (const auto& [name, value] : check->metrics) names.insert(name);
    }
    if (runs < 2) return;
    page_.open("details", {{"class", "measured-sides"}}).element("summary", "Measured: " + title);
    page_.open("div", {{"class", "wide"}}).open("table", {{"class", "measured"}});
    add_names("");
    page_.open("tbody");
    for (const auto& name : names) add_metric(slug, name);
    page_.close().close().close();
    for (const auto& chart : charts_of_all(slug)) add_chart(page_, chart);
    page_.close();
  }

  void add_metric(const std::string& slug, const std::string& name) {
    page_.open("tr").element("th", {{"scope", "row"}}, name);
    for (const auto& card : cards_) {
      const auto* check = check_of(card, slug);
      const bool known = check != nullptr && check->metrics.count(name) > 0;
      page_.element("td", {{"class", "number"}},
                    known ? fmt::format("{:.6g}", check->metrics.at(name)) : "–");
    }
    page_.close();
  }

  // Charts that show the same of two runs or more, as one, each curve with its run's name.
  std::vector<Chart> charts_of_all(const std::string& slug) const {
    std::vector<Chart> all;
    for (const auto& card : cards_) {
      const auto* check = check_of(card, slug);
      if (check == nullptr) continue;
      for (const auto& chart : check->charts) {
        auto same = std::find_if(all.begin(), all.end(), [&](const auto& other) {
          return other.title == chart.title && other.x.name == chart.x.name &&
                 other.x.scale == chart.x.scale && other.y.name == chart.y.name;
        });
        if (same == all.end()) same = all.insert(same, {chart.title, chart.x, chart.y, {}, {}, {}});
        for (auto curve : chart.curves) {
          curve.name = fmt::format("{}: {}", card.run, curve.name);
          same->curves.push_back(std::move(curve));
        }
      }
    }
    return all;
  }

  Markup& page_;
  const std::vector<Scorecard>& cards_;
};

}  // namespace

void add_sides(Markup& page, const std::vector<Scorecard>& cards) { Sides(page, cards).add(); }

std::string anchor_of(std::size_t run, const CheckResult& check) {
  return fmt::format("run-{}-{}", run + 1, check.slug);
}

std::string name_of_run(const Scorecard& card) {
  return card.solution.path.empty() ? card.solution.kind : card.solution.path;
}

}  // namespace assay::report
