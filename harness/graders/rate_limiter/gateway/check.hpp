// What the checks of the gateway share: how they collect, and what they do with a subject that
// can't be talked to.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "grade/check.hpp"
#include "graders/rate_limiter/gateway/talk.hpp"
#include "graders/rate_limiter/gateway/world.hpp"

namespace assay::graders::rate_limiter {

class GatewayCheck : public grade::Check {
 public:
  using Check::Check;

  proc::Flavour flavour() const final { return proc::Flavour::http; }

  bool live() const final { return true; }

  grade::Evidence collect(grade::Workbench& workbench, std::uint64_t seed) const final;
  grade::CheckResult judge(const grade::Evidence& evidence) const final;

  // Throws grade::SubjectTrouble for what is the subject's fault.
  virtual grade::Evidence talk(const grade::SubjectSpec& subject, base::Random& random) const = 0;
  // Of a subject that could be talked to. Pure.
  virtual grade::CheckResult judge_talk(const grade::Evidence& evidence,
                                        grade::CheckResult result) const = 0;

 protected:
  // The last conversation: what is known beside the answers.
  static constexpr std::string_view facts_name = "facts";
  static grade::Conversation facts_of(GatewayWorld& world, std::vector<grade::Exchange> facts);

  grade::CheckResult passed(grade::CheckResult result) const;
  static grade::CheckResult failed(grade::CheckResult result, std::string reason);
  static grade::CheckResult saw_too_little(grade::CheckResult result);

  static grade::Step step_of(const GatewayAsk& ask, const GatewayReply& reply);
  static void keep_last_steps(grade::CheckResult& result);
};

}  // namespace assay::graders::rate_limiter
