// Goal: a cache forgets what was not used for longest, and never what somebody may be about to
// read. Method: entries whose last use is made to lie in the past, more than are kept.
#include "proc/build_cache.hpp"

#include <chrono>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>
#include <unistd.h>

namespace assay::proc {
namespace {

namespace fs = std::filesystem;

constexpr int more_than_are_kept = 650;

class BuildCacheTest : public testing::Test {
 protected:
  ~BuildCacheTest() override { fs::remove_all(folder_); }

  void keep(int number) { cache_.keep(recipe(number), "product", "messages"); }
  bool has(int number) { return cache_.find(recipe(number)).has_value(); }
  static std::string recipe(int number) { return "recipe " + std::to_string(number); }

  // As if all had been used so long ago.
  void age(std::chrono::hours by) {
    for (const auto& entry : fs::directory_iterator(folder_)) {
      fs::last_write_time(entry, fs::file_time_type::clock::now() - by);
    }
  }

  const fs::path folder_ =
      fs::temp_directory_path() / ("assay-build-cache-" + std::to_string(::getpid()));
  BuildCache cache_{folder_};
};

TEST_F(BuildCacheTest, KeepsWhatWasUsedLately) {
  keep(0);
  keep(1);
  age(std::chrono::hours(2));
  ASSERT_TRUE(has(0));  // a use
  for (int i = 2; i < more_than_are_kept; ++i) keep(i);
  EXPECT_TRUE(has(0));
  EXPECT_FALSE(has(1));
  for (int i = 2; i < more_than_are_kept; ++i) ASSERT_TRUE(has(i)) << i;
}

TEST_F(BuildCacheTest, ForgetsWhatNobodyUses) {
  for (int i = 0; i < more_than_are_kept; ++i) keep(i);
  age(std::chrono::hours(1));
  keep(more_than_are_kept);
  int left = 0;
  for (int i = 0; i <= more_than_are_kept; ++i) left += has(i) ? 1 : 0;
  EXPECT_LT(left, more_than_are_kept);
  EXPECT_TRUE(has(more_than_are_kept));
}

}  // namespace
}  // namespace assay::proc
