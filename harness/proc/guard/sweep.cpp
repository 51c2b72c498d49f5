#include "sweep.hpp"

#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <sstream>

namespace assay::proc::guard {
namespace {

constexpr int kStrikeLimit = 20'000;
constexpr int kStopRoundLimit = 200;
constexpr int kKillerPauseLimit = 500;
constexpr int kKillerLimit = 20;
constexpr int kHoldLimit = 500;
constexpr useconds_t kPauseUs = 1000;

std::string folder_of(pid_t process) { return "/proc/" + std::to_string(process); }

void add_children(pid_t process, std::set<pid_t>& found) {
  const std::string tasks = folder_of(process) + "/task";
  for (const std::string& task : names_in(tasks)) {
    std::istringstream children(read_text(tasks + "/" + task + "/children"));
    pid_t child = 0;
    while (children >> child) {
      if (found.insert(child).second) add_children(child, found);
    }
  }
}

// A stopped process can't fork; when all that are found are stopped, no more can appear.
void stop_descendants() {
  std::set<pid_t> stopped;
  for (int round = 0; round < kStopRoundLimit; ++round) {
    const std::size_t before = stopped.size();
    for (const pid_t process : descendants()) {
      if (stopped.insert(process).second) ::kill(process, SIGSTOP);
    }
    if (stopped.size() == before) break;
  }
}

void signal_descendants(int signal) {
  if (signal == SIGKILL || signal == SIGSTOP) stop_descendants();
  if (signal == SIGSTOP) return;
  for (const pid_t process : descendants()) ::kill(process, signal);
}

// The subject might stop it in turn, so it is not waited for without end. True if it is done.
bool wait_for_killer(pid_t killer) {
  int status = 0;
  for (int pause = 0; pause < kKillerPauseLimit; ++pause) {
    if (::waitpid(killer, &status, WNOHANG) != 0) return WIFEXITED(status);
    ::usleep(kPauseUs / 5);
  }
  ::kill(killer, SIGKILL);
  return ::waitpid(killer, &status, 0) == killer && WIFEXITED(status);
}

// kill(-1) spares the caller only, so the caller has to be of that user.
bool try_to_signal_user(const User& user, int signal) {
  const pid_t killer = fork_with(0);
  if (killer < 0) return false;  // to wait(2) and kill(2), -1 is everybody
  if (killer > 0) return wait_for_killer(killer);
  const bool became = ::setresgid(user.gid, user.gid, user.gid) == 0 &&
                      ::setresuid(user.uid, user.uid, user.uid) == 0;
  if (became && user.uid != 0 && ::getuid() == user.uid) ::kill(-1, signal);
  ::_exit(0);
}

// On a busy machine a killer may be given up before it had its turn.
void signal_user(const User& user, int signal) {
  for (int killer = 0; killer < kKillerLimit; ++killer) {
    if (try_to_signal_user(user, signal)) return;
  }
}

// A mistake here would end every process of the machine, so what confines us is tried first.
void signal_everyone(int signal) {
  const bool first = ::getpid() == 1;
  const bool confined = ::geteuid() != 0 && ::kill(::getppid(), 0) != 0 && errno == EPERM;
  if (first || confined) ::kill(-1, signal);
}

// The letter after the name in brackets, which may have brackets of its own.
bool is_stopped(const std::string& task) {
  const std::string status = read_text(task + "/stat");
  const auto name_end = status.rfind(')');
  if (name_end == std::string::npos || name_end + 2 >= status.size()) return true;  // it is gone
  return std::strchr("TtZXx", status[name_end + 2]) != nullptr;
}

bool all_are_stopped() {
  for (const pid_t process : descendants()) {
    const std::string tasks = folder_of(process) + "/task";
    for (const std::string& task : names_in(tasks)) {
      if (!is_stopped(tasks + "/" + task)) return false;
    }
  }
  return true;
}

}  // namespace

void Sweeper::strike(int signal) const {
  if (reach == Reach::everyone) return signal_everyone(signal);
  if (reach == Reach::user) return signal_user(*user, signal);
  signal_descendants(signal);
}

void Sweeper::hold() const {
  for (int attempt = 0; attempt < kHoldLimit; ++attempt) {
    strike(SIGSTOP);
    if (all_are_stopped()) return;
    ::usleep(kPauseUs);
  }
}

bool Sweeper::sweep() const {
  for (int attempt = 0; attempt < kStrikeLimit; ++attempt) {
    pid_t reaped = 0;
    do {
      reaped = ::waitpid(-1, nullptr, WNOHANG);
    } while (reaped > 0);
    if (reaped < 0 && errno == ECHILD) return true;
    if (attempt > 0) ::usleep(kPauseUs / 5);
    strike(SIGKILL);
  }
  return false;
}

std::set<pid_t> descendants() {
  std::set<pid_t> found;
  if (::getpid() == 1) {
    for (const pid_t process : all_processes()) found.insert(process);
    found.erase(1);
  } else {
    add_children(::getpid(), found);
  }
  return found;
}

std::uint64_t memory_of_descendants() {
  long kilobytes = 0;
  for (const pid_t process : descendants()) {
    const std::string status = read_text(folder_of(process) + "/status");
    kilobytes += std::max(0L, field_of(status, "\nRssAnon:"));
    kilobytes += std::max(0L, field_of(status, "\nRssShmem:"));
  }
  return static_cast<std::uint64_t>(kilobytes) * 1024;
}

bool can_list_descendants() { return ::access("/proc/thread-self/children", R_OK) == 0; }

}  // namespace assay::proc::guard
