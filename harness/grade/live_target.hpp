// What a fault schedule breaks in a live world: the gate in front of a subject or a store, and the
// processes behind it. Thread-safe as far as these are: a runner calls it beside the load.
#pragma once

#include <functional>

#include "fault/gate.hpp"
#include "fault/runner.hpp"

namespace assay::grade {

// The faults that are done to processes. `restart` returns when it is ready again.
struct Breakable {
  std::function<void()> kill;
  std::function<void()> pause;
  std::function<void()> resume;
  std::function<void()> restart;
  // Of the clock that the world hands to its subject; empty where it hands out none.
  std::function<void(std::chrono::nanoseconds)> step_clock;
};

// Of an HttpSubject or a proc::PrivateServer, which outlives it.
template <class Process>
Breakable breakable(Process& process) {
  return {[&process] { process.kill(); },
          [&process] { process.pause(); },
          [&process] { process.resume(); },
          [&process] { process.restart(); },
          {}};
}

class LiveTarget : public fault::FaultTarget {
 public:
  // The gate outlives it.
  LiveTarget(fault::Gate& gate, Breakable process) : gate_(gate), process_(std::move(process)) {}

  void apply(const fault::Fault& fault) override { gate_.apply(fault); }
  // Throws std::invalid_argument for a clock that isn't there, and what the process throws.
  void apply(const fault::ProcessFault& fault) override;

 private:
  fault::Gate& gate_;
  const Breakable process_;
};

}  // namespace assay::grade
