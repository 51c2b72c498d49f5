#include "check/versions.hpp"

#include <algorithm>
#include <map>

#include "check/models.hpp"

namespace assay::check {
namespace {

constexpr std::size_t circles_tried = 256;

// The demands by the version that they start from.
class Graph {
 public:
  Graph(std::size_t versions, const std::vector<Demand>& demands)
      : demands_(demands), begins_(versions + 1), order_(demands.size()) {
    for (const Demand& demand : demands) ++begins_[static_cast<std::size_t>(demand.before) + 1];
    for (std::size_t version = 0; version < versions; ++version) {
      begins_[version + 1] += begins_[version];
    }
    std::vector<std::size_t> next(begins_.begin(), begins_.end() - 1);
    for (std::size_t index = 0; index < demands.size(); ++index) {
      order_[next[static_cast<std::size_t>(demands[index].before)]++] = index;
    }
  }

  template <typename Visitor>
  void for_each_from(Version version, Visitor visit) const {
    const auto from = static_cast<std::size_t>(version);
    for (std::size_t place = begins_[from]; place < begins_[from + 1]; ++place) {
      visit(order_[place]);
    }
  }

  // The versions that are in a circle, or between two.
  std::vector<Version> tangled() const;
  std::vector<Demand> shortest_circle_through(Version version) const;

 private:
  const std::vector<Demand>& demands_;
  std::vector<std::size_t> begins_;
  std::vector<std::size_t> order_;
};

std::vector<Version> Graph::tangled() const {
  const std::size_t versions = begins_.size() - 1;
  std::vector<std::size_t> waits_for(versions);
  for (const Demand& demand : demands_) ++waits_for[static_cast<std::size_t>(demand.after)];
  std::vector<Version> ready;
  for (std::size_t version = 0; version < versions; ++version) {
    if (waits_for[version] == 0) ready.push_back(static_cast<Version>(version));
  }
  while (!ready.empty()) {
    const Version version = ready.back();
    ready.pop_back();
    for_each_from(version, [&](std::size_t index) {
      const Version after = demands_[index].after;
      if (--waits_for[static_cast<std::size_t>(after)] == 0) ready.push_back(after);
    });
  }
  std::vector<Version> rest;
  for (std::size_t version = 0; version < versions; ++version) {
    if (waits_for[version] > 0) rest.push_back(static_cast<Version>(version));
  }
  return rest;
}

std::vector<Demand> Graph::shortest_circle_through(Version version) const {
  constexpr std::size_t unreached = ~std::size_t{0};
  std::vector<std::size_t> by(begins_.size() - 1, unreached);
  std::vector<Version> frontier = {version};
  for (std::size_t next = 0; next < frontier.size(); ++next) {
    if (by[static_cast<std::size_t>(version)] != unreached) break;
    for_each_from(frontier[next], [&](std::size_t index) {
      std::size_t& reached = by[static_cast<std::size_t>(demands_[index].after)];
      if (reached != unreached) return;
      reached = index;
      frontier.push_back(demands_[index].after);
    });
  }
  std::vector<Demand> circle;
  if (by[static_cast<std::size_t>(version)] == unreached) return circle;
  Version at = version;
  do {
    circle.push_back(demands_[by[static_cast<std::size_t>(at)]]);
    at = circle.back().before;
  } while (at != version);
  std::reverse(circle.begin(), circle.end());
  return circle;
}

}  // namespace

Versions::Versions(const History& history) : of_(history.operations.size(), none) {
  std::map<std::pair<Value, Value>, Version> known;  // by key and value
  const auto add = [&](Value key, Value value, std::int32_t write) {
    write_of_.push_back(write);
    initial_.push_back(write < 0);
    known[{key, value}] = static_cast<Version>(count_);
    return static_cast<Version>(count_++);
  };
  const auto value_read = [&](const Operation& op) {
    const bool empty = op.function == Function::get &&
                       history.values.kind(op.result) == Kind::text &&
                       history.values.text_of(op.result).empty();
    return empty ? Value::nil : op.result;
  };
  for (std::size_t index = 0; index < history.operations.size(); ++index) {
    const Operation& op = history.operations[index];
    if (!is_write(op.function) && !is_read(op.function)) {
      complaint_ =
          "it is defined for writes and reads only, not for " + std::string(name_of(op.function));
      return;
    }
    if (!known.contains({op.key, Value::nil})) add(op.key, Value::nil, none);
    if (!is_write(op.function)) continue;
    if (known.contains({op.key, op.argument})) {
      complaint_ = "it needs distinct writes, and line " +
                   std::to_string(history.sources[index].call_line) + " writes " +
                   history.values.describe(op.argument) + " again";
      return;
    }
    of_[index] = add(op.key, op.argument, static_cast<std::int32_t>(index));
  }
  for (std::size_t index = 0; index < history.operations.size(); ++index) {
    const Operation& op = history.operations[index];
    if (!is_read(op.function) || op.unknown()) continue;
    const auto place = known.find({op.key, value_read(op)});
    if (place != known.end()) of_[index] = place->second;
    const auto write = place == known.end() ? std::nullopt : write_of(place->second);
    const bool early = write && op.returned < history.operations[*write].called;
    if (place == known.end() || early) read_of_nothing_ = read_of_nothing_.value_or(index);
  }
}

std::optional<std::size_t> Versions::write_of(Version version) const {
  const std::int32_t write = write_of_[static_cast<std::size_t>(version)];
  if (write < 0) return std::nullopt;
  return static_cast<std::size_t>(write);
}

std::vector<Demand> find_circle(std::size_t versions, const std::vector<Demand>& demands) {
  const Graph graph(versions, demands);
  std::vector<Demand> best;
  std::size_t tried = 0;
  for (Version version : graph.tangled()) {
    if (tried++ == circles_tried && !best.empty()) break;
    std::vector<Demand> circle = graph.shortest_circle_through(version);
    if (!circle.empty() && (best.empty() || circle.size() < best.size())) best = std::move(circle);
    if (best.size() == 2) break;
  }
  return best;
}

}  // namespace assay::check
