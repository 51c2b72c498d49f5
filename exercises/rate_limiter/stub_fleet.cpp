// Level 4: the limiter that a fleet of nodes shares in Redis.
#include "fleet.hpp"

#include <utility>

#include "kit/not_implemented.hpp"

namespace rate_limiter {

static_assert(contract_version == 1, "this solution was written for contract 1");

namespace {

class SharedInRedis final : public FleetLimiter {
 public:
  SharedInRedis(Policy policy, Fleet fleet, const kit::Clock& clock)
      : policy_(policy), fleet_(std::move(fleet)), clock_(clock) {}

  Decision acquire(std::string_view key, std::int64_t cost) override {
    // Three questions to begin with (#include <hiredis/hiredis.h> is there for you):
    //   Two nodes read the same bucket, and both write it. Who makes one of them wait?
    //   Whose clock says what has grown since?
    //   No answer comes. How long do you wait, and what do you say then?
    kit::not_implemented("SharedInRedis::acquire");
  }

  std::int64_t over_admission_max() const override {
    kit::not_implemented("SharedInRedis::over_admission_max");
  }

 private:
  [[maybe_unused]] const Policy policy_;
  [[maybe_unused]] const Fleet fleet_;
  [[maybe_unused]] const kit::Clock& clock_;
};

}  // namespace

std::unique_ptr<FleetLimiter> make_fleet_limiter(Policy policy, Fleet fleet,
                                                 const kit::Clock& clock) {
  return std::make_unique<SharedInRedis>(policy, std::move(fleet), clock);
}

}  // namespace rate_limiter
