// Interrupts the thread that makes one, again and again and wherever it happens to be, for long
// enough that others go on. So threads that run freely meet in the middle of what they do, also
// where there are fewer cores than threads. Each thread makes and ends its own.
#pragma once

#include <ctime>

namespace assay::host {

class Interruptions {
 public:
  // Where the system gives no timer, the thread runs as it would.
  Interruptions();
  ~Interruptions();
  Interruptions(const Interruptions&) = delete;
  Interruptions& operator=(const Interruptions&) = delete;

 private:
  timer_t timer_{};
};

}  // namespace assay::host
