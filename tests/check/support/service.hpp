// Plain services, written without the checker's models and for a reader's eye: what generated
// histories are made with, and what the brute-force search replays orders on.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "check/history.hpp"

namespace assay::check::support {

struct Bucket {
  std::int64_t capacity = 0;
  std::int64_t interval_ns = 0;
};

// One service, with a state per key. A copy is a snapshot.
class Service {
 public:
  Service(std::string_view model, Bucket bucket) : model_(model), bucket_(bucket) {}

  // Does what the operation asks for, and says what it returns.
  Value apply(const Operation& op, Values& values);

 private:
  struct One {
    Value value = Value::nil;
    std::string text;
    std::int64_t sum = 0;
    std::set<Value> elements;
    std::deque<Value> queue;
    std::int64_t level_ns = -1;  // of the bucket: tokens times interval; -1: not used yet
    std::int64_t filled_at_ns = 0;
  };

  Value read(const One& one, Values& values) const;
  Value add(One& one, Value argument, Values& values) const;
  Value take(One& one, std::int64_t cost, std::int64_t at_ns) const;

  std::string_view model_;
  Bucket bucket_;
  std::map<Value, One> keys_;
};

}  // namespace assay::check::support
