#include "folder.hpp"

#include <dirent.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>

namespace assay::proc::guard {
namespace {

constexpr int kDepthLimit = 100;        // folders open at the same time
constexpr int kPassLimit = 1'000'000;   // folders within folders within folders…
constexpr mode_t kEnterable = S_IXOTH;  // by a user who is neither owner nor in the group

bool anybody_can_enter(std::string path) {
  while (true) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0 || (status.st_mode & kEnterable) == 0) return false;
    if (path == "/") return true;
    path.resize(std::max<std::size_t>(1, path.rfind('/')));
  }
}

bool runs_programs(const std::string& path) {
  struct statvfs status {};
  return ::statvfs(path.c_str(), &status) == 0 && (status.f_flag & ST_NOEXEC) == 0;
}

class Remover {
 public:
  // For another look at the top, which is opened anew. Names already used are not used again.
  void empty_top(int top) {
    top_ = top;
    empty(top, 0);
  }

 private:
  // Empties an open folder. What lies deeper than the limit is moved to the top, for a later pass.
  void empty(int folder, int depth) {
    DIR* entries = ::fdopendir(::dup(folder));
    if (entries == nullptr) return;
    while (const dirent* entry = ::readdir(entries)) {
      const std::string name = entry->d_name;
      if (name == "." || name == "..") continue;
      if (::unlinkat(folder, name.c_str(), 0) == 0) continue;
      if (depth == kDepthLimit) {
        ::fchmodat(folder, name.c_str(), S_IRWXU, 0);
        const std::string moved = "assay-deep-" + std::to_string(++moved_);
        ::renameat(folder, name.c_str(), top_, moved.c_str());
      } else {
        remove_inner(folder, name, depth);
      }
    }
    ::closedir(entries);
  }

  void remove_inner(int folder, const std::string& name, int depth) {
    struct stat status {};
    if (::fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return;
    if (!S_ISDIR(status.st_mode)) return;
    ::fchmodat(folder, name.c_str(), S_IRWXU, 0);
    constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    const Descriptor inner(::openat(folder, name.c_str(), kFlags));
    if (inner) empty(inner.get(), depth + 1);
    ::unlinkat(folder, name.c_str(), AT_REMOVEDIR);
  }

  int top_ = -1;
  long moved_ = 0;
};

}  // namespace

std::string make_folder(const std::string& preferred, const User& user) {
  std::string reasons;
  for (const std::string& candidate : {preferred, std::string("/tmp"), std::string("/var/tmp")}) {
    std::array<char, PATH_MAX> canonical{};
    if (candidate.empty() || ::realpath(candidate.c_str(), canonical.data()) == nullptr) continue;
    const std::string parent = canonical.data();
    if (!runs_programs(parent) || (user.own && !anybody_can_enter(parent))) continue;
    std::string path = (parent == "/" ? "" : parent) + "/assay-XXXXXX";
    if (::mkdtemp(path.data()) == nullptr) {
      reasons += "; make a folder in " + parent + ": " + std::strerror(errno);
      continue;
    }
    if (!user.own || ::chown(path.c_str(), user.uid, user.gid) == 0) return path;
    ::rmdir(path.c_str());
    reasons += "; give " + path + " to the subject's user: " + std::strerror(errno);
  }
  throw Failure("no temporary folder can be had in $TMPDIR, /tmp or /var/tmp" + reasons);
}

void remove_folder(const std::string& path) {
  ::chmod(path.c_str(), S_IRWXU);
  Remover remover;
  for (int pass = 0; pass < kPassLimit; ++pass) {
    constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    const Descriptor top(::open(path.c_str(), kFlags));
    if (!top) return;
    remover.empty_top(top.get());
    if (::rmdir(path.c_str()) == 0 || errno != ENOTEMPTY) return;
  }
}

void remove_traces(uid_t uid) {
  for (const std::string folder : {"/tmp", "/var/tmp", "/dev/shm"}) {
    for (const std::string& name : names_in(folder)) {
      const std::string path = folder + "/" + name;
      struct stat status {};
      if (::lstat(path.c_str(), &status) != 0 || status.st_uid != uid) continue;
      if (S_ISDIR(status.st_mode)) {
        remove_folder(path);
      } else {
        ::unlink(path.c_str());
      }
    }
  }
}

}  // namespace assay::proc::guard
