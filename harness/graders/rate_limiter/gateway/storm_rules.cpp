// What has to hold for a storm's answers.
#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include <fmt/format.h>

#include "base/text.hpp"
#include "graders/rate_limiter/gateway/storm.hpp"
#include "graders/rate_limiter/gateway/storm_facts.hpp"

namespace assay::graders::rate_limiter {
namespace {

// A timer's own coarseness; no right gateway is earlier.
constexpr double early_by_rounding = 0.9;
constexpr double late_by_far = 1.5;
constexpr std::int64_t storm_late_ms = 100;
constexpr std::int64_t ns_in_ms = 1'000'000;
constexpr std::int64_t tidies_up_ns = 20 * ns_in_ms;

struct Sent {
  GatewayAsk ask;
  GatewayReply reply;

  bool left() const { return reply.problem == storm_left; }
  // A gateway may not learn that its client has gone; and may tidy up after an answer.
  std::int64_t over_ns() const {
    return left() ? std::numeric_limits<std::int64_t>::max() : reply.came_ns + tidies_up_ns;
  }
  std::int64_t took_ms() const { return (reply.came_ns - reply.sent_ns) / ns_in_ms; }
};

// What the service does with it, and what it is told if it gets there.
struct Due {
  int status;
  const char* why;
};

Due due_for(const std::string& target) {
  if (target.ends_with("=fail")) return {500, "the service answers with 500"};
  if (target.ends_with("=hang")) return {504, "the service doesn't answer in time"};
  if (target.ends_with("=reset")) return {502, "the service resets the connection"};
  if (target.ends_with("=garbage")) return {502, "the service answers what is no HTTP"};
  if (target.ends_with("=break")) return {502, "the service breaks off in its answer"};
  return {200, "the service answers with 200"};
}

class StormJudge {
 public:
  explicit StormJudge(const grade::Conversation& storm)
      : facts_(parse_storm_facts(fact_in(storm, storm_facts_line))) {
    for (const auto& [asked, answered] : storm.exchanges) {
      if (asked == storm_facts_line) continue;
      sent_.push_back({parse_ask(asked), parse_reply(answered.value_or(""))});
    }
  }

  std::optional<StormFault> judge() const {
    for (std::size_t i = 0; i < sent_.size(); ++i) {
      if (auto fault = judge_one(sent_[i])) {
        if (fault->where.empty()) fault->steps = steps_before(i);
        if (!fault->steps.empty()) fault->steps.back().expected = expected_of(sent_[i]);
        return fault;
      }
    }
    if (facts_.most > facts_.slots) {
      return StormFault{fmt::format("{} requests were at the service at once, which has {} slots",
                                    facts_.most, facts_.slots),
                        "a slot is given back twice, or taken without asking",
                        {},
                        ""};
    }
    if (auto fault = judge_patience()) return fault;
    return judge_sum();
  }

 private:
  std::optional<StormFault> judge_one(const Sent& sent) const {
    const auto& reply = sent.reply;
    if (sent.left()) return std::nullopt;
    if (reply.status == 429) return judge_denial(sent);
    if (reply.status == 503) return judge_shed(sent);
    const auto due = due_for(sent.ask.target);
    if (reply.status != due.status) {
      if (const auto trouble = trouble_with(sent.ask, reply)) {
        return StormFault{trouble->reason, "", {}, trouble->where};
      }
      return StormFault{
          fmt::format("{}, and {}: answered with {}", in_words(sent.ask), due.why, reply.status),
          "",
          {},
          ""};
    }
    if (reply.status == 504 && is_early(sent, facts_.limit_ms)) {
      return StormFault{
          fmt::format("504 after {} ms, where the service has {}", sent.took_ms(), facts_.limit_ms),
          "",
          {},
          ""};
    }
    return std::nullopt;
  }

  static bool is_early(const Sent& sent, std::int64_t limit_ms) {
    return static_cast<double>(sent.took_ms()) <
           std::floor(early_by_rounding * static_cast<double>(limit_ms));
  }

  // By the quickest: a busy machine delays some.
  std::optional<StormFault> judge_patience() const {
    std::optional<std::int64_t> quickest_ms;
    for (const auto& each : sent_) {
      if (each.reply.status != 504) continue;
      quickest_ms = std::min(quickest_ms.value_or(each.took_ms()), each.took_ms());
    }
    if (!quickest_ms || static_cast<double>(*quickest_ms - 2 * facts_.late_ms) <=
                            late_by_far * static_cast<double>(facts_.limit_ms)) {
      return std::nullopt;
    }
    return StormFault{fmt::format("the quickest 504 comes after {} ms, where the service has {}",
                                  *quickest_ms, facts_.limit_ms),
                      "the service's limit isn't that of the configuration",
                      {},
                      ""};
  }

  // All that may have been there when it was denied are counted.
  std::optional<StormFault> judge_denial(const Sent& sent) const {
    const auto others = std::count_if(sent_.begin(), sent_.end(), [&](const Sent& other) {
      return &other != &sent && other.ask.as == sent.ask.as && other.reply.status != 429 &&
             other.reply.sent_ns < sent.reply.came_ns && other.over_ns() > sent.reply.sent_ns;
    });
    if (others >= facts_.at_once) return std::nullopt;
    return StormFault{fmt::format("{}: 429, though only {} of its caller's requests can have been "
                                  "in the gateway, which may be {}",
                                  in_words(sent.ask), others, facts_.at_once),
                      "a place isn't given back when a request ends badly",
                      {},
                      ""};
  }

  std::optional<StormFault> judge_shed(const Sent& sent) const {
    if (is_early(sent, facts_.queue_ms)) {
      return StormFault{fmt::format("503 after {} ms, where a request waits {} for a slot",
                                    sent.took_ms(), facts_.queue_ms),
                        "it is shed without a wait, or because of earlier failures",
                        {},
                        ""};
    }
    if (sent.reply.retry_after_s().value_or(0) >= 1) return std::nullopt;
    return StormFault{"503 without a Retry-After of 1 or more", "", {}, ""};
  }

  // Each that the service answered, or was late for, was there once; each that left, at most.
  std::optional<StormFault> judge_sum() const {
    const auto left =
        std::count_if(sent_.begin(), sent_.end(), [](const Sent& each) { return each.left(); });
    const auto told = std::count_if(sent_.begin(), sent_.end(), [](const Sent& each) {
      return !each.left() && each.reply.status != 429 && each.reply.status != 503;
    });
    const auto reason = fmt::format(
        "{} requests were told what came of them at the service, {} left, and {} reached it", told,
        left, facts_.arrived);
    if (facts_.arrived > told + left) {
      return StormFault{
          reason, "a request that failed is sent again: it may be done twice", {}, ""};
    }
    if (facts_.arrived < told) {
      return StormFault{reason, "the service isn't asked, because it failed before", {}, ""};
    }
    return std::nullopt;
  }

  std::string expected_of(const Sent& sent) const {
    const auto due = due_for(sent.ask.target);
    return fmt::format("{}, or 503 after {} ms", due.status, facts_.queue_ms);
  }

  std::vector<grade::Step> steps_before(std::size_t last) const {
    std::vector<grade::Step> steps;
    const std::size_t count = std::min(last + 1, grade::told_steps_max);
    const auto start_ns = sent_[last + 1 - count].reply.sent_ns;
    for (std::size_t i = last + 1 - count; i <= last; ++i) {
      const auto& [ask, reply] = sent_[i];
      steps.push_back(
          {fmt::format("t = {} ms", (reply.sent_ns - start_ns) / ns_in_ms), in_words(ask), "",
           fmt::format("{} after {} ms", in_words(reply), sent_[i].took_ms()), i != last, ""});
    }
    return steps;
  }

  const StormFacts facts_;
  std::vector<Sent> sent_;
};

}  // namespace

std::string to_line(const StormFacts& facts) {
  return fmt::format(
      "at once {}, slots {}, queue {} ms, service {} ms; arrived {}, most {}, late by {} ms",
      facts.at_once, facts.slots, facts.queue_ms, facts.limit_ms, facts.arrived, facts.most,
      facts.late_ms);
}

StormFacts parse_storm_facts(const std::string& line) {
  auto text = line;
  for (const char* const mark : {",", ";"}) base::replace_all(text, mark, "");
  std::vector<std::int64_t> numbers;
  for (const auto& word : base::split(text, ' ')) {
    if (const auto number = base::to_integer(word)) numbers.push_back(*number);
  }
  if (numbers.size() != 7) throw std::runtime_error("not the facts of a storm: " + line);
  return {numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5], numbers[6]};
}

std::optional<StormFault> judge_storm(const grade::Conversation& storm) {
  return StormJudge(storm).judge();
}

bool storm_was_late(const grade::Conversation& storm) {
  return parse_storm_facts(fact_in(storm, storm_facts_line)).late_ms > storm_late_ms;
}

}  // namespace assay::graders::rate_limiter
