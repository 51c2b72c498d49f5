// Goal: the machine's own account of its time is read as it is. Method: time passes.
#include "proc/machine_load.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace assay::proc {
namespace {

TEST(MachineLoad, CountsTheTimeOfAllCores) {
  const auto before = machine_times();
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  const auto after = machine_times();
  EXPECT_GT(before.all_s, 0);
  EXPECT_GT(after.all_s, before.all_s);
  EXPECT_GE(after.stolen_s, before.stolen_s);
  EXPECT_GE(load_average(), 0);
}

TEST(MachineLoad, ShareOfWhatWasStolenIsOfTheTimeInBetween) {
  EXPECT_DOUBLE_EQ(stolen_share({100, 1}, {110, 3}), 0.2);
  EXPECT_DOUBLE_EQ(stolen_share({100, 1}, {100, 1}), 0);
}

}  // namespace
}  // namespace assay::proc
