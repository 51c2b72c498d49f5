// All threads of a node share one connection, and nobody waits for another's answer: commands go
// out one behind the other, and a thread of its own reads the answers, which come in the same
// order. Buckets are tokens times the interval and the time when that was so, in one string; leases
// are of one size, and a key's callers take turns.
#include <hiredis/hiredis.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "fleet.hpp"

namespace rate_limiter {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::steady_clock;
using Time = steady_clock::time_point;

constexpr std::string_view decide = R"lua(
local capacity, interval, cost, lease = unpack(ARGV)
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local credit = capacity * interval
local kept = redis.call('GET', KEYS[1])
if kept then
  local had, at = string.match(kept, '(%d+) (%d+)')
  credit = math.min(credit, had + math.max(0, now - at))
end
local held = math.floor(credit / interval)
if tonumber(cost) > held then return {held, -1, cost * interval - credit} end
local taken = math.min(held, math.max(cost, lease))
if cost == '0' then taken = 0 end
if taken > 0 then
  local rest = credit - taken * interval
  local full_in_ms = math.ceil((capacity * interval - rest) / 1000)
  redis.call('SET', KEYS[1], string.format('%d %d', rest, now), 'PX', full_in_ms + 10)
end
return {held - taken, taken - cost, 0}
)lua";

struct Answer {
  std::int64_t left = 0;
  std::int64_t more = 0;  // tokens beyond the cost; -1: denied
  std::int64_t wait_us = 0;
};
using Pending = std::shared_ptr<std::promise<std::optional<Answer>>>;

// One connection, until something goes wrong. Answers of calls that gave up are read, and dropped.
class Wire {
 public:
  Wire(const Redis& redis, Time deadline)
      : context_(redisConnectNonBlock(redis.host.c_str(), redis.port), &redisFree) {
    if (!context_ || context_->err != 0) {
      fail();
      return;
    }
    pollfd socket{context_->fd, POLLOUT, 0};
    const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
    int error = 0;
    socklen_t size = sizeof error;
    const bool connected =
        left.count() > 0 && ::poll(&socket, 1, static_cast<int>(left.count())) > 0;
    ::getsockopt(context_->fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (connected && error == 0) {
      reader_ = std::thread([this] { read_answers(); });
    } else {
      fail();
    }
  }

  ~Wire() {
    close();
    if (reader_.joinable()) reader_.join();
    fail();
  }

  bool works() const { return !broken_; }

  void close() {
    broken_ = true;
    if (context_) ::shutdown(context_->fd, SHUT_RDWR);
  }

  std::future<std::optional<Answer>> ask(const std::string& command) {
    auto pending = std::make_shared<std::promise<std::optional<Answer>>>();
    auto answer = pending->get_future();
    const std::lock_guard lock(mutex_);
    const auto sent =
        broken_ ? -1 : ::send(context_->fd, command.data(), command.size(), MSG_NOSIGNAL);
    if (sent == static_cast<ssize_t>(command.size())) {
      pending_.push_back(pending);
    } else {
      close();
      pending->set_value(std::nullopt);
    }
    return answer;
  }

 private:
  void fail() {
    const std::lock_guard lock(mutex_);
    broken_ = true;
    for (const auto& each : pending_) each->set_value(std::nullopt);
    pending_.clear();
  }

  void read_answers() {
    while (!broken_) {
      pollfd socket{context_->fd, POLLIN, 0};
      ::poll(&socket, 1, -1);
      void* reply = nullptr;
      if (redisBufferRead(context_.get()) != REDIS_OK) break;
      while (redisGetReply(context_.get(), &reply) == REDIS_OK && reply != nullptr) {
        hand_over(static_cast<redisReply*>(reply));
      }
    }
    fail();
  }

  void hand_over(redisReply* reply) {
    std::optional<Answer> answer;
    if (reply->type == REDIS_REPLY_ARRAY && reply->elements == 3) {
      answer = Answer{reply->element[0]->integer, reply->element[1]->integer,
                      reply->element[2]->integer};
    }
    freeReplyObject(reply);
    const std::lock_guard lock(mutex_);
    if (pending_.empty()) return;
    pending_.front()->set_value(answer);
    pending_.pop_front();
  }

  std::unique_ptr<redisContext, void (*)(redisContext*)> context_;
  std::atomic<bool> broken_{false};
  std::mutex mutex_;
  std::deque<Pending> pending_;
  std::thread reader_;
};

struct Held {
  std::int64_t tokens = 0;  // taken ahead
  std::int64_t left = 0;    // in Redis, as last heard
};

class Pipelined final : public FleetLimiter {
 public:
  Pipelined(Policy policy, Fleet fleet) : policy_(policy), fleet_(std::move(fleet)) {}

  Decision acquire(std::string_view key, std::int64_t cost) override {
    const Time deadline = steady_clock::now() + fleet_.deadline;
    if (cost > policy_.capacity) return {false, decide_within(key, 0, deadline).remaining};
    return decide_within(key, cost, deadline);
  }

  std::int64_t over_admission_max() const override {
    return fleet_.lease_max == 1 ? 0 : fleet_.nodes * fleet_.lease_max;
  }

 private:
  static Decision read(const Answer& answer) {
    if (answer.more >= 0) return {true, answer.left, std::nullopt};
    return {false, answer.left, microseconds(answer.wait_us)};
  }

  Decision decide_within(std::string_view key, std::int64_t cost, Time deadline) {
    Decision decision{true, policy_.capacity - cost, std::nullopt};
    if (fleet_.lease_max == 1) {
      if (const auto answer = ask(key, cost, 0, deadline)) decision = read(*answer);
      return decision;
    }
    const std::unique_lock turn(turns_[std::hash<std::string_view>()(key) % turns_.size()],
                                deadline);
    return turn ? lease(key, cost, deadline).value_or(decision) : decision;
  }

  // In the key's turn.
  std::optional<Decision> lease(std::string_view key, std::int64_t cost, Time deadline) {
    Held& held = held_of(key);
    if (cost > 0 && held.tokens >= cost) {
      held.tokens -= cost;
      return Decision{true, held.left + held.tokens, std::nullopt};
    }
    const auto answer = ask(key, cost, cost == 0 ? 0 : fleet_.lease_max - held.tokens, deadline);
    if (!answer) return std::nullopt;
    held.tokens += std::max<std::int64_t>(answer->more, 0);
    held.left = answer->left;
    Decision decision = read(*answer);
    decision.remaining += held.tokens;
    return decision;
  }

  Held& held_of(std::string_view key) {
    const std::lock_guard lock(mutex_);
    return held_[std::string(key)];
  }

  std::optional<Answer> ask(std::string_view key, std::int64_t cost, std::int64_t lease,
                            Time deadline) {
    const auto wire = wire_until(deadline);
    if (!wire) return std::nullopt;
    auto answer = wire->ask(command_for(key, cost, lease));
    if (answer.wait_until(deadline) == std::future_status::ready) return answer.get();
    wire->close();
    return std::nullopt;
  }

  std::string command_for(std::string_view key, std::int64_t cost, std::int64_t lease) const {
    const std::array<std::string, 8> words{
        "EVAL",
        std::string(decide),
        "1",
        std::string(key),
        std::to_string(policy_.capacity),
        std::to_string(policy_.emission_interval / microseconds(1)),
        std::to_string(cost),
        std::to_string(lease)};
    std::string command = "*8\r\n";
    for (const auto& word : words) {
      command += "$" + std::to_string(word.size()) + "\r\n" + word + "\r\n";
    }
    return command;
  }

  std::shared_ptr<Wire> wire_until(Time deadline) {
    const std::unique_lock lock(wiring_, deadline);
    if (!lock) return nullptr;
    if (!wire_ || !wire_->works()) wire_ = std::make_shared<Wire>(fleet_.redis, deadline);
    return wire_->works() ? wire_ : nullptr;
  }

  const Policy policy_;
  const Fleet fleet_;
  std::timed_mutex wiring_;
  std::shared_ptr<Wire> wire_;
  std::array<std::timed_mutex, 16> turns_;
  std::mutex mutex_;
  std::unordered_map<std::string, Held> held_;
};

}  // namespace

std::unique_ptr<FleetLimiter> make_fleet_limiter(Policy policy, Fleet fleet,
                                                 const kit::Clock& /*clock*/) {
  return std::make_unique<Pipelined>(policy, std::move(fleet));
}

}  // namespace rate_limiter
