#include "host/rate_limiter/fleet_node.hpp"

#include <atomic>
#include <csignal>
#include <stdexcept>
#include <utility>

#include "host/rate_limiter/threads.hpp"
#include "host/rate_limiter/words.hpp"
#include "host/script.hpp"
#include "kit/not_implemented.hpp"

namespace rate_limiter {
// Null if the solution doesn't have it.
[[gnu::weak]] std::unique_ptr<FleetLimiter> make_fleet_limiter(Policy policy, Fleet fleet,
                                                               const kit::Clock& clock);
}  // namespace rate_limiter

namespace rate_limiter::host {
namespace {

using assay::host::whole_number;

constexpr std::int64_t port_max = 65'535;

Redis redis_at(std::string_view address) {
  const auto colon = address.rfind(':');
  const auto port = colon == address.npos ? 0 : whole_number(address.substr(colon + 1));
  if (port < 1 || port > port_max) {
    throw assay::host::BadRequest{"no address of a Redis: " + std::string(address)};
  }
  return {std::string(address.substr(0, colon)), static_cast<std::uint16_t>(port)};
}

}  // namespace

std::optional<std::string> FleetNode::answer(const Words& words) {
  const auto is = [&](std::string_view verb, std::size_t arguments) {
    return words[0] == verb && words.size() == arguments + 1;
  };
  if (is("fleet", 6)) return make(words);
  if (is("skew", 1)) {
    clock_.skew(kit::nanoseconds{whole_number(words[1])});
    return "ok";
  }
  if (is("over_admission_max", 0)) return std::to_string(limiter().over_admission_max());
  if (is("ask", 2)) return in_words(limiter().acquire(words[1], whole_number(words[2])));
  if (is("ask_all", 5)) return ask_all(words);
  if (is("ask_many", 4)) return ask_many(words);
  return std::nullopt;
}

FleetLimiter& FleetNode::limiter() {
  if (!limiter_) throw assay::host::BadRequest{"a node is asked before there is a fleet"};
  return *limiter_;
}

std::string FleetNode::make(const Words& words) {
  const std::string function = "make_fleet_limiter(Policy, Fleet, const kit::Clock&)";
  if (make_fleet_limiter == nullptr) {
    throw kit::NotImplemented(function + ", which fleet.hpp declares and stub_fleet.cpp begins,");
  }
  std::signal(SIGPIPE, SIG_IGN);
  limiter_.reset();
  const Policy policy{whole_number(words[1]), kit::nanoseconds{whole_number(words[2])}};
  Fleet fleet{redis_at(words[6]), kit::nanoseconds{whole_number(words[4])},
              static_cast<int>(whole_number(words[5])), whole_number(words[3])};
  limiter_ = make_fleet_limiter(policy, std::move(fleet), clock_);
  if (!limiter_) throw std::runtime_error(function + " returned a null pointer");
  return "ok";
}

// Each thread's decisions in their order.
std::string FleetNode::ask_all(const Words& words) {
  const std::int64_t threads = whole_number(words[1]);
  const std::int64_t calls = whole_number(words[2]);
  const std::int64_t cost = whole_number(words[4]);
  const bool own = words[5] == "own";
  std::vector<std::string> said(static_cast<std::size_t>(threads));
  FleetLimiter& node = limiter();
  in_threads(threads, [&](std::int64_t thread) {
    const std::string key = std::string(words[3]) + (own ? "." + std::to_string(thread) : "");
    std::string& mine = said[static_cast<std::size_t>(thread)];
    for (std::int64_t call = 0; call < calls; ++call) {
      if (call > 0) mine += "; ";
      mine += in_words(node.acquire(key, own ? cost + thread : cost));
    }
  });
  std::string all;
  for (const auto& one : said) all += (all.empty() ? "" : " | ") + one;
  return all;
}

std::string FleetNode::ask_many(const Words& words) {
  const std::int64_t calls = whole_number(words[2]);
  const std::int64_t cost = whole_number(words[4]);
  std::atomic<std::int64_t> admitted{0};
  FleetLimiter& node = limiter();
  in_threads(whole_number(words[1]), [&](std::int64_t /*thread*/) {
    for (std::int64_t call = 0; call < calls; ++call) {
      if (node.acquire(words[3], cost).admitted) ++admitted;
    }
  });
  return std::to_string(admitted.load());
}

}  // namespace rate_limiter::host
