#include "report/printable.hpp"

#include <cstddef>
#include <string_view>

#include "report/text.hpp"

namespace assay::report {
namespace {

constexpr int kWidestWord = 60;                  // an answer, an operation
constexpr int kWidestSentence = 600;             // wrapped where it is printed
constexpr std::size_t kLongestText = 64U << 10;  // bytes looked at; width is not a limit to bytes

class Cleaner {
 public:
  explicit Cleaner(const Style& style) : style_(style) {}

  void word(std::string& text) const { clean(text, kWidestWord); }
  void sentence(std::string& text) const { clean(text, kWidestSentence); }
  void sentences(std::vector<std::string>& texts) const {
    for (std::string& text : texts) sentence(text);
  }
  void lines(std::string& text) const {
    text = harmless(std::string_view(text).substr(0, kLongestText), style_.unicode, Lines::many);
  }

 private:
  void clean(std::string& text, int columns) const {
    const std::string_view start = std::string_view(text).substr(0, kLongestText);
    text = clip(harmless(start, style_.unicode), columns, glyphs(style_).ellipsis);
  }

  const Style& style_;
};

}  // namespace

grade::Timeline printable(const grade::Timeline& timeline, const Style& style) {
  const Cleaner cleaner(style);
  grade::Timeline clean = timeline;
  cleaner.word(clean.level_name);
  cleaner.sentence(clean.bracket_label);
  for (grade::Timeline::Call& call : clean.calls) cleaner.word(call.label);
  return clean;
}

grade::CheckResult printable(const grade::CheckResult& check, const Style& style) {
  const Cleaner cleaner(style);
  grade::CheckResult clean = check;
  for (std::string* text : {&clean.id, &clean.slug, &clean.category}) cleaner.word(*text);
  for (std::string* text :
       {&clean.title, &clean.reason, &clean.situation, &clean.where, &clean.replay}) {
    cleaner.sentence(*text);
  }
  for (grade::Step& step : clean.steps) {
    for (std::string* text : {&step.at, &step.did, &step.came}) cleaner.word(*text);
    for (std::string* text : {&step.expected, &step.why}) cleaner.sentence(*text);
  }
  cleaner.sentences(clean.mistakes);
  cleaner.lines(clean.output);
  cleaner.lines(clean.picture);
  if (clean.timeline) clean.timeline = printable(*clean.timeline, style);
  if (clean.lanes) {
    for (std::string& name : clean.lanes->names) cleaner.word(name);
    for (auto& bar : clean.lanes->bars) {
      cleaner.word(bar.did);
      cleaner.word(bar.came);
    }
    for (auto& note : clean.lanes->notes) cleaner.word(note.text);
  }
  for (grade::Chart& chart : clean.charts) {
    for (std::string* text :
         {&chart.title, &chart.x.name, &chart.x.unit, &chart.y.name, &chart.y.unit}) {
      cleaner.word(*text);
    }
    for (auto& curve : chart.curves) cleaner.word(curve.name);
    for (auto& band : chart.bands) cleaner.word(band.name);
    for (auto& mark : chart.marks) cleaner.word(mark.name);
  }
  return clean;
}

grade::Scorecard printable(const grade::Scorecard& card, const Style& style) {
  const Cleaner cleaner(style);
  grade::Scorecard clean = card;
  for (std::string* text :
       {&clean.exercise, &clean.title, &clean.solution.kind, &clean.solution.path,
        &clean.solution.language, &clean.run, &clean.started, &clean.machine.cpu,
        &clean.machine.system, &clean.machine.compiler, &clean.isolation.tier, &clean.tip}) {
    cleaner.sentence(*text);
  }
  cleaner.sentences(clean.isolation.gaps);
  for (grade::LevelResult& level : clean.levels) cleaner.sentence(level.title);
  for (grade::CheckResult& check : clean.checks) check = printable(check, style);
  return clean;
}

}  // namespace assay::report
