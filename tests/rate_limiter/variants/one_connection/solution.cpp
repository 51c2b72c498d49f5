// Plain: one connection under a lock, the text of the script sent each time, tokens and their time
// in a hash. A circuit breaker spares callers the wait while Redis is away. It takes no leases.
#include <hiredis/hiredis.h>
#include <sys/time.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "fleet.hpp"

namespace rate_limiter {
namespace {

using std::chrono::microseconds;
using std::chrono::steady_clock;
using Time = steady_clock::time_point;

constexpr const char* decide = R"lua(
local key, capacity, interval, cost = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3] + 0
local seconds, micros = unpack(redis.call('TIME'))
local now, full = seconds * 1e6 + micros, capacity * interval
local credit, at = unpack(redis.call('HMGET', key, 'credit', 'at'))
credit = math.min(full, (credit or full) + math.max(0, now - (at or now)))
local admitted = cost <= capacity and cost * interval <= credit
local wait = -1
if not admitted and cost <= capacity then wait = cost * interval - credit end
if admitted and cost > 0 then
  credit = credit - cost * interval
  redis.call('HSET', key, 'credit', string.format('%.0f', credit), 'at', string.format('%.0f', now))
  redis.call('PEXPIRE', key, math.ceil((full - credit) / 1000) + 500)
end
return {admitted and 1 or 0, math.floor(credit / interval), wait}
)lua";

class OneConnection final : public FleetLimiter {
 public:
  OneConnection(Policy policy, Fleet fleet)
      : policy_(policy),
        fleet_(std::move(fleet)),
        capacity_(std::to_string(policy.capacity)),
        interval_(std::to_string(policy.emission_interval / microseconds(1))) {}

  Decision acquire(std::string_view key, std::int64_t cost) override {
    const Time deadline = steady_clock::now() + fleet_.deadline;
    const std::unique_lock lock(mutex_, deadline);
    if (lock && steady_clock::now() >= closed_until_) {
      if (const auto decision = ask(key, cost, deadline)) return *decision;
      connection_.reset();
      closed_until_ = steady_clock::now() + std::chrono::milliseconds(200);
    }
    if (cost > policy_.capacity) return {false, policy_.capacity};
    return {true, policy_.capacity - cost};
  }

  std::int64_t over_admission_max() const override { return 0; }

 private:
  struct Free {
    void operator()(redisContext* context) const { redisFree(context); }
    void operator()(redisReply* reply) const { freeReplyObject(reply); }
  };

  // At least a microsecond: zero would be without a limit.
  static timeval left_until(Time deadline) {
    const auto left = std::chrono::duration_cast<microseconds>(deadline - steady_clock::now());
    const auto us = std::max<microseconds::rep>(left.count(), 1);
    return {us / 1'000'000, us % 1'000'000};
  }

  std::optional<Decision> ask(std::string_view key, std::int64_t cost, Time deadline) {
    if (!connection_) {
      connection_.reset(redisConnectWithTimeout(fleet_.redis.host.c_str(), fleet_.redis.port,
                                                left_until(deadline)));
    }
    if (!connection_ || connection_->err != 0) return std::nullopt;
    redisSetTimeout(connection_.get(), left_until(deadline));
    const std::string price = std::to_string(cost);
    const std::array<std::string_view, 7> words{"EVAL",    decide,    "1",  key,
                                                capacity_, interval_, price};
    std::array<const char*, 7> starts{};
    std::array<std::size_t, 7> sizes{};
    for (std::size_t i = 0; i < words.size(); ++i) {
      starts[i] = words[i].data();
      sizes[i] = words[i].size();
    }
    const std::unique_ptr<redisReply, Free> reply(static_cast<redisReply*>(
        redisCommandArgv(connection_.get(), 7, starts.data(), sizes.data())));
    if (!reply || reply->type != REDIS_REPLY_ARRAY || reply->elements != 3) return std::nullopt;
    Decision decision{reply->element[0]->integer == 1, reply->element[1]->integer, std::nullopt};
    const auto wait_us = reply->element[2]->integer;
    if (!decision.admitted && wait_us >= 0) decision.retry_after = microseconds(wait_us);
    return decision;
  }

  const Policy policy_;
  const Fleet fleet_;
  const std::string capacity_;
  const std::string interval_;
  std::timed_mutex mutex_;  // for what follows
  std::unique_ptr<redisContext, Free> connection_;
  Time closed_until_;
};

}  // namespace

std::unique_ptr<FleetLimiter> make_fleet_limiter(Policy policy, Fleet fleet,
                                                 const kit::Clock& /*clock*/) {
  return std::make_unique<OneConnection>(policy, std::move(fleet));
}

}  // namespace rate_limiter
