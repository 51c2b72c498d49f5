#include "host/rate_limiter/limiters.hpp"

#include <stdexcept>
#include <string>

#include "algorithms.hpp"
#include "host/script.hpp"
#include "kit/not_implemented.hpp"
#include "shared.hpp"

// A solution may have some of these functions and not yet the others: a weak one that nobody
// defines is a null pointer.
namespace rate_limiter {
[[gnu::weak]] std::unique_ptr<Limiter> make_token_bucket(Policy policy, const kit::Clock& clock);
[[gnu::weak]] std::unique_ptr<Limiter> make_limiter(Gcra policy, const kit::Clock& clock);
[[gnu::weak]] std::unique_ptr<Limiter> make_limiter(FixedWindow policy, const kit::Clock& clock);
[[gnu::weak]] std::unique_ptr<Limiter> make_limiter(SlidingLog policy, const kit::Clock& clock);
[[gnu::weak]] std::unique_ptr<Limiter> make_limiter(SlidingCounter policy, const kit::Clock& clock);
[[gnu::weak]] std::unique_ptr<SharedLimiter> make_shared_limiter(Policy policy, Room room,
                                                                 const kit::Clock& clock);
}  // namespace rate_limiter

namespace rate_limiter::host {
namespace {

template <class PolicyOf>
using Factory = std::unique_ptr<Limiter> (*)(PolicyOf policy, const kit::Clock& clock);

template <class PolicyOf>
std::unique_ptr<Limiter> call(Factory<PolicyOf> factory, const PolicyOf& policy,
                              const kit::Clock& clock, const std::string& function,
                              const std::string& where_from) {
  if (factory == nullptr) throw kit::NotImplemented(function + ", " + where_from + ",");
  auto limiter = factory(policy, clock);
  if (!limiter) throw std::runtime_error(function + " returned a null pointer");
  return limiter;
}

template <class PolicyOf>
std::unique_ptr<Limiter> make_algorithm(const char* name, std::int64_t limit,
                                        kit::nanoseconds duration, const kit::Clock& clock) {
  const auto function = "make_limiter(" + std::string(name) + ", const kit::Clock&)";
  return call<PolicyOf>(make_limiter, {limit, duration}, clock, function,
                        "which algorithms.hpp declares and stub_algorithms.cpp begins");
}

}  // namespace

std::unique_ptr<Limiter> make(const std::vector<std::string_view>& words, const kit::Clock& clock) {
  const std::int64_t limit = assay::host::whole_number(words[words.size() - 2]);
  const kit::nanoseconds duration{assay::host::whole_number(words.back())};
  if (words.size() == 3) {
    return call<Policy>(make_token_bucket, {limit, duration}, clock,
                        "make_token_bucket(Policy, const kit::Clock&)",
                        "which api.hpp declares and stub.cpp begins");
  }
  const auto name = words[1];
  if (name == "gcra") return make_algorithm<Gcra>("Gcra", limit, duration, clock);
  if (name == "fixed_window") {
    return make_algorithm<FixedWindow>("FixedWindow", limit, duration, clock);
  }
  if (name == "sliding_log") {
    return make_algorithm<SlidingLog>("SlidingLog", limit, duration, clock);
  }
  if (name == "sliding_counter") {
    return make_algorithm<SlidingCounter>("SlidingCounter", limit, duration, clock);
  }
  throw assay::host::BadRequest{"unknown algorithm: " + std::string(name)};
}

std::unique_ptr<SharedLimiter> make_shared(const std::vector<std::string_view>& words,
                                           const kit::Clock& clock) {
  const std::string function = "make_shared_limiter(Policy, Room, const kit::Clock&)";
  if (make_shared_limiter == nullptr) {
    throw kit::NotImplemented(function + ", which shared.hpp declares and stub_shared.cpp begins,");
  }
  const Policy policy{assay::host::whole_number(words[1]),
                      kit::nanoseconds{assay::host::whole_number(words[2])}};
  const Room room{assay::host::whole_number(words[3]),
                  words[4] == "admit" ? WhenFull::admit : WhenFull::deny};
  auto limiter = make_shared_limiter(policy, room, clock);
  if (!limiter) throw std::runtime_error(function + " returned a null pointer");
  return limiter;
}

}  // namespace rate_limiter::host
