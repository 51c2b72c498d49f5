#include "graders/rate_limiter/gateway/tokens.hpp"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "base/text.hpp"

namespace assay::graders::rate_limiter {

int admitted_of(const std::vector<std::pair<GatewayAsk, GatewayReply>>& sent,
                const std::string& prefix) {
  return static_cast<int>(std::count_if(sent.begin(), sent.end(), [&](const auto& each) {
    const auto& [ask, reply] = each;
    return ask.target.starts_with(prefix) && reply.status != 429 && reply.status != 0;
  }));
}

TokenCount count_tokens(const GatewayWorld& world, const GatewayAsk& ask, int taken, int all) {
  constexpr int beyond = 3;
  TokenCount count{taken, 0, all};
  while (taken + count.left < all + beyond && world.ask(ask).status != 429) ++count.left;
  return count;
}

std::string to_line(const TokenCount& count) {
  return fmt::format("{} taken, then {} of {}", count.taken, count.left, count.all);
}

TokenCount parse_token_count(const std::string& line) {
  auto text = line;
  base::replace_all(text, ",", "");
  const auto words = base::split(text, ' ');
  if (words.size() != 6) throw std::runtime_error("not a count of tokens: " + line);
  const auto number = [&](std::size_t at) {
    return static_cast<int>(base::to_integer(words[at]).value_or(0));
  };
  return {number(0), number(3), number(5)};
}

grade::CheckResult tell_tokens(const TokenCount& count, const std::string& what,
                               grade::CheckResult result) {
  const int missing = count.all - count.taken - count.left;
  grade::Step step;
  step.did = fmt::format("{}; then one request after the other", what);
  step.expected = fmt::format("{} more, as a bucket of {} has {} left", count.all - count.taken,
                              count.all, count.all - count.taken);
  step.came = fmt::format("{} more{}", count.left, missing < 0 ? ", and no 429" : ", then 429");
  step.agrees = false;
  result.steps.push_back(step);
  result.mistakes.emplace_back(
      missing > 0 ? "tokens are taken by requests that aren't let in, or twice by one that is"
                  : "a request that was let in costs nothing, or has its tokens back if it fails");
  result.verdict = grade::Verdict::fail;
  result.reason = missing > 0
                      ? fmt::format("{}: {} of {} tokens are missing", what, missing, count.all)
                      : fmt::format("{}: the bucket of {} gave {} tokens or more", what, count.all,
                                    count.taken + count.left);
  return result;
}

}  // namespace assay::graders::rate_limiter
