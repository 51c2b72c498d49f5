// A solution on the bench: built in each flavour that a check asks for, once, and ready to be
// started. Not thread-safe.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>

#include "grade/conversation.hpp"
#include "grade/exercise.hpp"
#include "grade/solution.hpp"
#include "proc/builder.hpp"

namespace assay::grade {

struct Readied {
  std::optional<SubjectSpec> subject;  // nothing if it did not build
  proc::Build build;
};

struct DoesNotBuild : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Workbench {
 public:
  // Everything outlives the workbench. `pause` is called now and then while building: it may throw
  // to interrupt.
  Workbench(Solution solution, const Exercise& exercise, int contract_version,
            proc::Builder& builder, std::function<void()> pause);

  const Solution& solution() const { return solution_; }

  // Whether checks may take their time, for closer figures and rarer schedules.
  void be_thorough() { thorough_ = true; }
  bool is_thorough() const { return thorough_; }

  // Why this solution can't take part in a level, if so: it doesn't speak the level's protocol. A
  // program that isn't built here is tried, once a protocol: what speaks another of the exercise's
  // does not attempt this one, and what speaks none is graded, to hear what is wrong with it.
  std::optional<std::string> left_out_of(int level);

  // What isn't built in C++ is the same in every flavour.
  const Readied& ready(proc::Flavour flavour = proc::Flavour::plain);

  // Throws DoesNotBuild, with the compiler's messages.
  const SubjectSpec& subject(proc::Flavour flavour = proc::Flavour::plain);

  // What all builds took, so far.
  std::chrono::milliseconds build_time() const;

  // The reference of the same exercise, on a bench of its own.
  Workbench reference() const;

 private:
  Readied make_ready(proc::Flavour flavour) const;
  std::string python_file(proc::Flavour flavour) const;
  bool speaks(const Level& level);

  const Solution solution_;
  const Exercise& exercise_;
  const int contract_version_;
  proc::Builder& builder_;
  const std::function<void()> pause_;
  bool thorough_ = false;
  std::map<proc::Flavour, Readied> readied_;
  std::map<std::string, bool> speaks_;  // a protocol, as found out
};

}  // namespace assay::grade
