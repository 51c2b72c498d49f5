// check_fuzz [HISTORIES [SEED]]: random small histories of every model, with outcomes that nobody
// saw and values that repeat, each judged by the checker and by trying all orders. Exits 1 at the
// first seed on which they differ, and prints it.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "check/linearizability.hpp"
#include "check/sequential.hpp"
#include "support/brute_force.hpp"
#include "support/random_history.hpp"

namespace {

using namespace assay::check;

constexpr int max_operations = 8;
constexpr long default_histories = 1'000'000;

struct Tally {
  long holds = 0;
  long violated = 0;
  long sequential = 0;
};

bool agree(const ModelKind& kind, std::uint64_t seed, Tally& tally) {
  const support::Workload workload =
      support::random_small_workload(kind.name, max_operations, seed);
  History history = support::random_history(workload);
  const Parameters parameters{workload.bucket.capacity, workload.bucket.interval_ns, 0};
  const Verdict verdict = check_linearizability(history, kind, parameters, {});
  const Verdict weaker = check_sequential(history, kind, parameters, {});
  const bool expected = support::is_linearizable_by_force(history, kind.name, workload.bucket);
  const bool expected_weaker =
      expected || support::is_sequential_by_force(history, kind.name, workload.bucket);
  ++(expected ? tally.holds : tally.violated);
  if (expected_weaker && !expected) ++tally.sequential;
  if (verdict.answer == (expected ? Answer::holds : Answer::violated) &&
      weaker.answer == (expected_weaker ? Answer::holds : Answer::violated)) {
    return true;
  }
  std::printf("%s, seed %lu: by force %d and %d\n", std::string(kind.name).c_str(),
              static_cast<unsigned long>(seed), expected, expected_weaker);
  for (std::size_t index = 0; index < history.operations.size(); ++index) {
    const Operation& op = history.operations[index];
    std::printf("  %d to %d: %s\n", op.called, op.returned, history.describe(index).c_str());
  }
  return false;
}

}  // namespace

int main(int count, char** words) {
  const long histories = count > 1 ? std::atol(words[1]) : default_histories;
  const auto seed = static_cast<std::uint64_t>(count > 2 ? std::atol(words[2]) : 1);
  const long each = histories / static_cast<long>(model_kinds().size()) + 1;
  for (const ModelKind& kind : model_kinds()) {
    Tally tally;
    for (long index = 0; index < each; ++index) {
      if (!agree(kind, seed + static_cast<std::uint64_t>(index), tally)) return 1;
    }
    std::printf("%-13s %8ld linearizable, %8ld not (%ld of them sequential); all agree\n",
                std::string(kind.name).c_str(), tally.holds, tally.violated, tally.sequential);
    std::fflush(stdout);
  }
  return 0;
}
