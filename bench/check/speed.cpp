// check_speed [files|generated|unique]...: how fast the checker is, and, where ASSAY_PORCUPINE
// names its folder, how fast Porcupine is on the same histories. Both take turns on each history,
// in one thread, and each figure is a median; parsing isn't counted for either.
//   files      those in the folder ASSAY_HISTORIES, with the answers in its expected.tsv
//   generated  8 and 16 clients, 1,000 to 20,000 operations, right and wrong
//   unique     a million operations on a register whose writes are distinct
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "check/formats.hpp"
#include "check/linearizability.hpp"
#include "peer.hpp"
#include "support/random_history.hpp"

namespace {

using namespace assay::check;
using bench::Peer;
using Clock = std::chrono::steady_clock;

constexpr int peer_budget_ms = 10'000;
constexpr int rounds = 5;              // in which both take turns
constexpr double turn_seconds = 2e-3;  // ours repeats for about as long, and counts the median
constexpr double long_seconds = 2;     // a history that takes the peer longer is run once

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

struct Timing {
  Answer ours = Answer::unknown;
  double seconds = 0;
  std::optional<Peer::Answer> peer;
  double ratio() const { return peer ? peer->seconds / seconds : 0; }
};

// The median of as many runs as fit into a turn, and of one at least.
double time_ours(const History& history, const ModelKind& kind, const Parameters& parameters,
                 Answer& answer) {
  std::vector<double> runs;
  const auto begin = Clock::now();
  do {
    const auto run = Clock::now();
    answer = check_linearizability(history, kind, parameters, {}).answer;
    runs.push_back(std::chrono::duration<double>(Clock::now() - run).count());
  } while (std::chrono::duration<double>(Clock::now() - begin).count() < turn_seconds);
  return median(runs);
}

Timing compare(const History& history, const ModelKind& kind, const Parameters& parameters,
               Peer* peer) {
  Timing timing;
  std::vector<double> ours;
  std::vector<double> theirs;
  const auto file = peer == nullptr ? std::filesystem::path() : peer->store(history, "history.tsv");
  for (int round = 0; round < rounds; ++round) {
    ours.push_back(time_ours(history, kind, parameters, timing.ours));
    if (peer == nullptr) continue;
    timing.peer = peer->check(file, kind.name, parameters, peer_budget_ms);
    if (!timing.peer) break;
    theirs.push_back(timing.peer->seconds);
    if (timing.peer->seconds > long_seconds) break;
  }
  timing.seconds = median(ours);
  if (timing.peer) timing.peer->seconds = median(theirs);
  return timing;
}

const char* name_of(Answer answer) {
  return answer == Answer::holds ? "holds" : answer == Answer::violated ? "violated" : "unknown";
}

void print(const std::string& what, const Timing& timing) {
  std::printf("%-44s %-8s %10.3f ms", what.c_str(), name_of(timing.ours), timing.seconds * 1e3);
  if (timing.peer) {
    const bool same = (timing.peer->verdict == "Ok") == (timing.ours == Answer::holds);
    std::printf("   Porcupine %10.3f ms   x %.1f%s", timing.peer->seconds * 1e3, timing.ratio(),
                same ? "" : "   THEY DIFFER");
  }
  std::printf("\n");
  std::fflush(stdout);
}

// False where an answer is wrong.
bool compare_files(Peer* peer) {
  const char* folder = std::getenv("ASSAY_HISTORIES");
  if (folder == nullptr) {
    std::printf("files: ASSAY_HISTORIES doesn't name a folder; left out\n");
    return true;
  }
  std::ifstream expected(std::filesystem::path(folder) / "expected.tsv");
  std::string line;
  std::getline(expected, line);
  double ours = 0;
  double theirs = 0;
  double slowest_ratio = 0;
  int right = 0;
  int all = 0;
  while (std::getline(expected, line)) {
    std::istringstream fields(line);
    std::string name, model, answer;
    fields >> name >> model >> answer;
    const History history = read_history_file(std::filesystem::path(folder) / name);
    const Timing timing = compare(history, *model_fitting(history), {}, peer);
    print(name, timing);
    ours += timing.seconds;
    if (timing.peer) theirs += timing.peer->seconds;
    if (all == 0 || timing.ratio() < slowest_ratio) slowest_ratio = timing.ratio();
    ++all;
    right += timing.ours == (answer == "true" ? Answer::holds : Answer::violated) ? 1 : 0;
  }
  std::printf("files: %d of %d right; %.3f ms in total", right, all, ours * 1e3);
  if (peer != nullptr) {
    std::printf(", Porcupine %.1f ms: x %.1f; the least of a file x %.1f", theirs * 1e3,
                theirs / ours, slowest_ratio);
  }
  std::printf("\n\n");
  return right == all;
}

std::vector<std::pair<std::string, support::Workload>> workloads() {
  support::Workload plain;
  support::Workload cas = plain;
  cas.cas_share = 0.4;
  support::Workload keys = cas;
  keys.keys = 10;
  support::Workload unknown = cas;
  unknown.unknown_share = 0.005;
  support::Workload unique = plain;
  unique.values = 0;
  support::Workload store = unique;
  store.model = "kv";
  support::Workload stores = store;
  stores.keys = 10;
  support::Workload counter = plain;
  counter.model = "counter";
  support::Workload set = plain;
  set.model = "set";
  set.values = 20;
  support::Workload queue = unique;
  queue.model = "queue";
  queue.observed_share = 0.55;
  support::Workload bucket = plain;
  bucket.model = "token-bucket";
  bucket.bucket = {10, 50};
  return {{"register", plain},
          {"register, cas", cas},
          {"register, cas, 10 keys", keys},
          {"register, unknown", unknown},
          {"register, distinct", unique},
          {"kv", store},
          {"kv, 10 keys", stores},
          {"counter", counter},
          {"set", set},
          {"queue, distinct", queue},
          {"token-bucket", bucket}};
}

// False where the two differ.
bool compare_generated(Peer* peer) {
  double sum_of_logs = 0;
  int compared = 0;
  int unfinished = 0;
  bool same = true;
  for (auto& [name, workload] : workloads()) {
    for (int clients : {8, 16}) {
      for (int operations : {1'000, 5'000, 20'000}) {
        for (int mistakes : {0, 1}) {
          workload.clients = clients;
          workload.operations = operations;
          workload.mistakes = mistakes;
          workload.seed = static_cast<std::uint64_t>(clients + operations + mistakes);
          const History history = support::random_history(workload);
          const Parameters parameters{workload.bucket.capacity, workload.bucket.interval_ns, 0};
          const Timing timing = compare(history, *model_named(workload.model), parameters, peer);
          print(name + ", " + std::to_string(clients) + " clients, " + std::to_string(operations) +
                    (mistakes == 0 ? "" : ", wrong"),
                timing);
          if (!timing.peer) {
            ++unfinished;
            continue;
          }
          same = same && (timing.peer->verdict == "Ok") == (timing.ours == Answer::holds);
          sum_of_logs += std::log(timing.ratio());
          ++compared;
        }
      }
    }
  }
  if (compared > 0) {
    std::printf(
        "generated: geometric mean over %d histories x %.1f; Porcupine did not end %d times\n\n",
        compared, std::exp(sum_of_logs / compared), unfinished);
  }
  return same;
}

void time_unique() {
  support::Workload workload;
  workload.values = 0;
  workload.operations = 1'000'000;
  workload.clients = 16;
  const History history = support::random_history(workload);
  std::vector<double> seconds;
  Answer answer{};
  for (int round = 0; round < rounds; ++round) {
    seconds.push_back(time_ours(history, *model_named("register"), {}, answer));
  }
  std::printf(
      "unique: 1,000,000 operations of 16 clients: %s, %.1f ms (of %d runs, %.1f to %.1f)\n",
      name_of(answer), median(seconds) * 1e3, rounds,
      *std::min_element(seconds.begin(), seconds.end()) * 1e3,
      *std::max_element(seconds.begin(), seconds.end()) * 1e3);
}

}  // namespace

int main(int count, char** words) {
  std::vector<std::string> parts(words + 1, words + count);
  if (parts.empty()) parts = {"files", "generated", "unique"};
  std::unique_ptr<Peer> peer;
  try {
    peer = std::make_unique<Peer>();
  } catch (const std::runtime_error& error) {
    std::printf("without Porcupine: %s\n", error.what());
  }
  bool right = true;
  for (const std::string& part : parts) {
    if (part == "files") right = compare_files(peer.get()) && right;
    if (part == "generated") right = compare_generated(peer.get()) && right;
    if (part == "unique") time_unique();
  }
  return right ? 0 : 1;
}
