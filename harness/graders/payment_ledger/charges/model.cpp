#include "graders/payment_ledger/charges/model.hpp"

#include <fmt/format.h>

namespace assay::graders::payment_ledger {
namespace {

using enum ChargeMistake;
using DueKind = Due::Kind;

constexpr std::int64_t early_ms = 60LL * 60 * 1'000;

// Of bodies whose strings have none.
std::string without_spaces(std::string body) {
  std::erase(body, ' ');
  return body;
}

}  // namespace

std::string_view in_words(ChargeMistake mistake) {
  switch (mistake) {
    case none:
      return "";
    case callers_share_keys:
      return "a key is looked up without its caller";
    case parameters_ignored:
      return "a known key is answered whatever the parameters are";
    case bytes_compared:
      return "the bytes of the body are compared, and not the parameters";
    case order_compared:
      return "the same parameters in another order are taken for another request";
    case errors_forgotten:
      return "an answer that is an error is not remembered";
    case busy_remembered:
      return "a failure that did nothing is remembered under the key";
    case never_expires:
      return "a key is never forgotten";
    case expires_at_replay:
      return "the life of a key begins anew with each replay";
    case expires_early:
      return "a key is forgotten too early";
    case expires_late:
      return "a key is still known when its life is over";
    case not_marked:
      return "a replay isn't marked as one";
    case acts_again:
      return "a repeated request is done again";
    case acts_at_replay:
      return "a replay has the first answer, but is done again as well";
  }
  return "";
}

std::string Due::in_words() const {
  switch (kind) {
    case DueKind::done:
      return "done";
    case DueKind::executed:
      return fmt::format("{}{}", status, id.empty() ? "" : ", " + id);
    case DueKind::replayed:
      return fmt::format("the answer of step {}, byte for byte, replayed", same_as);
    case DueKind::mismatch:
      return "400 or 422, idempotency_error";
    case DueKind::invalid:
      return "400";
    case DueKind::busy:
      return "503";
    case DueKind::counted:
      break;
  }
  return fmt::format("{}", charges);
}

Due ChargeModel::due(const ChargeOperation& operation, std::size_t place) {
  Due due;
  switch (operation.kind) {
    case ChargeOperation::Kind::clock:
      now_ms_ = operation.now_ms;
      return due;
    case ChargeOperation::Kind::count:
      due.kind = DueKind::counted;
      due.charges = charges_;
      return due;
    case ChargeOperation::Kind::charge:
      break;
  }
  if (!operation.valid) {
    due.kind = DueKind::invalid;
    return due;
  }
  return charge(operation, place);
}

bool ChargeModel::is_over(const Place& known) const {
  if (has(never_expires)) return false;
  const std::int64_t changed_ms = has(expires_early) ? -early_ms : has(expires_late) ? 1 : 0;
  return now_ms_ - known.taken_ms >= key_lifetime_ms + changed_ms;
}

Due ChargeModel::again(Place& known, const ChargeOperation& operation) const {
  Due due;
  bool same = known.parameters == operation.parameters;
  if (has(bytes_compared)) same = known.body == operation.body;
  if (has(order_compared)) same = without_spaces(known.body) == without_spaces(operation.body);
  if (!same && !has(parameters_ignored)) {
    due.kind = DueKind::mismatch;
    return due;
  }
  if (has(expires_at_replay)) known.taken_ms = now_ms_;
  due.kind = DueKind::replayed;
  due.same_as = known.answered_at;
  due.marked = !has(not_marked);
  return due;
}

Due ChargeModel::charge(const ChargeOperation& operation, std::size_t place) {
  const std::string caller = has(callers_share_keys) ? "" : operation.caller;
  const std::pair key{caller, operation.key};
  const auto found = places_.find(key);
  if (found != places_.end() && !is_over(found->second) && !has(acts_again)) {
    Due due = again(found->second, operation);
    if (has(acts_at_replay) && due.kind == DueKind::replayed) ++charges_;
    return due;
  }
  Due due;
  const auto& parameters = operation.parameters;
  const std::string card = parameters.at("card");
  const auto reference = parameters.find("reference");
  const std::string refers_to = reference == parameters.end() ? "" : reference->second;
  const bool busy = card == R"("busy_once")" && busy_[refers_to]++ == 0;
  due.kind = busy ? DueKind::busy : DueKind::executed;
  due.status = card == R"("declined")" ? 402 : card == R"("failing")" ? 502 : 201;
  if (!busy && due.status == 201) due.id = fmt::format("ch_{}", ++charges_);
  const bool forgotten =
      (busy && !has(busy_remembered)) || (has(errors_forgotten) && due.status != 201);
  if (!forgotten) places_[key] = {parameters, operation.body, now_ms_, place};
  return due;
}

}  // namespace assay::graders::payment_ledger
