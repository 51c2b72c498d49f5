// Each kind of synchronisation, used as it should be: two or three threads count to a known number.
#include <pthread.h>
#include <semaphore.h>

#include <atomic>
#include <condition_variable>
#include <future>
#include <latch>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <thread>

#include "host_test/scenario.hpp"

namespace assay::host_test {
namespace {

constexpr int rounds = 3;

// A counter that isn't atomic: it is wrong at the end unless `Guard` keeps threads apart.
template <typename Guard>
struct Guarded {
  Guard guard;
  int count = 0;

  void add() {
    const int seen = count;
    count = seen + 1;
  }
};

template <typename Guard, typename Body>
Scenario counted(int threads, const Body& body) {
  auto shared = std::make_shared<Guarded<Guard>>();
  Scenario scenario;
  for (int i = 0; i < threads; ++i) {
    scenario.bodies.push_back([shared, body] {
      for (int round = 0; round < rounds; ++round) body(*shared);
    });
  }
  scenario.mistake = [shared, threads] {
    return shared->count == threads * rounds ? "" : "counted " + std::to_string(shared->count);
  };
  return scenario;
}

template <typename Mutex>
Scenario with_mutex() {
  return counted<Mutex>(3, [](auto& shared) {
    const std::lock_guard lock(shared.guard);
    shared.add();
  });
}

Scenario with_recursive_mutex() {
  return counted<std::recursive_mutex>(2, [](auto& shared) {
    const std::lock_guard outer(shared.guard);
    const std::lock_guard inner(shared.guard);
    shared.add();
  });
}

Scenario with_timed_mutex() {
  return counted<std::timed_mutex>(2, [](auto& shared) {
    const std::unique_lock lock(shared.guard, std::chrono::hours(1));
    if (lock) shared.add();
  });
}

Scenario with_shared_mutex() {
  return counted<std::shared_mutex>(3, [](auto& shared) {
    int before = 0;
    {
      const std::shared_lock reader(shared.guard);
      before = shared.count;
    }
    const std::lock_guard writer(shared.guard);
    if (shared.count >= before) shared.add();
  });
}

// With and without giving way to others while it spins.
template <bool Yields>
struct SpinLock {
  std::atomic_flag taken = ATOMIC_FLAG_INIT;

  void lock() {
    while (taken.test_and_set(std::memory_order_acquire)) {
      if constexpr (Yields) std::this_thread::yield();
    }
  }
  void unlock() { taken.clear(std::memory_order_release); }
};

struct Semaphore {
  Semaphore() { sem_init(&object, 0, 1); }
  sem_t object{};
  void lock() { sem_wait(&object); }
  void unlock() { sem_post(&object); }
};

struct PthreadSpinLock {
  PthreadSpinLock() { pthread_spin_init(&object, PTHREAD_PROCESS_PRIVATE); }
  pthread_spinlock_t object{};
  void lock() { pthread_spin_lock(&object); }
  void unlock() { pthread_spin_unlock(&object); }
};

// A lock made of std::atomic::wait, which waits for the kernel.
struct WaitingLock {
  std::atomic<int> taken{0};
  void lock() {
    while (taken.exchange(1) == 1) taken.wait(1);
  }
  void unlock() {
    taken.store(0);
    taken.notify_one();
  }
};

// Two threads in turns.
Scenario with_condition_variable() {
  struct Turns {
    std::mutex mutex;
    std::condition_variable changed;
    int turn = 0;
  };
  auto turns = std::make_shared<Turns>();
  const auto player = [turns](int self) {
    return [turns, self] {
      for (int round = 0; round < rounds; ++round) {
        std::unique_lock lock(turns->mutex);
        turns->changed.wait(lock, [&] { return turns->turn % 2 == self; });
        ++turns->turn;
        turns->changed.notify_one();
      }
    };
  };
  return {{player(0), player(1)},
          [turns] { return turns->turn == 2 * rounds ? "" : "a turn is missing"; }};
}

Scenario with_latch() {
  struct Start {
    std::latch latch{3};
    std::atomic<int> arrived{0};
    std::atomic<bool> early{false};
  };
  auto start = std::make_shared<Start>();
  const auto body = [start] {
    ++start->arrived;
    start->latch.arrive_and_wait();
    if (start->arrived != 3) start->early = true;
  };
  return {{body, body, body}, [start] { return start->early ? "went through too early" : ""; }};
}

Scenario with_pthread_barrier() {
  struct Start {
    Start() { pthread_barrier_init(&barrier, nullptr, 3); }
    pthread_barrier_t barrier{};
    std::atomic<int> arrived{0};
    std::atomic<int> serial{0};
  };
  auto start = std::make_shared<Start>();
  const auto body = [start] {
    for (int round = 1; round <= rounds; ++round) {
      ++start->arrived;
      const int mine = pthread_barrier_wait(&start->barrier);
      if (mine == PTHREAD_BARRIER_SERIAL_THREAD) ++start->serial;
      pthread_barrier_wait(&start->barrier);
    }
  };
  return {{body, body, body}, [start] {
            return start->arrived == 3 * rounds && start->serial == rounds ? "" : "not in step";
          }};
}

Scenario with_call_once() {
  struct Once {
    std::once_flag flag;
    std::atomic<int> calls{0};
    std::atomic<bool> early{false};
  };
  auto once = std::make_shared<Once>();
  const auto body = [once] {
    std::call_once(once->flag, [&] {
      std::this_thread::yield();
      ++once->calls;
    });
    if (once->calls != 1) once->early = true;
  };
  return {{body, body, body}, [once] { return once->early ? "not once, or too early" : ""; }};
}

// The guard of a static object is libstdc++'s. Only the first run of a process makes it.
Scenario with_static_object() {
  static std::atomic<int> made{0};
  struct Slow {
    Slow() {
      std::this_thread::sleep_for(std::chrono::seconds(1));
      ++made;
    }
    int value = 7;
  };
  const auto body = [] {
    static const Slow slow;
    if (slow.value != 7) made = -1;
  };
  return {{body, body, body}, [] { return made == 1 ? "" : "not made once"; }};
}

Scenario with_threads_inside() {
  struct Sum {
    std::atomic<int> value{0};
    std::atomic<int> destroyed{0};
  };
  auto sum = std::make_shared<Sum>();
  const auto body = [sum] {
    struct AtEnd {
      Sum* told = nullptr;
      ~AtEnd() {
        if (told != nullptr) ++told->destroyed;
      }
    };
    std::thread thread([&] {
      thread_local AtEnd at_end;
      at_end.told = sum.get();
      sum->value += 1;
    });
    const auto later = std::async(std::launch::async, [&] { return sum->value.load(); });
    later.wait();
    thread.join();
    if (sum->destroyed == 0) sum->value = -100;
  };
  return {{body, body},
          [sum] { return sum->value == 2 && sum->destroyed == 2 ? "" : "joined too early"; }};
}

Scenario with_thread_local() {
  auto wrong = std::make_shared<std::atomic<bool>>(false);
  const auto body = [wrong](int self) {
    return [wrong, self] {
      thread_local int mine = 0;
      mine = self;
      std::this_thread::yield();
      if (mine != self) *wrong = true;
    };
  };
  return {{body(1), body(2)}, [wrong] { return *wrong ? "another's value" : ""; }};
}

struct alignas(16) Pair {
  long left;
  long right;
};

Scenario with_two_words() {
  auto pair = std::make_shared<std::atomic<Pair>>(Pair{0, 0});
  const auto body = [pair] {
    for (int round = 0; round < rounds; ++round) {
      Pair seen = pair->load();
      while (!pair->compare_exchange_weak(seen, {seen.left + 1, seen.right + 1})) {
      }
    }
  };
  return {{body, body}, [pair] {
            const Pair last = pair->load();
            return last.left == 2 * rounds && last.right == last.left ? "" : "torn";
          }};
}

Scenario with_shared_pointer() {
  struct Shared {
    std::atomic<std::shared_ptr<int>> value{std::make_shared<int>(1)};
    std::atomic<bool> wrong{false};
  };
  auto shared = std::make_shared<Shared>();
  const auto body = [shared] {
    for (int round = 0; round < rounds; ++round) {
      const auto seen = shared->value.load();
      if (*seen < 1) shared->wrong = true;
      shared->value.store(std::make_shared<int>(*seen + 1));
    }
  };
  return {{body, body}, [shared] { return shared->wrong ? "gone" : ""; }};
}

}  // namespace

Scenario compare_and_swap_loop() {
  auto count = std::make_shared<std::atomic<int>>(0);
  const auto body = [count] {
    for (int round = 0; round < rounds; ++round) {
      int seen = count->load();
      while (!count->compare_exchange_weak(seen, seen + 1)) {
      }
    }
  };
  return {{body, body, body}, [count] { return *count == 3 * rounds ? "" : "an update is lost"; }};
}

Scenario sleeps_and_times_out() {
  struct State {
    std::mutex mutex;
    std::condition_variable never;
    bool timed_out = false;
  };
  auto state = std::make_shared<State>();
  const auto body = [state] {
    std::this_thread::sleep_for(std::chrono::hours(1));
    std::unique_lock lock(state->mutex);
    const bool came = state->never.wait_for(lock, std::chrono::hours(1), [] { return false; });
    state->timed_out = !came;
  };
  return {{body}, [state] { return state->timed_out ? "" : "didn't time out"; }};
}

std::vector<Named> right_scenarios() {
  return {{"mutex", with_mutex<std::mutex>},
          {"recursive_mutex", with_recursive_mutex},
          {"timed_mutex", with_timed_mutex},
          {"shared_mutex", with_shared_mutex},
          {"spin_lock", with_mutex<SpinLock<false>>},
          {"yielding_spin_lock", with_mutex<SpinLock<true>>},
          {"pthread_spin_lock", with_mutex<PthreadSpinLock>},
          {"semaphore", with_mutex<Semaphore>},
          {"atomic_wait", with_mutex<WaitingLock>},
          {"condition_variable", with_condition_variable},
          {"latch", with_latch},
          {"pthread_barrier", with_pthread_barrier},
          {"call_once", with_call_once},
          {"static_object", with_static_object},
          {"threads_inside", with_threads_inside},
          {"thread_local", with_thread_local},
          {"two_words", with_two_words},
          {"shared_pointer", with_shared_pointer}};
}

}  // namespace assay::host_test
