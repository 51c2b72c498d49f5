#include "check/check.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "base/text.hpp"
#include "check/explain.hpp"
#include "check/linearizability.hpp"
#include "check/sequential.hpp"
#include "check/sessions.hpp"
#include "check/weaker.hpp"

namespace assay::check {
namespace {

constexpr std::int64_t max_capacity = 1'000'000'000;
constexpr std::int64_t max_span_ns = std::int64_t{1} << 60;
constexpr std::int64_t ns_per_ms = 1'000'000;

constexpr std::array<Named, 7> weaker = {{
    {"sequential", "some order of all operations keeps each process's own order"},
    {"read-your-writes", "a process reads what it wrote, or something later"},
    {"monotonic-reads", "a process never reads anything older than before"},
    {"monotonic-writes", "a process's writes are seen in its order"},
    {"writes-follow-reads", "a write is seen after what its process had read"},
    {"convergence", "after the last write, all processes come to read the same"},
    {"bounded-staleness", "a read is at most so stale: bounded-staleness:ms=100"},
}};

std::optional<Guarantee> guarantee_named(std::string_view name) {
  if (name == "read-your-writes") return Guarantee::read_your_writes;
  if (name == "monotonic-reads") return Guarantee::monotonic_reads;
  if (name == "monotonic-writes") return Guarantee::monotonic_writes;
  if (name == "writes-follow-reads") return Guarantee::writes_follow_reads;
  return std::nullopt;
}

[[noreturn]] void refuse(const std::string& why) { throw std::invalid_argument(why); }

std::string meant(std::string_view typed, const std::vector<std::string>& candidates) {
  const auto near = base::did_you_mean(typed, candidates);
  return near ? "; did you mean " + *near + "?" : "; there are " + base::join(candidates, ", ");
}

std::int64_t number(std::string_view name, std::string_view text, std::int64_t highest) {
  const auto value = base::to_integer(text);
  if (value && *value >= 1 && *value <= highest) return *value;
  refuse(std::string(name) + " has to be a whole number from 1 to " + std::to_string(highest));
}

void set_parameter(Choice& choice, std::string_view name, std::string_view value) {
  if (name == "capacity") {
    choice.parameters.capacity = number(name, value, max_capacity);
  } else if (name == "interval_ns") {
    choice.parameters.interval_ns = number(name, value, max_span_ns);
  } else if (name == "ms") {
    choice.parameters.staleness_ns = number(name, value, max_span_ns / ns_per_ms) * ns_per_ms;
  } else if (name == "type") {
    if (model_named(value) == nullptr) refuse("no type is called " + std::string(value));
    choice.type = value;
  } else {
    refuse("no model has a parameter " + std::string(name) +
           meant(name, {"capacity", "interval_ns", "ms", "type"}));
  }
}

void refuse_incomplete(const Choice& choice) {
  const Parameters& parameters = choice.parameters;
  if (choice.type == "token-bucket") {
    if (parameters.capacity == 0 || parameters.interval_ns == 0) {
      refuse("a token bucket needs its policy: token-bucket:capacity=10,interval_ns=1000000");
    }
    if (parameters.interval_ns > max_span_ns / parameters.capacity) {
      refuse("capacity times interval_ns has to be at most 2^60");
    }
  }
  if (choice.name == "bounded-staleness" && parameters.staleness_ns == 0) {
    refuse("bounded staleness needs its bound: bounded-staleness:ms=100");
  }
}

class Judge {
 public:
  Judge(const History& history, Choice choice, const Budget& budget)
      : history_(history), choice_(std::move(choice)), budget_(budget) {}

  Judgement run(bool explain);

 private:
  const ModelKind& kind() const;
  void linearizability(const History& history, bool explain);
  void staleness(bool explain);

  const History& history_;
  Choice choice_;
  Budget budget_;
  Judgement judgement_;
};

const ModelKind& Judge::kind() const {
  const ModelKind* kind =
      choice_.type.empty() ? model_fitting(history_) : model_named(choice_.type);
  if (kind == nullptr) throw HistoryError(0, "no model has all the operations of this history");
  Choice complete = choice_;
  complete.type = kind->name;
  refuse_incomplete(complete);
  refuse_foreign(*kind, history_);
  return *kind;
}

void Judge::linearizability(const History& history, bool explain) {
  const ModelKind& chosen = kind();
  judgement_.model += chosen.name;
  Verdict& verdict = judgement_.verdict;
  verdict = check_linearizability(history, chosen, choice_.parameters, budget_);
  if (!explain || !verdict.blame) return;
  verdict.explanation =
      explain_violation(history, chosen, choice_.parameters, *verdict.blame, budget_);
}

void Judge::staleness(bool explain) {
  judgement_.model = "at most " + base::duration_ns(choice_.parameters.staleness_ns) + " stale ";
  if (!history_.timed) {
    judgement_.verdict.reason = "staleness needs a history with times";
    return;
  }
  judgement_.shifted = with_earlier_reads(history_, choice_.parameters.staleness_ns);
  linearizability(*judgement_.shifted, explain);
}

Judgement Judge::run(bool explain) {
  if (choice_.name.empty() && choice_.type.empty() && !history_.model.empty()) {
    choice_ = parse_choice(history_.model);
  }
  refuse_incomplete(choice_);
  judgement_.model = choice_.name;
  if (const auto guarantee = guarantee_named(choice_.name)) {
    judgement_.verdict = check_session(history_, *guarantee, budget_);
  } else if (choice_.name == "convergence") {
    judgement_.verdict = check_convergence(history_);
  } else if (choice_.name == "bounded-staleness") {
    staleness(explain);
  } else if (choice_.name == "sequential") {
    const ModelKind& chosen = kind();
    judgement_.model += " " + std::string(chosen.name);
    Verdict& verdict = judgement_.verdict;
    verdict = check_sequential(history_, chosen, choice_.parameters, budget_);
    if (explain && verdict.answer == Answer::violated) {
      verdict.explanation = explain_sequential(history_, chosen, choice_.parameters, budget_);
    }
  } else {
    judgement_.model = "linearizable ";
    linearizability(history_, explain);
  }
  return std::move(judgement_);
}

}  // namespace

std::vector<Named> choices() {
  std::vector<Named> all;
  for (const ModelKind& kind : model_kinds()) all.push_back({kind.name, kind.summary});
  all.insert(all.end(), weaker.begin(), weaker.end());
  return all;
}

Choice parse_choice(std::string_view text) {
  Choice choice;
  const std::size_t colon = std::min(text.find(':'), text.size());
  const std::string name(text.substr(0, colon));
  std::vector<std::string> names;
  for (const Named& known : choices()) names.emplace_back(known.name);
  if (std::find(names.begin(), names.end(), name) == names.end()) {
    refuse("no model is called " + base::printable_line(name, 60) + meant(name, names));
  }
  (model_named(name) != nullptr ? choice.type : choice.name) = name;
  if (colon < text.size()) {
    for (const std::string& pair : base::split(text.substr(colon + 1), ',')) {
      const std::size_t equals = std::min(pair.find('='), pair.size());
      if (equals == pair.size()) refuse("a parameter looks like name=value, not " + pair);
      set_parameter(choice, pair.substr(0, equals), pair.substr(equals + 1));
    }
  }
  if (!choice.name.empty() || choice.type == "token-bucket") refuse_incomplete(choice);
  return choice;
}

Judgement check(const History& history, const Choice& choice, const Budget& budget, bool explain) {
  return Judge(history, choice, budget).run(explain);
}

}  // namespace assay::check
