#include "report/html/page.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>

#include <fmt/format.h>

#include "report/figures.hpp"
#include "report/html/assets.hpp"
#include "report/html/markup.hpp"
#include "report/html/story_html.hpp"
#include "report/json.hpp"
#include "report/printable.hpp"
#include "report/story.hpp"

namespace assay::report {
namespace {

using grade::CheckResult;
using grade::LevelResult;
using grade::Scorecard;
using grade::Verdict;

constexpr int kBarWidth = 200;

int digit_of(char hex) { return hex <= '9' ? hex - '0' : hex - 'a' + 10; }

// RFC 4648. As a security policy names a digest.
std::string base64_of_hex(std::string_view hex) {
  constexpr std::string_view letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  unsigned bits = 0;
  int count = 0;
  for (const char digit : hex) {
    bits = bits << 4U | static_cast<unsigned>(digit_of(digit));
    count += 4;
    if (count >= 6) {
      count -= 6;
      text += letters[bits >> static_cast<unsigned>(count) & 63U];
    }
  }
  if (count > 0) text += letters[bits << static_cast<unsigned>(6 - count) & 63U];
  while (text.size() % 4 != 0) text += '=';
  return text;
}

std::string source(std::string_view digest_hex) {
  return digest_hex.empty() ? "" : fmt::format(" 'sha256-{}'", base64_of_hex(digest_hex));
}

// Nothing is loaded, and no script runs but the page's own.
std::string security_policy(const ChartLibrary& library) {
  return fmt::format(
      "default-src 'none'; style-src{}{}; script-src{}{}; base-uri 'none'; form-action 'none'",
      source(style_sheet_sha256_hex), source(library.style_sha256_hex), source(script_sha256_hex),
      source(library.script_sha256_hex));
}

std::string name_of_run(const Scorecard& card) {
  return card.solution.path.empty() ? card.solution.kind : card.solution.path;
}

class Page {
 public:
  Page(const std::vector<Scorecard>& cards, const ChartLibrary& library)
      : stored_(cards), library_(library) {
    for (const auto& card : cards) cards_.push_back(printable(card, Style{false, true, 80}));
  }

  std::string text() {
    page_.open("html", {{"lang", "en"}});
    add_head();
    page_.open("body").open("main");
    add_title();
    if (cards_.size() > 1) add_comparison();
    for (std::size_t i = 0; i < cards_.size(); ++i) add_run(i);
    page_.close();
    for (const auto& card : stored_) add_raw(card);
    if (!library_.script.empty()) page_.open("script").add(library_.script).close();
    page_.open("script").add(script).close();
    page_.close().close();
    return "<!DOCTYPE html>\n" + page_.take() + "\n";
  }

 private:
  void add_head() {
    const auto title = fmt::format("{}: {}", cards_.front().title, name_of_run(cards_.front()));
    page_.open("head").lone("meta", {{"charset", "utf-8"}});
    page_.lone("meta",
               {{"http-equiv", "Content-Security-Policy"}, {"content", security_policy(library_)}});
    page_.lone("meta", {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}});
    page_.lone("meta", {{"name", "color-scheme"}, {"content", "light dark"}});
    page_.element("title", title);
    if (!library_.style.empty()) page_.open("style").add(library_.style).close();
    page_.open("style").add(style_sheet).close().close();
  }

  void add_title() {
    page_.open("header").element("h1", cards_.front().title);
    page_.element("p", {{"class", "quiet"}},
                  cards_.size() == 1 ? "A run of Assay" : "Runs of Assay, side by side");
    page_.open("p", {{"class", "tools"}, {"hidden", "hidden"}});
    page_.element("button", {{"type", "button"}, {"data-open", "all"}}, "open all");
    page_.element("button", {{"type", "button"}, {"data-open", "none"}}, "close all");
    page_.close().close();
  }

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
      add_check(page_, check, fmt::format("run-{}-{}", number + 1, check.slug), &check == told);
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

  void add_comparison() {
    page_.open("section", {{"class", "wide"}}).element("h2", "Side by side");
    page_.open("table", {{"class", "sides"}}).open("thead").open("tr");
    page_.element("th", {{"scope", "col"}}, "check");
    for (const auto& card : cards_) {
      page_.element("th", {{"scope", "col"}}, fmt::format("{} {}", card.run, name_of_run(card)));
    }
    page_.close().close().open("tbody");
    for (const auto& [slug, title] : checks_of_all()) add_sides(slug, title);
    page_.open("tr", {{"class", "sum"}}).element("th", {{"scope", "row"}}, "points");
    for (const auto& card : cards_) page_.element("td", score(card.score, card.max_score));
    page_.close().close().close().close();
  }

  std::vector<std::pair<std::string, std::string>> checks_of_all() const {
    std::vector<std::pair<std::string, std::string>> all;
    for (const auto& card : cards_) {
      for (const auto& check : card.checks) {
        const std::pair entry(check.slug, check.id + " " + check.title);
        if (std::find(all.begin(), all.end(), entry) == all.end()) all.push_back(entry);
      }
    }
    return all;
  }

  void add_sides(const std::string& slug, const std::string& title) {
    page_.open("tr").element("th", {{"scope", "row"}}, title);
    for (std::size_t i = 0; i < cards_.size(); ++i) {
      const auto& checks = cards_[i].checks;
      const auto found = std::find_if(checks.begin(), checks.end(),
                                      [&](const auto& check) { return check.slug == slug; });
      if (found == checks.end()) {
        page_.element("td", {{"class", "quiet"}}, "–");
        continue;
      }
      page_.open("td", {{"class", kind_of(found->verdict)}});
      const auto target = fmt::format("#run-{}-{}", i + 1, slug);
      page_.element(
          "a", {{"href", target}},
          fmt::format("{} {} of {}", mark_of(found->verdict, Style{false, true, 80}),
                      points_in_words(found->points), points_in_words(found->max_points)));
      page_.close();
    }
    page_.close();
  }

  void add_raw(const Scorecard& card) {
    page_.open("script", {{"type", "application/json"}, {"class", "result"}});
    page_.add(embedded_json(to_json(card))).close();
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
