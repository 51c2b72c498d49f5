// The checks of level 3: a limiter for many threads and many keys.
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "grade/interleaving_check.hpp"
#include "grade/sanitizer_check.hpp"
#include "grade/speed_check.hpp"
#include "graders/rate_limiter/checks.hpp"
#include "graders/rate_limiter/script.hpp"
#include "graders/rate_limiter/table/bytes_check.hpp"
#include "graders/rate_limiter/table/history.hpp"
#include "graders/rate_limiter/table/mistakes.hpp"
#include "graders/rate_limiter/table/plans.hpp"
#include "graders/rate_limiter/table/room_check.hpp"
#include "graders/rate_limiter/table/scale_check.hpp"
#include "graders/rate_limiter/table/script.hpp"

namespace assay::graders::rate_limiter {
namespace {

class TableInterleavings final : public grade::InterleavingCheck {
 public:
  using Planner = Programs (*)(base::Random&);

  TableInterleavings(grade::CheckInfo info, Planner planner)
      : InterleavingCheck(std::move(info)), planner_(planner) {}

  Programs programs(base::Random& random) const override { return planner_(random); }

  std::optional<grade::RoundViolation> violation(const grade::Program& program,
                                                 const grade::RoundReport& report) const override {
    return unexplained(program, report);
  }

  std::vector<std::string> simpler(const std::string& operation) const override {
    const auto parsed = parse_operation(operation);
    if (parsed.kind != RoundOperation::Kind::call || parsed.call.cost < 2) return {};
    return {call_text(parsed.call.key, 1)};
  }

  std::vector<std::string> look_alikes(const grade::Program& program,
                                       const grade::RoundReport& report) const override {
    return table_mistakes(program, report);
  }

  std::string situation(const grade::Program& program) const override {
    return in_words(parse_table_policy(program.first.at(0)));
  }

  std::string operation_in_words(const std::string& operation) const override {
    const auto parsed = parse_operation(operation);
    switch (parsed.kind) {
      case RoundOperation::Kind::call:
        return fmt::format("acquire(\"{}\", {})", parsed.call.key, parsed.call.cost);
      case RoundOperation::Kind::tick:
        return "the clock goes on";
      case RoundOperation::Kind::without_room:
        return "without_room()";
      case RoundOperation::Kind::other:
        return "make_shared_limiter(...)";
    }
    return operation;
  }

  std::string answer_in_words(const std::string& operation,
                              const std::string& answer) const override {
    const auto parsed = parse_operation(operation);
    if (parsed.kind == RoundOperation::Kind::tick) {
      const auto now_ns = base::to_integer(answer);
      return now_ns ? "t = " + base::duration_ns(*now_ns) : answer;
    }
    const auto timed = parse_timed(answer);
    return timed ? in_words(timed->decision) : answer;
  }

 private:
  Planner planner_;
};

class TableSanitizer final : public grade::SanitizerCheck {
 public:
  using SanitizerCheck::SanitizerCheck;

  std::vector<grade::Script> plan(base::Random& random) const override {
    auto plan = plan_stress(random);
    if (flavour() == proc::Flavour::addresses) {
      auto exact = plan_room(random);
      plan.insert(plan.end(), exact.begin(), exact.end());
    }
    return plan;
  }

  // The first load finds room for all keys, and empties every bucket: a token more or less in all
  // of them together has an answer of its own, whatever the order of the calls.
  std::optional<std::string> complaint(const grade::Conversation& talk) const override {
    const auto& first = talk.exchanges.at(0);
    const auto& load = talk.exchanges.at(1);
    const auto admitted = all_tokens(first.asked, load.asked);
    const auto words = base::split(load.answered.value_or(""), ' ');
    if (first.answered == "ok" && base::to_integer(words[0]) == admitted) return std::nullopt;
    return fmt::format("admitted {} calls under load, of {} that there were tokens for",
                       base::printable_line(words[0], 20), base::thousands(admitted));
  }

 private:
  // Tokens of each thread's own keys, and of the one that they share.
  static std::int64_t all_tokens(const std::string& setup, const std::string& load) {
    const auto words = base::split(load, ' ');
    const auto number = [&](std::size_t i) { return base::to_integer(words.at(i)).value(); };
    return parse_table_policy(setup).capacity * (number(2) * number(4) + 1);
  }
};

// Every eighth call asks for everybody's key, the others for one of the thread's own.
class TableSpeed final : public grade::SpeedCheck {
 public:
  TableSpeed(grade::CheckInfo info, unsigned threads)
      : SpeedCheck(std::move(info), "decisions", {{0.4, 1}, {0.2, 0.5}}), threads_(threads) {}

  unsigned cores() const override { return threads_; }

  std::string setup() const override {
    return setup_line(TablePolicy{capacity, interval_ns, 4 * own_keys, true});
  }

  std::vector<std::string> reset() const override {
    return {tick_text(capacity * interval_ns + 1)};
  }

  std::string slice(std::uint64_t seed, std::int64_t count) const override {
    return fmt::format("load {} {} {} {}", seed, threads_, count / threads_, own_keys);
  }

 private:
  static constexpr std::int64_t capacity = 100;
  static constexpr std::int64_t interval_ns = 1'000'000;
  static constexpr std::int64_t own_keys = 20'000;

  const unsigned threads_;
};

}  // namespace

void add_shared_checks(Checks& checks) {
  int place = 0;
  const auto info = [&](const char* slug, const char* title, const char* category, double points) {
    return grade::CheckInfo{fmt::format("3.{}", ++place), slug, 3, title, category, points};
  };
  const auto interleavings = [&](const char* slug, const char* title,
                                 TableInterleavings::Planner planner) {
    checks.push_back(
        std::make_unique<TableInterleavings>(info(slug, title, "correctness", 3), planner));
  };
  const auto sanitizer = [&](const char* slug, const char* title, double points,
                             proc::Flavour flavour) {
    checks.push_back(
        std::make_unique<TableSanitizer>(info(slug, title, "correctness", points), flavour));
  };

  checks.push_back(make_room_check(
      info("room", "keeps to its room, and forgets full buckets only", "correctness", 2)));
  interleavings("hot_key", "stays exact when threads ask for one key", hot_key_programs);
  interleavings("many_keys", "stays exact when threads ask for new keys", many_keys_programs);
  interleavings("eviction", "stays exact when threads push keys out", eviction_programs);
  checks.push_back(
      make_scale_check(info("at_scale", "stays exact when threads run freely", "correctness", 1)));
  sanitizer("races", "has no data race, and takes locks in one order", 2, proc::Flavour::threads);
  sanitizer("memory_errors", "has no memory error and no undefined behaviour", 1,
            proc::Flavour::addresses);
  checks.push_back(
      make_bytes_check(info("bytes_per_key", "needs at most 64 bytes a key", "performance", 2)));
  checks.push_back(std::make_unique<TableSpeed>(
      info("alone", "keeps up with the reference, alone", "performance", 1), 1));
  checks.push_back(std::make_unique<TableSpeed>(
      info("two_threads", "keeps up with the reference, with two threads", "performance", 2), 2));
}

}  // namespace assay::graders::rate_limiter
