#include "graders/payment_ledger/charges/judge.hpp"

#include <stdexcept>

#include <fmt/format.h>

#include "base/text.hpp"
#include "grade/broken_answer.hpp"
#include "graders/payment_ledger/json.hpp"

namespace assay::graders::payment_ledger {
namespace {

using DueKind = Due::Kind;

constexpr std::size_t quoted_bytes = 50;

std::optional<std::string> wrong_execution(const Due& due, const grade::HttpReply& reply) {
  if (is_replayed(reply)) return "replayed, but the request is new";
  if (reply.status != due.status) return fmt::format("{} instead of {}", reply.status, due.status);
  if (!due.id.empty() && text_in(reply.body, "id") != due.id) return "the answer of another charge";
  return std::nullopt;
}

std::optional<std::string> wrong_replay(const Due& due, const grade::HttpReply& reply,
                                        const grade::HttpReply& first) {
  if (reply.status != first.status) return "a repeated request gets another status";
  if (reply.body != first.body) return "a replay differs from the first answer";
  if (due.marked != is_replayed(reply)) return "a replay isn't marked as one";
  return std::nullopt;
}

// What is wrong with the answer to the operation at `place`; nothing if it is what is due.
std::optional<std::string> wrong_answer(const Due& due, const grade::Performance& performance,
                                        std::size_t place) {
  const std::string& line = *performance.exchanges[place].answered;
  if (due.kind == DueKind::counted) {
    if (line == std::to_string(due.charges)) return std::nullopt;
    return base::to_integer(line).value_or(0) > static_cast<std::int64_t>(due.charges)
               ? "charged more often than asked for"
               : "charged less often than asked for";
  }
  const auto reply = grade::parse_http_reply(line);
  const bool good = reply.status >= 200 && reply.status < 300;
  switch (due.kind) {
    case DueKind::executed:
      return wrong_execution(due, reply);
    case DueKind::replayed:
      return wrong_replay(due, reply,
                          grade::parse_http_reply(*performance.exchanges[due.same_as].answered));
    case DueKind::mismatch: {
      const bool named = error_code_in(reply.body) == "idempotency_error";
      const bool refused = reply.status == 400 || reply.status == 422;
      if (refused && named) return std::nullopt;
      return good ? "other parameters were accepted" : "no idempotency_error";
    }
    case DueKind::invalid:
      if (reply.status == 400) return std::nullopt;
      return fmt::format("{} instead of 400", reply.status);
    case DueKind::busy:
      if (reply.status == 503) return std::nullopt;
      return fmt::format("{} instead of 503", reply.status);
    default:
      return good ? std::nullopt : std::optional<std::string>("the clock was not set");
  }
}

bool gives_all_charges(const grade::Performance& performance, ChargeMistake mistake) {
  ChargeModel model(mistake);
  for (std::size_t i = 1; i < performance.exchanges.size(); ++i) {
    const auto& [asked, answered] = performance.exchanges[i];
    const Due due = model.due(parse_charge_operation(asked), i);
    if (!answered || grade::broken_answer(*answered)) return false;
    if (wrong_answer(due, performance, i)) return false;
  }
  return true;
}

std::string came_in_words(const ChargeOperation& operation, const std::string& answered) {
  if (operation.kind != ChargeOperation::Kind::charge || grade::broken_answer(answered)) {
    return base::printable_line(answered, quoted_bytes);
  }
  return in_words(grade::parse_http_reply(answered));
}

}  // namespace

std::optional<grade::Violation> first_wrong_charge(const grade::Performance& performance) {
  ChargeModel model;
  for (std::size_t i = 1; i < performance.exchanges.size(); ++i) {
    const auto& [asked, answered] = performance.exchanges[i];
    const Due due = model.due(parse_charge_operation(asked), i);
    if (!answered) return std::nullopt;
    if (const auto wrong = wrong_answer(due, performance, i)) return grade::Violation{i, *wrong};
  }
  return std::nullopt;
}

void tell_charges(const grade::Performance& performance, const grade::Violation& violation,
                  grade::CheckResult& result) {
  ChargeModel model;
  result.situation = "no key is known yet";
  for (std::size_t i = 1; i <= violation.index; ++i) {
    const auto& [asked, answered] = performance.exchanges[i];
    const ChargeOperation operation = parse_charge_operation(asked);
    grade::Step step;
    step.did = in_words(operation);
    step.expected = model.due(operation, i).in_words();
    if (answered) step.came = came_in_words(operation, *answered);
    step.agrees = i < violation.index;
    if (!step.agrees) {
      step.why = violation.kind;
      result.reason = violation.kind;
    }
    result.steps.push_back(std::move(step));
  }
  const auto excess = result.steps.size() - std::min(result.steps.size(), grade::told_steps_max);
  result.steps.erase(result.steps.begin(),
                     result.steps.begin() + static_cast<std::ptrdiff_t>(excess));
  if (excess > 0) result.situation += "; the last operations are shown";
}

std::vector<std::string> charge_look_alikes(const grade::Performance& performance) {
  std::vector<std::string> names;
  if (performance.exchanges.size() < 2) return names;
  for (const ChargeMistake mistake : all_charge_mistakes) {
    if (gives_all_charges(performance, mistake)) names.emplace_back(in_words(mistake));
  }
  return names;
}

}  // namespace assay::graders::payment_ledger
