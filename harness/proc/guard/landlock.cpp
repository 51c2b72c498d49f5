// Landlock by its system calls: Debian 12's headers know version 2 only, kernels know more.
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "confine.hpp"
#include "system.hpp"

namespace assay::proc::guard {
namespace {

constexpr long kCreateRuleset = 444;
constexpr long kAddRule = 445;
constexpr long kRestrictSelf = 446;
constexpr unsigned kAskVersion = 1;
constexpr int kRuleBeneath = 1;

constexpr std::uint64_t kWriteFile = 1ULL << 1;
constexpr std::uint64_t kTruncate = 1ULL << 14;
constexpr std::uint64_t kScopeSignal = 1ULL << 1;
constexpr std::uint64_t kScopeAbstractSocket = 1ULL << 0;

struct Ruleset {
  std::uint64_t files = 0;
  std::uint64_t network = 0;
  std::uint64_t scopes = 0;
};

struct [[gnu::packed]] BeneathRule {
  std::uint64_t allowed = 0;
  std::int32_t parent = -1;
};

// All that changes a file system, by version: write (1), remove and make (4 to 12), refer (13, from
// version 2), truncate (14, from version 3).
std::uint64_t writes_known_to(int version) {
  std::uint64_t writes = kWriteFile;
  for (int bit = 4; bit <= 12; ++bit) writes |= 1ULL << bit;
  if (version >= 2) writes |= 1ULL << 13;
  if (version >= kLandlockTruncate) writes |= kTruncate;
  return writes;
}

// False if there is no such path.
bool allow(int ruleset, const std::string& path, std::uint64_t writes) {
  const Descriptor parent(::open(path.c_str(), O_PATH | O_CLOEXEC));
  if (!parent) return false;
  const BeneathRule rule{writes, parent.get()};
  const long added = ::syscall(kAddRule, ruleset, kRuleBeneath, &rule, 0U);
  require(added == 0, "allow writing to " + path + " with Landlock");
  return true;
}

}  // namespace

int landlock_version() {
  return static_cast<int>(std::max(0L, ::syscall(kCreateRuleset, nullptr, 0UL, kAskVersion)));
}

void confine_to(const std::string& folder, bool terminal) {
  const int version = landlock_version();
  Ruleset ruleset;
  ruleset.files = writes_known_to(version);
  if (version >= kLandlockSignals) ruleset.scopes = kScopeSignal | kScopeAbstractSocket;
  // An older kernel refuses a larger structure only if the part it does not know is not zero.
  const long made = ::syscall(kCreateRuleset, &ruleset, sizeof ruleset, 0U);
  require(made >= 0, "make a Landlock ruleset");
  const Descriptor rules(static_cast<int>(made));
  require(allow(rules.get(), folder, ruleset.files), "open " + folder);
  const std::uint64_t file_writes = ruleset.files & (kWriteFile | kTruncate);
  for (const char* device :
       {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"}) {
    allow(rules.get(), device, file_writes);
  }
  if (terminal) {
    for (const char* device : {"/dev/tty", "/dev/ptmx", "/dev/pts"}) {
      allow(rules.get(), device, file_writes);
    }
  }
  require(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "give up new privileges");
  require(::syscall(kRestrictSelf, rules.get(), 0U) == 0, "confine the subject with Landlock");
}

}  // namespace assay::proc::guard
