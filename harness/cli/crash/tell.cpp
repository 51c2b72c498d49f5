#include "cli/crash/tell.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/text.hpp"
#include "fault/disk/explain.hpp"

namespace assay::disk {
namespace {

namespace json = boost::json;

constexpr std::size_t shown_bytes = 80;
constexpr std::size_t shown_lines = 5;

std::string shown(const std::string& text) { return base::printable_line(text, shown_bytes); }

std::string_view in_words(Mode mode) {
  switch (mode) {
    case Mode::drop_all:
      return "what no sync has covered is gone";
    case Mode::torn:
      return "what no sync has covered is there up to some byte, in order";
    case Mode::reordered:
      return "of what no sync has covered, any part is there";
    case Mode::strict:
      return "what no sync has covered is gone, and so is a name whose folder wasn't synced";
    case Mode::keep_all:
      break;
  }
  return "";
}

std::string count(std::size_t number, std::string_view what) {
  return fmt::format("{} {}{}", base::thousands(static_cast<std::int64_t>(number)), what,
                     number == 1 ? "" : "s");
}

std::string run_in_words(const CrashResult& result) {
  return fmt::format("{}, {} and {} in {:.2f} s", count(result.counts.writes, "change"),
                     count(result.counts.syncs, "sync"),
                     count(result.acknowledged, "acknowledged line"),
                     std::chrono::duration<double>(result.run_time).count());
}

std::string visits_in_words(const CrashResult& result) {
  const double seconds = std::chrono::duration<double>(result.audit_time).count();
  std::string text = fmt::format("{} of {}, in {}", count(result.visited, "moment"),
                                 base::thousands(static_cast<std::int64_t>(result.points)),
                                 count(result.audits, "audit"));
  if (seconds > 0) {
    text +=
        fmt::format(" ({:.0f} moments a second)", static_cast<double>(result.visited) / seconds);
  }
  return text;
}

std::string story_as_text(const Explanation& explanation) {
  std::string text;
  for (const auto& line : explanation.story) {
    if (!line.step) {
      text += "           …\n";
      continue;
    }
    text += fmt::format("  {:>5}.   {:<52} {}{}\n", *line.step + 1, line.what, line.fate,
                        line.is_it ? " (this carried it)" : "");
  }
  return text + "      x    power is lost\n";
}

std::string loss_as_text(const CrashOptions& options, const CrashResult& result) {
  const Loss& loss = *result.loss;
  const auto explanation = explain(loss);
  std::string text = fmt::format("LOST: '{}' was acknowledged, and is gone after a power loss\n\n",
                                 shown(loss.gone.record));
  text += fmt::format("  mode       {}: {}\n", name_of(loss.mode), in_words(loss.mode));
  text += fmt::format("  workload   {} of {}, which is enough:\n",
                      count(loss.workload.size(), "line"), options.workload.size());
  for (std::size_t i = 0; i < loss.workload.size() && i < shown_lines; ++i) {
    text += fmt::format("             {}\n", shown(loss.workload[i]));
  }
  if (loss.workload.size() > shown_lines) text += "             …\n";
  text += '\n' + story_as_text(explanation) + '\n' + picture_as_text(loss, explanation);
  text += fmt::format("\n  missing    {}\n", explanation.missing);
  for (std::size_t i = 0; i < loss.stack.size(); ++i) {
    text += fmt::format("  {:<10} {}\n", i == 0 ? "called by" : "", loss.stack[i]);
  }
  if (!loss.audit.ending.empty() || !loss.audit.complaint.empty()) {
    text += fmt::format("  the audit  {}{}{}\n", loss.audit.ending,
                        loss.audit.ending.empty() || loss.audit.complaint.empty() ? "" : ": ",
                        loss.audit.complaint);
  }
  return text;
}

json::object loss_as_json(const Loss& loss) {
  const auto explanation = explain(loss);
  json::array story;
  for (const auto& line : explanation.story) {
    if (!line.step) continue;
    story.push_back({{"step", *line.step + 1},
                     {"what", line.what},
                     {"fate", line.fate},
                     {"carried", line.is_it}});
  }
  json::array stack;
  for (const auto& frame : loss.stack) stack.push_back(json::string(frame));
  json::array workload;
  for (const auto& line : loss.workload) workload.push_back(json::string(line));
  json::object object{{"record", shown(loss.gone.record)},
                      {"mode", name_of(loss.mode)},
                      {"after_steps", loss.point},
                      {"missing", explanation.missing},
                      {"workload", workload},
                      {"steps", story},
                      {"stack", stack},
                      {"audit", loss.audit.ending.empty() ? "" : loss.audit.ending},
                      {"complaint", loss.audit.complaint}};
  if (explanation.carried_by) {
    object["carried_by"] = disk::in_words(loss.log, loss.log.steps[*explanation.carried_by]);
  }
  return object;
}

std::string_view verdict_of(const CrashResult& result) {
  switch (result.verdict) {
    case CrashResult::Verdict::nothing_lost:
      return "nothing lost";
    case CrashResult::Verdict::lost:
      return "lost";
    case CrashResult::Verdict::cant_judge:
      break;
  }
  return "can't judge";
}

}  // namespace

std::string result_as_text(const CrashOptions& options, const CrashResult& result) {
  if (result.verdict == CrashResult::Verdict::cant_judge) {
    return fmt::format("can't judge: {}\n", result.reason);
  }
  std::string text;
  if (result.loss) {
    text = loss_as_text(options, result);
  } else {
    text = fmt::format("nothing lost: all that was acknowledged is there, {}\n\n",
                       result.visited < result.points ? "at each moment that was looked at"
                                                      : "whenever the power fails");
  }
  text += fmt::format("  run        {}\n  looked at  {}\n", run_in_words(result),
                      visits_in_words(result));
  if (!result.ending.empty()) text += fmt::format("  the program {}\n", result.ending);
  if (!result.loss && result.visited < result.points) {
    text += fmt::format("  not        {} (--points {} for all)\n",
                        count(result.points - result.visited, "moment"), result.points);
  }
  return text;
}

std::string result_as_json(const CrashOptions& options, const CrashResult& result) {
  json::array modes;
  for (const Mode mode : options.modes) modes.push_back(json::string(name_of(mode)));
  json::object document{{"schema", "assay-crash/1"},
                        {"verdict", verdict_of(result)},
                        {"reason", result.reason},
                        {"modes", modes},
                        {"seed", options.seed},
                        {"ending", result.ending},
                        {"changes", result.counts.writes},
                        {"syncs", result.counts.syncs},
                        {"acknowledged", result.acknowledged},
                        {"run_s", std::chrono::duration<double>(result.run_time).count()},
                        {"points", result.points},
                        {"visited", result.visited},
                        {"audits", result.audits}};
  if (result.loss) document["loss"] = loss_as_json(*result.loss);
  return json::serialize(document) + '\n';
}

}  // namespace assay::disk
