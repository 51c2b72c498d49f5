#include "fault/disk/tracee.hpp"

#include <elf.h>
#include <fcntl.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fstream>

#include <fmt/format.h>

namespace assay::disk {
namespace {

constexpr std::size_t path_bytes_max = 4'096;

using Registers = user_regs_struct;

bool read_registers(pid_t thread, Registers& registers) {
  iovec place{&registers, sizeof registers};
  return ::ptrace(PTRACE_GETREGSET, thread, NT_PRSTATUS, &place) == 0;
}

void write_registers(pid_t thread, Registers& registers) {
  iovec place{&registers, sizeof registers};
  ::ptrace(PTRACE_SETREGSET, thread, NT_PRSTATUS, &place);
}

#if defined(__aarch64__)
void skip_call(pid_t thread, Registers& registers, std::int64_t result) {
  int none = -1;
  iovec place{&none, sizeof none};
  ::ptrace(PTRACE_SETREGSET, thread, NT_ARM_SYSTEM_CALL, &place);
  registers.regs[0] = static_cast<std::uint64_t>(result);
}
void put_argument(Registers& registers, std::size_t index, std::uint64_t value) {
  registers.regs[index] = value;
}
#else
void skip_call(pid_t /*thread*/, Registers& registers, std::int64_t result) {
  registers.orig_rax = static_cast<std::uint64_t>(-1);
  registers.rax = static_cast<std::uint64_t>(result);
}
void put_argument(Registers& registers, std::size_t index, std::uint64_t value) {
  std::array<unsigned long long*, 6> places{&registers.rdi, &registers.rsi, &registers.rdx,
                                            &registers.r10, &registers.r8,  &registers.r9};
  *places.at(index) = value;
}
#endif

}  // namespace

Tracee::Tracee(pid_t thread) : thread_(thread) {
  __ptrace_syscall_info info{};
  if (::ptrace(PTRACE_GET_SYSCALL_INFO, thread, sizeof info, &info) <= 0) return;
  readable_ = true;
  if (info.op == PTRACE_SYSCALL_INFO_SECCOMP) {
    number_ = info.seccomp.nr;
    std::copy_n(std::begin(info.seccomp.args), arguments_.size(), arguments_.begin());
  }
}

std::optional<std::int64_t> Tracee::returned() const {
  __ptrace_syscall_info info{};
  if (::ptrace(PTRACE_GET_SYSCALL_INFO, thread_, sizeof info, &info) <= 0) return std::nullopt;
  if (info.op != PTRACE_SYSCALL_INFO_EXIT) return std::nullopt;
  return info.exit.rval;
}

void Tracee::answer(std::int64_t result) const {
  Registers registers{};
  if (!read_registers(thread_, registers)) return;
  skip_call(thread_, registers, result);
  write_registers(thread_, registers);
}

void Tracee::set_argument(std::size_t index, std::uint64_t value) const {
  Registers registers{};
  if (!read_registers(thread_, registers)) return;
  put_argument(registers, index, value);
  write_registers(thread_, registers);
}

std::string Tracee::memory(std::uint64_t address, std::size_t size) const {
  std::string bytes(size, '\0');
  const iovec here{bytes.data(), size};
  // NOLINTNEXTLINE(performance-no-int-to-ptr): an address in another process
  const iovec there{reinterpret_cast<void*>(address), size};
  const ssize_t got = ::process_vm_readv(thread_, &here, 1, &there, 1, 0);
  bytes.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  return bytes;
}

std::string Tracee::text(std::uint64_t address) const {
  // Not across the end of a page, which may be the end of the memory.
  constexpr std::uint64_t page = 4'096;
  std::string text;
  while (text.size() < path_bytes_max) {
    const std::string piece = memory(address, page - address % page);
    const auto end = piece.find('\0');
    if (end != std::string::npos) return text + piece.substr(0, end);
    if (piece.empty()) return text;
    text += piece;
    address += piece.size();
  }
  return text;
}

std::string Tracee::place_of(int descriptor) const {
  return fmt::format("/proc/{}/fd/{}", thread_, descriptor);
}

std::optional<struct stat> Tracee::status_of(int descriptor) const {
  struct stat status {};
  if (::stat(place_of(descriptor).c_str(), &status) != 0) return std::nullopt;
  return status;
}

std::optional<std::string> Tracee::line_of(int descriptor, const std::string& name) const {
  std::ifstream info(fmt::format("/proc/{}/fdinfo/{}", thread_, descriptor));
  for (std::string line; std::getline(info, line);) {
    if (line.starts_with(name)) return line.substr(name.size());
  }
  return std::nullopt;
}

std::int64_t Tracee::position_of(int descriptor) const {
  const auto line = line_of(descriptor, "pos:");
  return line ? std::strtoll(line->c_str(), nullptr, 10) : 0;
}

int Tracee::flags_of(int descriptor) const {
  const auto line = line_of(descriptor, "flags:");
  return line ? static_cast<int>(std::strtol(line->c_str(), nullptr, 8)) : 0;
}

std::string Tracee::reach(int folder, const std::string& path) const {
  if (path.starts_with('/')) return fmt::format("/proc/{}/root{}", thread_, path);
  if (folder == AT_FDCWD) return fmt::format("/proc/{}/cwd/{}", thread_, path);
  return place_of(folder) + "/" + path;
}

}  // namespace assay::disk
