#include "api.hpp"
#include "kit/not_implemented.hpp"

namespace rate_limiter {

static_assert(contract_version == 1, "this solution was written for contract 1");

namespace {

class TokenBucket final : public Limiter {
 public:
  TokenBucket(Policy policy, const kit::Clock& clock) : policy_(policy), clock_(clock) {}

  Decision acquire(std::string_view key, std::int64_t cost) override {
    // Three questions to begin with:
    //   How many tokens does the bucket of `key` hold at clock_.now()? (A new one is full.)
    //   Are they enough for `cost`?
    //   What has to be remembered until the next call?
    kit::not_implemented("TokenBucket::acquire");
  }

 private:
  [[maybe_unused]] const Policy policy_;
  [[maybe_unused]] const kit::Clock& clock_;
};

}  // namespace

std::unique_ptr<Limiter> make_token_bucket(Policy policy, const kit::Clock& clock) {
  return std::make_unique<TokenBucket>(policy, clock);
}

}  // namespace rate_limiter
