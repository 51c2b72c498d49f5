#include "check/weaker.hpp"

#include <algorithm>
#include <limits>
#include <map>

namespace assay::check {
namespace {

bool observes_only(Function function) {
  return is_read(function) || function == Function::contains;
}

struct Key {
  Position writes_end = -1;                 // never: a write that may still take effect
  std::map<Value, std::size_t> last_reads;  // by process
};

Explanation disagreement(const History& history, std::size_t one, std::size_t other) {
  Explanation explanation;
  explanation.operations = {std::min(one, other), std::max(one, other)};
  explanation.impossible = explanation.operations.back();
  explanation.summary = "After the last write had ended, " + history.describe(one) + " but " +
                        history.describe(other) + ", and neither process reads again.";
  explanation.left_out = history.operations.size() - 2;
  return explanation;
}

}  // namespace

Verdict check_convergence(const History& history) {
  std::map<Value, Key> keys;
  for (const Operation& op : history.operations) {
    Key& key = keys[op.key];
    if (!is_read(op.function)) key.writes_end = std::max(key.writes_end, op.returned);
  }
  for (std::size_t index = 0; index < history.operations.size(); ++index) {
    const Operation& op = history.operations[index];
    Key& key = keys[op.key];
    const bool counts = is_read(op.function) && !op.unknown() && op.called > key.writes_end;
    if (counts) key.last_reads[op.process] = index;
  }
  Verdict verdict;
  verdict.parts = keys.size();
  std::size_t compared = 0;
  for (const auto& [name, key] : keys) {
    if (key.last_reads.size() > 1) ++compared;
    for (const auto& [process, read] : key.last_reads) {
      const std::size_t first = key.last_reads.begin()->second;
      if (history.operations[read].result == history.operations[first].result) continue;
      verdict.answer = Answer::violated;
      verdict.explanation = disagreement(history, first, read);
      return verdict;
    }
  }
  if (compared == 0) {
    verdict.reason =
        "no key is read by two processes after its last write has ended (a write of unknown "
        "outcome "
        "never has)";
  } else {
    verdict.answer = Answer::holds;
  }
  return verdict;
}

History with_earlier_reads(const History& history, std::int64_t by_ns) {
  struct Edge {
    std::int64_t time_ns;
    Position position;  // in the history as it was
    std::size_t operation;
    bool is_return;
  };
  std::vector<Edge> edges;
  for (std::size_t index = 0; index < history.operations.size(); ++index) {
    const Operation& op = history.operations[index];
    const Source& source = history.sources[index];
    const bool moves = observes_only(op.function);
    constexpr std::int64_t lowest = std::numeric_limits<std::int64_t>::min();
    const bool far = source.called_ns < lowest + by_ns;
    const std::int64_t earlier_ns = far ? lowest : source.called_ns - by_ns;
    edges.push_back({moves ? earlier_ns : source.called_ns, op.called, index, false});
    if (!op.unknown()) edges.push_back({source.returned_ns, op.returned, index, true});
  }
  std::sort(edges.begin(), edges.end(), [&](const Edge& left, const Edge& right) {
    if (left.time_ns != right.time_ns) return left.time_ns < right.time_ns;
    const auto is_moved = [&](const Edge& edge) {
      return by_ns > 0 && !edge.is_return &&
             observes_only(history.operations[edge.operation].function);
    };
    if (is_moved(left) != is_moved(right)) return is_moved(left);
    return left.position < right.position;
  });
  History moved = history;
  moved.operations.clear();
  moved.sources.clear();
  std::vector<std::size_t> place(history.operations.size());
  Position position = 0;
  for (const Edge& edge : edges) {
    if (edge.is_return) {
      moved.operations[place[edge.operation]].returned = position++;
      continue;
    }
    place[edge.operation] = moved.operations.size();
    moved.operations.push_back(history.operations[edge.operation]);
    moved.sources.push_back(history.sources[edge.operation]);
    moved.operations.back().called = position++;
  }
  moved.end = position;
  return moved;
}

}  // namespace assay::check
