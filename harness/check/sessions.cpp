#include "check/sessions.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "check/models.hpp"
#include "check/versions.hpp"

namespace assay::check {
namespace {

constexpr std::size_t max_demands = 20'000'000;
constexpr std::size_t operations_between_looks = 256;  // at the clock

// Versions that a later one has to come after, all of them: what one process wrote to a key, or
// read of it, so far. A node that joins the first few stands for them in a demand, so that a
// thousand demands are one.
struct Trail {
  struct Step {
    Version version;
    Version join;             // comes after this version and all before it
    std::size_t written = 0;  // how many writes its process had made by then
  };
  std::vector<Step> steps;
  std::map<Version, std::size_t> place;  // of a version in steps
};

// Writes down what the guarantee demands: first what each process demands of itself, in the order
// of calls, then, where the guarantee is about others, what each has to respect of them.
class Demands {
 public:
  Demands(const History& history, const Versions& versions, Guarantee guarantee)
      : history_(history),
        versions_(versions),
        guarantee_(guarantee),
        nodes_(static_cast<Version>(versions.count())) {}

  void add_own(std::size_t operation);
  void add_others(std::size_t operation);
  bool is_about_others() const { return guarantee_ >= Guarantee::monotonic_writes; }

  std::size_t size() const { return demands_.size(); }
  std::size_t nodes() const { return static_cast<std::size_t>(nodes_); }
  std::vector<Demand>& list() { return demands_; }

 private:
  struct Seen {
    std::size_t number;  // of a write, within its process
    std::size_t read;    // that has seen it
  };
  struct Process {
    std::map<Value, Trail> trails;        // by key
    std::map<Value, std::size_t> latest;  // by key: its last read, or its last write
    std::map<Value, Seen> seen;           // by process: the last of its writes that was read
    std::size_t written = 0;
  };

  bool counts(std::size_t operation) const {
    return !history_.operations[operation].unknown() && versions_.of(operation) != Versions::none;
  }
  void extend(Trail& trail, std::size_t operation, std::size_t written);
  void demand_all(const Trail& trail, std::size_t steps, std::size_t after,
                  const std::vector<std::size_t>& because);
  void demand_latest(Process& process, std::size_t operation);
  void demand(Version before, Version after, std::vector<std::size_t> because) {
    if (before != after) demands_.push_back({before, after, std::move(because)});
  }

  const History& history_;
  const Versions& versions_;
  Guarantee guarantee_;
  Version nodes_;  // versions, and then joins
  std::map<Value, Process> processes_;
  std::map<std::size_t, std::size_t> number_of_;  // of a write, within its process
  std::vector<Demand> demands_;
};

void Demands::extend(Trail& trail, std::size_t operation, std::size_t written) {
  const Version version = versions_.of(operation);
  if (!trail.place.try_emplace(version, trail.steps.size()).second) return;
  const Version join = nodes_++;
  demand(version, join, {operation});
  if (!trail.steps.empty()) demand(trail.steps.back().join, join, {});
  trail.steps.push_back({version, join, written});
}

// The first few steps all come before `after`; but a version needs not come before itself.
void Demands::demand_all(const Trail& trail, std::size_t steps, std::size_t after,
                         const std::vector<std::size_t>& because) {
  const Version version = versions_.of(after);
  const auto place = trail.place.find(version);
  const std::size_t own = place == trail.place.end() ? steps : place->second;
  if (own + 1 == steps) --steps;
  if (steps == 0) return;
  if (own >= steps) return demand(trail.steps[steps - 1].join, version, because);
  for (std::size_t step = 0; step < steps; ++step) {
    demand(trail.steps[step].version, version, because);
  }
}

// After the last operation of its kind by the same process on the same key.
void Demands::demand_latest(Process& process, std::size_t operation) {
  const auto [place, is_first] =
      process.latest.try_emplace(history_.operations[operation].key, operation);
  if (is_first) return;
  demand(versions_.of(place->second), versions_.of(operation), {place->second, operation});
  place->second = operation;
}

void Demands::add_own(std::size_t operation) {
  if (!counts(operation)) return;
  const Operation& op = history_.operations[operation];
  const bool writes = is_write(op.function);
  Process& process = processes_[op.process];
  Trail& trail = process.trails[op.key];
  if (writes) number_of_[operation] = process.written++;
  switch (guarantee_) {
    case Guarantee::read_your_writes:
      if (writes) return extend(trail, operation, process.written);
      return demand_all(trail, trail.steps.size(), operation, {operation});
    case Guarantee::monotonic_reads:
      if (!writes) demand_latest(process, operation);
      return;
    case Guarantee::monotonic_writes:
      if (!writes) return;
      demand_latest(process, operation);
      return extend(trail, operation, process.written);
    case Guarantee::writes_follow_reads:
      if (!writes) return extend(trail, operation, process.written);
      return demand_all(trail, trail.steps.size(), operation, {operation});
  }
}

// Whoever has read a write reads, from then on, nothing older than what came before it.
void Demands::add_others(std::size_t operation) {
  if (!counts(operation) || is_write(history_.operations[operation].function)) return;
  const Operation& op = history_.operations[operation];
  Process& process = processes_[op.process];
  for (const auto& [other, seen] : process.seen) {
    const Trail& trail = processes_[other].trails[op.key];
    const auto end = std::partition_point(
        trail.steps.begin(), trail.steps.end(),
        [&seen = seen](const Trail::Step& step) { return step.written <= seen.number; });
    const std::size_t write = *versions_.write_of(versions_.of(seen.read));
    demand_all(trail, static_cast<std::size_t>(end - trail.steps.begin()), operation,
               {write, seen.read, operation});
  }
  const auto write = versions_.write_of(versions_.of(operation));
  if (!write || !number_of_.contains(*write)) return;
  const Seen now{number_of_[*write], operation};
  const Value writer = history_.operations[*write].process;
  const auto [place, is_new] = process.seen.try_emplace(writer, now);
  if (!is_new && place->second.number < now.number) place->second = now;
}

// Takes the joins out again: a demand to a join and those from it on become one.
std::vector<Demand> without_joins(const std::vector<Demand>& circle, std::size_t versions) {
  const auto is_join = [versions](Version node) {
    return static_cast<std::size_t>(node) >= versions;
  };
  std::vector<Demand> turned = circle;
  const auto first = std::find_if(turned.begin(), turned.end(),
                                  [&](const Demand& demand) { return !is_join(demand.before); });
  std::rotate(turned.begin(), first, turned.end());
  std::vector<Demand> merged;
  for (Demand& demand : turned) {
    if (!is_join(demand.before)) {
      merged.push_back(std::move(demand));
      continue;
    }
    Demand& begun = merged.back();
    begun.after = demand.after;
    begun.because.insert(begun.because.end(), demand.because.begin(), demand.because.end());
  }
  return merged;
}

std::string_view rule_of(Guarantee guarantee) {
  switch (guarantee) {
    case Guarantee::read_your_writes:
      return "a process reads what it wrote, or something later";
    case Guarantee::monotonic_reads:
      return "a process reads what it read before, or something later";
    case Guarantee::monotonic_writes:
      return "whoever has read a write has seen what its process wrote before";
    case Guarantee::writes_follow_reads:
      break;
  }
  return "whoever has read a write has seen what its process had read before";
}

class SessionCheck {
 public:
  SessionCheck(const History& history, Guarantee guarantee, const Budget& budget)
      : history_(history), guarantee_(guarantee), versions_(history), deadline_(budget) {}

  Verdict run();

 private:
  std::string version_name(Version version) const {
    const auto write = versions_.write_of(version);
    return write ? history_.values.describe(history_.operations[*write].argument)
                 : "the initial value";
  }
  Explanation explain(const std::vector<Demand>& circle) const;
  Explanation explain_read_of_nothing(std::size_t read) const;
  bool collect(Demands& demands) const;
  void add_initial(std::vector<Demand>& demands) const;

  const History& history_;
  Guarantee guarantee_;
  Versions versions_;
  Deadline deadline_;
};

// What a key holds at first is older than all that is written to it.
void SessionCheck::add_initial(std::vector<Demand>& demands) const {
  std::map<Value, Version> initial;
  for (std::size_t index = 0; index < history_.operations.size(); ++index) {
    const Version version = versions_.of(index);
    if (version == Versions::none || !versions_.is_initial(version)) continue;
    initial[history_.operations[index].key] = version;
  }
  for (std::size_t index = 0; index < history_.operations.size(); ++index) {
    const auto place = initial.find(history_.operations[index].key);
    if (place == initial.end() || !is_write(history_.operations[index].function)) continue;
    demands.push_back({place->second, versions_.of(index), {}});
  }
}

Explanation SessionCheck::explain_read_of_nothing(std::size_t read) const {
  Explanation explanation;
  explanation.operations = {read};
  explanation.impossible = read;
  explanation.summary = history_.describe(read) + " returned what nobody had written by then.";
  explanation.left_out = history_.operations.size() - 1;
  return explanation;
}

Explanation SessionCheck::explain(const std::vector<Demand>& circle) const {
  std::set<std::size_t> operations;
  Explanation explanation;
  for (const Demand& demand : circle) {
    operations.insert(demand.because.begin(), demand.because.end());
    std::string line =
        version_name(demand.before) + " must be older than " + version_name(demand.after);
    if (demand.because.empty()) {
      line += ", as whatever is written is.";
    } else {
      line += ": ";
      for (std::size_t index = 0; index < demand.because.size(); ++index) {
        if (index > 0) line += ", then ";
        line += history_.describe(demand.because[index]);
      }
      line += "; " + std::string(rule_of(guarantee_)) + ".";
    }
    explanation.reasons.push_back(std::move(line));
    for (Version version : {demand.before, demand.after}) {
      if (const auto write = versions_.write_of(version)) operations.insert(*write);
    }
  }
  explanation.summary = "Of " + std::to_string(circle.size()) +
                        " versions, each would have to be older than the next, in a circle.";
  explanation.operations.assign(operations.begin(), operations.end());
  explanation.left_out = history_.operations.size() - operations.size();
  return explanation;
}

Verdict SessionCheck::run() {
  Verdict verdict;
  verdict.parts = 1;
  verdict.reason = versions_.complaint();
  if (!verdict.reason.empty()) return verdict;
  if (const auto read = versions_.read_of_nothing()) {
    verdict.answer = Answer::violated;
    verdict.explanation = explain_read_of_nothing(*read);
    return verdict;
  }
  Demands demands(history_, versions_, guarantee_);
  if (!collect(demands)) {
    verdict.reason = "what the guarantee demands here is more than the budget allows to look at";
    return verdict;
  }
  add_initial(demands.list());
  const std::vector<Demand> circle = find_circle(demands.nodes(), demands.list());
  verdict.answer = circle.empty() ? Answer::holds : Answer::violated;
  if (!circle.empty()) verdict.explanation = explain(without_joins(circle, versions_.count()));
  return verdict;
}

// False when that is too much.
bool SessionCheck::collect(Demands& demands) const {
  for (int turn = 0; turn < (demands.is_about_others() ? 2 : 1); ++turn) {
    for (std::size_t index = 0; index < history_.operations.size(); ++index) {
      turn == 0 ? demands.add_own(index) : demands.add_others(index);
      const bool look = index % operations_between_looks == 0;
      if (demands.size() > max_demands || (look && deadline_.passed())) return false;
    }
  }
  return true;
}

}  // namespace

Verdict check_session(const History& history, Guarantee guarantee, const Budget& budget) {
  return SessionCheck(history, guarantee, budget).run();
}

}  // namespace assay::check
