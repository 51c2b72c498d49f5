#include "subject.hpp"

#include <fcntl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "confine.hpp"
#include "proc/wire.hpp"

namespace assay::proc::guard {
namespace {

constexpr std::array<const char*, 3> kPath = {"/usr/local/bin", "/usr/bin", "/bin"};

// The command can't be run as it stands: the subject's fault.
struct BadCommand : Failure {
  BadCommand(const std::string& text, int number)
      : Failure(text + ": " + std::strerror(number)), error(number) {}
  explicit BadCommand(const std::string& text) : Failure(text), error(ENOENT) {}
  int error;
};

void limit(__rlimit_resource resource, rlim_t soft, rlim_t hard) {
  rlimit current{};
  require(::getrlimit(resource, &current) == 0, "read a limit");
  const rlimit wanted{std::min(soft, current.rlim_max), std::min(hard, current.rlim_max)};
  require(::setrlimit(resource, &wanted) == 0, "set limit " + std::to_string(resource));
}

void limit(__rlimit_resource resource, rlim_t value) { limit(resource, value, value); }

// Guard and process 1 count in a new user namespace; elsewhere all tasks of the same user do.
rlim_t tasks_besides(const Plan& plan) {
  if (plan.user->own) return 0;
  return plan.tier == Tier::namespaces ? 2 : static_cast<rlim_t>(tasks_of(plan.user->uid));
}

void take_limits(const Plan& plan) {
  const Limits& limits = plan.limits;
  const auto cpu_s = static_cast<rlim_t>(limits.cpu.count());
  limit(RLIMIT_CPU, cpu_s, cpu_s + 1);
  if (limits.address_space_bytes > 0) limit(RLIMIT_AS, limits.address_space_bytes);
  limit(RLIMIT_FSIZE, limits.file_bytes);
  limit(RLIMIT_NOFILE, static_cast<rlim_t>(limits.open_files));
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_MSGQUEUE, 0);
  limit(RLIMIT_NPROC, static_cast<rlim_t>(limits.processes) + tasks_besides(plan));
}

// Onto 0, 1, 2 and 3; what lies higher is closed by the program's start.
void take_descriptors(const Plan& plan) {
  const std::array<int, 4> sources = {plan.in, plan.out, plan.err, plan.channel};
  for (int target = 0; target < 4; ++target) {
    const int source = sources[static_cast<std::size_t>(target)];
    if (source < 0) continue;
    require(::dup2(source, target) == target, "pass a descriptor to the subject");
  }
  if (plan.channel < 0) ::close(wire::kChannelDescriptor);
}

// Its own session has no terminal; a debugger gets the terminal, in the foreground.
void take_terminal(const Plan& plan) {
  if (!plan.command.terminal) {
    require(::setsid() > 0, "start a session");
    return;
  }
  ::setpgid(0, 0);
  ::tcsetpgrp(plan.in, ::getpid());  // fails without a terminal, which is fine
}

void take_default_signals() {
  for (int signal = 1; signal < NSIG; ++signal) ::signal(signal, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

// The same addresses in every run: what depends on them, such as the order of a set of pointers, is
// repeated, and sanitizers find the room that they need. Where a container forbids it, a subject
// runs as it would anywhere: nothing of its isolation is lost.
void fix_addresses() {
  const int current = ::personality(0xffffffff);
  if (current < 0) return;
  ::personality(static_cast<unsigned long>(current) | ADDR_NO_RANDOMIZE);
}

std::vector<std::string> environment_of(const Plan& plan) {
  std::map<std::string, std::string> variables = {{"PATH", "/usr/local/bin:/usr/bin:/bin"},
                                                  {"HOME", plan.folder},
                                                  {"TMPDIR", plan.folder},
                                                  {"LANG", "C.UTF-8"}};
  if (plan.channel >= 0) variables["ASSAY_FD"] = std::to_string(wire::kChannelDescriptor);
  for (const auto& [name, value] : plan.command.env) variables[name] = value;
  std::vector<std::string> lines;
  for (const auto& [name, value] : variables) lines.push_back(name + "=" + value);
  return lines;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

[[noreturn]] void become_program(const Plan& plan) {
  std::vector<std::string> arguments = plan.command.argv;
  std::vector<std::string> environment = environment_of(plan);
  const std::vector<char*> argv = pointers_to(arguments);
  const std::vector<char*> envp = pointers_to(environment);
  const std::string name = arguments.front();
  if (name.find('/') != std::string::npos) {
    ::execve(name.c_str(), argv.data(), envp.data());
    throw BadCommand(name, errno);
  }
  for (const char* folder : kPath) {
    const std::string path = std::string(folder) + "/" + name;
    ::execve(path.c_str(), argv.data(), envp.data());
    if (errno != ENOENT) throw BadCommand(path, errno);
  }
  throw BadCommand(name + ": not found in PATH");
}

[[noreturn]] void prepare_and_run(const Plan& plan) {
  take_terminal(plan);
  if (!plan.command.terminal) take_limits(plan);
  fix_addresses();
  become(*plan.user);
  // A second, inner confinement: the supervisor reaches the subject, not the other way round.
  if (plan.tier == Tier::landlock) confine_to(plan.folder, plan.command.terminal);
  const bool filtered = filter_system_calls(plan.tier != Tier::namespaces);
  if (!filtered && errno != EINVAL) fail("filter the subject's system calls");
  if (plan.trial) ::_exit(0);
  const std::string directory = plan.command.directory.native();
  if (::chdir(directory.c_str()) != 0) throw BadCommand("enter " + directory, errno);
  ::umask(022);
  take_descriptors(plan);
  take_default_signals();
  become_program(plan);
}

[[noreturn]] void report_and_exit(int reports, bool ours, int error, const std::string& text) {
  const std::string line = std::string(ours ? "1" : "0") + " " + std::to_string(error) + " " + text;
  const ssize_t written = ::write(reports, line.data(), std::min(line.size(), std::size_t{4000}));
  ::_exit(written > 0 ? 126 : 127);
}

}  // namespace

void run_subject(const Plan& plan, int reports) {
  try {
    prepare_and_run(plan);
  } catch (const BadCommand& bad) {
    report_and_exit(reports, false, bad.error, bad.what());
  } catch (const std::exception& failure) {
    report_and_exit(reports, true, 0, failure.what());
  }
}

bool read_start_report(int reports, StartReport& report) {
  std::array<char, 4096> raw{};
  const ssize_t size = ::read(reports, raw.data(), raw.size());
  if (size < 4) return false;
  const std::string line(raw.data(), static_cast<std::size_t>(size));
  report.ours = line[0] == '1';
  report.error = static_cast<int>(number_in(std::string_view(line).substr(2)));
  report.text = line.substr(line.find(' ', 2) + 1);
  return true;
}

}  // namespace assay::proc::guard
