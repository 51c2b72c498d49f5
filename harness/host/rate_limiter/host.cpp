// Turns the rate limiter's script operations into calls of the contracts.
#include <memory>
#include <optional>
#include <string>

#include "api.hpp"
#include "host/points.hpp"
#include "host/rate_limiter/fleet_node.hpp"
#include "host/rate_limiter/limiters.hpp"
#include "host/rate_limiter/load.hpp"
#include "host/rate_limiter/tree.hpp"
#include "host/rate_limiter/words.hpp"
#include "host/script.hpp"

namespace {

using assay::host::BadRequest;
using assay::host::Points;
using assay::host::whole_number;
using namespace rate_limiter;

// Once a limiter is made, threads may `call` and `tick` at the same time.
class Host final : public assay::host::Operations {
 public:
  using Words = std::vector<std::string_view>;

  std::string answer(const Words& words) override {
    const Points quiet(Points::Are::off);
    const auto is = [&](std::string_view verb, std::size_t arguments) {
      return words[0] == verb && words.size() == arguments + 1;
    };
    if (auto said = node_.answer(words)) return *said;
    if (is("limiter", 2) || is("limiter", 3) || is("shared", 4)) return make(words);
    if (auto answered = tree_.answer(words)) return *answered;
    if (!limiter_) throw BadRequest{std::string(words[0]) + " before there is a limiter"};
    if (is("acquire", 3)) return acquire(words);
    if (is("call", 2)) return call(words);
    if (is("tick", 1)) return std::to_string(clock_.advance(nanoseconds(words[1])).count());
    if (is("without_room", 0) && shared_) return std::to_string(shared_->without_room());
    if (is("fill", 1)) return std::to_string(host::fill(whole_number(words[1]), *limiter_));
    const bool loads = is("load", 4) || (is("load", 5) && words[5] == "interrupted");
    if (loads) return host::run(load_of(words), *limiter_);
    if (is("stress", 4) && shared_) return host::stress(load_of(words), *shared_), "ok";
    throw BadRequest{"unknown operation: " + std::string(words[0])};
  }

 private:
  static kit::nanoseconds nanoseconds(std::string_view word) {
    return kit::nanoseconds{whole_number(word)};
  }

  std::string make(const Words& words) {
    clock_.set(kit::nanoseconds{0});
    limiter_.reset();
    shared_ = nullptr;
    if (words[0] == "shared") {
      auto shared = host::make_shared(words, clock_);
      shared_ = shared.get();
      limiter_ = std::move(shared);
    } else {
      limiter_ = host::make(words, clock_);
    }
    return "ok";
  }

  Decision ask(std::string_view key, std::int64_t cost) {
    const Points tested(Points::Are::on);
    return limiter_->acquire(key, cost);
  }

  std::string acquire(const Words& words) {
    clock_.set(nanoseconds(words[1]));
    return host::in_words(ask(words[2], whole_number(words[3])));
  }

  // Says between which times the call was made.
  std::string call(const Words& words) {
    const std::int64_t cost = whole_number(words[2]);
    std::string answer = std::to_string(clock_.now().count());
    const Decision decision = ask(words[1], cost);
    answer += ' ' + std::to_string(clock_.now().count());
    return answer + ' ' + host::in_words(decision);
  }

  static host::Load load_of(const Words& words) {
    return {static_cast<std::uint64_t>(whole_number(words[1])), whole_number(words[2]),
            whole_number(words[3]), whole_number(words[4]), words.size() > 5};
  }

  host::ScriptClock clock_;
  host::TreeOperations tree_;
  std::unique_ptr<Limiter> limiter_;
  SharedLimiter* shared_ = nullptr;  // limiter_, if it is one
  host::FleetNode node_;
};

}  // namespace

int main() {
  Host host;
  return assay::host::serve("rate_limiter", contract_version, host);
}
