#include "graders/rate_limiter/gateway/quota_check.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "grade/session.hpp"
#include "graders/rate_limiter/gateway/check.hpp"
#include "graders/rate_limiter/gateway/lane_run.hpp"
#include "graders/rate_limiter/gateway/passing.hpp"
#include "graders/rate_limiter/gateway/world.hpp"

namespace assay::graders::rate_limiter {
namespace {

constexpr const char* arrived_fact = "requests that reached the service";

// The mistakes that a wrong answer to a request with this header looks like.
std::string forwarding_mistake(const GatewayAsk& ask, const GatewayReply& reply,
                               const std::string& trusted) {
  const bool forwarded = std::any_of(ask.headers.begin(), ask.headers.end(), [](const auto& each) {
    return in_lower_case(each.first) == "x-forwarded-for";
  });
  const bool by_key = std::any_of(ask.headers.begin(), ask.headers.end(), [](const auto& each) {
    return in_lower_case(each.first) == "x-api-key";
  });
  if (by_key) return reply.status == 429 ? "" : "a key is another one at another address";
  if (!forwarded) return "";
  const bool by_proxy = base::contains(base::split(trusted, ' '), ask.from);
  if (reply.status == 429) return by_proxy ? "a proxy's address is taken for its clients'" : "";
  if (!by_proxy) return "X-Forwarded-For is believed from anybody";
  return "an address in X-Forwarded-For is believed that the client can write itself";
}

// A lane's conversation, read again.
struct LaneStory {
  GatewaySetup setup;
  std::string trusted;  // proxies
  bool slots_are_taken = false;
  std::vector<std::pair<GatewayAsk, GatewayReply>> answered;
};

LaneStory story_of(const grade::Conversation& talk) {
  LaneStory story;
  story.setup = parse_quotas(talk.exchanges.at(0).asked);
  for (const auto& [asked, answered] : talk.exchanges) {
    if (asked.starts_with(trusted_verb)) story.trusted = asked.substr(trusted_verb.size());
    story.slots_are_taken = story.slots_are_taken || asked == slots_are_taken;
    if (!is_ask(asked)) continue;
    story.answered.emplace_back(parse_ask(asked), parse_reply(answered.value_or("")));
  }
  return story;
}

// Some of the requests that reach the service may do so twice: a gateway may try again.
struct LaneCounts {
  std::int64_t admitted = 0;
  std::int64_t denied = 0;
  std::int64_t passed_on = 0;
  std::int64_t failed = 0;

  void add(const LaneStory& story) {
    for (const auto& [ask, reply] : story.answered) {
      ++(reply.status == 429 ? denied : admitted);
      if (reply.status == 429 || story.slots_are_taken) continue;
      ++passed_on;
      if (!ask.status_of_service()) ++failed;
    }
  }
};

class GatewayQuotaCheck final : public GatewayCheck {
 public:
  GatewayQuotaCheck(grade::CheckInfo info, LanePlanner planner, GatewayAspects aspects)
      : GatewayCheck(std::move(info)), planner_(planner), aspects_(aspects) {}

  grade::Evidence talk(const grade::SubjectSpec& subject, base::Random& random) const override {
    std::vector<LaneRun> runs;
    for (auto& plan : planner_(random)) {
      auto world = std::make_unique<GatewayWorld>(subject, plan.setup);
      runs.push_back({std::move(plan), std::move(world)});
    }
    auto [talks, arrived] = run_lanes(runs);
    grade::Evidence evidence{std::move(talks)};
    const auto broken = std::ranges::find_if(
        runs, [](const auto& run) { return run.world->subject().ending().has_value(); });
    auto& told = broken == runs.end() ? runs.front() : *broken;
    evidence.conversations.push_back(
        facts_of(*told.world, {{arrived_fact, std::to_string(arrived)}}));
    return evidence;
  }

  grade::CheckResult judge_talk(const grade::Evidence& evidence,
                                grade::CheckResult result) const override {
    LaneCounts counts;
    for (const auto& talk : evidence.conversations) {
      if (talk.name == facts_name) continue;
      const auto story = story_of(talk);
      if (const auto wrong = first_wrong(story)) return tell(story, *wrong, std::move(result));
      counts.add(story);
    }
    result.metrics = {{"admitted", static_cast<double>(counts.admitted)},
                      {"denied", static_cast<double>(counts.denied)}};
    const auto arrived = base::to_integer(fact_in(evidence.conversations.back(), arrived_fact))
                             .value_or(counts.passed_on);
    const bool all_arrived =
        arrived >= counts.passed_on && arrived <= counts.passed_on + counts.failed;
    if (aspects_.admission && !all_arrived) {
      return failed(std::move(result),
                    fmt::format("{} requests were admitted, and {} reached the service",
                                counts.passed_on, arrived));
    }
    if (counts.admitted == 0 || counts.denied == 0) return saw_too_little(std::move(result));
    return passed(std::move(result));
  }

 private:
  struct Wrong {
    std::size_t index;  // of the request
    GatewayDifference difference;
    GatewayTrouble trouble;  // if it has a reason
  };

  std::optional<Wrong> first_wrong(const LaneStory& story) const {
    GatewayModel model(story.setup);
    for (const auto& [ask, reply] : story.answered) model.add(ask, reply);
    auto aspects = aspects_;
    aspects.slots_are_taken = story.slots_are_taken;
    for (std::size_t i = 0; i < story.answered.size(); ++i) {
      const auto& [ask, reply] = story.answered[i];
      if (const auto trouble = trouble_with(ask, reply)) return Wrong{i, {}, *trouble};
      if (const auto wrong = model.difference(i, aspects)) return Wrong{i, *wrong, {}};
      if (!aspects.admission) continue;
      if (const auto wrong = wrong_passing(ask, reply)) return Wrong{i, *wrong, {}};
    }
    return std::nullopt;
  }

  // The requests of the one that it went wrong for, the last ones if there were many.
  grade::CheckResult tell(const LaneStory& story, const Wrong& wrong,
                          grade::CheckResult result) const {
    if (!wrong.trouble.reason.empty()) {
      result.where = wrong.trouble.where;
      return failed(std::move(result), wrong.trouble.reason);
    }
    const auto& [ask, reply] = story.answered[wrong.index];
    result.situation = in_words(story.setup);
    if (story.slots_are_taken) result.situation += "; all slots of the service are taken";
    std::string mistake = wrong.difference.mistake;
    if (!story.trusted.empty()) {
      result.situation += "; trusted proxies: " + story.trusted;
      if (mistake.empty()) mistake = forwarding_mistake(ask, reply, story.trusted);
    }
    for (std::size_t i = 0; i <= wrong.index; ++i) {
      const auto& [asked, answered] = story.answered[i];
      if (asked.as != ask.as) continue;
      result.steps.push_back(step_of(asked, answered));
      if (!aspects_.fields) continue;
      result.steps.back().came +=
          i == wrong.index ? ", " + wrong.difference.wrong : fields_in_words(answered);
    }
    keep_last_steps(result);
    result.steps.back().agrees = false;
    result.steps.back().expected = wrong.difference.expected;
    if (!mistake.empty()) result.mistakes.push_back(mistake);
    return failed(std::move(result), fmt::format("{}: {}", in_words(ask), wrong.difference.wrong));
  }

  static std::string fields_in_words(const GatewayReply& reply) {
    const auto value = base::printable_line(reply.field(limits_field), shown_field_bytes);
    return value.empty() ? ", no RateLimit" : ", RateLimit: " + value;
  }

  static constexpr std::size_t shown_field_bytes = 120;

  const LanePlanner planner_;
  const GatewayAspects aspects_;
};

}  // namespace

std::unique_ptr<grade::Check> make_gateway_quota_check(grade::CheckInfo info, LanePlanner planner,
                                                       GatewayAspects aspects) {
  return std::make_unique<GatewayQuotaCheck>(std::move(info), planner, aspects);
}

}  // namespace assay::graders::rate_limiter
