// A filter of system calls in the kernel's own small language. It takes away what a subject has no
// use for and what escapes the counting of the cell; everything else is allowed.
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "confine.hpp"

namespace assay::proc::guard {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_X86_64;
constexpr std::uint32_t kForeignCalls = 0x40000000;  // x32: other numbers for the same calls
#elif defined(__aarch64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
constexpr std::uint32_t kForeignCalls = 0xffffffff;
#else
constexpr std::uint32_t kArchitecture = 0;
constexpr std::uint32_t kForeignCalls = 0xffffffff;
#endif

constexpr std::uint32_t kPushInput = TIOCSTI;
constexpr std::uint32_t kLinuxConsole = 0x541c;  // TIOCLINUX: pastes into the terminal

class Program {
 public:
  void load(std::size_t offset) {
    const auto position = static_cast<std::uint32_t>(offset);
    add(BPF_LD | BPF_W | BPF_ABS, 0, 0, position);
  }
  void load_call() { load(offsetof(seccomp_data, nr)); }
  // The lower half of an argument, on little-endian machines: no flag here needs the upper one.
  void load_argument(std::size_t index) {
    load(offsetof(seccomp_data, args) + index * sizeof(std::uint64_t));
  }
  void refuse_if(std::uint16_t comparison, std::uint32_t value, int error) {
    add(static_cast<std::uint16_t>(BPF_JMP | comparison | BPF_K), 0, 1, value);
    answer(SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(error));
  }
  void refuse_unless(std::uint32_t value, int error) {
    add(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, value);
    answer(SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(error));
  }
  void refuse_call(long call, int error) {
    refuse_if(BPF_JEQ, static_cast<std::uint32_t>(call), error);
  }
  // A call whose argument has one of these bits, or is one of these values.
  void refuse_argument(long call, std::size_t index, std::uint16_t comparison,
                       const std::vector<std::uint32_t>& values) {
    const auto skipped = static_cast<std::uint8_t>(1 + 2 * values.size());
    load_call();
    add(BPF_JMP | BPF_JEQ | BPF_K, 0, skipped, static_cast<std::uint32_t>(call));
    load_argument(index);
    for (const std::uint32_t value : values) refuse_if(comparison, value, EPERM);
  }
  void answer(std::uint32_t action) { add(BPF_RET | BPF_K, 0, 0, action); }

  bool install() {
    const sock_fprog program{static_cast<unsigned short>(code_.size()), code_.data()};
    return ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0;
  }

 private:
  void add(std::uint16_t code, std::uint8_t if_true, std::uint8_t if_false, std::uint32_t value) {
    code_.push_back(sock_filter{code, if_true, if_false, value});
  }

  std::vector<sock_filter> code_;
};

}  // namespace

bool filter_system_calls(bool shares_ipc) {
  if (kArchitecture == 0) return false;
  Program program;
  program.load(offsetof(seccomp_data, arch));
  program.refuse_unless(kArchitecture, ENOSYS);
  program.load_call();
  program.refuse_if(BPF_JGE, kForeignCalls, ENOSYS);
  // clone3 hides its flags behind a pointer; without it the C library uses clone.
  program.refuse_call(SYS_clone3, ENOSYS);
  program.refuse_call(SYS_memfd_create, ENOSYS);
  for (const long call : {SYS_setns, SYS_keyctl, SYS_add_key, SYS_request_key, SYS_bpf}) {
    program.refuse_call(call, EPERM);
  }
  if (shares_ipc) {
    for (const long call : {SYS_shmget, SYS_msgget, SYS_semget, SYS_mq_open}) {
      program.refuse_call(call, EPERM);
    }
  }
  program.refuse_argument(SYS_clone, 0, BPF_JSET, {CLONE_NEWUSER});
  program.refuse_argument(SYS_unshare, 0, BPF_JSET, {CLONE_NEWUSER});
  program.refuse_argument(SYS_ioctl, 1, BPF_JEQ, {kPushInput, kLinuxConsole});
  program.answer(SECCOMP_RET_ALLOW);
  return program.install();
}

}  // namespace assay::proc::guard
