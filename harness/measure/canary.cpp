#include "measure/canary.hpp"

namespace assay::measure {

using std::chrono::steady_clock;

Canary::Canary() : thread_([this] { run(); }) {}

Canary::~Canary() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stop_.notify_all();
  thread_.join();
}

std::int64_t Canary::late_ns() const {
  const std::lock_guard lock(mutex_);
  return late_ns_;
}

std::int64_t Canary::p99_ns() const {
  const std::lock_guard lock(mutex_);
  return lateness_.percentile_ns(99);
}

void Canary::run() {
  std::unique_lock lock(mutex_);
  for (auto due = steady_clock::now() + kNap; !stopping_; due = steady_clock::now() + kNap) {
    if (stop_.wait_until(lock, due, [this] { return stopping_; })) return;
    const std::chrono::nanoseconds late = steady_clock::now() - due;
    late_ns_ += late.count();
    lateness_.record(late.count());
  }
}

}  // namespace assay::measure
