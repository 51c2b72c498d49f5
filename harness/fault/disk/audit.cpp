#include "fault/disk/audit.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include <fmt/format.h>

#include "base/text.hpp"

namespace assay::disk {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t printed_bytes_max = 64U << 20;
constexpr std::size_t complaint_bytes_max = 200;
constexpr int look_around_ms = 50;

[[noreturn]] void fail(const std::string& attempted, int error) {
  throw std::system_error(error, std::generic_category(), attempted);
}

// A pipe's end that is read as far as there is something.
class Source {
 public:
  explicit Source(std::size_t limit) : limit_(limit) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) fail("make a pipe", errno);
    read_end_ = ends[0];
    write_end_ = ends[1];
    ::fcntl(read_end_, F_SETFL, O_NONBLOCK);
  }
  ~Source() {
    close_write();
    if (read_end_ >= 0) ::close(read_end_);
  }
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  int read_end() const { return read_end_; }
  int write_end() const { return write_end_; }
  bool open() const { return open_; }
  const std::string& bytes() const { return bytes_; }
  void close_write() {
    if (write_end_ >= 0) ::close(write_end_);
    write_end_ = -1;
  }
  void read() {
    std::array<char, 65'536> piece{};
    for (;;) {
      const ssize_t got = ::read(read_end_, piece.data(), piece.size());
      if (got < 0 && errno == EINTR) continue;
      if (got == 0) open_ = false;
      if (got <= 0) return;
      if (bytes_.size() < limit_) bytes_.append(piece.data(), static_cast<std::size_t>(got));
    }
  }

 private:
  const std::size_t limit_;
  int read_end_ = -1;
  int write_end_ = -1;
  bool open_ = true;
  std::string bytes_;
};

pid_t spawn(const std::string& command, const std::filesystem::path& folder, const Source& output,
            const Source& errors) {
  posix_spawn_file_actions_t files{};
  posix_spawnattr_t attributes{};
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawnattr_init(&attributes);
  ::posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&files, output.write_end(), STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&files, errors.write_end(), STDERR_FILENO);
  ::posix_spawn_file_actions_addchdir_np(&files, folder.c_str());
  sigset_t none;
  ::sigemptyset(&none);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
  std::string shell = "sh";
  std::string option = "-c";
  std::string text = command;
  const std::array<char*, 4> words{shell.data(), option.data(), text.data(), nullptr};
  pid_t process = -1;
  const int error = ::posix_spawn(&process, "/bin/sh", &files, &attributes, words.data(), environ);
  ::posix_spawn_file_actions_destroy(&files);
  ::posix_spawnattr_destroy(&attributes);
  if (error != 0) fail("start the audit", error);
  return process;
}

std::string last_line(const std::string& text) {
  std::string last;
  for (const auto& line : base::split(text, '\n')) {
    if (!line.empty()) last = line;
  }
  return base::printable_line(last, complaint_bytes_max);
}

}  // namespace

Audit run_audit(const std::string& command, const std::filesystem::path& folder,
                std::chrono::milliseconds limit, const std::function<bool()>& stopped) {
  Source output(printed_bytes_max);
  Source errors(complaint_bytes_max * 100);
  const pid_t process = spawn(command, folder, output, errors);
  output.close_write();
  errors.close_write();
  const auto end = steady_clock::now() + limit;
  bool late = false;
  while (output.open() && !late && !stopped()) {
    std::array<pollfd, 2> both{{{output.read_end(), POLLIN, 0}, {errors.read_end(), POLLIN, 0}}};
    ::poll(both.data(), errors.open() ? 2 : 1, look_around_ms);
    output.read();
    errors.read();
    late = steady_clock::now() >= end;
  }
  if (output.open()) ::kill(-process, SIGKILL);
  int status = 0;
  while (::waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  ::kill(-process, SIGKILL);  // what it has left behind
  errors.read();
  Audit audit;
  audit.lines = base::split(output.bytes(), '\n');
  audit.complaint = last_line(errors.bytes());
  audit.late = late;
  if (late) {
    audit.ending = fmt::format("was ended after {}",
                               base::duration_ns(std::chrono::nanoseconds(limit).count()));
  } else if (WIFSIGNALED(status)) {
    audit.ending = fmt::format("was killed by signal {}", WTERMSIG(status));
  } else if (WEXITSTATUS(status) != 0) {
    audit.ending = fmt::format("exited with {}", WEXITSTATUS(status));
  }
  return audit;
}

}  // namespace assay::disk
