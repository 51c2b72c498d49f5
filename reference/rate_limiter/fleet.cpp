// Level 4: a fleet of nodes with one budget in Redis. A decision is a script that Redis runs, so it
// is atomic, takes one round trip, and has one clock. DESIGN.md, beside this file, says the rest.
#include "fleet.hpp"

#include <hiredis/hiredis.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
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

// Answers {1, tokens left, tokens ahead} or {0, tokens left, microseconds to wait}. All numbers are
// whole and below 2^53, so that Lua's doubles are exact. A key holds when its bucket is full again,
// and expires a second later; what is missing to a full bucket is never more than a full bucket,
// even if Redis's clock went back. A lease is a fair share of what is left, so that the last tokens
// don't all lie with one node.
constexpr std::string_view decide = R"lua(
local capacity, interval = tonumber(ARGV[1]), tonumber(ARGV[2])
local cost, ahead_max, nodes = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local full_at = tonumber(redis.call('GET', KEYS[1]) or now)
local missing = math.max(0, math.min(full_at - now, capacity * interval))
local credit = capacity * interval - missing
local tokens = math.floor(credit / interval)
if cost > tokens then return {0, tokens, cost * interval - credit} end
if cost == 0 then return {1, tokens, 0} end
local ahead = math.min(ahead_max, math.floor((tokens - cost) / nodes))
missing = missing + (cost + ahead) * interval
redis.call('SET', KEYS[1], now + missing, 'PX', math.ceil(missing / 1000) + 1000)
return {1, tokens - cost - ahead, ahead}
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
  explicit Connection(const Redis& redis)
      : context_(redisConnectNonBlock(redis.host.c_str(), redis.port)) {}

  // Nothing waits to be read: not the end of the connection, and not somebody else's answer.
  bool is_quiet() const {
    char byte = 0;
    return ::recv(context_->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
  }

  Reply ask(const std::vector<std::string_view>& words, Deadline deadline) {
    if (!context_ || context_->err != 0) return nullptr;
    std::vector<const char*> starts;
    std::vector<std::size_t> sizes;
    for (const std::string_view word : words) {
      starts.push_back(word.data());
      sizes.push_back(word.size());
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
  explicit Pool(Redis redis) : redis_(std::move(redis)) {}

  std::unique_ptr<Connection> take() {
    while (auto idle = take_idle()) {
      if (idle->is_quiet()) return idle;
    }
    return std::make_unique<Connection>(redis_);
  }

  void give_back(std::unique_ptr<Connection> connection) {
    const std::lock_guard lock(mutex_);
    if (idle_.size() < idle_max) idle_.push_back(std::move(connection));
  }

 private:
  static constexpr std::size_t idle_max = 64;

  std::unique_ptr<Connection> take_idle() {
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) return nullptr;
    auto idle = std::move(idle_.back());
    idle_.pop_back();
    return idle;
  }

  const Redis redis_;
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
      : capacity_(std::to_string(policy.capacity)),
        interval_(std::to_string(policy.emission_interval / microseconds(1))),
        nodes_(std::to_string(fleet.nodes)),
        pool_(fleet.redis) {}

  // Nothing if no answer came. A cost above the capacity looks, and is denied by the caller.
  std::optional<Grant> ask(std::string_view key, std::int64_t cost, std::int64_t ahead,
                           Deadline deadline) {
    auto connection = pool_.take();
    const Reply reply = run_script(*connection, key, cost, ahead, deadline);
    if (!reply) return std::nullopt;
    pool_.give_back(std::move(connection));
    return read(*reply);
  }

 private:
  // Redis knows a script by the digest of its text, until it is started anew: then it is told the
  // text again, within the same deadline.
  Reply run_script(Connection& connection, std::string_view key, std::int64_t cost,
                   std::int64_t ahead, Deadline deadline) {
    const std::string name = "bucket:" + std::string(key);
    const std::string price = std::to_string(cost);
    const std::string more = std::to_string(ahead);
    const std::string digest = digest_of_script(connection, deadline);
    if (digest.empty()) return nullptr;
    std::vector<std::string_view> words{"EVALSHA", digest, "1",  name,  capacity_,
                                        interval_, price,  more, nodes_};
    Reply reply = connection.ask(words, deadline);
    if (!reply || !is_unknown_script(*reply)) return reply;
    words[0] = "EVAL";
    words[1] = decide;
    return connection.ask(words, deadline);
  }

  static bool is_unknown_script(const redisReply& reply) {
    return reply.type == REDIS_REPLY_ERROR &&
           std::string_view(reply.str, reply.len).starts_with("NOSCRIPT");
  }

  // Redis computes it, when it is needed first. Nobody waits for the network with a lock in hand:
  // those who wait for the lock have deadlines too.
  std::string digest_of_script(Connection& connection, Deadline deadline) {
    {
      const std::lock_guard lock(mutex_);
      if (!digest_.empty()) return digest_;
    }
    const Reply reply = connection.ask({"SCRIPT", "LOAD", decide}, deadline);
    if (!reply || reply->type != REDIS_REPLY_STRING) return "";
    const std::lock_guard lock(mutex_);
    digest_.assign(reply->str, reply->len);
    return digest_;
  }

  // Redis may answer with an error: that it has no memory left, or is still loading its data.
  static std::optional<Grant> read(const redisReply& reply) {
    if (reply.type != REDIS_REPLY_ARRAY || reply.elements != 3) return std::nullopt;
    const std::int64_t last = reply.element[2]->integer;
    const bool admitted = reply.element[0]->integer == 1;
    const Decision decision{admitted, reply.element[1]->integer, std::nullopt};
    if (admitted) return Grant{decision, last};
    return Grant{{false, decision.remaining, microseconds(last)}};
  }

  const std::string capacity_;
  const std::string interval_;
  const std::string nodes_;
  Pool pool_;
  std::mutex mutex_;
  std::string digest_;
};

// What a node knows of a key between two questions to Redis.
struct Lease {
  std::int64_t tokens = 0;       // taken ahead, and not used yet
  std::int64_t left_behind = 0;  // in Redis, as last heard
  bool being_asked = false;      // by one thread; the others wait for what it hears
  std::int64_t denied_cost = 0;  // so much or more was denied
  Deadline grown_at;             // when Redis will have it
  Deadline denied_until;         // when it is worth asking
};

// Decides by itself while a lease lasts. Between two leases of a key a node holds fewer than
// lease_max tokens, since the call that asked has used its own.
class Leases {
 public:
  Leases(const Fleet& fleet, Buckets& buckets)
      : ahead_max_(fleet.lease_max - 1), buckets_(buckets) {}

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

  static std::optional<Decision> decide_alone(Lease& lease, std::int64_t cost) {
    if (cost != 0 && cost <= lease.tokens) {
      lease.tokens -= cost;
      return Decision{true, lease.left_behind + lease.tokens, std::nullopt};
    }
    const Deadline now = steady_clock::now();
    if (cost == 0 || cost < lease.denied_cost || now >= lease.denied_until) return std::nullopt;
    return Decision{false, lease.left_behind + lease.tokens, lease.grown_at - now};
  }

  static Decision note_down(Lease& lease, std::int64_t cost, std::int64_t missing,
                            const Grant& grant) {
    lease.left_behind = grant.decision.remaining;
    if (grant.decision.admitted) {
      lease.tokens += missing + grant.ahead - cost;
    } else {
      lease.denied_cost = cost;
      lease.grown_at = steady_clock::now() + *grant.decision.retry_after;
      lease.denied_until = std::min(lease.grown_at, steady_clock::now() + denial_kept_max);
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

  const std::int64_t ahead_max_;
  Buckets& buckets_;
  std::mutex mutex_;
  std::condition_variable answered_;
  std::unordered_map<std::string, Lease> leases_;
};

class SharedInRedis final : public FleetLimiter {
 public:
  SharedInRedis(Policy policy, const Fleet& fleet)
      : policy_(policy), fleet_(fleet), buckets_(policy, fleet), leases_(fleet, buckets_) {}

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
  return std::make_unique<SharedInRedis>(policy, fleet);
}

}  // namespace rate_limiter
