// What every function that this runtime puts in another's place begins with.
#pragma once

#include <cerrno>

#include "threads/scheduler.hpp"

namespace assay::host::threads {

// Enters the runtime, if the calling thread is one that runs a body and isn't already inside; what
// the runtime calls in turn goes straight to the C library.
//
//   Entry entry(__builtin_return_address(0));
//   if (!entry) return real::...;
class Entry {
 public:
  explicit Entry(void* pc) : task_(current) {
    if (task_ != nullptr && task_->inside) task_ = nullptr;
    if (task_ == nullptr) return;
    task_->inside = true;
    task_->pc = pc;
  }
  ~Entry() {
    if (task_ != nullptr) task_->inside = false;
  }
  Entry(const Entry&) = delete;
  Entry& operator=(const Entry&) = delete;

  explicit operator bool() const { return task_ != nullptr; }
  Task& task() const { return *task_; }

 private:
  Task* task_;
};

// Tries until it works or the deadline comes; `attempt` gives 0, EBUSY, or another error to return.
template <typename Attempt>
int acquire(Task& task, WaitKind kind, const void* object, std::int64_t deadline_ns,
            const Attempt& attempt) {
  for (;;) {
    const int error = attempt();
    if (error == 0) scheduler().took(task, object);
    if (error != EBUSY) return error;
    if (!scheduler().wait(task, kind, object, deadline_ns)) return ETIMEDOUT;
  }
}

}  // namespace assay::host::threads
