#include "support/service.hpp"

#include <algorithm>
#include <vector>

namespace assay::check::support {
namespace {

Value yes_if(bool condition) { return condition ? Value::yes : Value::no; }

}  // namespace

Value Service::apply(const Operation& op, Values& values) {
  One& one = keys_[op.key];
  switch (op.function) {
    case Function::write:
      one.value = op.argument;
      return Value::nil;
    case Function::cas: {
      const bool equal = one.value == op.argument;
      if (equal) one.value = op.second;
      return yes_if(equal);
    }
    case Function::get:
      return values.text(one.text);
    case Function::put:
      one.text = values.text_of(op.argument);
      return Value::nil;
    case Function::append:
      one.text += values.text_of(op.argument);
      return Value::nil;
    case Function::add:
      return add(one, op.argument, values);
    case Function::remove:
      return yes_if(one.elements.erase(op.argument) == 1);
    case Function::contains:
      return yes_if(one.elements.contains(op.argument));
    case Function::enqueue:
      one.queue.push_back(op.argument);
      return Value::nil;
    case Function::dequeue: {
      if (one.queue.empty()) return Value::nil;
      const Value head = one.queue.front();
      one.queue.pop_front();
      return head;
    }
    case Function::take:
      return take(one, values.integer_of(op.argument), values.integer_of(op.second));
    case Function::read:
      break;
  }
  return read(one, values);
}

Value Service::read(const One& one, Values& values) const {
  if (model_ == "counter") return values.integer(one.sum);
  if (model_ != "set") return one.value;
  return values.list(std::vector<Value>(one.elements.begin(), one.elements.end()));
}

Value Service::add(One& one, Value argument, Values& values) const {
  if (model_ == "set") return yes_if(one.elements.insert(argument).second);
  one.sum += values.integer_of(argument);
  return values.integer(one.sum);
}

Value Service::take(One& one, std::int64_t cost, std::int64_t at_ns) const {
  const std::int64_t full_ns = bucket_.capacity * bucket_.interval_ns;
  if (one.level_ns < 0) {
    one.level_ns = full_ns;
    one.filled_at_ns = at_ns;
  }
  const std::int64_t elapsed_ns = std::max<std::int64_t>(0, at_ns - one.filled_at_ns);
  one.level_ns = std::min(full_ns, one.level_ns + elapsed_ns);
  one.filled_at_ns += elapsed_ns;
  if (one.level_ns < cost * bucket_.interval_ns) return Value::no;
  one.level_ns -= cost * bucket_.interval_ns;
  return Value::yes;
}

}  // namespace assay::check::support
