// What being recorded costs: SQLite with a write-ahead log and synchronous=FULL commits the same
// lines alone, with real syncs, and recorded, in turns in one run. Recorded, a sync isn't made, and
// so the same is measured with synchronous=OFF, where nobody syncs.
#include <stdlib.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <vector>

#include <fmt/format.h>

#include "fault/disk/audit.hpp"
#include "fault/disk/recorder.hpp"

namespace {

using namespace assay;
namespace fs = std::filesystem;
using std::chrono::steady_clock;

constexpr int commits = 2'000;
constexpr int pairs = 9;

double seconds_since(steady_clock::time_point start) {
  return std::chrono::duration<double>(steady_clock::now() - start).count();
}

fs::path fresh(const fs::path& folder) {
  fs::remove_all(folder);
  fs::create_directory(folder);
  return folder;
}

double alone_s(const std::string& command, const fs::path& place, const fs::path& input) {
  const auto start = steady_clock::now();
  disk::run_audit(command + " < " + input.native() + " > /dev/null", fresh(place),
                  std::chrono::minutes(5), [] { return false; });
  return seconds_since(start);
}

double recorded_s(const std::string& command, const fs::path& place, const fs::path& input) {
  disk::RecordOptions options;
  options.command = command;
  options.folder = fresh(place);
  options.input = input;
  const auto start = steady_clock::now();
  disk::record(options);
  return seconds_since(start);
}

void compare(const std::string& synchronous, const fs::path& folder) {
  const std::string command = std::string(ASSAY_SQLITE_PROGRAM) + " wal " + synchronous;
  std::vector<double> alone;
  std::vector<double> recorded;
  std::vector<double> ratios;
  for (int i = 0; i < pairs; ++i) {
    const bool first = i % 2 == 0;
    if (first) alone.push_back(alone_s(command, folder / "run", folder / "lines"));
    recorded.push_back(recorded_s(command, folder / "run", folder / "lines"));
    if (!first) alone.push_back(alone_s(command, folder / "run", folder / "lines"));
    ratios.push_back(alone.back() / recorded.back());
  }
  for (auto* each : {&alone, &recorded, &ratios}) std::sort(each->begin(), each->end());
  fmt::print(
      "synchronous={:<5} alone {:>7.0f} commits/s, recorded {:>7.0f}: x{:.2f} ({:.2f} to "
      "{:.2f} in {} pairs)\n",
      synchronous, commits / alone[pairs / 2], commits / recorded[pairs / 2], ratios[pairs / 2],
      ratios.front(), ratios.back(), pairs);
}

}  // namespace

int main() {
  std::string pattern = fs::temp_directory_path() / "assay-disk-speed-XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr) return 1;
  const fs::path folder = pattern;
  {
    std::ofstream lines(folder / "lines");
    for (int i = 0; i < commits; ++i) lines << "line-" << i << '\n';
  }
  compare("full", folder);
  compare("off", folder);
  fs::remove_all(folder);
}
