#include "supervisor.hpp"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <optional>

#include "confine.hpp"
#include "memory.hpp"
#include "proc/wire.hpp"
#include "subject.hpp"
#include "view.hpp"

namespace assay::proc::guard {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kSampleInterval{50};
constexpr int kStartTimeoutMs = 2000;  // for a program to be executed

std::chrono::milliseconds cpu_time_of(const rusage& usage) {
  const auto of = [](const timeval& time) {
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
  };
  return std::chrono::duration_cast<std::chrono::milliseconds>(of(usage.ru_utime) +
                                                               of(usage.ru_stime));
}

class Supervisor {
 public:
  Supervisor(const Plan& plan, int link) : plan_(plan), link_(link) {
    sweeper_.user = plan.user;
    if (plan.tier == Tier::namespaces) {
      sweeper_.reach = Reach::everyone;
    } else if (plan.user->own) {
      sweeper_.reach = Reach::user;
    } else if (plan.tier == Tier::landlock && landlock_version() >= kLandlockSignals) {
      sweeper_.reach = Reach::everyone;
    }
  }

  wire::Writer run() {
    enter();
    start_subject();
    while (!ending_) watch();
    sweeper_.sweep();
    return report();
  }

 private:
  void enter() {
    ::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);  // else its own files in /proc belong to root
    const Descriptor score(::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC));
    if (score && ::write(score.get(), "1000", 4) != 4) errno = 0;  // a courtesy, not a promise
    if (plan_.tier == Tier::namespaces) {
      enter_view(plan_);
    } else {
      require(::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0, "adopt orphans");
    }
    if (plan_.tier == Tier::landlock) confine_to(plan_.folder, plan_.command.terminal);
    ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    // Where the death of the supervisor is not that of all, it sees the guard's by its link.
    const bool tied = plan_.tier != Tier::namespaces || ::prctl(PR_SET_PDEATHSIG, SIGKILL) == 0;
    require(tied, "tie the supervisor to the guard");
    sigset_t child;
    ::sigemptyset(&child);
    ::sigaddset(&child, SIGCHLD);
    children_ = Descriptor(::signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK));
    require(static_cast<bool>(children_), "watch for the ends of children");
  }

  void start_subject() {
    std::array<int, 2> pipe{};
    require(::pipe2(pipe.data(), O_CLOEXEC | O_NONBLOCK) == 0, "make a pipe");
    reports_ = Descriptor(pipe[0]);
    const Descriptor writing(pipe[1]);
    subject_ = fork_with(0);
    require(subject_ >= 0, "fork the subject");
    if (subject_ == 0) {
      ::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
      run_subject(plan_, writing.get());
    }
    for (const int passed : {plan_.in, plan_.out, plan_.err, plan_.channel}) {
      if (passed >= 0) ::close(passed);
    }
  }

  void watch() {
    std::array<pollfd, 2> waiting = {{{link_, POLLIN, 0}, {children_.get(), POLLIN, 0}}};
    ::poll(waiting.data(), waiting.size(), static_cast<int>(kSampleInterval.count()));
    if (waiting[1].revents != 0) reap();
    if (!ending_ && waiting[0].revents != 0) obey();
    if (!ending_ && !plan_.command.terminal) sample();
  }

  void reap() {
    signalfd_siginfo ignored{};
    while (::read(children_.get(), &ignored, sizeof ignored) > 0) continue;
    int status = 0;
    rusage usage{};
    pid_t reaped = 0;
    while ((reaped = ::wait4(-1, &status, WNOHANG, &usage)) > 0) {
      if (reaped == subject_) conclude(status, usage);
    }
  }

  void conclude(int status, const rusage& usage) {
    ending_ = Ending{};
    StartReport start;
    if (read_start_report(reports_.get(), start)) {
      if (start.ours) throw Failure(start.text);
      ending_->kind = Ending::Kind::never_started;
      ending_->code = start.error;
      ending_->detail = start.text;
    } else if (WIFSIGNALED(status)) {
      const int signal = WTERMSIG(status);
      // The kernel counts this limit in whole ticks, which may be far above the exact time.
      const bool over = !plan_.command.terminal && cpu_time_of(usage) * 2 >= plan_.limits.cpu;
      const bool cpu = signal == SIGXCPU || (signal == SIGKILL && over);
      ending_->kind = cpu ? Ending::Kind::out_of_cpu : Ending::Kind::signalled;
      ending_->code = signal;
    } else {
      ending_->code = WEXITSTATUS(status);
    }
  }

  // A request, or the end of the guard.
  void obey() {
    auto kind = Ending::Kind::stopped;
    if (const auto packet = wire::receive(link_)) {
      wire::Reader request(packet->bytes);
      if (request.word() == wire::Word::memory) {
        return answer(packet->descriptors, memory_of_cell(plan_));
      }
      if (request.word() == wire::Word::signal) {
        const auto signal = static_cast<int>(request.number());
        send_signal(signal);
        return answer(packet->descriptors, static_cast<std::uint64_t>(signal));
      }
      kind = static_cast<Ending::Kind>(request.number());
    }
    ending_ = Ending{};
    ending_->kind = kind;
    if (kind == Ending::Kind::signalled) ending_->code = SIGKILL;
  }

  void send_signal(int signal) {
    // Until its program runs, a subject is not yet its own user's, and signals would miss it.
    wait_readable(reports_.get(), kStartTimeoutMs);
    if (signal == SIGSTOP) return sweeper_.hold();
    sweeper_.strike(signal);
  }

  static void answer(const std::vector<int>& pipes, std::uint64_t number) {
    for (const int end : pipes) {
      const Descriptor pipe(end);
      if (::write(pipe.get(), &number, sizeof number) < 0) errno = 0;  // it no longer waits
    }
  }

  void sample() {
    const auto now = steady_clock::now();
    if (now < next_sample_) return;
    next_sample_ = now + kSampleInterval;
    const std::uint64_t memory_bytes = memory_of_descendants();
    peak_memory_bytes_ = std::max(peak_memory_bytes_, memory_bytes);
    if (memory_bytes <= plan_.limits.memory_bytes) return;
    ending_ = Ending{};
    ending_->kind = Ending::Kind::out_of_memory;
  }

  wire::Writer report() {
    rusage usage{};
    ::getrusage(RUSAGE_CHILDREN, &usage);
    ending_->cpu_ms = cpu_time_of(usage);
    const auto largest_bytes = static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
    ending_->peak_memory_bytes = std::max(peak_memory_bytes_, largest_bytes);
    wire::Writer packet(wire::Word::ended);
    wire::write(packet, *ending_);
    return packet;
  }

  const Plan& plan_;
  int link_;
  Sweeper sweeper_;
  Descriptor children_;
  Descriptor reports_;
  pid_t subject_ = -1;
  steady_clock::time_point next_sample_ = steady_clock::now() + kSampleInterval;
  std::uint64_t peak_memory_bytes_ = 0;
  std::optional<Ending> ending_;
};

[[noreturn]] void supervise(const Plan& plan, int link) {
  wire::Writer report(wire::Word::broken);
  try {
    report = Supervisor(plan, link).run();
  } catch (const std::exception& failure) {
    report.text(failure.what());
  }
  ::_exit(wire::send(link, report) ? 0 : 1);
}

}  // namespace

pid_t start_supervisor(const Plan& plan, int link, int guard_link) {
  const pid_t supervisor = fork_with(plan.tier == Tier::namespaces ? namespace_flags() : 0);
  require(supervisor >= 0, "start a process in new namespaces");
  if (supervisor == 0) {
    ::close(guard_link);
    ::close(wire::kControlDescriptor);
    supervise(plan, link);
  }
  return supervisor;
}

}  // namespace assay::proc::guard
