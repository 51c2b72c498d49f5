#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value_from.hpp>

#include "report/json.hpp"
#include "report/json_text.hpp"
#include "report/text.hpp"

namespace assay::report {
namespace {

namespace json = boost::json;

json::string text(std::string_view value) { return json::string(valid_utf8(value)); }

json::array texts(const std::vector<std::string>& values) {
  json::array array;
  for (const std::string& value : values) array.emplace_back(text(value));
  return array;
}

json::value yes_no_or_null(std::optional<bool> value) {
  return value ? json::value(*value) : json::value(nullptr);
}

json::object call(const grade::Timeline::Call& call) {
  return {{"at_ns", call.at_ns},
          {"label", text(call.label)},
          {"expected", yes_no_or_null(call.expected)},
          {"came", yes_no_or_null(call.came)},
          {"agrees", call.agrees}};
}

json::object timeline(const grade::Timeline& timeline) {
  json::array calls;
  for (const auto& each : timeline.calls) calls.emplace_back(call(each));
  json::array levels;
  for (const auto& level : timeline.levels) {
    levels.push_back({{"at_ns", level.at_ns}, {"before", level.before}, {"after", level.after}});
  }
  const json::object bracket{{"from_ns", timeline.bracket_from_ns},
                             {"to_ns", timeline.bracket_to_ns},
                             {"label", text(timeline.bracket_label)}};
  return {{"level_name", text(timeline.level_name)},
          {"level_max", timeline.level_max},
          {"calls", calls},
          {"levels", levels},
          {"bracket", bracket}};
}

json::object lanes(const grade::Lanes& lanes) {
  json::array bars;
  for (const auto& bar : lanes.bars) {
    bars.push_back({{"lane", bar.lane},
                    {"from", bar.from},
                    {"to", bar.to ? json::value(*bar.to) : json::value(nullptr)},
                    {"did", text(bar.did)},
                    {"came", text(bar.came)},
                    {"agrees", bar.agrees}});
  }
  json::array notes;
  for (const auto& note : lanes.notes) {
    notes.push_back({{"lane", note.lane}, {"at", note.at}, {"text", text(note.text)}});
  }
  return {{"names", texts(lanes.names)}, {"bars", bars}, {"notes", notes}};
}

json::object step(const grade::Step& step) {
  return {{"at", text(step.at)},     {"did", text(step.did)}, {"expected", text(step.expected)},
          {"came", text(step.came)}, {"agrees", step.agrees}, {"why", text(step.why)}};
}

json::object metrics(const std::map<std::string, double>& metrics) {
  json::object object;
  for (const auto& [name, value] : metrics) object[valid_utf8(name)] = value;
  return object;
}

json::object axis(const grade::Chart::Axis& axis) {
  return {{"name", text(axis.name)},
          {"unit", text(axis.unit)},
          {"scale", text(grade::name_of(axis.scale))}};
}

json::object chart(const grade::Chart& chart) {
  json::array curves;
  for (const auto& curve : chart.curves) {
    curves.push_back({{"name", text(curve.name)},
                      {"x", json::value_from(curve.x)},
                      {"y", json::value_from(curve.y)}});
  }
  json::array bands;
  for (const auto& band : chart.bands) {
    bands.push_back({{"from", band.from}, {"to", band.to}, {"name", text(band.name)}});
  }
  json::array marks;
  for (const auto& mark : chart.marks) {
    marks.push_back({{"x", mark.x}, {"y", mark.y}, {"name", text(mark.name)}});
  }
  return {{"title", text(chart.title)}, {"x", axis(chart.x)}, {"y", axis(chart.y)},
          {"curves", curves},           {"bands", bands},     {"marks", marks}};
}

void add_story(json::object& object, const grade::CheckResult& check) {
  json::array steps;
  for (const grade::Step& each : check.steps) steps.emplace_back(step(each));
  object["reason"] = text(check.reason);
  object["situation"] = text(check.situation);
  object["steps"] = std::move(steps);
  object["shrunk_from"] = check.shrunk_from;
  object["timeline"] = check.timeline ? json::value(timeline(*check.timeline)) : nullptr;
  if (check.lanes) object["lanes"] = lanes(*check.lanes);
  object["picture"] = text(check.picture);
  object["mistakes"] = texts(check.mistakes);
  object["where"] = text(check.where);
  object["output"] = text(check.output);
  object["replay"] = text(check.replay);
}

json::object check(const grade::CheckResult& check) {
  json::object object{{"id", text(check.id)},
                      {"slug", text(check.slug)},
                      {"level", check.level},
                      {"title", text(check.title)},
                      {"category", text(check.category)},
                      {"verdict", text(name_of(check.verdict))},
                      {"points", check.points},
                      {"max_points", check.max_points},
                      {"seconds", check.seconds},
                      {"metrics", metrics(check.metrics)}};
  if (!check.charts.empty()) {
    json::array charts;
    for (const auto& each : check.charts) charts.emplace_back(chart(each));
    object["charts"] = std::move(charts);
  }
  if (check.verdict != grade::Verdict::pass) add_story(object, check);
  return object;
}

json::object level(const grade::LevelResult& level) {
  return {{"level", level.level},           {"title", text(level.title)},
          {"minutes", level.minutes},       {"points", level.points},
          {"max_points", level.max_points}, {"all_points", level.all_points}};
}

json::object solution(const grade::SolutionInfo& solution) {
  return {{"kind", text(solution.kind)},
          {"path", text(solution.path)},
          {"language", text(solution.language)}};
}

json::object machine(const grade::Machine& machine) {
  return {{"cpu", text(machine.cpu)},
          {"cores", machine.cores},
          {"memory_bytes", machine.memory_bytes},
          {"system", text(machine.system)},
          {"compiler", text(machine.compiler)}};
}

json::object isolation(const grade::IsolationUsed& isolation) {
  return {{"tier", text(isolation.tier)},
          {"own_user", isolation.own_user},
          {"gaps", texts(isolation.gaps)}};
}

}  // namespace

std::string chart_json(const grade::Chart& measured) { return indented(chart(measured)); }

std::string to_json(const grade::Scorecard& card) {
  json::array levels;
  for (const grade::LevelResult& each : card.levels) levels.emplace_back(level(each));
  json::array checks;
  for (const grade::CheckResult& each : card.checks) checks.emplace_back(check(each));
  const json::object hints{{"used", card.hints_used}, {"total", card.hints_total}};
  const json::object predictions{{"marks", card.predictions.marks}, {"of", card.predictions.of}};
  const json::object document{{"schema", "assay-result/1"},
                              {"exercise", text(card.exercise)},
                              {"title", text(card.title)},
                              {"solution", solution(card.solution)},
                              {"run", text(card.run)},
                              {"started", text(card.started)},
                              {"seed", std::to_string(card.seed)},
                              {"score", card.score},
                              {"max_score", card.max_score},
                              {"complete", card.complete},
                              {"seconds", card.seconds},
                              {"build_seconds", card.build_seconds},
                              {"machine", machine(card.machine)},
                              {"isolation", isolation(card.isolation)},
                              {"levels", levels},
                              {"checks", checks},
                              {"hints", hints},
                              {"reference_opened", card.reference_opened},
                              {"predictions", predictions},
                              {"tip", text(card.tip)}};
  return indented(document) + "\n";
}

}  // namespace assay::report
