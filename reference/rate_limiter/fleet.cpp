// Level 4: a fleet of nodes with one budget in Redis. A decision is a script that Redis runs, so it
// is atomic, takes one round trip, and has one clock. DESIGN.md, beside this file, says the rest.
#include "fleet.hpp"

#include <hiredis/hiredis.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace rate_limiter {

static_assert(contract_version == 1, "this solution was written for contract 1");

namespace {

using std::chrono::microseconds;
using std::chrono::steady_clock;
using Deadline = steady_clock::time_point;

// Answers with the credit that is left, or by how much it falls short (a negative number); where
// tokens may be taken ahead, {what is left, what was taken ahead}. Credit is time, as at level 1;
// all numbers are whole microseconds below 2^53, so that Lua's doubles are exact. A key holds when
// its bucket is full again; what is missing until then is never more than a full bucket, even if
// Redis's clock went back. A lease is a fair share of what is left, so that the last tokens don't
// all lie with one node.
//
// An expiry costs as much as all the rest. So it is put off only when `full_at` comes into another
// stretch of time as long as a full bucket, and then by two such stretches: later than any
// `full_at` of that stretch.
constexpr std::string_view decide = R"lua(
local call = redis.call
local time = call('TIME')
local now = time[1] * 1000000 + time[2]
local full, price, expiry_ms = ARGV[1] + 0, ARGV[2] + 0, ARGV[3]
local ahead_max, interval, nodes = ARGV[4], ARGV[5], ARGV[6]
local had = call('GET', KEYS[1])
local missing = 0
if had then
  had = had + 0
  if had > now then missing = had - now end
  if missing > full then missing = full end
end
local left = full - missing - price
if left < 0 or price == 0 then return left end
local ahead = 0
if ahead_max then
  ahead = math.min(ahead_max + 0, math.floor(left / interval / nodes) * interval)
end
local full_at = now + missing + price + ahead
if had and had % full + (full_at - had) < full then
  call('INCRBY', KEYS[1], full_at - had)
else
  call('SET', KEYS[1], full_at, 'PX', expiry_ms)
end
if not ahead_max then return left end
return {left - ahead, ahead}
)lua";

struct FreeReply {
  void operator()(redisReply* reply) const { freeReplyObject(reply); }
};
using Reply = std::unique_ptr<redisReply, FreeReply>;  // null: none came

struct FreeContext {
  void operator()(redisContext* context) const { redisFree(context); }
};

// One connection, for one call at a time. Whatever goes wrong, it is of no use afterwards: an
// answer that still comes would be taken for the next one.
class Connection {
 public:
  static constexpr std::size_t words_max = 12;

  explicit Connection(const Redis& redis)
      : context_(redisConnectNonBlock(redis.host.c_str(), redis.port)) {}

  Reply ask(std::span<const std::string_view> words, Deadline deadline) {
    if (!context_ || context_->err != 0) return nullptr;
    std::array<const char*, words_max> starts{};
    std::array<std::size_t, words_max> sizes{};
    for (std::size_t i = 0; i < words.size(); ++i) {
      starts.at(i) = words[i].data();
      sizes.at(i) = words[i].size();
    }
    redisAppendCommandArgv(context_.get(), static_cast<int>(words.size()), starts.data(),
                           sizes.data());
    return send(deadline) ? receive(deadline) : nullptr;
  }

 private:
  bool send(Deadline deadline) {
    for (int done = 0;;) {
      if (redisBufferWrite(context_.get(), &done) != REDIS_OK) return false;
      if (done != 0) return true;
      if (!wait_for(POLLOUT, deadline)) return false;
    }
  }

  Reply receive(Deadline deadline) {
    for (void* reply = nullptr;;) {
      if (!wait_for(POLLIN, deadline) || redisBufferRead(context_.get()) != REDIS_OK ||
          redisGetReply(context_.get(), &reply) != REDIS_OK) {
        return nullptr;
      }
      if (reply != nullptr) return Reply(static_cast<redisReply*>(reply));
    }
  }

  // A deadline is a point in time: what is left of it, and not the whole, is the next wait's limit.
  bool wait_for(short events, Deadline deadline) const {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now());
    pollfd socket{context_->fd, events, 0};
    return left.count() > 0 && ::poll(&socket, 1, static_cast<int>(left.count())) > 0;
  }

  std::unique_ptr<redisContext, FreeContext> context_;
};

// Connections that wait for their next call. There are as many as calls were ever made at once,
// up to a limit.
class Pool {
 public:
  // Null if none is idle.
  std::unique_ptr<Connection> take() {
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) return nullptr;
    auto idle = std::move(idle_.back());
    idle_.pop_back();
    return idle;
  }

  void give_back(std::unique_ptr<Connection> connection) {
    const std::lock_guard lock(mutex_);
    if (idle_.size() < idle_max) idle_.push_back(std::move(connection));
  }

 private:
  static constexpr std::size_t idle_max = 64;

  std::mutex mutex_;
  std::vector<std::unique_ptr<Connection>> idle_;
};

struct Grant {
  Decision decision;
  std::int64_t ahead = 0;  // tokens that were taken beyond the cost
};

// The buckets, as Redis keeps them.
class Buckets {
 public:
  Buckets(Policy policy, const Fleet& fleet)
      : interval_us_(policy.emission_interval / microseconds(1)),
        redis_(fleet.redis),
        interval_(std::to_string(interval_us_)),
        full_(std::to_string(policy.capacity * interval_us_)),
        nodes_(std::to_string(fleet.nodes)),
        expiry_ms_(std::to_string(policy.capacity * interval_us_ / 500 + 1'000)) {}

  // Nothing if no answer came. An idle connection may have ended meanwhile, which shows only when
  // it is used: then another one is asked, as long as there is time. If it ended in mid-call, the
  // tokens are taken twice.
  std::optional<Grant> ask(std::string_view key, std::int64_t cost, std::int64_t ahead,
                           Deadline deadline) {
    while (auto idle = idle_.take()) {
      if (const Reply reply = run_script(*idle, key, cost, ahead, deadline)) {
        idle_.give_back(std::move(idle));
        return read(*reply, cost);
      }
      if (steady_clock::now() >= deadline) return std::nullopt;
    }
    auto fresh = std::make_unique<Connection>(redis_);
    const Reply reply = run_script(*fresh, key, cost, ahead, deadline);
    if (!reply) return std::nullopt;
    idle_.give_back(std::move(fresh));
    return read(*reply, cost);
  }

 private:
  // Redis knows a script by the digest of its text, until it is started anew: then it is told the
  // text again, within the same deadline.
  Reply run_script(Connection& connection, std::string_view key, std::int64_t cost,
                   std::int64_t ahead, Deadline deadline) {
    const std::string name = "bucket:" + std::string(key);
    const std::string price = std::to_string(cost * interval_us_);
    const std::string more = std::to_string(ahead * interval_us_);
    const std::string_view digest = digest_of_script(connection, deadline);
    if (digest.empty()) return nullptr;
    std::array<std::string_view, 10> words{"EVALSHA", digest,     "1",  name,      full_,
                                           price,     expiry_ms_, more, interval_, nodes_};
    const std::span<const std::string_view> all(words.data(), ahead > 0 ? 10 : 7);
    Reply reply = connection.ask(all, deadline);
    if (!reply || !is_unknown_script(*reply)) return reply;
    words[0] = "EVAL";
    words[1] = decide;
    return connection.ask(all, deadline);
  }

  static bool is_unknown_script(const redisReply& reply) {
    return reply.type == REDIS_REPLY_ERROR &&
           std::string_view(reply.str, reply.len).starts_with("NOSCRIPT");
  }

  // Redis computes it, when it is needed first. Nobody waits for the network with a lock in hand:
  // those who wait for the lock have deadlines too. Once known, it stays the same.
  std::string_view digest_of_script(Connection& connection, Deadline deadline) {
    if (digest_is_known_.load(std::memory_order_acquire)) return digest_;
    const std::array<std::string_view, 3> words{"SCRIPT", "LOAD", decide};
    const Reply reply = connection.ask(words, deadline);
    if (!reply || reply->type != REDIS_REPLY_STRING) return "";
    const std::lock_guard lock(mutex_);
    if (digest_.empty()) digest_.assign(reply->str, reply->len);
    digest_is_known_.store(true, std::memory_order_release);
    return digest_;
  }

  // Redis may answer with an error: that it has no memory left, or is still loading its data.
  std::optional<Grant> read(const redisReply& reply, std::int64_t cost) const {
    const bool leased = reply.type == REDIS_REPLY_ARRAY && reply.elements == 2;
    if (!leased && reply.type != REDIS_REPLY_INTEGER) return std::nullopt;
    const std::int64_t left_us = leased ? reply.element[0]->integer : reply.integer;
    const std::int64_t ahead_us = leased ? reply.element[1]->integer : 0;
    if (left_us >= 0) return Grant{{true, left_us / interval_us_}, ahead_us / interval_us_};
    const std::int64_t tokens = (left_us + cost * interval_us_) / interval_us_;
    return Grant{{false, tokens, microseconds(-left_us)}};
  }

  const std::int64_t interval_us_;
  const Redis redis_;
  const std::string interval_;
  const std::string full_;
  const std::string nodes_;
  const std::string expiry_ms_;
  Pool idle_;
  std::mutex mutex_;  // of whoever learns the digest
  std::string digest_;
  std::atomic<bool> digest_is_known_{false};
};

// What a node knows of a key between two questions to Redis.
struct Lease {
  std::int64_t tokens = 0;       // taken ahead, and not used yet
  std::int64_t left_behind = 0;  // in Redis, as last heard
  bool being_asked = false;      // by one thread; the others wait for what it hears
  Deadline none_at;              // when Redis had nothing at all, going by its last denial
  Deadline denied_until;         // when it is worth asking
};

// Decides by itself while a lease lasts. Between two leases of a key a node holds fewer than
// lease_max tokens, since the call that asked has used its own.
class Leases {
 public:
  Leases(Policy policy, const Fleet& fleet, Buckets& buckets)
      : interval_(policy.emission_interval),
        ahead_max_(std::min(fleet.lease_max, policy.capacity) - 1),
        buckets_(buckets) {}

  // Nothing if Redis has to be asked, and doesn't answer.
  std::optional<Decision> take(const std::string& key, std::int64_t cost, Deadline deadline) {
    std::unique_lock lock(mutex_);
    while (leases_[key].being_asked) {
      if (answered_.wait_until(lock, deadline) == std::cv_status::timeout) return std::nullopt;
    }
    Lease& lease = leases_[key];
    if (const auto decision = decide_alone(lease, cost)) return decision;
    lease.being_asked = true;
    const std::int64_t missing = std::max<std::int64_t>(cost - lease.tokens, 0);
    const std::int64_t kept = lease.tokens - (cost - missing);
    lock.unlock();
    const auto grant = buckets_.ask(key, missing, cost == 0 ? 0 : ahead_max_ - kept, deadline);
    lock.lock();
    lease.being_asked = false;
    answered_.notify_all();
    std::optional<Decision> decision;
    if (grant) decision = note_down(lease, cost, missing, *grant);
    if (leases_.size() > keys_max) forget_some();
    return decision;
  }

 private:
  static constexpr std::size_t keys_max = 10'000;
  // Redis may have been started anew.
  static constexpr std::chrono::milliseconds denial_kept_max{100};

  std::optional<Decision> decide_alone(Lease& lease, std::int64_t cost) const {
    if (cost != 0 && cost <= lease.tokens) {
      lease.tokens -= cost;
      return Decision{true, lease.left_behind + lease.tokens, std::nullopt};
    }
    const Deadline now = steady_clock::now();
    if (cost == 0 || now >= lease.denied_until) return std::nullopt;
    const auto wait = lease.none_at + (cost - lease.tokens) * interval_ - now;
    if (wait <= wait.zero()) return std::nullopt;
    return Decision{false, lease.left_behind + lease.tokens, wait};
  }

  Decision note_down(Lease& lease, std::int64_t cost, std::int64_t missing,
                     const Grant& grant) const {
    lease.left_behind = grant.decision.remaining;
    if (grant.decision.admitted) {
      lease.tokens += missing + grant.ahead - cost;
      lease.denied_until = {};
    } else {
      const Deadline now = steady_clock::now();
      lease.none_at = now + *grant.decision.retry_after - missing * interval_;
      lease.denied_until = now + denial_kept_max;
    }
    Decision decision = grant.decision;
    decision.remaining += lease.tokens;
    return decision;
  }

  // Keys come and go. Tokens that go with them are lost to all, which denies too much but never
  // admits too much.
  void forget_some() {
    std::erase_if(leases_, [](const auto& each) { return !each.second.being_asked; });
  }

  const kit::nanoseconds interval_;
  const std::int64_t ahead_max_;
  Buckets& buckets_;
  std::mutex mutex_;
  std::condition_variable answered_;
  std::unordered_map<std::string, Lease> leases_;
};

class SharedInRedis final : public FleetLimiter {
 public:
  SharedInRedis(Policy policy, Fleet fleet)
      : policy_(policy),
        fleet_(std::move(fleet)),
        buckets_(policy_, fleet_),
        leases_(policy_, fleet_, buckets_) {}

  Decision acquire(std::string_view key, std::int64_t cost) override {
    const Deadline deadline = steady_clock::now() + fleet_.deadline;
    const std::int64_t asked = cost > policy_.capacity ? 0 : cost;
    Decision decision =
        ask(key, asked, deadline).value_or(Decision{true, policy_.capacity - asked});
    if (cost > policy_.capacity) decision.admitted = false;
    return decision;
  }

  // Each node may hold so many of an earlier stretch of time.
  std::int64_t over_admission_max() const override { return fleet_.nodes * (fleet_.lease_max - 1); }

 private:
  std::optional<Decision> ask(std::string_view key, std::int64_t cost, Deadline deadline) {
    if (fleet_.lease_max > 1) return leases_.take(std::string(key), cost, deadline);
    const auto grant = buckets_.ask(key, cost, 0, deadline);
    return grant ? std::optional(grant->decision) : std::nullopt;
  }

  const Policy policy_;
  const Fleet fleet_;
  Buckets buckets_;
  Leases leases_;
};

}  // namespace

std::unique_ptr<FleetLimiter> make_fleet_limiter(Policy policy, Fleet fleet,
                                                 const kit::Clock& /*clock*/) {
  return std::make_unique<SharedInRedis>(policy, std::move(fleet));
}

}  // namespace rate_limiter
