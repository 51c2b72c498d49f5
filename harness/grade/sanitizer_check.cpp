#include "grade/sanitizer_check.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/text.hpp"
#include "grade/broken_answer.hpp"
#include "grade/sanitizer_report.hpp"
#include "grade/subject_link.hpp"
#include "proc/files.hpp"
#include "proc/sanitizers.hpp"

namespace assay::grade {
namespace {

constexpr std::size_t kept_report_lines = 80;
constexpr std::size_t told_accesses_max = 4;
constexpr std::string_view build_name = "build";

// So that a report ends the subject, whatever the solution says about the sanitizer's options.
const std::map<std::string, std::string> sanitizer_options{
    {"TSAN_OPTIONS", "halt_on_error=1:exitcode=66:report_bugs=1:suppressions="},
    {"ASAN_OPTIONS", "detect_leaks=0:exitcode=66:halt_on_error=1"},
    {"UBSAN_OPTIONS", "halt_on_error=1:exitcode=66:print_stacktrace=1:suppressions="}};

// The text of "shared.cpp:57".
std::string source_line(const Solution& solution, const std::string& place) {
  const auto colon = place.rfind(':');
  const auto found = solution.sources.find(place.substr(0, colon));
  const auto number = base::to_integer(place.substr(colon + 1));
  if (found == solution.sources.end() || !number) return "";
  const auto lines = base::split(found->second, '\n');
  const auto index = static_cast<std::size_t>(*number - 1);
  if (index >= lines.size()) return "";
  const auto& line = lines[index];
  return line.substr(std::min(line.find_first_not_of(" \t"), line.size()));
}

const Conversation* talk_named(const Evidence& evidence, std::string_view name) {
  for (const auto& talk : evidence.conversations) {
    if (talk.name == name) return &talk;
  }
  return nullptr;
}

std::string fact(const Evidence& evidence, const std::string& name) {
  const auto* facts = talk_named(evidence, build_name);
  return facts == nullptr ? "" : fact_in(*facts, name);
}

std::optional<BrokenAnswer> first_broken(const Conversation& talk) {
  for (const auto& [asked, answered] : talk.exchanges) {
    if (!answered) continue;
    if (auto broken = broken_answer(*answered)) return broken;
  }
  return std::nullopt;
}

std::string in_words(const std::string& kind) {
  if (kind == "data race") {
    return "data race: threads access the same memory, at least one of them writes, and nothing "
           "orders them";
  }
  if (kind.starts_with("lock-order-inversion")) {
    return "mutexes are taken in different orders: two threads can wait for each other for ever";
  }
  return kind;
}

CheckResult failed(CheckResult result, const std::string& reason, const std::string& where) {
  result.reason = reason;
  result.where = where;
  return result;
}

}  // namespace

SanitizerCheck::SanitizerCheck(CheckInfo info, proc::Flavour flavour)
    : Check(std::move(info)), flavour_(flavour) {}

// Beside it are facts about the build.
const Conversation& SanitizerCheck::told(const Evidence& evidence) const {
  return evidence.conversations.front();
}

Evidence SanitizerCheck::collect(Workbench& workbench, std::uint64_t seed) const {
  base::Random random(seed, info().slug);
  return watch(workbench, plan(random));
}

Evidence SanitizerCheck::repeat(Workbench& workbench, const Evidence& before,
                                std::uint64_t /*seed*/) const {
  return watch(workbench, scripts_of(told(before)));
}

// Beside the talk, what its judging needs to know of the build: each a fact with a name.
Evidence SanitizerCheck::watch(Workbench& workbench, const std::vector<Script>& scripts) const {
  SubjectSpec subject = workbench.subject(flavour_);
  subject.env.insert(sanitizer_options.begin(), sanitizer_options.end());
  subject.kept_output_lines = kept_report_lines;
  subject.keeps_first_output = true;
  const Conversation talk = converse(subject, scripts, "planned", Pace::stepwise);

  Conversation facts{std::string(build_name), {}, "", ""};
  facts.exchanges.push_back({"folder", subject.shown_as});
  const std::string program = proc::read_file(subject.files.begin()->second);
  if (program.find("__tsan_atomic_thread_fence") != std::string::npos) {
    facts.exchanges.push_back({"fences", "yes"});
  }
  if (talk.trouble.ends_with(before_ready)) {
    const auto probe = proc::probe_sanitizer(flavour_, heed_interruptions);
    if (!probe.available) facts.exchanges.push_back({"can't run", probe.reason});
  }
  if (const auto report = read_sanitizer_report(talk.output, subject.shown_as)) {
    for (const auto& access : report->accesses) {
      facts.exchanges.push_back({access.place, source_line(workbench.solution(), access.place)});
    }
  }
  return {{talk, facts}};
}

CheckResult SanitizerCheck::judge(const Evidence& evidence) const {
  CheckResult result = blank_result(info());
  if (evidence.conversations.empty() || evidence.conversations[0].exchanges.empty()) {
    result.verdict = Verdict::unknown;
    result.reason = "no operations were seen";
    return result;
  }
  const Conversation& talk = evidence.conversations[0];
  result.verdict = Verdict::fail;
  const auto broken = first_broken(talk);
  if (broken && broken->not_implemented()) return failed(result, broken->reason, broken->where);
  const auto report = read_sanitizer_report(talk.output, fact(evidence, "folder"));
  if (!report && !fact(evidence, "can't run").empty()) {
    result.verdict = Verdict::unavailable;
    result.reason = fact(evidence, "can't run");
    return result;
  }
  if (report && report->kind == "data race" && !fact(evidence, "fences").empty()) {
    result.verdict = Verdict::unavailable;
    result.reason =
        "ThreadSanitizer doesn't understand std::atomic_thread_fence, which this solution uses: "
        "what it reports may be wrong";
    return result;
  }
  if (report) {
    result.reason = in_words(report->kind);
    for (const auto& access : report->accesses) {
      if (result.steps.size() == told_accesses_max) break;
      const auto line = fact(evidence, access.place);
      result.steps.push_back(
          {access.place, line.empty() ? access.place : line, "", access.did, true, ""});
    }
    if (!report->accesses.empty()) {
      result.where = fact(evidence, "folder") + "/" + report->accesses.front().place;
    }
    return result;
  }
  if (broken) return failed(result, broken->reason, broken->where);
  if (!talk.trouble.empty()) {
    result.output = talk.output;
    return failed(result, talk.trouble, "");
  }
  if (const auto wrong = complaint(talk)) return failed(result, *wrong, "");
  result.verdict = Verdict::pass;
  result.points = info().points;
  result.metrics["operations"] = static_cast<double>(talk.exchanges.size());
  return result;
}

}  // namespace assay::grade
