// A table of keys: a place is taken under the lock, and filled without it.
#include "idempotency.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

namespace payment_ledger {
namespace {

// Sorted, so that the order in which they were sent is no part of the request.
using Fingerprint = std::vector<std::pair<std::string, std::string>>;

Fingerprint fingerprint_of(const Request& request) {
  Fingerprint fingerprint;
  for (const auto& [name, value] : request.parameters) fingerprint.emplace_back(name, value);
  std::ranges::sort(fingerprint);
  return fingerprint;
}

class KeyTable final : public Idempotency {
 public:
  explicit KeyTable(const kit::Clock& clock) : clock_(clock) {}

  Outcome run(const Request& request, const std::function<Response()>& act) override {
    const Key key{request.caller, request.key};
    Fingerprint fingerprint = fingerprint_of(request);
    if (auto known = look_up_or_take(key, fingerprint)) return *known;
    try {
      Response response = act();
      const std::lock_guard lock(mutex_);
      places_.at(key).response = response;
      return {Outcome::Kind::executed, std::move(response)};
    } catch (...) {
      const std::lock_guard lock(mutex_);
      places_.erase(key);
      throw;
    }
  }

 private:
  using Key = std::pair<std::string, std::string>;  // of a caller

  struct Place {
    Fingerprint fingerprint;
    kit::nanoseconds taken_at{};
    std::optional<Response> response;  // nothing while the first request is in flight
  };

  // What is known of a key; or nothing, and its place is the caller's from then on.
  std::optional<Outcome> look_up_or_take(const Key& key, Fingerprint& fingerprint) {
    const std::lock_guard lock(mutex_);
    const kit::nanoseconds now = clock_.now();
    auto [place, is_new] = places_.try_emplace(key);
    Place& at = place->second;
    if (!is_new && !at.response) return Outcome{Outcome::Kind::in_flight, {}};
    if (is_new || now - at.taken_at >= key_lifetime) {
      at = {std::move(fingerprint), now, std::nullopt};
      return std::nullopt;
    }
    if (at.fingerprint != fingerprint) return Outcome{Outcome::Kind::mismatch, {}};
    return Outcome{Outcome::Kind::replayed, *at.response};
  }

  const kit::Clock& clock_;
  std::mutex mutex_;
  std::map<Key, Place> places_;
};

}  // namespace

std::unique_ptr<Idempotency> make_idempotency(const kit::Clock& clock) {
  return std::make_unique<KeyTable>(clock);
}

}  // namespace payment_ledger
