#include "graders/rate_limiter/table/mistakes.hpp"

#include <algorithm>

#include "graders/rate_limiter/table/calls.hpp"
#include "graders/rate_limiter/table/model.hpp"
#include "graders/rate_limiter/table/script.hpp"

namespace assay::graders::rate_limiter {
namespace {

constexpr std::size_t explained_orders_max = 50'000;

enum class SharingMistake {
  overwrites,   // what was decided is written over what others wrote meanwhile
  takes_later,  // what was decided is taken from what others left meanwhile
  stale_time,   // a call may have a time before that of the last call that took tokens
};

constexpr SharingMistake all_mistakes[] = {SharingMistake::takes_later, SharingMistake::overwrites,
                                           SharingMistake::stale_time};

std::string in_words(SharingMistake mistake) {
  switch (mistake) {
    case SharingMistake::takes_later:
      return "check-then-act: a call looks at the tokens and takes them in two steps, and another "
             "comes between";
    case SharingMistake::overwrites:
      return "a lost update: a call reads the bucket and writes it back in two steps, over what "
             "another wrote between";
    case SharingMistake::stale_time:
      return "a stale clock: a call decides with a time that it read before another call took "
             "tokens";
  }
  return "";
}

// Looks for an order of the calls' steps that explains all answers, if calls have this mistake. The
// number of orders that it looks at is limited; beyond, nothing is explained.
class Explanation {
 public:
  Explanation(const TablePolicy& policy, const std::vector<SeenCall>& calls, SharingMistake mistake)
      : policy_(policy), calls_(calls), mistake_(mistake), phases_(calls.size()) {}

  bool exists() { return explore(Table{}); }

 private:
  struct Phase {
    bool decided = false;
    bool done = false;
    Table::Bucket before;  // what was read
    Table::Bucket after;   // what is to be written
  };

  bool can_decide(std::size_t i) const {
    if (phases_[i].decided) return false;
    for (std::size_t j = 0; j < calls_.size(); ++j) {
      if (!phases_[j].done && calls_[j].returns < calls_[i].begins) return false;
    }
    return true;
  }

  bool explore(const Table& table) {
    if (explored_++ > explained_orders_max) return false;
    bool all_done = true;
    for (std::size_t i = 0; i < calls_.size(); ++i) {
      all_done = all_done && phases_[i].done;
      if (can_decide(i) && decide(i, table)) return true;
      if (phases_[i].decided && !phases_[i].done && act(i, table)) return true;
    }
    return all_done;
  }

  bool decide(std::size_t i, const Table& table) {
    const SeenCall& seen = calls_[i];
    const Phase undecided = phases_[i];
    if (seen.without_room) {
      if (table.without_room != *seen.without_room) return false;
      phases_[i].decided = phases_[i].done = true;
      if (explore(table)) return true;
      phases_[i] = undecided;
      return false;
    }
    for (const auto time_ns : seen.times_ns) {
      Call call = seen.call;
      call.at_ns = time_ns;
      if (mistake_ != SharingMistake::stale_time && too_late(table, call)) continue;
      for (const auto& outcome : outcomes(policy_, table, call)) {
        if (outcome.decision != seen.came) continue;
        const bool in_one_step = mistake_ == SharingMistake::stale_time || outcome.after == table ||
                                 outcome.after.without_room != table.without_room;
        phases_[i] = {true, in_one_step, table.of(call.key), outcome.after.of(call.key)};
        if (explore(in_one_step ? outcome.after : table)) return true;
        phases_[i] = undecided;
      }
    }
    return false;
  }

  bool act(std::size_t i, const Table& table) {
    const Phase& phase = phases_[i];
    Table next = table;
    Table::Bucket bucket = phase.after;
    if (mistake_ == SharingMistake::takes_later) {
      const auto now = table.of(bucket.key);
      bucket.full_at_ns += std::max<std::int64_t>(now.full_at_ns - phase.before.full_at_ns, 0);
    }
    next.put(bucket);
    phases_[i].done = true;
    if (explore(next)) return true;
    phases_[i].done = false;
    return false;
  }

  const TablePolicy& policy_;
  const std::vector<SeenCall>& calls_;
  const SharingMistake mistake_;
  std::vector<Phase> phases_;
  std::size_t explored_ = 0;
};

}  // namespace

std::vector<std::string> table_mistakes(const grade::Program& program,
                                        const grade::RoundReport& report) {
  const auto seen = calls_of(program, report);
  if (seen.no_answer) return {};
  const auto policy = parse_table_policy(program.first.at(0));
  for (const SharingMistake mistake : all_mistakes) {
    if (Explanation(policy, seen.calls, mistake).exists()) return {in_words(mistake)};
  }
  return {};
}

}  // namespace assay::graders::rate_limiter
