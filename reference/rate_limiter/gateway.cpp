// Level 5: the gateway. A request passes three doors, each of which gives it something to hold, and
// what it holds is given back by destructors: however it ends. DESIGN.md, beside this file, says
// why it is built so.
#include "gateway.hpp"

#include <algorithm>
#include <condition_variable>
#include <list>
#include <mutex>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace rate_limiter {
namespace {

using kit::nanoseconds;

constexpr nanoseconds one_second = std::chrono::seconds{1};

std::int64_t whole_seconds(nanoseconds time) {
  return (time + one_second - nanoseconds{1}) / one_second;
}

// One quota, and where one key stands with it.
struct Asked {
  std::string_view name;
  RequestQuota quota;
  nanoseconds debt{0};  // the time until the bucket is full

  nanoseconds token() const { return quota.window / quota.requests; }
  std::int64_t left() const { return (quota.window - debt) / token(); }
  // Until there are `tokens` in it; 0 if there are.
  nanoseconds until(std::int64_t tokens) const {
    return std::max(debt - (quota.requests - tokens) * token(), nanoseconds{0});
  }
  nanoseconds until_more() const { return until(std::min(left() + 1, quota.requests)); }
};

struct Verdict {
  bool admitted = true;
  nanoseconds wait{0};       // of a denial: until both buckets have a token
  std::vector<Asked> asked;  // after the decision
};

// All buckets of all keys. A bucket is the time at which it is full; one that is full is as good as
// a new one, and is forgotten. Thread-safe.
class Quotas {
 public:
  Quotas(const RequestQuota& key, const kit::Clock& clock) : key_(key), clock_(clock) {}

  Verdict ask(const std::string& key, const Route* route) {
    const std::lock_guard lock(mutex_);
    const nanoseconds now = clock_.now();
    Verdict verdict;
    std::vector<nanoseconds*> buckets;
    const auto look = [&](std::string_view name, const RequestQuota& quota,
                          const std::string& bucket) {
      nanoseconds& full_at = full_at_[bucket];
      buckets.push_back(&full_at);
      verdict.asked.push_back({name, quota, std::max(full_at - now, nanoseconds{0})});
    };
    look("key", key_, key);
    if (route != nullptr && route->quota) {
      look(route->name, *route->quota, key + '\n' + route->prefix);
    }
    for (const Asked& asked : verdict.asked) verdict.wait = std::max(verdict.wait, asked.until(1));
    verdict.admitted = verdict.wait == nanoseconds{0};
    if (verdict.admitted) {
      for (std::size_t i = 0; i < buckets.size(); ++i) {
        Asked& asked = verdict.asked[i];
        asked.debt += asked.token();
        *buckets[i] = now + asked.debt;
      }
    }
    forget_full_ones(now);
    return verdict;
  }

 private:
  // Each time there are twice as many as were left the last time: so it costs little for each call.
  void forget_full_ones(nanoseconds now) {
    if (full_at_.size() < look_again_at_) return;
    std::erase_if(full_at_, [now](const auto& bucket) { return bucket.second <= now; });
    look_again_at_ = std::max(2 * full_at_.size(), fewest_looked_through);
  }

  static constexpr std::size_t fewest_looked_through = 1'000;

  const RequestQuota key_;
  const kit::Clock& clock_;
  std::mutex mutex_;
  std::unordered_map<std::string, nanoseconds> full_at_;
  std::size_t look_again_at_ = fewest_looked_through;
};

// How many requests each key has in the gateway. Thread-safe.
class Presence {
 public:
  explicit Presence(int most) : most_(most) {}

  bool enter(const std::string& key) {
    const std::lock_guard lock(mutex_);
    int& present = present_[key];
    if (present == most_) return false;
    ++present;
    return true;
  }

  void leave(const std::string& key) {
    const std::lock_guard lock(mutex_);
    const auto found = present_.find(key);
    if (--found->second == 0) present_.erase(found);
  }

 private:
  const int most_;
  std::mutex mutex_;
  std::unordered_map<std::string, int> present_;
};

// The service's slots. One that becomes free is handed to who has waited longest, the critical
// first; so a slot is free only while nobody waits, and nobody can be overtaken by who comes later.
// Thread-safe.
class Slots {
 public:
  explicit Slots(int count) : free_(count) {}

  bool enter(bool critical, nanoseconds limit) {
    std::unique_lock lock(mutex_);
    if (free_ > 0) {
      --free_;
      return true;
    }
    Waiter waiter;
    auto& queue = critical ? critical_ : others_;
    const auto place = queue.insert(queue.end(), &waiter);
    waiter.wakes.wait_for(lock, limit, [&] { return waiter.has_slot; });
    if (!waiter.has_slot) queue.erase(place);
    return waiter.has_slot;
  }

  void leave() {
    const std::lock_guard lock(mutex_);
    auto& queue = critical_.empty() ? others_ : critical_;
    if (queue.empty()) {
      ++free_;
      return;
    }
    queue.front()->has_slot = true;
    queue.front()->wakes.notify_one();  // under the lock: the waiter goes when it has it
    queue.pop_front();
  }

 private:
  struct Waiter {
    std::condition_variable wakes;
    bool has_slot = false;
  };

  std::mutex mutex_;
  int free_;
  std::list<Waiter*> critical_;
  std::list<Waiter*> others_;
};

// Calls a function at the end of its life, however that comes.
template <class Function>
class AtTheEnd {
 public:
  explicit AtTheEnd(Function function) : function_(std::move(function)) {}
  ~AtTheEnd() { function_(); }
  AtTheEnd(const AtTheEnd&) = delete;
  AtTheEnd& operator=(const AtTheEnd&) = delete;

 private:
  const Function function_;
};

kit::HttpResponse refusal(int status, std::string why) {
  return {status, {}, std::move(why) + '\n'};
}

class Gateway final : public kit::HttpService {
 public:
  Gateway(GatewayConfig config, const kit::Clock& clock, kit::HttpPeer& service)
      : config_(std::move(config)),
        service_(service),
        quotas_(config_.key, clock),
        presence_(config_.at_once),
        slots_(config_.slots) {}

  kit::HttpResponse handle(const kit::HttpRequest& request) override {
    const std::string key = key_of(request);
    if (!presence_.enter(key)) return refusal(429, "this key has too many requests at once");
    const AtTheEnd leaves([&] { presence_.leave(key); });

    const Route* const route = route_of(request.target);
    const Verdict verdict = quotas_.ask(key, route);
    kit::HttpResponse response =
        verdict.admitted ? pass_on(request, route != nullptr && route->critical) : denial(verdict);
    add_fields(verdict, response);
    return response;
  }

 private:
  // A key and an address can't be mistaken for each other.
  std::string key_of(const kit::HttpRequest& request) const {
    if (const auto key = request.header("x-api-key")) return "key " + std::string(*key);
    return "address " + std::string(address_of(request));
  }

  bool is_trusted(std::string_view address) const {
    return std::ranges::find(config_.trusted_proxies, address) != config_.trusted_proxies.end();
  }

  // Each proxy adds, on the right, who talked to it. So what stands there is true as long as it was
  // written by somebody trusted; whatever is further left, a client may have made up.
  std::string_view address_of(const kit::HttpRequest& request) const {
    if (!is_trusted(request.peer)) return request.peer;
    const auto path = forwarded_for(request);
    const auto client = std::find_if(path.rbegin(), path.rend(),
                                     [&](std::string_view each) { return !is_trusted(each); });
    return client == path.rend() ? request.peer : *client;
  }

  static std::vector<std::string_view> forwarded_for(const kit::HttpRequest& request) {
    std::vector<std::string_view> addresses;
    for (const auto& [name, value] : request.headers) {
      if (!is_forwarded_for(name)) continue;
      for (std::string_view rest = value; !rest.empty();) {
        const auto comma = std::min(rest.find(','), rest.size());
        const auto address = without_spaces(rest.substr(0, comma));
        if (!address.empty()) addresses.push_back(address);
        rest.remove_prefix(std::min(comma + 1, rest.size()));
      }
    }
    return addresses;
  }

  static bool is_forwarded_for(std::string_view name) {
    return std::ranges::equal(name, std::string_view("x-forwarded-for"), [](char a, char b) {
      return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b;
    });
  }

  static std::string_view without_spaces(std::string_view text) {
    const auto first = std::min(text.find_first_not_of(" \t"), text.size());
    text.remove_prefix(first);
    return text.substr(0, text.find_last_not_of(" \t") + 1);
  }

  const Route* route_of(std::string_view target) const {
    const Route* longest = nullptr;
    for (const Route& route : config_.routes) {
      const bool is_longer = longest == nullptr || route.prefix.size() > longest->prefix.size();
      if (target.starts_with(route.prefix) && is_longer) longest = &route;
    }
    return longest;
  }

  kit::HttpResponse pass_on(const kit::HttpRequest& request, bool critical) {
    if (!slots_.enter(critical, config_.queue_limit)) {
      auto response = refusal(503, "the service is busy");
      response.headers.emplace_back("Retry-After", "1");
      return response;
    }
    const AtTheEnd leaves([this] { slots_.leave(); });
    try {
      return service_.send(request, config_.service_limit);
    } catch (const kit::HttpFailure& failure) {
      const bool late = failure.kind == kit::HttpFailure::Kind::timed_out;
      return refusal(late ? 504 : 502, failure.what());
    }
  }

  static kit::HttpResponse denial(const Verdict& verdict) {
    auto response = refusal(429, "this key's quota is used up");
    response.headers.emplace_back("Retry-After", std::to_string(whole_seconds(verdict.wait)));
    return response;
  }

  static void add_fields(const Verdict& verdict, kit::HttpResponse& response) {
    std::string policies;
    std::string limits;
    for (const Asked& asked : verdict.asked) {
      const std::string item = (policies.empty() ? "\"" : ", \"") + std::string(asked.name) + '"';
      policies += item + ";q=" + std::to_string(asked.quota.requests) +
                  ";w=" + std::to_string(whole_seconds(asked.quota.window));
      limits += item + ";r=" + std::to_string(asked.left()) +
                ";t=" + std::to_string(whole_seconds(asked.until_more()));
    }
    response.headers.emplace_back("RateLimit-Policy", policies);
    response.headers.emplace_back("RateLimit", limits);
  }

  const GatewayConfig config_;
  kit::HttpPeer& service_;
  Quotas quotas_;
  Presence presence_;
  Slots slots_;
};

}  // namespace

std::unique_ptr<kit::HttpService> make_gateway(GatewayConfig config, const kit::Clock& clock,
                                               kit::HttpPeer& service) {
  return std::make_unique<Gateway>(std::move(config), clock, service);
}

}  // namespace rate_limiter
