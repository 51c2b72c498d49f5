// What sanitizers print, read: reports of GCC 12's, cut to what matters here, of solutions in
// my/limiter and with hosts that lie elsewhere.
#include "grade/sanitizer_report.hpp"

#include <gtest/gtest.h>

namespace assay::grade {
namespace {

constexpr const char* folder = "my/limiter";

constexpr const char* data_race = R"(==================
WARNING: ThreadSanitizer: data race (pid=2)
  Read of size 8 at 0x7b10000020e8 by thread T4 (mutexes: read M10):
    #0 std::max<long>(long const&, long const&) /usr/include/c++/12/bits/stl_algobase.h:259
    #1 ask my/limiter/shared.cpp:53 (subject+0x3941)
    #2 acquire my/limiter/shared.cpp:28 (subject+0x3941)
    #3 call_in_one_thread /assay/harness/host/rate_limiter/load.cpp:61 (subject+0xa2e4)

  Previous write of size 8 at 0x7b10000020e8 by thread T3 (mutexes: read M10):
    #0 ask my/limiter/shared.cpp:59 (subject+0x3a25)
    #1 acquire my/limiter/shared.cpp:28 (subject+0x3a25)

  Mutex M10 (0x7b1800000010) created at:
    #0 pthread_rwlock_rdlock <null> (libtsan.so.2+0x47e12)
    #1 lock_shared my/limiter/shared.cpp:27 (subject+0x3b10)

SUMMARY: ThreadSanitizer: data race my/limiter/shared.cpp:53 in ask
==================
WARNING: ThreadSanitizer: data race (pid=2)
  Write of size 8 at 0x7b10000020f0 by thread T4:
    #0 other my/limiter/shared.cpp:99 (subject+0x3941)
)";

constexpr const char* use_after_free = R"(starting up
=================================================================
==2==ERROR: AddressSanitizer: heap-use-after-free on address 0x606000007d10 at pc 0x55
READ of size 8 at 0x606000007d10 thread T19
    #0 0x555555610579 in std::string::size() const /usr/include/c++/12/bits/basic_string.h:1064
    #1 0x555555610579 in find my/limiter/solution.cpp:59
    #2 0x555555610579 in acquire my/limiter/solution.cpp:25

0x606000007d10 is located 16 bytes inside of 64-byte region [0x606000007d00,0x606000007d40)
freed by thread T19 here:
    #0 0x7ffff78ba3c8 in operator delete(void*) ../src/libsanitizer/asan/asan_new_delete.cpp:164
    #1 0x555555614bdd in has_room my/limiter/solution.cpp:76

previously allocated by thread T17 here:
    #0 0x7ffff78b94c8 in operator new(unsigned long) ../src/libsanitizer/asan/asan_new_delete.cpp:95
    #1 0x555555614f7a in acquire my/limiter/solution.cpp:37

SUMMARY: AddressSanitizer: heap-use-after-free my/limiter/solution.cpp:59 in find
)";

constexpr const char* overflow = R"(started
source/solution.cpp:6:18: runtime error: signed integer overflow: 92 * 143 cannot be represented
    #0 0x5555555f4ede in rate_limiter::S::acquire(std::string_view, long) my/limiter/solution.cpp:6
    #1 0x5555555fb8fe in ask /assay/harness/host/rate_limiter/host.cpp:62
)";

std::vector<std::string> places_in(const SanitizerReport& report) {
  std::vector<std::string> places;
  for (const auto& access : report.accesses) places.push_back(access.place);
  return places;
}

TEST(SanitizerReport, OfADataRaceNamesBothLines) {
  const auto report = read_sanitizer_report(data_race, folder);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->kind, "data race");
  ASSERT_EQ(report->accesses.size(), 2U);
  EXPECT_EQ(report->accesses[0].did, "read of size 8 by thread T4");
  EXPECT_EQ(report->accesses[0].place, "shared.cpp:53");
  EXPECT_EQ(report->accesses[1].did, "previous write of size 8 by thread T3");
  EXPECT_EQ(report->accesses[1].place, "shared.cpp:59");
}

TEST(SanitizerReport, OfFreedMemoryNamesWhoFreedIt) {
  const auto report = read_sanitizer_report(use_after_free, folder);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->kind, "heap-use-after-free");
  EXPECT_EQ(places_in(*report),
            (std::vector<std::string>{"solution.cpp:59", "solution.cpp:76", "solution.cpp:37"}));
  EXPECT_EQ(report->accesses[1].did, "freed by thread T19 here");
}

TEST(SanitizerReport, OfAnOverflowSaysWhichNumbers) {
  const auto report = read_sanitizer_report(overflow, folder);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->kind, "signed integer overflow: 92 * 143 cannot be represented");
  EXPECT_EQ(places_in(*report), (std::vector<std::string>{"solution.cpp:6"}));
}

TEST(SanitizerReport, NamesOnlyPlacesOfTheSolution) {
  const auto report = read_sanitizer_report(data_race, "my/other");
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->accesses.empty());
}

TEST(SanitizerReport, MayBeCutAnywhere) {
  for (const std::string whole : {data_race, use_after_free, overflow}) {
    for (std::size_t bytes = 0; bytes < whole.size(); bytes += 7) {
      const auto report = read_sanitizer_report(whole.substr(0, bytes), folder);
      EXPECT_FALSE(report && report->kind.empty());
    }
  }
}

TEST(SanitizerReport, IsNothingElse) {
  for (const auto* output : {"", "\n\n", "ThreadSanitizer", "SUMMARY: ThreadSanitizer: data race",
                             "my/limiter/solution.cpp:6: error: expected ';'"}) {
    EXPECT_FALSE(read_sanitizer_report(output, folder)) << output;
  }
}

}  // namespace
}  // namespace assay::grade
