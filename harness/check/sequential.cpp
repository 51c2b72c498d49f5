#include "check/sequential.hpp"

#include <algorithm>
#include <memory>
#include <unordered_map>
#include <unordered_set>

namespace assay::check {
namespace {

constexpr int steps_between_looks = 1024;  // at the budget

// What one process did, in order. An operation of unknown outcome is a session by itself, which
// begins where its process had got to.
struct Session {
  std::vector<std::size_t> operations;
  std::size_t after_session = 0;
  std::int32_t after_count = 0;  // operations of that session that come first
  bool optional = false;
};

// How far each session has got, and then the state of each key: one configuration of the search.
using Configuration = std::vector<std::int32_t>;

struct HashConfiguration {
  std::size_t operator()(const Configuration& configuration) const {
    std::uint64_t hash = 0;
    for (std::int32_t number : configuration) {
      hash = mix(hash ^ static_cast<std::uint32_t>(number)) + 1;
    }
    return static_cast<std::size_t>(hash);
  }
};

class Sequential {
 public:
  Sequential(const History& history, const ModelKind& kind, const Parameters& parameters,
             const Budget& budget, const std::vector<bool>& demanded)
      : history_(history), memory_bytes_(budget.memory_bytes), deadline_(budget) {
    part_of_.resize(history.operations.size());
    for (const Part& part : split(history, false)) {
      for (PartEvent event : part) part_of_[event.operation()] = models_.size();
      models_.push_back(kind.make(history, part, parameters));
    }
    collect_sessions(demanded);
  }

  Verdict run();

 private:
  struct Choice {
    Configuration configuration;
    std::vector<std::size_t> sessions;  // that could go next; the last is tried first
  };

  void collect_sessions(const std::vector<bool>& demanded);
  bool is_done(const Configuration& at) const;
  bool may_go(const Configuration& at, std::size_t session) const;
  const Operation& next_of(const Configuration& at, std::size_t session) const {
    const auto index = static_cast<std::size_t>(at[session]);
    return history_.operations[sessions_[session].operations[index]];
  }
  bool go(Configuration& at, std::size_t session);
  void observe(Configuration& at);
  std::vector<std::size_t> sessions_that_may_go(const Configuration& at) const;
  bool is_over_budget() const;

  const History& history_;
  std::size_t memory_bytes_;
  Deadline deadline_;
  std::vector<Session> sessions_;
  std::vector<std::unique_ptr<Model>> models_;  // by part
  std::vector<std::size_t> part_of_;            // by operation
  std::unordered_set<Configuration, HashConfiguration> visited_;
  std::vector<Choice> stack_;
};

void Sequential::collect_sessions(const std::vector<bool>& demanded) {
  std::unordered_map<std::int32_t, std::size_t> session_of;
  std::vector<Session> optional;
  for (std::size_t index = 0; index < history_.operations.size(); ++index) {
    const Operation& op = history_.operations[index];
    const auto [place, is_new] = session_of.try_emplace(index_of(op.process), sessions_.size());
    if (is_new) sessions_.emplace_back();
    Session& session = sessions_[place->second];
    if (!demanded[index]) {
      if (models_[part_of_[index]]->effect(op).observes) continue;  // it tells nothing
      const auto count = static_cast<std::int32_t>(session.operations.size());
      optional.push_back({{index}, place->second, count, true});
    } else {
      session.operations.push_back(index);
    }
  }
  sessions_.insert(sessions_.end(), optional.begin(), optional.end());
}

bool Sequential::is_done(const Configuration& at) const {
  for (std::size_t session = 0; session < sessions_.size(); ++session) {
    if (sessions_[session].optional) continue;
    if (static_cast<std::size_t>(at[session]) < sessions_[session].operations.size()) return false;
  }
  return true;
}

bool Sequential::may_go(const Configuration& at, std::size_t session) const {
  const Session& each = sessions_[session];
  if (static_cast<std::size_t>(at[session]) >= each.operations.size()) return false;
  return !each.optional || at[each.after_session] >= each.after_count;
}

bool Sequential::go(Configuration& at, std::size_t session) {
  const Session& each = sessions_[session];
  const std::size_t operation = each.operations[static_cast<std::size_t>(at[session])];
  const std::size_t part = part_of_[operation];
  std::int32_t& state = at[sessions_.size() + part];
  const StateId next = models_[part]->step(state, history_.operations[operation]);
  if (next == illegal) return false;
  state = next;
  ++at[session];
  return true;
}

// What only observes, and can do so here, may as well: it changes nothing for anyone else.
void Sequential::observe(Configuration& at) {
  for (bool again = true; again;) {
    again = false;
    for (std::size_t session = 0; session < sessions_.size(); ++session) {
      while (may_go(at, session)) {
        const Operation& op = next_of(at, session);
        const std::size_t operation = static_cast<std::size_t>(&op - history_.operations.data());
        if (!models_[part_of_[operation]]->effect(op).observes || !go(at, session)) break;
        again = true;
      }
    }
  }
}

// The one that was called first in real time is the likeliest to be next.
std::vector<std::size_t> Sequential::sessions_that_may_go(const Configuration& at) const {
  std::vector<std::size_t> sessions;
  for (std::size_t session = 0; session < sessions_.size(); ++session) {
    if (may_go(at, session)) sessions.push_back(session);
  }
  std::sort(sessions.begin(), sessions.end(), [&](std::size_t left, std::size_t right) {
    if (sessions_[left].optional != sessions_[right].optional) return sessions_[left].optional;
    return next_of(at, left).called > next_of(at, right).called;
  });
  return sessions;
}

bool Sequential::is_over_budget() const {
  const std::size_t each = (sessions_.size() + models_.size()) * sizeof(std::int32_t) + 64;
  return visited_.size() * each * 2 > memory_bytes_ || deadline_.passed();
}

Verdict Sequential::run() {
  Verdict verdict;
  verdict.parts = 1;
  Configuration at(sessions_.size());
  for (const auto& model : models_) at.push_back(model->initial());
  bool arrived = true;
  for (std::uint64_t step = 0;; ++step) {
    verdict.configurations = visited_.size();
    if (step % steps_between_looks == 0 && is_over_budget()) {
      verdict.reason = "the search for a sequential order needs more than its budget";
      return verdict;
    }
    if (arrived) {
      observe(at);
      if (is_done(at)) {
        verdict.answer = Answer::holds;
        return verdict;
      }
      if (visited_.insert(at).second) stack_.push_back({at, sessions_that_may_go(at)});
      arrived = false;
    } else if (stack_.empty()) {
      verdict.answer = Answer::violated;
      return verdict;
    } else if (stack_.back().sessions.empty()) {
      stack_.pop_back();
    } else {
      at = stack_.back().configuration;
      const std::size_t session = stack_.back().sessions.back();
      stack_.back().sessions.pop_back();
      arrived = go(at, session);
    }
  }
}

std::vector<bool> all_known(const History& history) {
  std::vector<bool> known;
  for (const Operation& op : history.operations) known.push_back(!op.unknown());
  return known;
}

}  // namespace

Verdict check_sequential(const History& history, const ModelKind& kind,
                         const Parameters& parameters, const Budget& budget) {
  return Sequential(history, kind, parameters, budget, all_known(history)).run();
}

Explanation explain_sequential(const History& history, const ModelKind& kind,
                               const Parameters& parameters, const Budget& budget) {
  std::vector<bool> demanded = all_known(history);
  const Deadline deadline(budget);
  const std::size_t all = demanded.size();
  for (std::size_t run = std::max<std::size_t>(1, all / 2); run > 0; run /= 2) {
    for (std::size_t begin = 0; begin < all && !deadline.passed(); begin += run) {
      std::vector<bool> fewer = demanded;
      for (std::size_t i = begin; i < std::min(begin + run, all); ++i) fewer[i] = false;
      const Budget left{deadline.left(), budget.memory_bytes};
      const Verdict verdict = Sequential(history, kind, parameters, left, fewer).run();
      if (verdict.answer == Answer::violated) demanded = std::move(fewer);
    }
  }
  Explanation explanation;
  for (std::size_t index = 0; index < all; ++index) {
    if (demanded[index]) explanation.operations.push_back(index);
  }
  explanation.left_out = all - explanation.operations.size();
  explanation.summary = "No order of these " + std::to_string(explanation.operations.size()) +
                        " operations that keeps each process's own order is possible.";
  return explanation;
}

}  // namespace assay::check
