#include "graders/rate_limiter/costs.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/random.hpp"
#include "base/text.hpp"
#include "grade/session.hpp"
#include "graders/rate_limiter/limiter/scenario.hpp"
#include "graders/rate_limiter/script.hpp"
#include "graders/rate_limiter/table/script.hpp"

namespace assay::graders::rate_limiter {
namespace {

using grade::Figures;
using std::chrono::steady_clock;
using Designs = std::vector<grade::Workbench*>;

constexpr std::chrono::seconds costs_cpu_limit{20};
constexpr std::int64_t timed_keys = 10'000;
constexpr std::int64_t timed_calls = 20'000;
constexpr int timed_rounds = 40;
constexpr std::int64_t few_weighed_keys = 20'000;
constexpr std::int64_t many_weighed_keys = 220'000;
constexpr int traffic_calls = 600;
constexpr const char* about_admitted =
    "admitted of 600 calls: each design is asked the same at the same moments, in bursts, with a "
    "limit of 20 a second. It shows the algorithm: more is not better.";
constexpr const char* about_steps =
    "after clock steps: the same, while the clock goes back four times. Where designs differ here, "
    "the contract leaves it open.";

// A subject that is made a limiter of, and asked about it.
class CostSubject {
 public:
  CostSubject(grade::Workbench& design, const std::string& setup)
      : subject_(patient(design)), session_(subject_), is_made_(ask(setup) == "ok") {}

  // Whether the solution has such a limiter.
  bool is_made() const { return is_made_; }

  std::string ask(const std::string& line) { return session_.ask(line); }
  std::optional<std::uint64_t> memory_bytes() { return session_.memory_bytes(); }

 private:
  static grade::SubjectSpec patient(grade::Workbench& design) {
    auto subject = design.subject();
    subject.limits.cpu = costs_cpu_limit;
    return subject;
  }

  grade::SubjectSpec subject_;
  grade::Session session_;
  bool is_made_;
};

// One by one; a subject that doesn't take part has no figure.
template <class Measure>
Figures of_each(const Designs& designs, const std::string& setup, const Measure& measure) {
  Figures figures;
  for (auto* design : designs) {
    std::optional<double> figure;
    try {
      CostSubject subject(*design, setup);
      if (subject.is_made()) figure = measure(subject);
    } catch (const grade::SubjectTrouble&) {
      figure.reset();
    }
    figures.push_back(figure);
  }
  return figures;
}

// The quickest of each design's slices, which are made by turns: whatever disturbs the machine only
// makes slices longer, and hardly all of one design's.
class Turns {
 public:
  Turns(const Designs& designs, const std::string& setup) : figures_(designs.size()) {
    for (auto* design : designs) subjects_.push_back(made(*design, setup));
  }

  Figures time(const std::string& slice) {
    for (int round = 0; round < timed_rounds; ++round) {
      for (std::size_t i = 0; i < subjects_.size(); ++i) take_turn(i, slice);
    }
    return figures_;
  }

 private:
  static std::unique_ptr<CostSubject> made(grade::Workbench& design, const std::string& setup) try {
    auto subject = std::make_unique<CostSubject>(design, setup);
    return subject->is_made() ? std::move(subject) : nullptr;
  } catch (const grade::SubjectTrouble&) {
    return nullptr;
  }

  void take_turn(std::size_t i, const std::string& slice) try {
    if (!subjects_[i]) return;
    const auto began = steady_clock::now();
    const auto answer = base::split(subjects_[i]->ask(slice), ' ');
    const std::chrono::duration<double, std::nano> took = steady_clock::now() - began;
    const double figure = took.count() / static_cast<double>(timed_calls);
    if (base::to_integer(answer[0])) figures_[i] = std::min(figures_[i].value_or(figure), figure);
  } catch (const grade::SubjectTrouble&) {
    subjects_[i] = nullptr;
    figures_[i].reset();
  }

  std::vector<std::unique_ptr<CostSubject>> subjects_;
  Figures figures_;
};

std::optional<double> bytes_of(CostSubject& subject, std::int64_t keys) {
  if (subject.ask(fmt::format("fill {}", keys)) != std::to_string(keys)) return std::nullopt;
  const auto bytes = subject.memory_bytes();
  return bytes ? std::optional(static_cast<double>(*bytes)) : std::nullopt;
}

// By how much more a process grows with many keys than with few.
Figures bytes_a_key(const Designs& designs, const std::string& setup) {
  const auto weigh = [&](std::int64_t keys) {
    return of_each(designs, setup, [keys](auto& subject) { return bytes_of(subject, keys); });
  };
  const Figures few = weigh(few_weighed_keys);
  Figures figures = weigh(many_weighed_keys);
  for (std::size_t i = 0; i < figures.size(); ++i) {
    if (!figures[i] || !few[i]) continue;
    figures[i] =
        (*figures[i] - *few[i]) / static_cast<double>(many_weighed_keys - few_weighed_keys);
  }
  return figures;
}

// About what the limit lets through, but in bursts, of two customers.
std::vector<Call> common_traffic(std::uint64_t seed, bool clock_steps_back) {
  base::Random random(seed, "common traffic");
  std::vector<Call> traffic;
  std::int64_t now_ns = 0;
  for (int i = 0; i < traffic_calls; ++i) {
    if (random.chance(0.05)) now_ns += random.between(300, 1'200) * ms;
    now_ns += random.between(1, 8) * ms;
    const bool step = clock_steps_back && i % (traffic_calls / 4) == traffic_calls / 8;
    if (step) now_ns = std::max<std::int64_t>(0, now_ns - random.between(1'000, 3'000) * ms);
    traffic.push_back({now_ns, random.chance(0.7) ? "a" : "b", 1});
  }
  return traffic;
}

std::optional<double> admitted_of(CostSubject& subject, const std::vector<Call>& traffic) {
  double admitted = 0;
  for (const auto& call : traffic) {
    const auto decision = parse_decision(subject.ask(call_line(call)));
    if (!decision) return std::nullopt;
    admitted += decision->admitted ? 1 : 0;
  }
  return admitted;
}

Policy with_kind(Kind kind, std::int64_t limit, std::int64_t window_ns) {
  return {limit, has_window(kind) ? window_ns : window_ns / limit, kind};
}

struct NamedKind {
  Kind kind;
  std::string name;  // as it stands after the figure; empty where there is only one
};

grade::Cost admits(int level, const NamedKind& named, bool clock_steps_back) {
  const std::string setup = setup_line(with_kind(named.kind, 20, 1'000 * ms));
  const char* name = clock_steps_back ? "after clock steps" : "admitted of 600 calls";
  return {level, name + named.name,
          [=](const Designs& designs, std::uint64_t seed) {
            const auto traffic = common_traffic(seed, clock_steps_back);
            return of_each(designs, setup,
                           [&](auto& subject) { return admitted_of(subject, traffic); });
          },
          clock_steps_back ? about_steps : about_admitted};
}

grade::Cost nanoseconds(int level, const std::string& name, const std::string& setup,
                        std::int64_t keys) {
  return {level, "ns a call" + name,
          [=](const Designs& designs, std::uint64_t seed) {
            const auto slice = fmt::format("load {} 1 {} {}", seed, timed_calls, keys);
            return Turns(designs, setup).time(slice);
          },
          fmt::format("ns a call: the quickest of {} slices of {} calls, which the designs make by "
                      "turns.",
                      timed_rounds, base::thousands(timed_calls))};
}

grade::Cost bytes(int level, const NamedKind& named) {
  const std::string setup = setup_line(with_kind(named.kind, 100, 100 * ms));
  return {level, "bytes a key" + named.name,
          [setup](const Designs& designs, std::uint64_t /*seed*/) {
            return bytes_a_key(designs, setup);
          },
          fmt::format("bytes a key: what the process grows by for each of {} more keys.",
                      base::thousands(many_weighed_keys - few_weighed_keys))};
}

void add_costs_of_level(std::vector<grade::Cost>& costs, int level,
                        const std::vector<NamedKind>& kinds) {
  for (const auto& named : kinds) costs.push_back(admits(level, named, false));
  for (const auto& named : kinds) {
    if (level > 1) costs.push_back(admits(level, named, true));
  }
  for (const auto& named : kinds) {
    const auto setup = setup_line(with_kind(named.kind, 100, 100 * ms));
    costs.push_back(nanoseconds(level, named.name, setup, timed_keys));
  }
  for (const auto& named : kinds) costs.push_back(bytes(level, named));
}

}  // namespace

std::vector<grade::Cost> costs() {
  std::vector<grade::Cost> costs;
  add_costs_of_level(costs, 1, {{Kind::token_bucket, ""}});
  add_costs_of_level(costs, 2,
                     {{Kind::gcra, ": GCRA"},
                      {Kind::fixed_window, ": fixed window"},
                      {Kind::sliding_log, ": sliding log"},
                      {Kind::sliding_counter, ": sliding counter"}});
  const auto table = setup_line(TablePolicy{100, ms, 2 * timed_keys, true});
  costs.push_back(nanoseconds(3, ": 10,000 keys", table, timed_keys));
  costs.push_back(nanoseconds(3, ": one hot key", table, 0));
  return costs;
}

}  // namespace assay::graders::rate_limiter
