// What a probe of a sanitizer says: that it runs here, or why not and what would help.
#include "proc/sanitizers.hpp"

#include <stdexcept>

#include <gtest/gtest.h>

namespace assay::proc {
namespace {

TEST(SanitizerProbe, SaysWhetherItRunsHere) {
  for (const auto flavour : {Flavour::threads, Flavour::addresses}) {
    const auto probe = probe_sanitizer(flavour, [] {});
    EXPECT_TRUE(probe.name.ends_with("Sanitizer")) << probe.name;
    EXPECT_EQ(probe.reason.empty(), probe.available) << probe.reason;
    EXPECT_EQ(probe.fix.empty(), probe.available) << probe.fix;
    EXPECT_EQ(probe.reason.find('\n'), std::string::npos) << probe.reason;
  }
}

TEST(SanitizerProbe, CanBeInterrupted) {
  struct Enough {};
  EXPECT_THROW(probe_sanitizer(Flavour::threads, [] { throw Enough{}; }), Enough);
}

TEST(SanitizerProbe, IsForSanitizersOnly) {
  EXPECT_THROW(probe_sanitizer(Flavour::plain, [] {}), std::logic_error);
}

}  // namespace
}  // namespace assay::proc
