#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>

#include "host_test/scenario.hpp"

namespace assay::host_test {
namespace {

std::string nothing() { return ""; }

}  // namespace

Scenario opposite_lock_order() {
  struct Locks {
    std::mutex a;
    std::mutex b;
  };
  auto locks = std::make_shared<Locks>();
  const auto one_way = [locks] {
    const std::lock_guard first(locks->a);
    const std::lock_guard second(locks->b);
  };
  const auto other_way = [locks] {
    const std::lock_guard first(locks->b);
    const std::lock_guard second(locks->a);
  };
  return {{one_way, other_way}, nothing};
}

Scenario locks_twice() {
  auto lock = std::make_shared<std::mutex>();
  const auto body = [lock] {
    lock->lock();
    lock->lock();
  };
  return {{body}, nothing};
}

// Looks at the flag before it holds the mutex, so that the notification may come in between.
Scenario lost_wake_up() {
  struct Signal {
    std::mutex mutex;
    std::condition_variable changed;
    std::atomic<bool> ready{false};
  };
  auto signal = std::make_shared<Signal>();
  const auto waiter = [signal] {
    if (signal->ready) return;
    std::unique_lock lock(signal->mutex);
    signal->changed.wait(lock);
  };
  const auto notifier = [signal] {
    signal->ready = true;
    signal->changed.notify_one();
  };
  return {{waiter, notifier}, nothing};
}

Scenario waits_for_nobody() {
  auto flag = std::make_shared<std::atomic<bool>>(false);
  const auto body = [flag] {
    while (!flag->load()) {
    }
  };
  return {{body, [] {}}, nothing};
}

}  // namespace assay::host_test
