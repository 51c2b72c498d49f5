// Level 3: the limiter that many threads ask at once.
#include "kit/not_implemented.hpp"
#include "shared.hpp"

namespace rate_limiter {

static_assert(contract_version == 1, "this solution was written for contract 1");

namespace {

class Shared final : public SharedLimiter {
 public:
  Shared(Policy policy, Room room, const kit::Clock& clock)
      : policy_(policy), room_(room), clock_(clock) {}

  Decision acquire(std::string_view key, std::int64_t cost) override {
    // Three questions to begin with:
    //   Between looking at a bucket and taking from it, what can another thread have done?
    //   When is clock_.now() read: before that bucket is yours, or after?
    //   All keys_max buckets are in use and a new key comes. Which of them may be forgotten?
    kit::not_implemented("Shared::acquire");
  }

  std::int64_t without_room() const override { kit::not_implemented("Shared::without_room"); }

 private:
  [[maybe_unused]] const Policy policy_;
  [[maybe_unused]] const Room room_;
  [[maybe_unused]] const kit::Clock& clock_;
};

}  // namespace

std::unique_ptr<SharedLimiter> make_shared_limiter(Policy policy, Room room,
                                                   const kit::Clock& clock) {
  return std::make_unique<Shared>(policy, room, clock);
}

}  // namespace rate_limiter
