// Decisions a second of limiters that know the same keys: one hot key, 10^5 keys by Zipf's law, and
// 10^6 keys alike, asked by one thread and by two. docs/performance.md has the command and a table.
#include <array>
#include <chrono>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <benchmark/benchmark.h>

#include "shared.hpp"

namespace rate_limiter {

using Make = std::unique_ptr<SharedLimiter>(Policy, Room, const kit::Clock&);

Make make_reference;
Make make_one_mutex;
Make make_sharded_mutex;
Make make_shared_mutex;
Make make_lock_free_with_fences;

namespace {

constexpr std::size_t key_bytes = 16;
constexpr std::size_t questions = 1 << 20;  // drawn beforehand, and asked again and again

class SteadyClock final : public kit::Clock {
 public:
  kit::nanoseconds now() const override {
    return std::chrono::steady_clock::now().time_since_epoch();
  }
};

struct Peer {
  const char* name;
  Make* make;
};

constexpr std::array peers = {Peer{"reference", make_reference}, Peer{"one_mutex", make_one_mutex},
                              Peer{"sharded_mutex", make_sharded_mutex},
                              Peer{"shared_mutex", make_shared_mutex},
                              Peer{"lock_free_with_fences", make_lock_free_with_fences}};

// A billion tokens a second are never used up; a thousand are, by one hot key.
constexpr Policy plenty{1 << 30, std::chrono::nanoseconds(1)};
constexpr Policy scarce{1000, std::chrono::milliseconds(1)};

class Workload {
 public:
  Workload(const char* name, Policy policy, std::size_t keys, bool zipf)
      : name_(name), policy_(policy), keys_(keys), zipf_(zipf) {}

  const char* name() const { return name_; }

  // Each thread begins elsewhere in the list. The list is read in order, so that what is measured
  // is the limiter's look-up, and not the fetching of the key.
  std::string_view key(std::size_t question, int thread) const {
    const std::size_t at = (question + static_cast<std::size_t>(thread) * 77'777) % questions;
    return {&asked_[at * key_bytes], key_bytes};
  }

  // Made, with all its keys, when it is first asked for.
  SharedLimiter& limiter(const Peer& peer) {
    const std::lock_guard lock(mutex_);
    if (asked_.empty()) draw();
    std::unique_ptr<SharedLimiter>& limiter = limiters_[peer.name];
    if (!limiter) {
      limiter = peer.make(policy_, {1 << 20, WhenFull::deny}, clock_);
      for (std::size_t key = 0; key < keys_; ++key) limiter->acquire(text_of(key), 1);
    }
    return *limiter;
  }

 private:
  static std::string text_of(std::size_t key) {
    constexpr std::size_t first = 1'000'000'000'000'000;  // of sixteen digits
    return std::to_string(first + key);
  }

  void draw() {
    std::mt19937_64 random(1);
    std::vector<double> weights;
    for (std::size_t key = 0; key < keys_; ++key) {
      weights.push_back(zipf_ ? 1 / static_cast<double>(key + 1) : 1);
    }
    std::discrete_distribution<std::size_t> key(weights.begin(), weights.end());
    for (std::size_t i = 0; i < questions; ++i) asked_ += text_of(key(random));
  }

  const char* const name_;
  const Policy policy_;
  const std::size_t keys_;
  const bool zipf_;
  const SteadyClock clock_;
  std::mutex mutex_;
  std::string asked_;
  std::map<std::string, std::unique_ptr<SharedLimiter>> limiters_;
};

void ask(benchmark::State& state, Workload& workload, const Peer& peer) {
  SharedLimiter& limiter = workload.limiter(peer);
  std::size_t question = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(limiter.acquire(workload.key(question++, state.thread_index()), 1));
  }
  state.SetItemsProcessed(state.iterations());
}

void register_all(std::list<Workload>& workloads) {
  for (Workload& workload : workloads) {
    for (const Peer& peer : peers) {
      const std::string name = std::string(workload.name()) + "/" + peer.name;
      benchmark::RegisterBenchmark(name.c_str(), ask, std::ref(workload), peer)
          ->ThreadRange(1, 2)
          ->UseRealTime();
    }
  }
}

}  // namespace
}  // namespace rate_limiter

int main(int argc, char** argv) {
  using namespace rate_limiter;
  std::list<Workload> workloads;
  workloads.emplace_back("hot_key_admitted", plenty, 1, false);
  workloads.emplace_back("hot_key_denied", scarce, 1, false);
  workloads.emplace_back("zipf_100_thousand_keys", scarce, 100'000, true);
  workloads.emplace_back("uniform_1_million_keys", scarce, 1'000'000, false);
  register_all(workloads);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
}
