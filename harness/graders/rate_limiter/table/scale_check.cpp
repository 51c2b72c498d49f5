#include "graders/rate_limiter/table/scale_check.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>

#include <fmt/format.h>

#include "base/random.hpp"
#include "base/text.hpp"
#include "grade/broken_answer.hpp"
#include "grade/session.hpp"
#include "graders/rate_limiter/table/script.hpp"

namespace assay::graders::rate_limiter {
namespace {

using grade::Conversation;
using std::chrono::steady_clock;

constexpr int turns = 18;
constexpr int threads = 2;
constexpr int calls_each = 150'000;
constexpr int first_calls_each[] = {1'000, 10'000};  // a slow one isn't asked for more
constexpr double fewest_calls = 500'000;             // for a pass
constexpr std::chrono::seconds time_limit{8};
constexpr std::chrono::seconds scale_cpu_limit{30};
constexpr std::string_view reference_name = "reference";

// Mostly one key, of which half the calls take tokens; sometimes many, which come and go. Every
// other time the threads are interrupted, so that they meet also on a machine that has no core for
// each of them.
std::vector<std::string> plan(base::Random& random) {
  const TablePolicy policy{random.between(60'000, 150'000), random.between(2, 500) * 1'000'000,
                           10'000, true};
  std::vector<std::string> lines{setup_line(policy)};
  for (int turn = 0; turn < turns; ++turn) {
    const bool first = turn < static_cast<int>(std::size(first_calls_each));
    lines.push_back(fmt::format("load {} {} {} {}{}", random.between(1, 1'000'000), threads,
                                first ? first_calls_each[turn] : calls_each,
                                turn % 3 == 0 ? 1'000 : 0, turn % 2 == 0 ? "" : " interrupted"));
    lines.push_back(tick_text(policy.capacity * policy.interval_ns + 1));
  }
  return lines;
}

Conversation hold(const grade::SubjectSpec& subject, std::string_view name,
                  const std::vector<std::string>& lines) {
  grade::SubjectSpec patient = subject;
  patient.limits.cpu = scale_cpu_limit;
  Conversation talk{std::string(name), {}, "", ""};
  try {
    grade::Session session(patient);
    const auto began = steady_clock::now();
    auto slowest = steady_clock::duration::zero();
    for (const auto& line : lines) {
      const auto asked = steady_clock::now();
      // The next one may be fifteen times as long as the longest so far.
      const bool growing = talk.exchanges.size() < 2 * std::size(first_calls_each) + 2;
      if (asked - began + slowest * (growing ? 15 : 1) > time_limit) break;
      talk.exchanges.push_back({line, session.ask(line)});
      slowest = std::max(slowest, steady_clock::now() - asked);
    }
    session.end();
  } catch (const grade::SubjectTrouble& trouble) {
    talk.trouble = trouble.what();
  }
  return talk;
}

double calls_in(const Conversation& talk) {
  double calls = 0;
  for (const auto& exchange : talk.exchanges) {
    const auto words = base::split(exchange.asked, ' ');
    if (words[0] == "load") calls += threads * std::stod(words[3]);
  }
  return calls;
}

std::int64_t admitted_in(const std::string& answer) {
  return base::to_integer(answer.substr(0, answer.find(' '))).value_or(0);
}

class ScaleCheck final : public grade::Check {
 public:
  using Check::Check;

  grade::Evidence collect(grade::Workbench& workbench, std::uint64_t seed) const override {
    base::Random random(seed, info().slug);
    const auto lines = plan(random);
    auto reference = workbench.reference();
    return {{hold(workbench.subject(), "planned", lines),
             hold(reference.subject(), reference_name, lines)}};
  }

  const Conversation& told(const grade::Evidence& evidence) const override {
    return evidence.conversations.front();
  }

  // A race that is run freely comes out as it likes: all of it again.
  grade::Evidence repeat(grade::Workbench& workbench, const grade::Evidence& before,
                         std::uint64_t /*seed*/) const override {
    std::vector<std::string> lines;
    for (const auto& exchange : before.conversations.back().exchanges) {
      lines.push_back(exchange.asked);
    }
    return {{hold(workbench.subject(), "replayed", lines), before.conversations.back()}};
  }

  grade::CheckResult judge(const grade::Evidence& evidence) const override {
    auto result = blank_result(info());
    if (evidence.conversations.size() != 2 || evidence.conversations[1].exchanges.empty()) {
      result.verdict = grade::Verdict::unknown;
      result.reason = "no operations were seen";
      return result;
    }
    const auto& came = evidence.conversations[0];
    const auto& right = evidence.conversations[1].exchanges;
    result.verdict = grade::Verdict::fail;
    for (std::size_t i = 0; i < came.exchanges.size() && i < right.size(); ++i) {
      const auto& [asked, answered] = came.exchanges[i];
      if (const auto broken = grade::broken_answer(answered.value_or(""))) {
        result.reason = broken->reason;
        result.where = broken->where;
        return result;
      }
      if (answered == right[i].answered) continue;
      tell(asked, answered.value_or(""), right[i].answered.value_or(""), result);
      return result;
    }
    if (!came.trouble.empty()) {
      result.reason = came.trouble;
      return result;
    }
    result.metrics["calls"] = calls_in(came);
    if (calls_in(came) < fewest_calls) {
      result.verdict = grade::Verdict::unknown;
      result.reason = fmt::format("only {:.0f} calls were made in {} s: too few to tell",
                                  calls_in(came), time_limit.count());
      return result;
    }
    result.verdict = grade::Verdict::pass;
    result.points = info().points;
    return result;
  }

 private:
  static void tell(const std::string& asked, const std::string& came, const std::string& right,
                   grade::CheckResult& result) {
    const auto calls_of_each = base::to_integer(base::split(asked, ' ').at(3)).value_or(0);
    const auto admitted = admitted_in(came);
    const auto expected = admitted_in(right);
    result.reason =
        admitted == expected
            ? "two threads that run freely get decisions that one of them, alone, would not"
            : fmt::format(
                  "of {} calls by two threads that run freely, {} are admitted, where {} "
                  "is right",
                  base::thousands(threads * calls_of_each), base::thousands(admitted),
                  base::thousands(expected));
  }
};

}  // namespace

std::unique_ptr<grade::Check> make_scale_check(grade::CheckInfo info) {
  return std::make_unique<ScaleCheck>(std::move(info));
}

}  // namespace assay::graders::rate_limiter
