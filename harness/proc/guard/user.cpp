#include "user.hpp"

#include <grp.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace assay::proc::guard {
namespace {

constexpr uid_t kFirstUser = 61184;  // the range that systemd uses for its short-lived users
constexpr uid_t kLastUser = 65519;
constexpr int kClaimLimit = 200;
constexpr int kCapabilityLimit = 64;

// False while another cell has it.
bool claim(User& user) {
  const std::string name = "assay-user-" + std::to_string(user.uid);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path + 1, name.data(), name.size());
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  Descriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  require(static_cast<bool>(socket), "make a socket to claim a user");
  sockaddr* plain = reinterpret_cast<sockaddr*>(&address);
  if (::bind(socket.get(), plain, size) != 0) return false;
  user.claim = std::move(socket);
  return true;
}

bool runs_something(uid_t uid) {
  for (const pid_t process : all_processes()) {
    struct stat owner {};
    const std::string path = "/proc/" + std::to_string(process);
    if (::stat(path.c_str(), &owner) == 0 && owner.st_uid == uid) return true;
  }
  return false;
}

}  // namespace

User choose_user() {
  User user;
  user.uid = ::geteuid();
  user.gid = ::getegid();
  if (user.uid != 0) return user;
  user.own = true;
  for (int attempt = 0; attempt < kClaimLimit; ++attempt) {
    std::uint32_t random = 0;
    require(::getrandom(&random, sizeof random, 0) == sizeof random, "get a random number");
    user.uid = kFirstUser + random % (kLastUser - kFirstUser + 1);
    user.gid = user.uid;
    if (claim(user) && !runs_something(user.uid)) return user;
  }
  throw Failure("no user between 61184 and 65519 is free for the subject");
}

void become(const User& user) {
  for (int capability = 0; capability < kCapabilityLimit; ++capability) {
    ::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);  // fails beyond the last, or without the right
  }
  if (user.own) {
    require(::setgroups(0, nullptr) == 0, "give up the groups of root");
    require(::setresgid(user.gid, user.gid, user.gid) == 0, "take the subject's group");
    require(::setresuid(user.uid, user.uid, user.uid) == 0, "take the subject's user");
  }
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> none{};
  require(::syscall(SYS_capset, &header, none.data()) == 0, "give up all capabilities");
  require(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "give up new privileges");
  if (::geteuid() == 0) throw Failure("a subject would have run as root");
}

long tasks_of(uid_t uid) {
  long tasks = 0;
  for (const pid_t process : all_processes()) {
    const std::string status = read_text("/proc/" + std::to_string(process) + "/status");
    if (field_of(status, "\nUid:") == static_cast<long>(uid)) {
      tasks += std::max(0L, field_of(status, "\nThreads:"));
    }
  }
  return tasks;
}

}  // namespace assay::proc::guard
