#include "support/brute_force.hpp"

#include <algorithm>
#include <vector>

namespace assay::check::support {
namespace {

class Force {
 public:
  Force(History& history, bool real_time) : history_(history), real_time_(real_time) {
    done_.resize(history.operations.size());
  }

  bool possible(const Service& service) {
    bool complete = true;
    for (std::size_t index = 0; index < done_.size(); ++index) {
      if (done_[index] || history_.operations[index].unknown()) continue;
      complete = false;
    }
    if (complete) return true;
    for (std::size_t index = 0; index < done_.size(); ++index) {
      if (done_[index] || must_wait(index)) continue;
      Service next = service;
      if (!agrees(history_.operations[index],
                  next.apply(history_.operations[index], history_.values))) {
        continue;
      }
      done_[index] = true;
      if (possible(next)) return true;
      done_[index] = false;
    }
    return false;
  }

 private:
  // Whether another, not yet done, certainly comes before this one.
  bool must_wait(std::size_t index) const {
    const Operation& op = history_.operations[index];
    for (std::size_t other = 0; other < done_.size(); ++other) {
      const Operation& before = history_.operations[other];
      if (done_[other] || before.unknown()) continue;
      const bool ordered = real_time_ || before.process == op.process;
      if (ordered && before.returned < op.called) return true;
    }
    return false;
  }

  static bool agrees(const Operation& op, Value result) {
    if (op.result == Value::unseen || op.result == result) return true;
    const bool silent = op.function == Function::add || op.function == Function::remove;
    return silent && op.result == Value::nil;
  }

  History& history_;
  bool real_time_;
  std::vector<bool> done_;
};

}  // namespace

bool is_linearizable_by_force(History& history, std::string_view model, Bucket bucket) {
  return Force(history, true).possible(Service(model, bucket));
}

bool is_sequential_by_force(History& history, std::string_view model, Bucket bucket) {
  return Force(history, false).possible(Service(model, bucket));
}

}  // namespace assay::check::support
