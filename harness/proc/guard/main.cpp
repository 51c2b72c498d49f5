// assay-guard: stands between a grader and a subject. It makes the cell's folder and user, starts
// a supervisor for each command, and when the grader is done with the cell or dead, removes
// everything. It talks to Cell over descriptor 3 and takes no arguments, so that nothing of the
// grader can be read from its command line.
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <optional>

#include "confine.hpp"
#include "folder.hpp"
#include "network.hpp"
#include "proc/wire.hpp"
#include "supervisor.hpp"

namespace assay::proc::guard {
namespace {

constexpr int kStopTimeoutMs = 3000;  // for a supervisor to end its subject and report
constexpr int kTrialTimeoutMs = 10'000;
constexpr int kDescriptorLimit = 65'536;

void close_inherited_descriptors() {
  constexpr unsigned kFirst = wire::kControlDescriptor + 1;
  if (::syscall(SYS_close_range, kFirst, ~0U, 0U) == 0) return;
  for (int number = kFirst; number < kDescriptorLimit; ++number) ::close(number);
}

std::vector<std::string> gaps_of(Tier tier, const User& user) {
  std::vector<std::string> gaps;
  const auto gap = [&](bool there, const char* sentence) {
    if (there) gaps.emplace_back(sentence);
  };
  const int landlock = tier == Tier::landlock ? landlock_version() : 0;
  const bool bare = tier == Tier::processes;
  gap(!user.own, "The subject runs as your own user and can read what you can read.");
  gap(tier != Tier::namespaces, "The subject shares the machine's network and list of processes.");
  gap(tier != Tier::namespaces && !can_list_descendants(),
      "This kernel does not list children: memory of the subject is limited per process only.");
  gap(tier == Tier::landlock && !user.own,
      "The subject can change modes and times of your files (Landlock does not cover them).");
  gap(tier == Tier::landlock && !user.own && landlock < kLandlockTruncate,
      "The subject can truncate your files (Landlock 3 would prevent it).");
  gap(tier == Tier::landlock && !user.own && landlock < kLandlockSignals,
      "The subject can kill your processes, and forking without end it may outlive its cell "
      "(Landlock 6 would prevent it).");
  gap(bare && user.own, "The subject can write to folders that are open to every user.");
  gap(bare && !user.own,
      "The subject can write where you can write, and read and kill your processes; forking "
      "without "
      "end it may outlive its cell.");
  return gaps;
}

class Guard {
 public:
  ~Guard() {
    stop_supervisor();
    if (!folder_.empty()) remove_folder(folder_);
    if (user_.own && tier_ != Tier::namespaces) remove_traces(user_.uid);
  }

  void run() {
    if (!open()) return;
    while (true) {
      std::array<pollfd, 2> waiting = {
          {{wire::kControlDescriptor, POLLIN, 0}, {link(), POLLIN, 0}}};
      if (::poll(waiting.data(), waiting.size(), -1) < 0 && errno != EINTR) return;
      if (waiting[1].revents != 0) finish();
      if (waiting[0].revents != 0 && !obey()) return;
    }
  }

 private:
  int link() const { return link_ ? link_->get() : -1; }

  bool say(const wire::Writer& packet) { return wire::send(wire::kControlDescriptor, packet); }

  bool open() {
    const auto packet = wire::receive(wire::kControlDescriptor);
    if (!packet) return false;
    wire::Reader request(packet->bytes);
    tier_ = static_cast<Tier>(request.number());
    const bool trial = request.number() != 0;
    try {
      if (tier_ == Tier::landlock && landlock_version() < 1) {
        throw Failure("this kernel has no Landlock, or it is switched off");
      }
      user_ = choose_user();
      folder_ = make_folder(request.text(), user_);
      if (tier_ == Tier::namespaces) enter_own_network(user_);
      if (trial) try_out();
    } catch (const std::exception& failure) {
      say(wire::Writer(wire::Word::refused).text(failure.what()));
      return false;
    }
    wire::Writer answer(wire::Word::opened);
    answer.number(user_.uid).number(user_.own).text(folder_);
    const std::vector<std::string> gaps = gaps_of(tier_, user_);
    answer.number(gaps.size());
    for (const std::string& gap : gaps) answer.text(gap);
    return say(answer);
  }

  // The whole way to a subject's program, but for the program.
  void try_out() {
    Plan plan = new_plan();
    plan.trial = true;
    launch(plan);
    if (!wait_readable(link(), kTrialTimeoutMs)) throw Failure("setting up a cell took too long");
    const auto packet = wire::receive(link());
    stop_supervisor();
    if (!packet) throw Failure("the process that sets up a cell died");
    wire::Reader report(packet->bytes);
    if (report.word() == wire::Word::broken) throw Failure(report.text());
    const Ending ending = wire::read_ending(report);
    if (!ending.clean()) throw Failure("a trial subject did not end cleanly: " + ending.detail);
  }

  Plan new_plan() const {
    Plan plan;
    plan.tier = tier_;
    plan.user = &user_;
    plan.folder = folder_;
    return plan;
  }

  void launch(const Plan& plan) {
    std::array<int, 2> pair{};
    const int made = ::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair.data());
    require(made == 0, "make a socket pair");
    link_.emplace(pair[0]);
    const Descriptor other(pair[1]);
    supervisor_ = start_supervisor(plan, other.get(), link());
  }

  // False when the grader is done or dead.
  bool obey() {
    const auto packet = wire::receive(wire::kControlDescriptor);
    if (!packet) return false;
    std::vector<Descriptor> received;
    for (const int number : packet->descriptors) received.emplace_back(number);
    wire::Reader request(packet->bytes);
    const wire::Word word = request.word();
    if (word == wire::Word::start) {
      start(request, received);
    } else if (word == wire::Word::socket) {
      give_socket(static_cast<int>(request.number()), received.at(0).get());
    } else if (link_) {
      wire::Writer passed(word);
      if (word != wire::Word::memory) passed.number(request.number());
      wire::send(link(), passed, packet->descriptors);
      const bool stops = word == wire::Word::stop;
      if (stops && !wait_readable(link(), kStopTimeoutMs)) ::kill(supervisor_, SIGKILL);
    }
    return true;
  }

  static void give_socket(int family, int receiver) {
    try {
      const Descriptor made = make_socket(family);
      wire::send(receiver, wire::Writer(wire::Word::made), {made.get()});
    } catch (const std::exception& failure) {
      wire::send(receiver, wire::Writer(wire::Word::refused).text(failure.what()));
    }
  }

  void start(wire::Reader& request, const std::vector<Descriptor>& received) {
    Plan plan = new_plan();
    plan.command = wire::read_command(request);
    plan.limits = wire::read_limits(request);
    if (plan.command.directory.empty()) plan.command.directory = folder_;
    plan.in = received.at(0).get();
    plan.out = received.at(1).get();
    plan.err = received.at(2).get();
    if (plan.command.channel) plan.channel = received.at(3).get();
    try {
      // /dev/stdout and its kin are opened anew by name, with the rights of the subject's user.
      for (const int output : {plan.out, plan.err}) {
        if (user_.own && !plan.command.terminal) ::fchown(output, user_.uid, user_.gid);
      }
      launch(plan);
    } catch (const std::exception& failure) {
      link_.reset();
      say(wire::Writer(wire::Word::broken).text(failure.what()));
    }
  }

  // The supervisor has reported, or died.
  void finish() {
    const auto packet = wire::receive(link());
    stop_supervisor();
    if (packet) {
      wire::Reader report(packet->bytes);
      wire::Writer answer(report.word());
      if (report.word() == wire::Word::ended) {
        wire::write(answer, wire::read_ending(report));
      } else {
        answer.text(report.text());
      }
      say(answer);
      return;
    }
    Ending killed;
    killed.kind = Ending::Kind::signalled;
    killed.code = SIGKILL;
    wire::Writer answer(wire::Word::ended);
    wire::write(answer, killed);
    say(answer);
  }

  void stop_supervisor() {
    if (supervisor_ <= 0) return;
    const auto stopped = static_cast<std::uint64_t>(Ending::Kind::stopped);
    wire::send(link(), wire::Writer(wire::Word::stop).number(stopped));
    ::shutdown(link(), SHUT_WR);
    if (!wait_readable(link(), kStopTimeoutMs)) ::kill(supervisor_, SIGKILL);
    ::waitpid(supervisor_, nullptr, 0);
    supervisor_ = -1;
    link_.reset();
    Sweeper rest;
    rest.user = &user_;
    rest.reach = user_.own ? Reach::user : Reach::descendants;
    rest.sweep();
  }

  Tier tier_ = Tier::processes;
  User user_;
  std::string folder_;
  std::optional<Descriptor> link_;
  pid_t supervisor_ = -1;
};

void prepare() {
  close_inherited_descriptors();
  ::fcntl(wire::kControlDescriptor, F_SETFD, FD_CLOEXEC);
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  sigset_t all;
  ::sigfillset(&all);
  ::sigprocmask(SIG_SETMASK, &all, nullptr);
}

}  // namespace
}  // namespace assay::proc::guard

int main() {
  assay::proc::guard::prepare();
  try {
    assay::proc::guard::Guard().run();
  } catch (const std::exception&) {
    return 1;  // the grader sees its end of the socket close
  }
  return 0;
}
