// What each model accepts in a history, and which model fits one.
#include <algorithm>

#include "check/models.hpp"

namespace assay::check {
namespace {

constexpr std::int64_t max_cost = 1'000'000'000;
constexpr std::int64_t max_time_ns = std::int64_t{1} << 60;

bool is_text(const Values& values, Value value) {
  return value == Value::nil || values.kind(value) == Kind::text;
}

bool is_integer(const Values& values, Value value) { return values.kind(value) == Kind::integer; }

bool within(const Values& values, Value value, std::int64_t low, std::int64_t high) {
  return is_integer(values, value) && values.integer_of(value) >= low &&
         values.integer_of(value) <= high;
}

// What is wrong with an operation's arguments; empty when nothing is.
std::string complaint(const Values& values, Takes takes, const Operation& op) {
  switch (takes) {
    case Takes::nothing:
    case Takes::anything:
    case Takes::two:
      return "";
    case Takes::an_integer:
      return is_integer(values, op.argument) ? "" : "takes a whole number";
    case Takes::a_text:
      return values.kind(op.argument) == Kind::text ? "" : "takes a text";
    case Takes::cost_and_time:
      break;
  }
  if (!within(values, op.argument, 0, max_cost)) return "has a cost outside 0 to 1,000,000,000";
  if (!within(values, op.second, -max_time_ns, max_time_ns)) return "has a time outside 2^60 ns";
  return "";
}

std::string complaint(const Values& values, Gives gives, const Operation& op) {
  const bool nothing = op.result == Value::nil;
  const bool boolean = op.result == Value::yes || op.result == Value::no;
  switch (gives) {
    case Gives::nothing:
    case Gives::anything:
      return "";
    case Gives::an_integer_or_nothing:
      if (nothing) return "";
      [[fallthrough]];
    case Gives::an_integer:
      return is_integer(values, op.result) ? "" : "returns a whole number";
    case Gives::a_text:
      return is_text(values, op.result) ? "" : "returns a text";
    case Gives::yes_or_no_or_nothing:
      if (nothing) return "";
      [[fallthrough]];
    case Gives::yes_or_no:
      return boolean ? "" : "returns true or false";
    case Gives::a_list:
      break;
  }
  return values.kind(op.result) == Kind::list ? "" : "returns a list";
}

const Signature* signature_of(const ModelKind& kind, Function function) {
  const auto place = std::find_if(
      kind.operations.begin(), kind.operations.end(),
      [function](const Signature& signature) { return signature.function == function; });
  return place == kind.operations.end() ? nullptr : &*place;
}

}  // namespace

void refuse_foreign(const ModelKind& kind, const History& history) {
  const Values& values = history.values;
  for (std::size_t index = 0; index < history.operations.size(); ++index) {
    const Operation& op = history.operations[index];
    const std::string function(name_of(op.function));
    const Signature* signature = signature_of(kind, op.function);
    const std::string model(kind.name);
    if (signature == nullptr) {
      throw HistoryError(history.sources[index].call_line,
                         "the model " + model + " has no operation " + function);
    }
    std::string why = complaint(values, signature->takes, op);
    if (!why.empty()) {
      throw HistoryError(history.sources[index].call_line, model + "'s " + function + " " + why);
    }
    if (op.result == Value::unseen) continue;
    why = complaint(values, signature->gives, op);
    if (!why.empty()) {
      throw HistoryError(history.sources[index].return_line, model + "'s " + function + " " + why);
    }
  }
}

const ModelKind* model_fitting(const History& history) {
  std::uint32_t used = 0;
  for (const Operation& op : history.operations) used |= 1U << static_cast<unsigned>(op.function);
  for (const ModelKind& kind : model_kinds()) {
    std::uint32_t known = 0;
    for (const Signature& signature : kind.operations) {
      known |= 1U << static_cast<unsigned>(signature.function);
    }
    if ((used & ~known) == 0) return &kind;
  }
  return nullptr;
}

}  // namespace assay::check
