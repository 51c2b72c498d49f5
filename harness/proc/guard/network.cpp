#include "network.hpp"

#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include <cstring>
#include <string>

namespace assay::proc::guard {
namespace {

void map_user(const User& user) {
  const auto itself = [](auto id) { return std::to_string(id) + " " + std::to_string(id) + " 1"; };
  ::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);  // else its own files in /proc belong to root
  write_text("/proc/self/setgroups", "deny");
  write_text("/proc/self/uid_map", itself(user.uid));
  write_text("/proc/self/gid_map", itself(user.gid));
  write_text("/proc/sys/user/max_user_namespaces", "0");
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

void bring_loopback_up() {
  const Descriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  require(static_cast<bool>(socket), "make a socket in the new network");
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  require(::ioctl(socket.get(), SIOCSIFFLAGS, &request) == 0, "bring up the new network");
}

}  // namespace

void enter_own_network(const User& user) {
  const int flags = user.own ? CLONE_NEWNET : CLONE_NEWNET | CLONE_NEWUSER;
  require(::unshare(flags) == 0, "enter a new network namespace");
  if (!user.own) map_user(user);
  bring_loopback_up();
}

Descriptor make_socket(int family) {
  if (family != AF_INET && family != AF_INET6 && family != AF_UNIX) {
    throw Failure("sockets of family " + std::to_string(family) + " are not made here");
  }
  Descriptor made(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  require(static_cast<bool>(made), "make a socket in the cell's network");
  return made;
}

}  // namespace assay::proc::guard
