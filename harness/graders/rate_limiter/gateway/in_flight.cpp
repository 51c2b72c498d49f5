#include "graders/rate_limiter/gateway/in_flight.hpp"

#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "graders/rate_limiter/gateway/check.hpp"
#include "graders/rate_limiter/gateway/places.hpp"
#include "graders/rate_limiter/gateway/probe.hpp"
#include "graders/rate_limiter/gateway/slots.hpp"
#include "graders/rate_limiter/gateway/tokens.hpp"

namespace assay::graders::rate_limiter {
namespace {

using grade::CheckResult;
using grade::Evidence;
using grade::Step;

CheckResult failed_at(Step step, std::string reason, const std::string& mistake,
                      CheckResult result) {
  step.agrees = false;
  result.steps.push_back(std::move(step));
  if (!mistake.empty()) result.mistakes.push_back(mistake);
  result.verdict = grade::Verdict::fail;
  result.reason = std::move(reason);
  return result;
}

std::vector<std::int64_t> numbers_in(std::string line) {
  base::replace_all(line, ",", "");
  std::vector<std::int64_t> numbers;
  for (const auto& word : base::split(line, ' ')) {
    if (const auto number = base::to_integer(word)) numbers.push_back(*number);
  }
  return numbers;
}

class AtOnceCheck final : public GatewayCheck {
 public:
  using GatewayCheck::GatewayCheck;

  Evidence talk(const grade::SubjectSpec& subject, base::Random& random) const override {
    const GatewaySetup setup = setup_of_places(random);
    GatewayWorld world(subject, setup);
    return {{see_places(world, setup, random), facts_of(world, {})}};
  }

  CheckResult judge_talk(const Evidence& evidence, CheckResult result) const override {
    const auto& talk = evidence.conversations.front();
    const int at_once =
        static_cast<int>(base::to_integer(fact_in(talk, PlacesLine::at_once)).value_or(0));
    if (at_once == 0) return saw_too_little(std::move(result));
    result.situation = fmt::format("at most {} of a key's requests at once", at_once);
    for (const auto& exchange : talk.exchanges) {
      auto judged = judge_line(exchange, at_once, result);
      if (judged.verdict == grade::Verdict::fail) return judged;
    }
    const bool whole = talk.exchanges.back().asked == PlacesLine::denial;
    if (!whole || fact_in(talk, PlacesLine::queue) == PlacesLine::not_held)
      return saw_too_little(std::move(result));
    return passed(std::move(result));
  }

 private:
  // A failure, or the result as it was.
  static CheckResult judge_line(const grade::Exchange& line, int at_once, CheckResult result) {
    const auto& asked = line.asked;
    const auto answered = line.answered.value_or("");
    if (asked.starts_with(PlacesLine::probe)) {
      const auto seen = parse_probe(answered);
      if (seen.good()) return result;
      const auto whose = asked.substr(PlacesLine::probe.size());
      return tell_probe(seen, fmt::format("{}, over all routes: ", whose), "", std::move(result));
    }
    if (asked.starts_with(PlacesLine::tokens)) {
      const auto count = parse_token_count(answered);
      if (count.good()) return result;
      const auto what = asked.substr(PlacesLine::tokens.size());
      return tell_tokens(count, std::string(what), std::move(result));
    }
    if (asked.starts_with(PlacesLine::burst))
      return judge_burst(answered, at_once, std::move(result));
    if (asked == PlacesLine::queue) return judge_queue(answered, at_once, std::move(result));
    if (asked == PlacesLine::denial) return judge_denial(answered, std::move(result));
    return result;
  }

  static CheckResult judge_burst(const std::string& came, int at_once, CheckResult result) {
    const auto numbers = numbers_in(came);
    if (numbers == std::vector<std::int64_t>{at_once, places_too_many, at_once}) return result;
    Step step;
    step.did =
        fmt::format("{} requests of one caller at the same moment", at_once + places_too_many);
    step.expected = fmt::format("{} reach the service, {}: 429", at_once, places_too_many);
    step.came = came;
    const bool more = !numbers.empty() && numbers[0] > at_once;
    return failed_at(std::move(step),
                     fmt::format("of {} requests of one caller at the same moment: {}, where {} "
                                 "may be there",
                                 at_once + places_too_many, came, at_once),
                     more ? "two that come at the same moment both find the last place" : "",
                     std::move(result));
  }

  static CheckResult judge_queue(const std::string& came, int at_once, CheckResult result) {
    const auto words = base::split(came, ' ');
    if (words.size() != 4 || words[0] != "refused") {
      if (came != SlotHolders::none_taken) return result;
      return failed(std::move(result), SlotHolders::none_taken_words);
    }
    if (words[1] == "1") return result;
    Step step;
    step.did =
        fmt::format("all slots are taken by others; {} requests of one key at once", at_once + 1);
    step.expected = fmt::format("{} wait for a slot; one: 429, at once", at_once);
    step.came = fmt::format("{} of them: 429 while the others wait; then {} of them: 200", words[1],
                            words[3]);
    return failed_at(
        std::move(step),
        fmt::format("of {} requests of a key that wait, {} are refused, where one is beyond the {} "
                    "that it may have",
                    at_once + 1, words[1], at_once),
        words[1] == "0" ? "requests count once they have a slot, not while they wait" : "",
        std::move(result));
  }

  static CheckResult judge_denial(const std::string& came, CheckResult result) {
    if (came == "429") return result;
    Step step;
    step.did = "a key without tokens asks while all slots are taken";
    step.expected = "429, at once";
    step.came = came == "0" ? "nothing as long as they are taken" : came;
    return failed_at(
        std::move(step), "a request without tokens waits for a slot, where 429 is due at once",
        "quotas are asked after the wait, where they come before it", std::move(result));
  }
};

}  // namespace

std::unique_ptr<grade::Check> make_at_once_check(grade::CheckInfo info) {
  return std::make_unique<AtOnceCheck>(std::move(info));
}

}  // namespace assay::graders::rate_limiter
