#include "fault/disk/tracing.hpp"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace assay::disk {
namespace {

// A process that takes a filter which allows everything, and then waits to be ended.
[[noreturn]] void be_tried() {
  sock_filter allow{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW};
  const sock_fprog program{1, &allow};
  const bool taken = ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
                     ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
  if (!taken) ::_exit(1);
  for (;;) ::pause();
}

}  // namespace

std::string why_no_tracing() {
#if !defined(__x86_64__) && !defined(__aarch64__)
  return "the system calls of this kind of machine aren't known";
#endif
  const pid_t child = ::fork();
  if (child < 0) return std::string("no process can be started: ") + std::strerror(errno);
  if (child == 0) be_tried();
  std::string why;
  if (::ptrace(PTRACE_SEIZE, child, 0, PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL) != 0) {
    why = std::string("ptrace is denied: ") + std::strerror(errno);
  } else if (::ptrace(PTRACE_INTERRUPT, child, 0, 0) != 0) {
    why = std::string("ptrace can't stop a process: ") + std::strerror(errno);
  }
  ::kill(child, SIGKILL);
  int status = 0;
  while (::waitpid(child, &status, __WALL) == child && WIFSTOPPED(status)) {
  }
  if (WIFEXITED(status)) why = "the kernel takes no filter of system calls (seccomp)";
  return why;
}

}  // namespace assay::disk
