#include "graders/payment_ledger/charges/plans.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "graders/payment_ledger/charges/script.hpp"

namespace assay::graders::payment_ledger {
namespace {

using OperationKind = ChargeOperation::Kind;
using Fields = std::vector<std::pair<std::string, std::string>>;  // names and values, as JSON

constexpr std::int64_t plan_hour_ms = 60LL * 60 * 1'000;

std::string json_of(const Fields& fields, const char* colon = ":", const char* comma = ",") {
  std::vector<std::string> members;
  for (const auto& [name, value] : fields) {
    members.push_back(fmt::format("\"{}\"{}{}", name, colon, value));
  }
  return '{' + base::join(members, comma) + '}';
}

class ChargeWriter {
 public:
  explicit ChargeWriter(base::Random& random) : random_(random) {}

  Fields fields(const std::string& card) {
    return {{"amount", std::to_string(random_.between(50, 9'999))},
            {"currency", random_.chance(0.5) ? "\"USD\"" : "\"KWD\""},
            {"card", '"' + card + '"'},
            {"reference", fmt::format("\"r{}\"", ++references_)}};
  }
  std::string key() { return fmt::format("k{}-{}", ++keys_, random_.between(10, 99)); }

  void charge(const std::string& caller, const std::string& key, const std::string& body,
              bool quoted = true) {
    ChargeOperation operation;
    operation.kind = OperationKind::charge;
    operation.caller = caller;
    operation.key = key;
    operation.body = body;
    operation.quoted = quoted;
    lines_.push_back(to_line(operation));
  }
  void clock(std::int64_t now_ms) {
    ChargeOperation operation;
    operation.kind = OperationKind::clock;
    operation.now_ms = now_ms;
    lines_.push_back(to_line(operation));
  }
  void count() { lines_.emplace_back(count_line); }

  grade::Script script() const { return {charges_setup, lines_}; }

 private:
  base::Random& random_;
  std::vector<std::string> lines_;
  int keys_ = 0;
  int references_ = 0;
};

// A request and its repetitions, in every form that means the same.
void repeat_in_all_forms(ChargeWriter& writer, const std::string& card) {
  const std::string key = writer.key();
  Fields fields = writer.fields(card);
  writer.charge("alice", key, json_of(fields));
  writer.count();
  writer.charge("alice", key, json_of(fields));
  writer.charge("alice", key, json_of(fields), false);
  writer.charge("alice", key, json_of(fields, ": ", ", "));
  std::ranges::reverse(fields);
  writer.charge("alice", key, json_of(fields));
  std::rotate(fields.begin(), fields.begin() + 1, fields.end());
  writer.charge("alice", key, json_of(fields, " : ", " , "));
  writer.count();
}

}  // namespace

ChargePlan plan_replay(base::Random& random) {
  ChargeWriter writer(random);
  for (const char* const card : {"ok", "declined", "failing", "ok"}) {
    repeat_in_all_forms(writer, card);
  }
  return {writer.script()};
}

ChargePlan plan_scope(base::Random& random) {
  ChargeWriter writer(random);
  const std::string key = writer.key();
  const std::string one = json_of(writer.fields("ok"));
  const std::string two = json_of(writer.fields("ok"));
  const std::string other = writer.key();
  writer.charge("alice", key, one);
  writer.charge("bob", key, two);
  writer.count();
  writer.charge("bob", key, two);
  writer.charge("alice", key, one);
  writer.charge("carol", key, one);  // the same request of somebody else is another one
  writer.count();
  writer.charge("alice", other, one);
  writer.charge("alice", key, one);
  writer.charge("alice", other, one);
  writer.count();
  // Put together without a border, these two would be one.
  writer.charge("ab", "c" + key, two);
  writer.charge("abc", key, two);
  writer.count();
  return {writer.script()};
}

ChargePlan plan_mismatch(base::Random& random) {
  ChargeWriter writer(random);
  const std::string key = writer.key();
  const Fields fields = writer.fields("ok");
  writer.charge("alice", key, json_of(fields));
  const std::array<std::pair<std::size_t, std::string>, 4> changes{{
      {0, std::to_string(random.between(10'000, 20'000))},
      {1, "\"EUR\""},
      {2, "\"declined\""},
      {3, "\"another\""},
  }};
  for (const auto& [place, value] : changes) {
    Fields changed = fields;
    changed[place].second = value;
    writer.charge("alice", key, json_of(changed));
    writer.count();
  }
  Fields shorter = fields;
  shorter.pop_back();
  writer.charge("alice", key, json_of(shorter));
  writer.charge("alice", key, json_of(fields));
  writer.count();
  // What was declined isn't forgotten either.
  const std::string declined = writer.key();
  Fields bad = writer.fields("declined");
  writer.charge("alice", declined, json_of(bad));
  bad[2].second = "\"ok\"";
  writer.charge("alice", declined, json_of(bad));
  writer.count();
  return {writer.script()};
}

ChargePlan plan_unsaved(base::Random& random) {
  ChargeWriter writer(random);
  const std::string key = writer.key();
  const Fields fields = writer.fields("ok");
  for (const char* const amount : {"0", "-5", "10.5", "1e3", "\"100\"", "9223372036854775808"}) {
    Fields wrong = fields;
    wrong[0].second = amount;
    writer.charge("alice", key, json_of(wrong));
  }
  Fields unknown = fields;
  unknown.emplace_back("tip", "5");
  writer.charge("alice", key, json_of(unknown));
  Fields missing = fields;
  missing.erase(missing.begin() + 2);
  writer.charge("alice", key, json_of(missing));
  writer.charge("alice", key, "{\"amount\":");
  writer.charge("alice", "", json_of(fields));
  writer.count();
  writer.charge("alice", key, json_of(fields));
  writer.charge("alice", key, json_of(fields));
  writer.count();
  // The processor did nothing: so the same request is as good as new.
  const std::string second = writer.key();
  const std::string busy = json_of(writer.fields("busy_once"));
  writer.charge("alice", second, busy);
  writer.count();
  writer.charge("alice", second, busy);
  writer.charge("alice", second, busy);
  writer.count();
  return {writer.script()};
}

ChargePlan plan_expiry(base::Random& random) {
  ChargeWriter writer(random);
  const std::int64_t start_ms = random.between(1, 40) * plan_hour_ms + random.between(1, 999);
  const std::string key = writer.key();
  const std::string body = json_of(writer.fields("ok"));
  const std::string other = json_of(writer.fields("ok"));
  writer.clock(start_ms);
  writer.charge("alice", key, body);
  writer.clock(start_ms + 9 * plan_hour_ms);
  writer.charge("alice", key, body);
  writer.clock(start_ms + key_lifetime_ms - 1);
  writer.charge("alice", key, body);
  writer.count();
  writer.clock(start_ms + key_lifetime_ms);
  writer.charge("alice", key, other);  // new, so that other parameters are no mistake
  writer.charge("alice", key, other);
  writer.charge("alice", key, body);
  writer.count();
  writer.clock(start_ms + 2 * key_lifetime_ms - 1);
  writer.charge("alice", key, other);
  writer.clock(start_ms + 2 * key_lifetime_ms);
  writer.charge("alice", key, other);
  writer.count();
  return {writer.script()};
}

}  // namespace assay::graders::payment_ledger
