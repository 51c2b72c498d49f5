#include "fault/disk/recorder.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <deque>
#include <mutex>
#include <set>
#include <system_error>
#include <thread>

#include <fmt/format.h>

#include "fault/disk/calls.hpp"
#include "fault/disk/filter.hpp"
#include "fault/disk/follower.hpp"
#include "fault/disk/stack.hpp"
#include "fault/disk/tracee.hpp"

namespace assay::disk {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds look_around{20};  // for the end of the time, and Ctrl-C
constexpr int never_began = 127;
constexpr int no_filter = 126;

constexpr long trace_options = PTRACE_O_TRACESECCOMP | PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK |
                               PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC |
                               PTRACE_O_EXITKILL;

[[noreturn]] void fail(const std::string& attempted) {
  throw std::system_error(errno, std::generic_category(), attempted);
}

class Pipe {
 public:
  Pipe() {
    if (::pipe2(ends_.data(), O_CLOEXEC) != 0) fail("make a pipe");
  }
  ~Pipe() {
    close_read();
    close_write();
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  int read_end() const { return ends_[0]; }
  int write_end() const { return ends_[1]; }
  void close_read() { close(ends_[0]); }
  void close_write() { close(ends_[1]); }

 private:
  static void close(int& end) {
    if (end >= 0) ::close(end);
    end = -1;
  }
  std::array<int, 2> ends_{-1, -1};
};

// Between fork and exec; `go` is closed once we are traced.
[[noreturn]] void become(const RecordOptions& options, const Pipe& go, const Pipe& output) {
  ::setpgid(0, 0);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  const int input = ::open(options.input.empty() ? "/dev/null" : options.input.c_str(), O_RDONLY);
  const bool ready = input >= 0 && ::dup2(input, STDIN_FILENO) >= 0 &&
                     ::dup2(output.write_end(), STDOUT_FILENO) >= 0 &&
                     ::chdir(options.folder.c_str()) == 0;
  if (input > STDERR_FILENO) ::close(input);
  char byte = 0;
  ::close(go.write_end());
  while (::read(go.read_end(), &byte, 1) < 0 && errno == EINTR) {
  }
  if (!ready) ::_exit(never_began);
  if (!install_filter()) ::_exit(no_filter);
  ::prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);  // gdb, for a stack
  ::execl("/bin/sh", "sh", "-c", options.command.c_str(), nullptr);
  ::_exit(never_began);
}

// All threads that are traced, so that another thread of ours can end them.
class Threads {
 public:
  void add(pid_t thread) {
    const std::scoped_lock lock(mutex_);
    threads_.insert(thread);
  }
  void remove(pid_t thread) {
    const std::scoped_lock lock(mutex_);
    threads_.erase(thread);
  }
  void kill_all() const {
    const std::scoped_lock lock(mutex_);
    for (const pid_t thread : threads_) ::kill(thread, SIGKILL);
  }

 private:
  mutable std::mutex mutex_;
  std::set<pid_t> threads_;
};

// Reads what is printed, so that the program never waits, and ends it when its time is up.
class Attendant {
 public:
  Attendant(const RecordOptions& options, const Pipe& output, const Threads& threads)
      : reader_([&output] { read_all(output.read_end()); }),
        watcher_([this, &options, &threads] { watch(options, threads); }) {}
  ~Attendant() {
    done_ = true;
    watcher_.join();
    reader_.join();
  }
  Attendant(const Attendant&) = delete;
  Attendant& operator=(const Attendant&) = delete;

  bool was_late() const { return late_; }
  bool was_stopped() const { return stopped_; }

 private:
  static void read_all(int descriptor) {
    std::array<char, 4'096> bytes{};
    for (;;) {
      const ssize_t got = ::read(descriptor, bytes.data(), bytes.size());
      if (got == 0 || (got < 0 && errno != EINTR)) return;
    }
  }

  void watch(const RecordOptions& options, const Threads& threads) {
    const auto end = steady_clock::now() + options.limit;
    while (!done_) {
      if (steady_clock::now() >= end) late_ = true;
      if (options.stopped()) stopped_ = true;
      if (late_ || stopped_) threads.kill_all();
      std::this_thread::sleep_for(look_around);
    }
  }

  std::atomic<bool> done_{false};
  std::atomic<bool> late_{false};
  std::atomic<bool> stopped_{false};
  std::thread reader_;
  std::thread watcher_;
};

// The loop: takes each stop as it comes, and lets one thread at a time make a call that counts.
class Recorder {
 public:
  Recorder(const RecordOptions& options, Follower& follower, Calls& calls, Threads& threads,
           pid_t program)
      : options_(options),
        follower_(follower),
        calls_(calls),
        threads_(threads),
        program_(program) {}

  const std::vector<std::string>& stack() const { return stack_; }

  // Until all are gone. What the program ended with.
  int run() {
    for (;;) {
      int status = 0;
      const pid_t thread = next_stop(status);
      if (thread < 0) return ending_;
      if (WIFSTOPPED(status)) {
        stopped(thread, status);
      } else {
        gone(thread, status);
      }
    }
  }

 private:
  struct Payer {
    pid_t thread;
    steady_clock::time_point until;
  };

  pid_t next_stop(int& status) {
    for (;;) {
      if (payers_.empty()) {
        const pid_t thread = ::waitpid(-1, &status, __WALL);
        if (thread >= 0 || errno != EINTR) return thread;
        continue;
      }
      // They all cost the same, so the first to begin is the first to be done.
      while (!payers_.empty() && payers_.front().until <= steady_clock::now()) {
        resume(payers_.front().thread);
        payers_.pop_front();
      }
      const pid_t thread = ::waitpid(-1, &status, __WALL | WNOHANG);
      if (thread != 0) return thread;
      std::this_thread::sleep_for(std::chrono::microseconds(20));
    }
  }

  void stopped(pid_t thread, int status) {
    threads_.add(thread);
    const int signal = WSTOPSIG(status);
    const auto event = static_cast<unsigned>(status) >> 16U;
    if (event == PTRACE_EVENT_SECCOMP) {
      if (inside_) {
        waiting_.push_back(thread);
      } else {
        begin(thread);
      }
    } else if (signal == (SIGTRAP | 0x80)) {
      returned(thread);
    } else if (event == PTRACE_EVENT_STOP) {
      const bool as_a_group =
          signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
      ::ptrace(as_a_group ? PTRACE_LISTEN : PTRACE_CONT, thread, 0, 0);
    } else {
      resume(thread, event == 0 ? signal : 0);
    }
  }

  void gone(pid_t thread, int status) {
    threads_.remove(thread);
    if (thread == program_) ending_ = status;
    if (inside_ == thread) let_the_next_in();
  }

  void begin(pid_t thread) {
    const Tracee tracee(thread);
    switch (tracee.readable() ? calls_.begin(tracee) : Calls::Next::go_on) {
      case Calls::Next::go_on:
        end_if_enough(thread);
        resume(thread);
        break;
      case Calls::Next::see_return:
        inside_ = thread;
        ::ptrace(PTRACE_SYSCALL, thread, 0, 0);
        break;
      case Calls::Next::pay:
        end_if_enough(thread);
        payers_.push_back({thread, steady_clock::now() + options_.sync_cost});
        break;
    }
  }

  void returned(pid_t thread) {
    if (inside_ == thread) {
      calls_.end(Tracee(thread));
      end_if_enough(thread);
    }
    resume(thread);
    if (inside_ == thread) let_the_next_in();
  }

  void let_the_next_in() {
    inside_.reset();
    while (!inside_ && !waiting_.empty()) {
      const pid_t next = waiting_.front();
      waiting_.pop_front();
      begin(next);
    }
  }

  void end_if_enough(pid_t thread) {
    if (!options_.killed_after || follower_.step_count() < *options_.killed_after) return;
    if (options_.stack_when_killed && stack_.empty()) {
      ::ptrace(PTRACE_DETACH, thread, 0, static_cast<long>(SIGSTOP));  // another debugger's turn
      stack_ = stack_of(thread, options_.stopped);
    }
    threads_.kill_all();
  }

  static void resume(pid_t thread, int signal = 0) {
    ::ptrace(PTRACE_CONT, thread, 0, static_cast<long>(signal));
  }

  const RecordOptions& options_;
  Follower& follower_;
  Calls& calls_;
  Threads& threads_;
  const pid_t program_;
  std::optional<pid_t> inside_;  // makes a call, whose return is waited for
  std::deque<pid_t> waiting_;    // would make one
  std::deque<Payer> payers_;
  int ending_ = 0;
  std::vector<std::string> stack_;
};

std::string in_words(int status) {
  if (WIFSIGNALED(status)) return fmt::format("was killed by signal {}", WTERMSIG(status));
  const int code = WEXITSTATUS(status);
  return code == 0 ? "" : fmt::format("exited with {}", code);
}

void allow_many_descriptors() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

Log record(const RecordOptions& options) {
  if (!knows_this_machine()) throw TracingUnavailable("the calls of this kind of machine");
  allow_many_descriptors();
  Follower follower(std::filesystem::canonical(options.folder));
  Pipe go;
  Pipe output;
  struct stat pipe {};
  ::fstat(output.read_end(), &pipe);
  const pid_t program = ::fork();
  if (program < 0) fail("start the program");
  if (program == 0) become(options, go, output);
  go.close_read();
  output.close_write();
  if (::ptrace(PTRACE_SEIZE, program, 0, trace_options) != 0) {
    const std::string why = std::strerror(errno);
    ::kill(program, SIGKILL);
    ::waitpid(program, nullptr, 0);
    throw TracingUnavailable("ptrace: " + why);
  }
  Threads threads;
  threads.add(program);
  Calls calls(options, follower, pipe);
  int status = 0;
  bool late = false;
  std::vector<std::string> stack;
  {
    const Attendant attendant(options, output, threads);
    go.close_write();
    Recorder recorder(options, follower, calls, threads, program);
    try {
      status = recorder.run();
    } catch (...) {  // nobody else would let them go on
      threads.kill_all();
      for (pid_t thread = 1; thread > 0 || errno == EINTR;) {
        thread = ::waitpid(-1, &status, __WALL);
        if (thread > 0 && WIFSTOPPED(status)) ::kill(thread, SIGKILL);  // has only just begun
      }
      throw;
    }
    stack = recorder.stack();
    late = attendant.was_late();
    if (attendant.was_stopped()) throw RecordingInterrupted();
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == no_filter) {
    throw TracingUnavailable("the kernel takes no filter of system calls (seccomp)");
  }
  calls.finish();
  Log log = follower.finish();
  log.stack = std::move(stack);
  log.ending =
      late ? fmt::format("was ended after {} s",
                         std::chrono::duration_cast<std::chrono::seconds>(options.limit).count())
           : in_words(status);
  return log;
}

}  // namespace assay::disk
