#include "proc/guard_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <mutex>

#include "proc/contents.hpp"

namespace assay::proc {
namespace {

namespace fs = std::filesystem;

constexpr int kOpenTimeoutMs = 30'000;
constexpr int kEndTimeoutMs = 30'000;  // it may have a large folder to remove

// Beside this program, unless the environment names another.
fs::path guard_program() {
  if (const char* named = std::getenv("ASSAY_GUARD")) return named;
  std::error_code error;
  const fs::path self = fs::read_symlink("/proc/self/exe", error);
  if (error) throw CellError("read /proc/self/exe: " + error.message() + " (is /proc mounted?)");
  return self.parent_path() / "assay-guard";
}

bool wait_readable(int descriptor, int timeout_ms) {
  pollfd waiting{descriptor, POLLIN, 0};
  int ready = 0;
  do {
    ready = ::poll(&waiting, 1, timeout_ms);
  } while (ready < 0 && errno == EINTR);
  return ready > 0;
}

// What a new guard inherits: three times /dev/null, its control socket, no signal handling, and a
// process group of its own, so that Ctrl-C does not reach it.
class SpawnSettings {
 public:
  explicit SpawnSettings(int control) {
    ::posix_spawn_file_actions_init(&files_);
    ::posix_spawnattr_init(&attributes_);
    for (int standard = 0; standard <= 2; ++standard) {
      ::posix_spawn_file_actions_addopen(&files_, standard, "/dev/null", O_RDWR, 0);
    }
    ::posix_spawn_file_actions_adddup2(&files_, control, wire::kControlDescriptor);
    sigset_t all;
    ::sigfillset(&all);
    ::posix_spawnattr_setsigmask(&attributes_, &all);
    ::posix_spawnattr_setsigdefault(&attributes_, &all);
    ::posix_spawnattr_setpgroup(&attributes_, 0);
    constexpr int kFlags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP;
    ::posix_spawnattr_setflags(&attributes_, static_cast<short>(kFlags));
  }
  ~SpawnSettings() {
    ::posix_spawn_file_actions_destroy(&files_);
    ::posix_spawnattr_destroy(&attributes_);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;

  pid_t spawn(const fs::path& program) const {
    std::string name = "assay-guard";
    std::array<char*, 2> arguments = {name.data(), nullptr};
    std::array<char*, 1> environment = {nullptr};
    pid_t process = -1;
    // Returns once the guard's own program runs.
    const std::unique_lock lock(programs_open_for_writing());
    errno = ::posix_spawn(&process, program.c_str(), &files_, &attributes_, arguments.data(),
                          environment.data());
    require(errno == 0, "start the guard " + program.native());
    return process;
  }

 private:
  posix_spawn_file_actions_t files_{};
  posix_spawnattr_t attributes_{};
};

}  // namespace

GuardProcess::GuardProcess(Tier tier, bool trial) {
  spawn();
  try {
    open(tier, trial);
  } catch (...) {
    end();
    throw;
  }
}

GuardProcess::~GuardProcess() { end(); }

void GuardProcess::spawn() {
  std::array<int, 2> pair{};
  require(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair.data()) == 0,
          "make a socket pair for the guard");
  control_ = Descriptor(pair[0]);
  // Descriptor 3 itself would stay close-on-exec, and 0 to 2 get replaced: away from those.
  const Descriptor first(pair[1]);
  const Descriptor other(::fcntl(pair[1], F_DUPFD_CLOEXEC, wire::kControlDescriptor + 1));
  require(static_cast<bool>(other), "make a socket pair for the guard");
  process_ = SpawnSettings(other.get()).spawn(guard_program());
}

void GuardProcess::open(Tier tier, bool trial) {
  const char* temporary = std::getenv("TMPDIR");
  wire::Writer request(wire::Word::open);
  request.number(static_cast<std::uint64_t>(tier)).number(trial);
  request.text(temporary == nullptr ? "" : temporary);
  require(wire::send(control(), request), "talk to the guard");
  if (!wait_readable(control(), kOpenTimeoutMs)) throw CellError("the guard does not answer");
  const auto packet = wire::receive(control());
  if (!packet) throw CellError("the guard ended before it made a cell");
  wire::Reader answer(packet->bytes);
  if (answer.word() == wire::Word::refused) throw TierRefused(answer.text());
  isolation_.tier = tier;
  isolation_.user = static_cast<uid_t>(answer.number());
  isolation_.own_user = answer.number() != 0;
  folder_ = answer.text();
  for (auto left = answer.number(); left > 0; --left) isolation_.gaps.push_back(answer.text());
}

void GuardProcess::end() {
  if (process_ <= 0) return;
  ::shutdown(control(), SHUT_WR);
  while (wait_readable(control(), kEndTimeoutMs)) {
    if (!wire::receive(control())) break;
  }
  int status = 0;
  if (::waitpid(process_, &status, WNOHANG) == 0) {
    if (!wait_readable(control(), 0)) ::kill(process_, SIGKILL);
    ::waitpid(process_, &status, 0);
  }
  process_ = -1;
  // Only where the subject shares our user can it have killed the guard, which then removes
  // nothing.
  std::error_code ignored;
  if (!folder_.empty() && WIFSIGNALED(status)) fs::remove_all(folder_, ignored);
}

}  // namespace assay::proc
