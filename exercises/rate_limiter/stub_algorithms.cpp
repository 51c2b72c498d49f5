#include "algorithms.hpp"
#include "kit/not_implemented.hpp"

namespace rate_limiter {

static_assert(contract_version == 1, "this solution was written for contract 1");

namespace {

class GcraLimiter final : public Limiter {
 public:
  GcraLimiter(Gcra policy, const kit::Clock& clock) : policy_(policy), clock_(clock) {}

  Decision acquire(std::string_view key, std::int64_t cost) override {
    // One time for each key: when will its bucket be full again? How far off may that be?
    kit::not_implemented("GcraLimiter::acquire");
  }

 private:
  [[maybe_unused]] const Gcra policy_;
  [[maybe_unused]] const kit::Clock& clock_;
};

class FixedWindowLimiter final : public Limiter {
 public:
  FixedWindowLimiter(FixedWindow policy, const kit::Clock& clock)
      : policy_(policy), clock_(clock) {}

  Decision acquire(std::string_view key, std::int64_t cost) override {
    // Which window is it, and how much did it admit?
    kit::not_implemented("FixedWindowLimiter::acquire");
  }

 private:
  [[maybe_unused]] const FixedWindow policy_;
  [[maybe_unused]] const kit::Clock& clock_;
};

class SlidingLogLimiter final : public Limiter {
 public:
  SlidingLogLimiter(SlidingLog policy, const kit::Clock& clock) : policy_(policy), clock_(clock) {}

  Decision acquire(std::string_view key, std::int64_t cost) override {
    // What was admitted when, and which of it still counts?
    kit::not_implemented("SlidingLogLimiter::acquire");
  }

 private:
  [[maybe_unused]] const SlidingLog policy_;
  [[maybe_unused]] const kit::Clock& clock_;
};

class SlidingCounterLimiter final : public Limiter {
 public:
  SlidingCounterLimiter(SlidingCounter policy, const kit::Clock& clock)
      : policy_(policy), clock_(clock) {}

  Decision acquire(std::string_view key, std::int64_t cost) override {
    // Two counts for each key. What happens to them when one window has passed, or several?
    kit::not_implemented("SlidingCounterLimiter::acquire");
  }

 private:
  [[maybe_unused]] const SlidingCounter policy_;
  [[maybe_unused]] const kit::Clock& clock_;
};

}  // namespace

std::unique_ptr<Limiter> make_limiter(Gcra policy, const kit::Clock& clock) {
  return std::make_unique<GcraLimiter>(policy, clock);
}

std::unique_ptr<Limiter> make_limiter(FixedWindow policy, const kit::Clock& clock) {
  return std::make_unique<FixedWindowLimiter>(policy, clock);
}

std::unique_ptr<Limiter> make_limiter(SlidingLog policy, const kit::Clock& clock) {
  return std::make_unique<SlidingLogLimiter>(policy, clock);
}

std::unique_ptr<Limiter> make_limiter(SlidingCounter policy, const kit::Clock& clock) {
  return std::make_unique<SlidingCounterLimiter>(policy, clock);
}

}  // namespace rate_limiter
