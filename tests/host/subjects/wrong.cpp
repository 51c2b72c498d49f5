#include <atomic>
#include <memory>
#include <stdexcept>

#include "host_test/scenario.hpp"

namespace assay::host_test {

Scenario check_then_act() {
  struct Limiter {
    std::atomic<int> used{0};
    std::atomic<int> admitted{0};
  };
  auto limiter = std::make_shared<Limiter>();
  const auto body = [limiter] {
    if (limiter->used.load() >= 1) return;
    limiter->used.fetch_add(1);
    limiter->admitted.fetch_add(1);
  };
  return {{body, body}, [limiter] { return limiter->admitted.load() > 1 ? "over-admitted" : ""; }};
}

Scenario lost_update() {
  auto count = std::make_shared<int>(0);
  const auto body = [count] { ++*count; };
  return {{body, body}, [count] { return *count == 2 ? "" : "an update is lost"; }};
}

// The second thread has to see 1, 2 and 3, each of which stays for one operation only.
Scenario three_switches() {
  struct State {
    std::atomic<int> value{0};
    std::atomic<int> seen{0};
  };
  auto state = std::make_shared<State>();
  const auto writer = [state] {
    for (int i = 1; i <= 12; ++i) state->value.store(i % 4);
  };
  const auto reader = [state] {
    for (int wanted = 1; wanted <= 3; ++wanted) {
      if (state->value.load() != wanted) return;
      state->seen.fetch_add(1);
    }
  };
  return {{writer, reader}, [state] { return state->seen.load() == 3 ? "saw all three" : ""; }};
}

Scenario throws() {
  auto flag = std::make_shared<std::atomic<int>>(0);
  return {{[flag] {
             flag->store(1);
             throw std::runtime_error("as planned");
           },
           [flag] { flag->store(2); }},
          [] { return ""; }};
}

}  // namespace assay::host_test
