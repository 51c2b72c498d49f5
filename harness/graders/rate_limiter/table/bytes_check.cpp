#include "graders/rate_limiter/table/bytes_check.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "base/random.hpp"
#include "base/text.hpp"
#include "grade/broken_answer.hpp"
#include "grade/session.hpp"
#include "graders/rate_limiter/script.hpp"
#include "graders/rate_limiter/table/script.hpp"

namespace assay::graders::rate_limiter {
namespace {

using grade::Conversation;
using grade::Exchange;

constexpr std::int64_t few_keys = 100'000;
constexpr std::int64_t many_keys = 1'000'000;
constexpr double full_points_bytes = 64;
constexpr double half_points_bytes = 128;
constexpr int probes = 200;
constexpr std::chrono::seconds bytes_cpu_limit{20};
constexpr TablePolicy policy{10, 3'600'000'000'000, 0, true};  // nothing grows back meanwhile
constexpr const char* memory_fact = "resident bytes";

// Fills a table in a fresh subject, looks at some keys to see that they are there, and weighs it.
Conversation weigh(const grade::SubjectSpec& subject, std::int64_t keys, base::Random& random) {
  Conversation talk{fmt::format("{} keys", keys), {}, "", ""};
  const auto ask = [&](grade::Session& session, const std::string& line) {
    talk.exchanges.push_back({line, session.ask(line)});
    return *talk.exchanges.back().answered;
  };
  try {
    grade::Session session(subject);
    TablePolicy room = policy;
    room.keys_max = keys;
    if (ask(session, setup_line(room)) != "ok") return talk;
    ask(session, fmt::format("fill {}", keys));
    for (int i = 0; i < probes; ++i) {
      ask(session, call_line({0, fmt::format("{:016x}", random.between(0, keys - 1)), 0}));
    }
    const auto bytes = session.memory_bytes();
    if (bytes) talk.exchanges.push_back({memory_fact, std::to_string(*bytes)});
    session.end();
  } catch (const grade::SubjectTrouble& trouble) {
    talk.trouble = trouble.what();
  }
  return talk;
}

// Why a weighing counts for nothing.
std::optional<grade::BrokenAnswer> wrong_in(const Conversation& talk, std::int64_t keys) {
  const Decision expected{true, policy.capacity - 1, std::nullopt};
  for (const auto& [asked, answered] : talk.exchanges) {
    if (auto broken = grade::broken_answer(answered.value_or(""))) return broken;
    if (asked.starts_with("fill ") && answered != std::to_string(keys)) {
      return grade::BrokenAnswer{
          "", fmt::format("admitted {} of {} new keys", answered.value_or("none"), keys), ""};
    }
    if (asked.starts_with("acquire ") && parse_decision(answered.value_or("")) != expected) {
      return grade::BrokenAnswer{
          "",
          fmt::format("with {} keys, {} is answered \"{}\", where \"{}\" "
                      "is right",
                      base::thousands(keys), asked, answered.value_or(""), in_words(expected)),
          ""};
    }
  }
  if (!talk.trouble.empty()) return grade::BrokenAnswer{"", talk.trouble, ""};
  return std::nullopt;
}

std::optional<double> bytes_in(const Conversation& talk) {
  if (talk.exchanges.empty() || talk.exchanges.back().asked != memory_fact) return std::nullopt;
  const auto bytes = base::to_integer(talk.exchanges.back().answered.value_or(""));
  return bytes ? std::optional(static_cast<double>(*bytes)) : std::nullopt;
}

class BytesCheck final : public grade::Check {
 public:
  using Check::Check;

  grade::Evidence collect(grade::Workbench& workbench, std::uint64_t seed) const override {
    grade::SubjectSpec subject = workbench.subject();
    subject.limits.cpu = bytes_cpu_limit;
    base::Random random(seed, info().slug);
    grade::Evidence evidence;
    for (const auto keys : {few_keys, many_keys}) {
      evidence.conversations.push_back(weigh(subject, keys, random));
    }
    return evidence;
  }

  grade::Evidence repeat(grade::Workbench& workbench, const grade::Evidence& /*before*/,
                         std::uint64_t seed) const override {
    return collect(workbench, seed);
  }

  grade::CheckResult judge(const grade::Evidence& evidence) const override {
    auto result = blank_result(info());
    if (evidence.conversations.size() != 2) {
      result.verdict = grade::Verdict::unknown;
      result.reason = "nothing was weighed";
      return result;
    }
    result.verdict = grade::Verdict::fail;
    const auto& few = evidence.conversations[0];
    const auto& many = evidence.conversations[1];
    auto wrong = wrong_in(few, few_keys);
    if (!wrong) wrong = wrong_in(many, many_keys);
    if (wrong) {
      result.reason = wrong->reason;
      result.where = wrong->where;
      return result;
    }
    const auto less = bytes_in(few);
    const auto more = bytes_in(many);
    if (!less || !more) {
      result.verdict = grade::Verdict::unknown;
      result.reason = "the memory of the subject could not be read";
      return result;
    }
    const double bytes = (*more - *less) / static_cast<double>(many_keys - few_keys);
    result.metrics["bytes_per_key"] = bytes;
    const double share = bytes <= full_points_bytes ? 1 : bytes <= half_points_bytes ? 0.5 : 0;
    result.points = share * info().points;
    if (share == 1) {
      result.verdict = grade::Verdict::pass;
    } else {
      result.reason = fmt::format("{:.0f} bytes a key: full points up to {:.0f}, half up to {:.0f}",
                                  bytes, full_points_bytes, half_points_bytes);
    }
    return result;
  }
};

}  // namespace

std::unique_ptr<grade::Check> make_bytes_check(grade::CheckInfo info) {
  return std::make_unique<BytesCheck>(std::move(info));
}

}  // namespace assay::graders::rate_limiter
