#include "grade/script_check.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "grade/broken_answer.hpp"
#include "grade/subject_link.hpp"
#include "sim/shrink.hpp"

namespace assay::grade {
namespace {

constexpr std::size_t named_mistakes_max = 2;

std::string_view first_word(std::string_view line) { return line.substr(0, line.find(' ')); }

// A conversation falls into performances wherever the setup is asked again. What comes after the
// subject's end was never performed, and is left out.
std::vector<Performance> performances_of(const Conversation& talk) {
  std::vector<Performance> all;
  for (const auto& exchange : talk.exchanges) {
    if (all.empty() || first_word(exchange.asked) == first_word(talk.exchanges[0].asked)) {
      if (!all.empty() && !all.back().exchanges.back().answered) break;
      all.emplace_back();
    }
    all.back().exchanges.push_back(exchange);
  }
  if (!all.empty()) all.back().trouble = talk.trouble;
  return all;
}

// What no check can accept: no answer, or something that is not an answer.
std::optional<Violation> broken_exchange(const Performance& performance) {
  for (std::size_t i = 0; i < performance.exchanges.size(); ++i) {
    const auto& answered = performance.exchanges[i].answered;
    if (!answered) return Violation{i, std::string(first_word(performance.trouble))};
    if (const auto broken = broken_answer(*answered)) return Violation{i, broken->kind};
    if (i == 0 && *answered != "ok") return Violation{i, "setup"};
  }
  return std::nullopt;
}

struct Found {
  std::size_t performance = 0;
  Violation violation;
};

class Judgement {
 public:
  Judgement(const ScriptCheck& check, const Conversation& talk)
      : performances_(performances_of(talk)) {
    for (std::size_t i = 0; i < performances_.size() && !found_; ++i) {
      const auto& performance = performances_[i];
      const auto broken = broken_exchange(performance);
      std::optional<Violation> violation;
      if (!broken || broken->index > 0) violation = check.violation(before(performance, broken));
      if (!violation) violation = broken;
      if (!violation && !performance.trouble.empty()) {
        violation = {performance.exchanges.size() - 1, std::string(first_word(talk.trouble))};
      }
      if (violation) found_ = Found{i, *violation};
    }
  }

  const std::optional<Found>& found() const { return found_; }
  const Performance& failing() const { return performances_[found_->performance]; }
  const std::vector<Performance>& performances() const { return performances_; }

 private:
  static Performance before(Performance performance, const std::optional<Violation>& broken) {
    if (broken) performance.exchanges.resize(broken->index);
    return performance;
  }

  std::vector<Performance> performances_;
  std::optional<Found> found_;
};

bool takes_long(const std::string& trouble) {
  return trouble.starts_with("time-out") || trouble.starts_with("used more than");
}

Script script_until(const Performance& performance, std::size_t last) {
  Script script{performance.exchanges[0].asked, {}};
  for (std::size_t i = 1; i <= last; ++i)
    script.operations.push_back(performance.exchanges[i].asked);
  return script;
}

// Finds the smallest script that fails as the planned one did.
class ScriptShrinker {
 public:
  ScriptShrinker(const ScriptCheck& check, const SubjectSpec& subject, const Judgement& planned)
      : check_(check),
        subject_(subject),
        kind_(planned.found()->violation.kind),
        slow_(takes_long(planned.failing().trouble)),
        start_(script_until(planned.failing(), planned.found()->violation.index)) {}

  // A talk about the smallest script, in a subject of its own. If subjects behave differently when
  // they have lived before (shared state), candidates get a subject each.
  std::optional<Conversation> run() {
    if (slow_) return only_the_last_operation();
    for (const std::size_t together : {std::size_t{32}, std::size_t{1}}) {
      Script smallest{start_.setup, shrunk(together)};
      std::string name = fmt::format("shrunk from {}", start_.operations.size());
      auto talk = check_.hold(subject_, {smallest}, std::move(name), Pace::stepwise);
      if (same_failure(talk)) return talk;
    }
    auto talk = check_.hold(subject_, {start_}, "alone", Pace::stepwise);
    return same_failure(talk) ? std::optional(std::move(talk)) : std::nullopt;
  }

 private:
  using Operations = std::vector<std::string>;

  // Each attempt would take as long as the time-out, so there is one.
  std::optional<Conversation> only_the_last_operation() const {
    const Script last{start_.setup, {start_.operations.back()}};
    auto talk = check_.hold(
        subject_, {last}, fmt::format("shrunk from {}", start_.operations.size()), Pace::stepwise);
    return same_failure(talk) ? std::optional(std::move(talk)) : std::nullopt;
  }

  Operations shrunk(std::size_t together) {
    sim::ShrinkLimits limits;
    limits.batch_candidates = together;
    limits.items = check_.shrinking_operations_max();
    sim::Shrinker<std::string> shrinker(
        [this](const std::vector<Operations>& candidates) { return first_failing(candidates); },
        [this](const std::string& operation) { return check_.simpler(operation); }, limits);
    return shrinker.shrink(start_.operations);
  }

  std::optional<std::size_t> first_failing(const std::vector<Operations>& candidates) {
    std::vector<Script> scripts;
    for (const auto& operations : candidates) scripts.push_back({start_.setup, operations});
    const Judgement judged(check_, check_.hold(subject_, scripts, "candidates", Pace::stepwise));
    // Only the first violation is looked at; another kind before it just makes shrinking less keen.
    if (!judged.found() || judged.found()->violation.kind != kind_) return std::nullopt;
    return judged.found()->performance;
  }

  bool same_failure(const Conversation& talk) const {
    const Judgement judged(check_, talk);
    return judged.found() && judged.found()->violation.kind == kind_;
  }

  const ScriptCheck& check_;
  const SubjectSpec& subject_;
  const std::string kind_;
  const bool slow_;
  const Script start_;
};

// What can be said without knowing the exercise.
void explain_broken(const Performance& performance, const Violation& violation,
                    CheckResult& result) {
  const Exchange& exchange = performance.exchanges[violation.index];
  if (!exchange.answered || violation.kind == first_word(performance.trouble)) {
    result.reason = performance.trouble;
  } else if (const auto broken = broken_answer(*exchange.answered)) {
    result.reason = broken->reason;
    result.where = broken->where;
    if (broken->not_implemented() && !result.steps.empty()) {
      result.steps.back().came = "not implemented";
    }
  } else if (violation.index == 0) {
    result.reason = fmt::format("answered \"{}\" to the setup, where the protocol wants \"ok\"",
                                *exchange.answered);
  }
}

// The mistakes that give the answers of the shrunk script and of the whole one that it came from;
// of those, the ones that give the most of the other planned answers. A short script can look like
// several mistakes, a long one seldom does.
std::vector<std::string> mistakes_of(const ScriptCheck& check, const Judgement& planned,
                                     const Performance& shrunk) {
  std::map<std::string, std::size_t> matches;
  const auto in_full = check.look_alikes(planned.failing());
  for (const auto& name : check.look_alikes(shrunk)) {
    if (std::find(in_full.begin(), in_full.end(), name) != in_full.end()) matches[name] = 0;
  }
  for (const auto& performance : planned.performances()) {
    if (matches.size() < 2) break;
    for (const auto& name : check.look_alikes(performance)) {
      if (const auto found = matches.find(name); found != matches.end()) ++found->second;
    }
  }
  std::size_t most = 0;
  for (const auto& [name, count] : matches) most = std::max(most, count);
  std::vector<std::string> names;
  for (const auto& [name, count] : matches) {
    if (count == most && names.size() < named_mistakes_max) names.push_back(name);
  }
  return names;
}

}  // namespace

std::vector<std::string> ScriptCheck::simpler(const std::string& /*operation*/) const { return {}; }

void ScriptCheck::add_metrics(const Conversation& /*planned*/, CheckResult& /*result*/) const {}

std::vector<std::string> ScriptCheck::look_alikes(const Performance& /*performance*/) const {
  return {};
}

Conversation ScriptCheck::hold(const SubjectSpec& subject, const std::vector<Script>& scripts,
                               std::string name, Pace pace) const {
  return converse(subject, scripts, std::move(name), pace);
}

std::size_t ScriptCheck::shrinking_operations_max() const { return sim::ShrinkLimits{}.items; }

Evidence ScriptCheck::collect(Workbench& workbench, std::uint64_t seed) const {
  const SubjectSpec& subject = workbench.subject(flavour());
  base::Random random(seed, info().slug);
  const auto scripts = plan(random);

  Evidence evidence;
  evidence.conversations.push_back(hold(subject, scripts, "planned", Pace::trace));
  // Once more, to see at which operation; one that is never ready would only take its time again.
  const std::string& trouble = evidence.conversations[0].trouble;
  if (!trouble.empty() && !trouble.ends_with(before_ready)) {
    evidence.conversations[0] = hold(subject, scripts, "planned", Pace::stepwise);
  }
  const Judgement judged(*this, evidence.conversations[0]);
  if (judged.found() && judged.found()->violation.index > 0) {
    auto shrunk = ScriptShrinker(*this, subject, judged).run();
    if (shrunk) evidence.conversations.push_back(std::move(*shrunk));
  }
  return evidence;
}

CheckResult ScriptCheck::judge(const Evidence& evidence) const {
  CheckResult result = blank_result(info());
  if (evidence.conversations.empty() || evidence.conversations[0].exchanges.empty()) {
    result.verdict = Verdict::unknown;
    result.reason = "no operations were seen";
    return result;
  }
  const Judgement planned(*this, evidence.conversations[0]);
  result.metrics["operations"] = static_cast<double>(evidence.conversations[0].exchanges.size() -
                                                     planned.performances().size());
  add_metrics(evidence.conversations[0], result);
  if (!planned.found()) {
    result.verdict = Verdict::pass;
    result.points = info().points;
    return result;
  }

  result.verdict = Verdict::fail;
  const Conversation& told = evidence.conversations.back();
  const Judgement shrunk(*this, told);
  const bool was_shrunk = evidence.conversations.size() > 1 && shrunk.found();
  const Judgement& story = was_shrunk ? shrunk : planned;
  if (was_shrunk) {
    result.shrunk_from = static_cast<std::int64_t>(planned.found()->violation.index);
  }
  explain(story.failing(), story.found()->violation, result);
  explain_broken(story.failing(), story.found()->violation, result);
  result.mistakes = mistakes_of(*this, planned, story.failing());
  result.output = told.output;
  return result;
}

}  // namespace assay::grade
