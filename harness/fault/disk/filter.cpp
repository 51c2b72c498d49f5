#include "fault/disk/filter.hpp"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/fs.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <vector>

namespace assay::disk {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t architecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t architecture = AUDIT_ARCH_AARCH64;
#else
constexpr std::uint32_t architecture = 0;
#endif

struct Entry {
  std::uint64_t number;
  CallInfo info;
  // Stops only if that argument has one of these bits; always, if there are none.
  std::uint32_t argument = 0;
  std::uint32_t bits = 0;
};

constexpr std::uint32_t open_bits =
    O_CREAT | O_TRUNC | O_APPEND | O_DSYNC | O_SYNC | (O_TMPFILE & ~O_DIRECTORY);

// x86-64 has older calls too; aarch64 has those with descriptors of folders only.
const std::vector<Entry>& entries() {
  static const std::vector<Entry> all{
      {SYS_write, {Call::write, "write"}},
      {SYS_writev, {Call::write, "writev"}},
      {SYS_pwrite64, {Call::write_at, "pwrite"}},
      {SYS_pwritev, {Call::write_at, "pwritev"}},
      {SYS_pwritev2, {Call::write_at, "pwritev2"}},
      {SYS_sendfile, {Call::copy, "sendfile"}},
      {SYS_splice, {Call::copy, "splice"}},
      {SYS_copy_file_range, {Call::copy, "copy_file_range"}},
      {SYS_openat, {Call::open, "openat", true}, 2, open_bits},
      {SYS_openat2, {Call::open, "openat2", true}},
      {SYS_truncate, {Call::truncate, "truncate"}},
      {SYS_ftruncate, {Call::resize, "ftruncate"}},
      {SYS_fallocate, {Call::resize, "fallocate"}},
      {SYS_mkdirat, {Call::make_folder, "mkdir", true}},
      {SYS_unlinkat, {Call::remove, "unlink", true}},
      {SYS_renameat2, {Call::rename, "rename", true}},
      {SYS_linkat, {Call::link, "link", true}},
      {SYS_symlinkat, {Call::symlink, "symlink", true}},
      {SYS_fsync, {Call::sync, "fsync"}},
      {SYS_fdatasync, {Call::sync, "fdatasync"}},
      {SYS_syncfs, {Call::sync_all, "syncfs"}},
      {SYS_sync, {Call::sync_all, "sync"}},
      {SYS_mmap, {Call::map, "mmap"}, 3, MAP_SHARED},
      {SYS_msync, {Call::sync_map, "msync"}},
#ifdef SYS_renameat
      {SYS_renameat, {Call::rename, "rename", true}},
#endif
#ifdef SYS_open
      {SYS_open, {Call::open, "open"}, 1, open_bits},
      {SYS_creat, {Call::open, "creat"}},
      {SYS_mkdir, {Call::make_folder, "mkdir"}},
      {SYS_rmdir, {Call::remove, "rmdir"}},
      {SYS_unlink, {Call::remove, "unlink"}},
      {SYS_rename, {Call::rename, "rename"}},
      {SYS_link, {Call::link, "link"}},
      {SYS_symlink, {Call::symlink, "symlink"}},
#endif
  };
  return all;
}

// In the kernel's own small language.
class Program {
 public:
  Program() {
    load(offsetof(seccomp_data, arch));
    jump(BPF_JEQ, architecture, 1, 0);
    answer(SECCOMP_RET_ERRNO | ENOSYS);  // the calls of another architecture aren't followed
    load(offsetof(seccomp_data, nr));
  }

  void stop_at(const Entry& entry) {
    const bool asks = entry.bits != 0;
    jump(BPF_JEQ, static_cast<std::uint32_t>(entry.number), 0, asks ? 4 : 1);
    if (asks) {
      load(offsetof(seccomp_data, args) + entry.argument * sizeof(std::uint64_t));
      jump(BPF_JSET, entry.bits, 1, 0);
      answer(SECCOMP_RET_ALLOW);
    }
    answer(SECCOMP_RET_TRACE);
  }

  void refuse(std::uint64_t number, std::uint32_t error) {
    jump(BPF_JEQ, static_cast<std::uint32_t>(number), 0, 1);
    answer(SECCOMP_RET_ERRNO | error);
  }

  void refuse_ioctl(std::uint32_t request) {
    jump(BPF_JEQ, SYS_ioctl, 0, 4);
    load(offsetof(seccomp_data, args) + sizeof(std::uint64_t));
    jump(BPF_JEQ, request, 0, 1);
    answer(SECCOMP_RET_ERRNO | EOPNOTSUPP);
    load(offsetof(seccomp_data, nr));
  }

  bool install() {
    answer(SECCOMP_RET_ALLOW);
    const sock_fprog program{static_cast<unsigned short>(code_.size()), code_.data()};
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
  }

 private:
  void load(std::size_t offset) {
    code_.push_back({BPF_LD | BPF_W | BPF_ABS, 0, 0, static_cast<std::uint32_t>(offset)});
  }
  void jump(std::uint16_t comparison, std::uint32_t value, std::uint8_t yes, std::uint8_t no) {
    code_.push_back({static_cast<std::uint16_t>(BPF_JMP | BPF_K | comparison), yes, no, value});
  }
  void answer(std::uint32_t what) { code_.push_back({BPF_RET | BPF_K, 0, 0, what}); }

  std::vector<sock_filter> code_;
};

}  // namespace

CallInfo call_info(std::uint64_t number) {
  for (const Entry& entry : entries()) {
    if (entry.number == number) return entry.info;
  }
  return {};
}

bool install_filter() {
  Program program;
  for (const Entry& entry : entries()) program.stop_at(entry);
  for (const auto request : {FICLONE, FICLONERANGE, FIDEDUPERANGE}) {
    program.refuse_ioctl(static_cast<std::uint32_t>(request));
  }
  for (const auto number : {SYS_io_uring_setup, SYS_io_setup}) {
    program.refuse(static_cast<std::uint64_t>(number), ENOSYS);
  }
  return program.install();
}

bool knows_this_machine() { return architecture != 0; }

}  // namespace assay::disk
