// A thread that does nothing but sleep, and finds out by how much it wakes too late: on a busy
// machine nobody else can be on time either. Thread-safe.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

#include "base/histogram.hpp"

namespace assay::measure {

class Canary {
 public:
  // How long it sleeps at a time.
  static constexpr std::chrono::milliseconds kNap{5};

  Canary();
  ~Canary();
  Canary(const Canary&) = delete;
  Canary& operator=(const Canary&) = delete;

  // By how much it was late in all, so far.
  std::int64_t late_ns() const;
  // 99 of 100 times it was no later than this.
  std::int64_t p99_ns() const;

 private:
  void run();

  mutable std::mutex mutex_;
  std::condition_variable stop_;
  bool stopping_ = false;
  std::int64_t late_ns_ = 0;
  base::Histogram lateness_;
  std::thread thread_;
};

}  // namespace assay::measure
