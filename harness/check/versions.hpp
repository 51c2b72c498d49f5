// For histories of writes and reads whose written values are all distinct: which write each read
// returned, and an order that the versions of a key would have to be in. A demand is an edge in
// that order; demands that go round in a circle can't be met.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "check/history.hpp"

namespace assay::check {

using Version = std::int32_t;

class Versions {
 public:
  // Why this history can't be judged so; empty if it can.
  const std::string& complaint() const { return complaint_; }

  // A read that returned what nobody wrote, or what was written only after it.
  std::optional<std::size_t> read_of_nothing() const { return read_of_nothing_; }

  explicit Versions(const History& history);

  // What an operation wrote or read; none for a read whose result nobody saw.
  static constexpr Version none = -1;
  Version of(std::size_t operation) const { return of_[operation]; }
  std::size_t count() const { return count_; }
  bool is_initial(Version version) const { return initial_[static_cast<std::size_t>(version)]; }

  // The write of a version; none of an initial one.
  std::optional<std::size_t> write_of(Version version) const;

 private:
  std::string complaint_;
  std::optional<std::size_t> read_of_nothing_;
  std::vector<Version> of_;
  std::vector<std::int32_t> write_of_;
  std::vector<bool> initial_;
  std::size_t count_ = 0;
};

// A demand that one version comes before another, and the operations that make it.
struct Demand {
  Version before;
  Version after;
  std::vector<std::size_t> because;
};

// The shortest circle of demands that it finds; empty if there is none.
std::vector<Demand> find_circle(std::size_t versions, const std::vector<Demand>& demands);

}  // namespace assay::check
