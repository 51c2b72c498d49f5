#include "graders/rate_limiter/gateway/quota_check.hpp"

#include <algorithm>
#include <set>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "grade/session.hpp"
#include "graders/rate_limiter/gateway/check.hpp"
#include "graders/rate_limiter/gateway/world.hpp"

namespace assay::graders::rate_limiter {
namespace {

constexpr std::int64_t ns_per_ms = 1'000'000;
constexpr std::int64_t ns_per_second = 1'000'000'000;
constexpr std::int64_t shortly_ns = 150 * ns_per_ms;
constexpr std::int64_t retry_after_s_max = 5;  // of which the grader waits
constexpr const char* trusted_verb = "trusted ";
constexpr const char* arrived_fact = "requests that reached the service";

std::int64_t time_to_ask(const LaneStep& step, const GatewayModel& model, const GatewayReply& last,
                         std::int64_t now_ns) {
  switch (step.first) {
    case LaneStep::First::nothing:
      break;
    case LaneStep::First::pause:
      return now_ns + step.pause_ms * ns_per_ms;
    case LaneStep::First::retry_after:
      return last.came_ns +
             std::min(last.retry_after_s().value_or(0), retry_after_s_max) * ns_per_second;
    case LaneStep::First::just_before:
      return model.admitted_from_ns(step.ask) - shortly_ns;
  }
  return now_ns;
}

grade::Conversation run_lane(const GatewayWorld& world, const GatewaySetup& setup,
                             const Lane& lane) {
  grade::Conversation talk{lane.name, {{quotas_line(setup), "ok"}}, "", ""};
  if (!setup.trusted_proxies.empty()) {
    talk.exchanges.push_back({trusted_verb + base::join(setup.trusted_proxies, " "), "ok"});
  }
  GatewayModel model(setup);
  GatewayReply last;
  for (const auto& step : lane.steps) {
    world.sleep_until(time_to_ask(step, model, last, world.now_ns()));
    last = world.ask(step.ask);
    talk.exchanges.push_back({to_line(step.ask), to_line(last)});
    if (trouble_with(step.ask, last)) break;
    model.take(step.ask, last, {});
  }
  return talk;
}

// The mistakes that a wrong answer to a request with this header looks like.
std::string forwarding_mistake(const GatewayAsk& ask, const GatewayReply& reply,
                               const std::string& trusted) {
  const bool forwarded = std::any_of(ask.headers.begin(), ask.headers.end(), [](const auto& each) {
    return each.first == "X-Forwarded-For";
  });
  if (!forwarded) return "";
  const bool by_proxy = base::contains(base::split(trusted, ' '), ask.from);
  if (reply.status == 429) return by_proxy ? "a proxy's address is taken for its clients'" : "";
  if (!by_proxy) return "X-Forwarded-For is believed from anybody";
  return "an address in X-Forwarded-For is believed that the client can write itself";
}

class GatewayQuotaCheck final : public GatewayCheck {
 public:
  GatewayQuotaCheck(grade::CheckInfo info, LanePlan (*planner)(base::Random&),
                    GatewayAspects aspects)
      : GatewayCheck(std::move(info)), planner_(planner), aspects_(aspects) {}

  grade::Evidence talk(const grade::SubjectSpec& subject, base::Random& random) const override {
    const LanePlan plan = planner_(random);
    GatewayWorld world(subject, plan.setup);
    grade::Evidence evidence;
    evidence.conversations.resize(plan.lanes.size());
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < plan.lanes.size(); ++i) {
      threads.emplace_back([&world, &plan, &talk = evidence.conversations[i], i] {
        talk = run_lane(world, plan.setup, plan.lanes[i]);
      });
    }
    for (auto& thread : threads) thread.join();
    evidence.conversations.push_back(
        facts_of(world, {{arrived_fact, std::to_string(world.service().counts().arrived)}}));
    return evidence;
  }

  grade::CheckResult judge_talk(const grade::Evidence& evidence,
                                grade::CheckResult result) const override {
    int admitted = 0;
    int denied = 0;
    for (const auto& talk : evidence.conversations) {
      if (talk.name == facts_name) continue;
      if (const auto wrong = first_wrong(talk)) return tell(talk, *wrong, std::move(result));
      for (const auto& exchange : talk.exchanges) {
        if (!exchange.asked.starts_with("GET ")) continue;
        ++(parse_reply(exchange.answered.value_or("")).status == 429 ? denied : admitted);
      }
    }
    result.metrics = {{"admitted", admitted}, {"denied", denied}};
    const auto arrived =
        base::to_integer(fact_in(evidence.conversations.back(), arrived_fact)).value_or(admitted);
    if (arrived != admitted) {
      return failed(
          std::move(result),
          fmt::format("{} requests were admitted, and {} reached the service", admitted, arrived));
    }
    if (admitted == 0 || denied == 0) return saw_too_little(std::move(result));
    return passed(std::move(result));
  }

 private:
  struct Wrong {
    std::size_t index;  // of the exchange
    GatewayDifference difference;
    GatewayTrouble trouble;  // if it has a reason
  };

  std::optional<Wrong> first_wrong(const grade::Conversation& talk) const {
    GatewayModel model(parse_quotas(talk.exchanges.at(0).asked));
    for (std::size_t i = 1; i < talk.exchanges.size(); ++i) {
      const auto& [asked, answered] = talk.exchanges[i];
      if (!asked.starts_with("GET ")) continue;
      const auto ask = parse_ask(asked);
      const auto reply = parse_reply(answered.value_or(""));
      if (const auto trouble = trouble_with(ask, reply)) return Wrong{i, {}, *trouble};
      if (auto difference = model.take(ask, reply, aspects_)) return Wrong{i, *difference, {}};
    }
    return std::nullopt;
  }

  // The requests of the one that it went wrong for, the last ones if there were many.
  grade::CheckResult tell(const grade::Conversation& talk, const Wrong& wrong,
                          grade::CheckResult result) const {
    if (!wrong.trouble.reason.empty()) {
      result.where = wrong.trouble.where;
      return failed(std::move(result), wrong.trouble.reason);
    }
    const auto& exchange = talk.exchanges[wrong.index];
    const auto ask = parse_ask(exchange.asked);
    const auto reply = parse_reply(exchange.answered.value_or(""));
    result.situation = in_words(parse_quotas(talk.exchanges.at(0).asked));
    std::string mistake = wrong.difference.mistake;
    if (const auto& second = talk.exchanges.at(1).asked; second.starts_with(trusted_verb)) {
      const std::string trusted = second.substr(std::string_view(trusted_verb).size());
      result.situation += "; trusted proxies: " + trusted;
      if (mistake.empty()) mistake = forwarding_mistake(ask, reply, trusted);
    }
    for (std::size_t i = 1; i <= wrong.index; ++i) {
      const auto& [asked, answered] = talk.exchanges[i];
      if (!asked.starts_with("GET ") || parse_ask(asked).as != ask.as) continue;
      result.steps.push_back(step_of(parse_ask(asked), parse_reply(answered.value_or(""))));
    }
    keep_last_steps(result);
    result.steps.back().agrees = false;
    result.steps.back().expected = wrong.difference.expected;
    if (aspects_.fields) result.steps.back().came += ", " + wrong.difference.wrong;
    if (!mistake.empty()) result.mistakes.push_back(mistake);
    return failed(std::move(result), fmt::format("{}: {}", in_words(ask), wrong.difference.wrong));
  }

  LanePlan (*const planner_)(base::Random&);
  const GatewayAspects aspects_;
};

}  // namespace

std::unique_ptr<grade::Check> make_gateway_quota_check(grade::CheckInfo info,
                                                       LanePlan (*planner)(base::Random&),
                                                       GatewayAspects aspects) {
  return std::make_unique<GatewayQuotaCheck>(std::move(info), planner, aspects);
}

}  // namespace assay::graders::rate_limiter
