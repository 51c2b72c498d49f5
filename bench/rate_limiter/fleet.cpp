// What a decision of level 4's reference costs beside the least that a script in Redis can cost: a
// counter, by EVAL, over as many connections by as many threads. Both in one run, by turns; and
// then the reference with leases, whose round trips a gate counts.
//
//   fleet_bench [SECONDS]     of each comparison, 4 unless said otherwise; exit code 1 if the bar
//   is
//                             missed
#include <hiredis/hiredis.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "fault/gate.hpp"
#include "fleet.hpp"
#include "measure/paired.hpp"
#include "proc/machine_load.hpp"
#include "proc/redis.hpp"

namespace {

using namespace assay;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

constexpr milliseconds slice_time{50};
constexpr int depths[] = {1, 2, 4, 8};
constexpr std::int64_t key_count = 1'000;
constexpr rate_limiter::Policy plenty{1'000'000'000, std::chrono::microseconds(1)};
constexpr nanoseconds deadline = std::chrono::seconds(2);
constexpr std::int64_t leases[] = {1, 10, 50, 200};
constexpr int lease_nodes = 3;
constexpr int lease_calls = 20'000;

class RealTime final : public kit::Clock {
 public:
  nanoseconds now() const override { return std::chrono::system_clock::now().time_since_epoch(); }
};

std::string key_of(std::int64_t number) { return "key:" + std::to_string(number % key_count); }

struct Script {
  const char* name;
  const char* text;
  double bar;
};
constexpr Script scripts[] = {
    {"TIME, GET, SET",
     "redis.call('TIME') redis.call('GET', KEYS[1]) "
     "redis.call('SET', KEYS[1], 1, 'PX', 10000) return 1",
     0.9},
    {"INCR", "return redis.call('INCR', KEYS[1])", 0},
};

// As anybody would ask for it.
class TrivialEval {
 public:
  TrivialEval(const Script& script, std::uint16_t port)
      : script_(script), context_(redisConnect("127.0.0.1", port), &redisFree) {
    if (!context_ || context_->err != 0) throw std::runtime_error("can't connect to Redis");
  }

  void call(std::int64_t number) {
    const std::string key = script_.name + key_of(number);
    const std::unique_ptr<void, void (*)(void*)> reply(
        redisCommand(context_.get(), "EVAL %s 1 %b", script_.text, key.data(), key.size()),
        &freeReplyObject);
    if (!reply) throw std::runtime_error("EVAL failed");
  }

 private:
  const Script& script_;
  std::unique_ptr<redisContext, void (*)(redisContext*)> context_;
};

// Calls a second of so many threads, in a slice of time. `call(thread, number)`.
template <class Call>
double rate_of(int threads, const Call& call) {
  std::atomic<std::int64_t> calls{0};
  const auto began = steady_clock::now();
  {
    std::vector<std::jthread> callers;
    for (int thread = 0; thread < threads; ++thread) {
      callers.emplace_back([&, thread] {
        std::int64_t number = 0;
        while (steady_clock::now() - began < slice_time) call(thread, ++number);
        calls += number;
      });
    }
  }
  return static_cast<double>(calls) /
         std::chrono::duration<double>(steady_clock::now() - began).count();
}

struct Rates {
  double sum = 0;
  int count = 0;
  double add(double rate) {
    sum += rate;
    ++count;
    return rate;
  }
  double mean() const { return count == 0 ? 0 : sum / count; }
};

// False if the reference misses the bar at this depth.
bool compare(const Script& script, int depth, std::uint16_t port, std::chrono::seconds time) {
  const RealTime clock;
  const auto limiter =
      rate_limiter::make_fleet_limiter(plenty, {{"127.0.0.1", port}, deadline, 1, 1}, clock);
  std::vector<std::unique_ptr<TrivialEval>> peers;
  for (int i = 0; i < depth; ++i) peers.push_back(std::make_unique<TrivialEval>(script, port));
  Rates trivial;
  Rates ours;
  const auto eval = [&] {
    return trivial.add(rate_of(depth, [&](int thread, std::int64_t number) {
      peers[static_cast<std::size_t>(thread)]->call(number);
    }));
  };
  const auto decide = [&] {
    return ours.add(rate_of(depth, [&](int, std::int64_t number) {
      if (limiter->acquire(key_of(number), 1).remaining == plenty.capacity - 1) return;
    }));
  };
  const measure::Plan plan{eval, decide,
                           eval, [] { return steady_clock::now().time_since_epoch(); },
                           time, {{script.bar, 1}},
                           1,    12};
  const auto figure = measure::judge(measure::measure(plan), plan.boundaries);
  fmt::print("{} connections, {:14}: EVAL {:6.0f}/s, a decision {:6.0f}/s; {}\n", depth,
             script.name, trivial.mean(), ours.mean(), measure::in_words(figure));
  return figure.ratio >= script.bar;
}

// Nodes that ask for one key by turns, through a gate that counts.
void count_round_trips(std::int64_t lease_max, const proc::PrivateServer& redis) {
  fault::GateOptions options;
  options.upstream = redis.endpoint();
  options.make_upstream = redis.sockets();
  const fault::Gate gate(options);
  const RealTime clock;
  std::vector<std::unique_ptr<rate_limiter::FleetLimiter>> nodes;
  for (int i = 0; i < lease_nodes; ++i) {
    nodes.push_back(rate_limiter::make_fleet_limiter(
        plenty, {{"127.0.0.1", gate.endpoint().port()}, deadline, lease_nodes, lease_max}, clock));
  }
  const std::string key = "hot:" + std::to_string(lease_max);
  const auto began = steady_clock::now();
  for (int i = 0; i < lease_calls; ++i)
    nodes[static_cast<std::size_t>(i % lease_nodes)]->acquire(key, 1);
  const std::chrono::duration<double> took = steady_clock::now() - began;
  const auto turns = gate.counters().to_server.turns;
  fmt::print(
      "leases of {:3}: {:.3f} round trips a decision, {:7.0f} decisions/s of one thread, "
      "over-admission of at most {}\n",
      lease_max, static_cast<double>(turns) / lease_calls, lease_calls / took.count(),
      nodes[0]->over_admission_max());
}

}  // namespace

int main(int count, char** words) {
  try {
    std::signal(SIGPIPE, SIG_IGN);
    const auto seconds = count > 1 ? base::to_integer(words[1]).value_or(0) : 4;
    if (seconds < 1) throw std::runtime_error("usage: fleet_bench [SECONDS]");
    // In the machine's own network, where this process's connections go.
    const proc::PrivateServer redis(proc::redis_server(), proc::Transport::tcp,
                                    proc::Tier::processes);
    fmt::print("load average {:.2f}\n", proc::load_average());
    bool good = true;
    for (const int depth : depths) {
      for (const Script& script : scripts)
        good =
            compare(script, depth, redis.endpoint().port(), std::chrono::seconds(seconds)) && good;
    }
    for (const auto lease_max : leases) count_round_trips(lease_max, redis);
    fmt::print("load average {:.2f}\n", proc::load_average());
    return good ? 0 : 1;
  } catch (const std::exception& error) {
    fmt::print(stderr, "fleet_bench: {}\n", error.what());
    return 1;
  }
}
