// Ground for the tests of cells: each runs in every tier that this machine has, as whoever runs the
// tests. The subject is this same program, copied into the cell (see subject_test.cpp). The test
// process adopts orphans, so whatever escapes from a cell ends up as a child of it and is noticed.
#pragma once

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "proc/cell.hpp"

namespace assay::proc {

inline constexpr std::chrono::seconds kPatience{30};  // for what must happen, on a busy machine

inline bool is_available(Tier tier) {
  for (const TierProbe& probe : probe_tiers()) {
    if (probe.tier == tier) return probe.available;
  }
  return false;
}

// Reaps what this process has adopted; true when no child is left, false if some stay.
inline bool no_process_is_left() {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < deadline) {
    const pid_t reaped = ::waitpid(-1, nullptr, WNOHANG);
    if (reaped < 0 && errno == ECHILD) return true;
    if (reaped == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

inline const Ending& run_to_end(Cell& cell) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!cell.ending() && std::chrono::steady_clock::now() < deadline) {
    cell.wait(std::chrono::milliseconds(100));
  }
  return cell.ending() ? *cell.ending() : cell.stop();
}

class CellTest : public testing::TestWithParam<Tier> {
 protected:
  void SetUp() override {
    ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    harden_this_process();
    if (!is_available(GetParam())) GTEST_SKIP() << "this machine does not have this tier";
  }

  void TearDown() override { EXPECT_TRUE(no_process_is_left()); }

  static Command subject(Cell& cell, std::vector<std::string> arguments) {
    if (!std::filesystem::exists(cell.folder() / "subject")) {
      cell.put_copy("subject", "/proc/self/exe", true);
    }
    Command command;
    command.argv = {(cell.folder() / "subject").native(), "--as-subject"};
    command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
    return command;
  }

  static Command shell(const std::string& script) {
    Command command;
    command.argv = {"/bin/sh", "-c", script};
    return command;
  }

  static bool has_gap(const Cell& cell, const std::string& words) {
    const std::vector<std::string>& gaps = cell.isolation().gaps;
    return std::any_of(gaps.begin(), gaps.end(), [&](const std::string& gap) {
      return gap.find(words) != std::string::npos;
    });
  }
};

inline std::string tier_of(const testing::TestParamInfo<Tier>& info) {
  return std::string(name_of(info.param));
}

}  // namespace assay::proc

#define ASSAY_IN_EVERY_TIER(suite) \
  INSTANTIATE_TEST_SUITE_P(        \
      Tiers, suite, testing::Values(Tier::namespaces, Tier::landlock, Tier::processes), tier_of)
