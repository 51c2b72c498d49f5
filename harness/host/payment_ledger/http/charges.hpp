// Level 2 over HTTP: charges that are made once, and allocations. Thread-safe.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "idempotency.hpp"
#include "kit/http.hpp"
#include "kit/time.hpp"

namespace payment_ledger::host {

// Shows what it was last set to.
class SetClock final : public kit::Clock {
 public:
  kit::nanoseconds now() const override { return kit::nanoseconds{now_ns_.load()}; }
  void set(kit::nanoseconds now) { now_ns_.store(now.count()); }

 private:
  std::atomic<std::int64_t> now_ns_{0};
};

class Charges {
 public:
  // `processor` is asked for each charge; it outlives this, and is null where there is none.
  explicit Charges(kit::HttpPeer* processor) : processor_(processor) {}

  // From now on no key is known, and the clock shows 0. Throws kit::NotImplemented.
  void make_anew();

  // Nothing if there is no such resource. Throws Refused.
  std::optional<kit::HttpResponse> answer(const kit::HttpRequest& request);

 private:
  struct Keys {
    SetClock clock;
    std::unique_ptr<Idempotency> table;
  };

  std::shared_ptr<Keys> keys() const;
  kit::HttpResponse charge(const kit::HttpRequest& request, Keys& keys);
  Response ask_processor(const std::string& caller, const std::string& body) const;

  kit::HttpPeer* const processor_;
  mutable std::mutex mutex_;
  std::shared_ptr<Keys> keys_;  // requests that are under way keep theirs
};

}  // namespace payment_ledger::host
