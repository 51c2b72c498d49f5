#include "memory.hpp"

#include <ftw.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <set>

#include "sweep.hpp"
#include "view.hpp"

namespace assay::proc::guard {
namespace {

constexpr int kFileLimit = 10'000;  // of a cell's folder; beyond that none are counted
constexpr int kOpenFolderLimit = 32;
constexpr std::uint64_t kBlockBytes = 512;  // of st_blocks, whatever the file system
constexpr int kSegmentLimit = 4096;

// What was swapped out still belongs to the subject.
std::uint64_t memory_of_processes() {
  std::uint64_t kilobytes = 0;
  for (const pid_t process : descendants()) {
    const std::string status = read_text("/proc/" + std::to_string(process) + "/status");
    for (const char* heading : {"\nVmRSS:", "\nVmSwap:"}) {
      kilobytes += static_cast<std::uint64_t>(std::max(0L, field_of(status, heading)));
    }
  }
  return kilobytes * 1024;
}

// The C library passes nothing through to a visitor, so its count is here.
struct Visit {
  std::uint64_t bytes = 0;
  int files = 0;
};
Visit visit;

int add_file(const char* /*path*/, const struct stat* status, int /*kind*/, FTW* /*place*/) {
  if (S_ISREG(status->st_mode) && status->st_nlink > 0) {
    visit.bytes += static_cast<std::uint64_t>(status->st_blocks) * kBlockBytes / status->st_nlink;
  }
  return ++visit.files >= kFileLimit ? 1 : 0;
}

std::uint64_t size_of_files(const std::string& folder) {
  visit = {};
  ::nftw(folder.c_str(), add_file, kOpenFolderLimit, FTW_PHYS | FTW_MOUNT);
  return visit.bytes;
}

// Also files that are open but have no name any more.
std::uint64_t size_of_temporary_folders() {
  std::uint64_t bytes = 0;
  std::set<dev_t> seen;
  for (const char* folder : kTemporaryFolders) {
    struct stat status {};
    struct statvfs system {};
    if (::stat(folder, &status) != 0 || !seen.insert(status.st_dev).second) continue;
    if (::statvfs(folder, &system) == 0)
      bytes += (system.f_blocks - system.f_bfree) * system.f_frsize;
  }
  return bytes;
}

// Also segments that nobody has attached.
std::uint64_t size_of_shared_segments() {
  constexpr int kColumnsBefore = 14;
  constexpr auto kWholeLine = std::numeric_limits<std::streamsize>::max();
  std::ifstream segments("/proc/sysvipc/shm");
  segments.ignore(kWholeLine, '\n');
  std::uint64_t bytes = 0;
  std::string skipped;
  for (int segment = 0; segment < kSegmentLimit; ++segment) {
    for (int column = 0; column < kColumnsBefore; ++column) segments >> skipped;
    std::uint64_t resident = 0;
    std::uint64_t swapped = 0;
    if (!(segments >> resident >> swapped)) break;
    bytes += resident + swapped;
  }
  return bytes;
}

}  // namespace

std::uint64_t memory_of_cell(const Plan& plan) {
  std::uint64_t bytes = memory_of_processes() + size_of_files(plan.folder);
  if (plan.tier == Tier::namespaces) {  // elsewhere these are everybody's
    bytes += size_of_temporary_folders() + size_of_shared_segments();
  }
  return bytes;
}

}  // namespace assay::proc::guard
