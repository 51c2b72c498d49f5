#include "graders/rate_limiter/table/history.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include "base/text.hpp"
#include "check/own_model.hpp"
#include "graders/rate_limiter/script.hpp"
#include "graders/rate_limiter/table/calls.hpp"
#include "graders/rate_limiter/table/script.hpp"

namespace assay::graders::rate_limiter {
namespace {

constexpr std::size_t explored_orders_max = 20'000;
constexpr std::size_t possible_answers_max = 2;
constexpr const char* wrong_answers = "wrong answers";

using Tables = std::vector<Table>;

void add_new(Tables& tables, Table table) {
  if (std::find(tables.begin(), tables.end(), table) == tables.end()) {
    tables.push_back(std::move(table));
  }
}

// All outcomes of a call that starts from one of these tables, at any of its times.
template <class Use>
void for_each_outcome(const TablePolicy& policy, const Tables& tables, const SeenCall& seen,
                      Use use) {
  for (const auto& table : tables) {
    for (const auto time_ns : seen.times_ns) {
      Call call = seen.call;
      call.at_ns = time_ns;
      if (too_late(table, call)) continue;
      for (auto& outcome : outcomes(policy, table, call)) use(std::move(outcome));
    }
  }
}

Tables after(const TablePolicy& policy, const Tables& tables, const SeenCall& seen) {
  Tables next;
  if (seen.without_room) {
    for (const auto& table : tables) {
      if (table.without_room == *seen.without_room) next.push_back(table);
    }
    return next;
  }
  for_each_outcome(policy, tables, seen, [&](TableOutcome outcome) {
    if (outcome.decision == seen.came) add_new(next, std::move(outcome.after));
  });
  return next;
}

// The contract as the checker wants it: a state is all that may be so by now.
struct Contract {
  struct State {
    Tables tables;
    bool operator==(const State&) const = default;
    friend std::uint64_t hash_of(const State& state) {
      std::uint64_t hash = state.tables.size();
      for (const auto& table : state.tables) {
        hash = check::mix(hash ^ static_cast<std::uint64_t>(table.without_room));
        for (const auto& bucket : table.buckets) {
          hash = check::mix(hash ^ std::hash<std::string>()(bucket.key) ^
                            static_cast<std::uint64_t>(bucket.full_at_ns));
        }
      }
      return hash;
    }
  };

  State initial() const { return {{Table{}}}; }

  bool step(State& state, const check::Operation& operation) const {
    const auto index = static_cast<std::size_t>(values->integer_of(operation.argument));
    state.tables = after(policy, state.tables, (*calls)[index]);
    return !state.tables.empty();
  }

  check::Effect effect(const check::Operation& /*operation*/) const { return {}; }
  std::string describe(const State& /*state*/) const { return ""; }

  const TablePolicy policy;
  const std::vector<SeenCall>* calls;
  const check::Values* values;
};

check::History history_of(const std::vector<SeenCall>& calls) {
  // Events in their order; a call's argument is its place in `calls`.
  std::map<std::size_t, std::pair<std::size_t, bool>> events;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    events[calls[i].begins] = {i, false};
    events[calls[i].returns] = {i, true};
  }
  check::HistoryBuilder builder;
  std::map<std::size_t, std::size_t> tickets;
  for (const auto& [event, what] : events) {
    const auto [index, returns] = what;
    if (returns) {
      builder.end(tickets[index], check::Value::yes, {});
      continue;
    }
    check::Operation operation;
    operation.process = builder.values().integer(calls[index].thread);
    operation.argument = builder.values().integer(static_cast<std::int64_t>(index));
    tickets[index] = builder.begin(operation, {});
  }
  return builder.build("rounds", "");
}

// An answer that would have been right.
struct Possible {
  Decision decision;
  bool without_room = false;          // it says so
  std::optional<std::int64_t> count;  // of a look at the count

  bool operator==(const Possible&) const = default;
};

// What one call could have been answered, in any order that explains the answers of all that had
// returned by then. Looks at a limited number of orders: what it says is a help, not a verdict.
class PossibleAnswers {
 public:
  PossibleAnswers(const TablePolicy& policy, const std::vector<SeenCall>& calls, std::size_t blamed)
      : policy_(policy), calls_(calls), blamed_(blamed), done_(calls.size(), false) {}

  std::vector<Possible> find() {
    explore({Table{}});
    return std::move(found_);
  }

 private:
  bool can_be_next(std::size_t i) const {
    if (done_[i] || calls_[i].begins > calls_[blamed_].returns) return false;
    for (std::size_t j = 0; j < calls_.size(); ++j) {
      if (!done_[j] && calls_[j].returns < calls_[i].begins) return false;
    }
    return true;
  }

  bool all_before_are_done() const {
    for (std::size_t i = 0; i < calls_.size(); ++i) {
      if (!done_[i] && calls_[i].returns <= calls_[blamed_].returns) return false;
    }
    return true;
  }

  void explore(const Tables& tables) {
    if (explored_++ > explored_orders_max) return;
    if (all_before_are_done()) {
      if (std::find(found_.begin(), found_.end(), answer_) == found_.end()) {
        found_.push_back(answer_);
      }
      return;
    }
    for (std::size_t i = 0; i < calls_.size(); ++i) {
      if (!can_be_next(i)) continue;
      done_[i] = true;
      if (i == blamed_ && calls_[i].without_room) {
        for (const auto& table : tables) {
          answer_ = {{}, false, table.without_room};
          explore({table});
        }
      } else if (i == blamed_) {
        for_each_outcome(policy_, tables, calls_[i], [&](TableOutcome outcome) {
          const auto before = tables.front().without_room;
          answer_ = {outcome.decision, outcome.after.without_room > before, std::nullopt};
          explore({std::move(outcome.after)});
        });
      } else if (const auto next = after(policy_, tables, calls_[i]); !next.empty()) {
        explore(next);
      }
      done_[i] = false;
    }
  }

  const TablePolicy& policy_;
  const std::vector<SeenCall>& calls_;
  const std::size_t blamed_;
  std::vector<bool> done_;
  Possible answer_;
  std::vector<Possible> found_;
  std::size_t explored_ = 0;
};

// As the contract means it: no room is not a matter of tokens.
bool is_for_lack_of_room(const Possible& possible) { return possible.without_room; }

std::string in_words(const Possible& possible) {
  if (possible.count) return std::to_string(*possible.count);
  return in_words(possible.decision) + (possible.without_room ? " (there is no room)" : "");
}

std::string reason_for(const std::vector<Possible>& possible, const SeenCall& call) {
  if (call.without_room) return "the calls without room are counted wrong";
  if (call.came->remaining < 0) return "less than no token remains";
  const auto all = [&](auto property) {
    return !possible.empty() && std::all_of(possible.begin(), possible.end(), property);
  };
  if (call.came->admitted && all(is_for_lack_of_room)) {
    return "more keys are remembered than there is room for";
  }
  if (call.came->admitted && all([](const auto& each) { return !each.decision.admitted; })) {
    return "more is admitted than there is";
  }
  if (!call.came->admitted && all([](const auto& each) { return each.decision.admitted; })) {
    return "denied, though there are tokens";
  }
  return "no order of these calls explains their answers";
}

grade::RoundViolation told(const TablePolicy& policy, const std::vector<SeenCall>& calls,
                           std::size_t blamed) {
  auto possible = PossibleAnswers(policy, calls, blamed).find();
  grade::RoundViolation violation{wrong_answers, reason_for(possible, calls[blamed]),
                                  calls[blamed].returns, "", "in any order of these calls"};
  if (possible.size() > possible_answers_max) possible.resize(possible_answers_max);
  std::vector<std::string> words;
  for (const auto& each : possible) words.push_back(in_words(each));
  violation.expected =
      words.empty() ? "an answer that goes with the others" : base::join(words, "; or ");
  return violation;
}

}  // namespace

std::optional<grade::RoundViolation> unexplained(const grade::Program& program,
                                                 const grade::RoundReport& report) {
  const auto seen = calls_of(program, report);
  if (seen.no_answer) {
    return grade::RoundViolation{wrong_answers, "not a decision", *seen.no_answer, "a decision",
                                 ""};
  }
  const auto policy = parse_table_policy(program.first.at(0));
  const auto history = history_of(seen.calls);
  check::Interned<Contract> model({policy, &seen.calls, &history.values});
  const auto verdict = check::check_linearizability(history, model, {std::chrono::seconds(2)});
  if (verdict.answer == check::Answer::holds) return std::nullopt;
  if (verdict.answer == check::Answer::unknown)
    return grade::RoundViolation{grade::undecided, "", 0, "", ""};
  const auto blamed = verdict.blame->back().operation();
  const auto index = history.values.integer_of(history.operations[blamed].argument);
  return told(policy, seen.calls, static_cast<std::size_t>(index));
}

}  // namespace assay::graders::rate_limiter
