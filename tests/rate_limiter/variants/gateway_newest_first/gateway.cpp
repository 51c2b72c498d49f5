// A gateway with one queue, in which the newest of equal importance comes first; t in RateLimit
// says when the bucket is full, but for a denial.
#include "gateway.hpp"

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <semaphore>
#include <set>
#include <string_view>
#include <utility>

namespace rate_limiter {
namespace {

using kit::nanoseconds;

constexpr nanoseconds one_second = std::chrono::seconds{1};

std::int64_t whole_seconds(nanoseconds time) {
  return (time + one_second - nanoseconds{1}) / one_second;
}

// A bucket as level 1 has it: credit, in the time that it took to grow, and when that was so.
struct Bucket {
  nanoseconds credit;
  nanoseconds at;

  nanoseconds now(nanoseconds time, const RequestQuota& quota) const {
    return std::min(credit + (time - at), quota.window);
  }
};

struct Asked {
  std::string name;
  RequestQuota quota;
  nanoseconds credit;

  nanoseconds token() const { return quota.window / quota.requests; }
  nanoseconds missing() const { return std::max(token() - credit, nanoseconds{0}); }
};

struct Verdict {
  bool admitted = true;
  nanoseconds wait{0};
  std::vector<Asked> asked;
};

class Quotas {
 public:
  Quotas(const RequestQuota& key, const kit::Clock& clock) : key_(key), clock_(clock) {}

  Verdict ask(const std::string& key, const Route* route) {
    std::vector<std::pair<std::string, Asked>> wanted;
    wanted.emplace_back(key, Asked{"key", key_, {}});
    if (route != nullptr && route->quota) {
      wanted.emplace_back(key + " on " + route->prefix, Asked{route->name, *route->quota, {}});
    }
    const std::lock_guard lock(mutex_);
    const nanoseconds time = clock_.now();
    Verdict verdict;
    for (auto& [bucket, asked] : wanted) {
      const auto found = buckets_.find(bucket);
      asked.credit =
          found == buckets_.end() ? asked.quota.window : found->second.now(time, asked.quota);
      verdict.wait = std::max(verdict.wait, asked.missing());
    }
    verdict.admitted = verdict.wait == nanoseconds{0};
    for (auto& [bucket, asked] : wanted) {
      if (verdict.admitted) {
        asked.credit -= asked.token();
        buckets_[bucket] = {asked.credit, time};
      }
      verdict.asked.push_back(asked);
    }
    return verdict;
  }

 private:
  const RequestQuota key_;
  const kit::Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, Bucket> buckets_;
};

// A semaphore for each key that was ever seen.
class Presence {
 public:
  explicit Presence(int most) : most_(most) {}

  bool enter(const std::string& key) { return of(key).try_acquire(); }
  void leave(const std::string& key) { of(key).release(); }

 private:
  std::counting_semaphore<>& of(const std::string& key) {
    const std::lock_guard lock(mutex_);
    return semaphores_.try_emplace(key, most_).first->second;
  }

  const int most_;
  std::mutex mutex_;
  std::map<std::string, std::counting_semaphore<>> semaphores_;
};

// One queue, in the order of importance; among equals the newest is first: it has most time left.
class Slots {
 public:
  explicit Slots(int count) : free_(count) {}

  bool enter(bool critical, nanoseconds limit) {
    std::unique_lock lock(mutex_);
    const Ticket mine{critical ? 0 : 1, -++tickets_};
    waiting_.insert(mine);
    const bool has_slot =
        changed_.wait_for(lock, limit, [&] { return free_ > 0 && *waiting_.begin() == mine; });
    waiting_.erase(mine);
    if (has_slot) --free_;
    changed_.notify_all();
    return has_slot;
  }

  void leave() {
    const std::lock_guard lock(mutex_);
    ++free_;
    changed_.notify_all();
  }

 private:
  using Ticket = std::pair<int, std::int64_t>;

  std::mutex mutex_;
  std::condition_variable changed_;
  int free_;
  std::int64_t tickets_ = 0;
  std::set<Ticket> waiting_;
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
      const std::string comma = policies.empty() ? "" : ",";
      const auto until_full = asked.quota.window - asked.credit;
      const auto t = verdict.admitted ? until_full : std::min(until_full, verdict.wait);
      policies += comma + asked.name + ";q=" + std::to_string(asked.quota.requests) +
                  ";w=" + std::to_string(whole_seconds(asked.quota.window)) + ";qu=\"requests\"";
      limits += comma + asked.name + ";r=" + std::to_string(asked.credit / asked.token());
      if (t > nanoseconds{0}) limits += ";t=" + std::to_string(whole_seconds(t));
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
