#include "graders/rate_limiter/gateway/check.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "grade/session.hpp"

namespace assay::graders::rate_limiter {

grade::Evidence GatewayCheck::collect(grade::Workbench& workbench, std::uint64_t seed) const {
  base::Random random(seed, info().slug);
  const auto subject = gateway_subject(workbench);
  try {
    auto evidence = talk(subject, random);
    grade::heed_interruptions();
    return evidence;
  } catch (const grade::SubjectTrouble& trouble) {
    return {{{std::string(facts_name), {}, trouble.what(), ""}}};
  }
}

grade::CheckResult GatewayCheck::judge(const grade::Evidence& evidence) const {
  auto result = blank_result(info());
  if (evidence.conversations.empty()) return saw_too_little(std::move(result));
  const auto& facts = evidence.conversations.back();
  result.output = facts.output;
  if (!facts.trouble.empty()) return failed(std::move(result), facts.trouble);
  return judge_talk(evidence, std::move(result));
}

grade::Conversation GatewayCheck::facts_of(GatewayWorld& world,
                                           std::vector<grade::Exchange> facts) {
  const auto ending = world.subject().ending();
  return {std::string(facts_name), std::move(facts), ending ? ending->in_words() : "",
          world.subject().output()};
}

grade::CheckResult GatewayCheck::passed(grade::CheckResult result) const {
  result.verdict = grade::Verdict::pass;
  result.points = info().points;
  result.output.clear();
  return result;
}

grade::CheckResult GatewayCheck::failed(grade::CheckResult result, std::string reason) {
  result.verdict = grade::Verdict::fail;
  result.reason = std::move(reason);
  return result;
}

grade::CheckResult GatewayCheck::saw_too_little(grade::CheckResult result) {
  result.verdict = grade::Verdict::unknown;
  result.reason = "saw too little to tell";
  return result;
}

grade::Step GatewayCheck::step_of(const GatewayAsk& ask, const GatewayReply& reply) {
  return {fmt::format("t = {:.2f} s", static_cast<double>(reply.sent_ns) / 1e9),
          in_words(ask),
          "",
          in_words(reply),
          true,
          ""};
}

void GatewayCheck::keep_last_steps(grade::CheckResult& result) {
  const auto excess = result.steps.size() - std::min(result.steps.size(), grade::told_steps_max);
  result.steps.erase(result.steps.begin(),
                     result.steps.begin() + static_cast<std::ptrdiff_t>(excess));
  if (excess > 0) result.situation += "; the last requests are shown";
}

}  // namespace assay::graders::rate_limiter
