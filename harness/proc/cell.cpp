#include "proc/cell.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <array>
#include <csignal>

#include "net/sockets.hpp"
#include "proc/contents.hpp"
#include "proc/tiers.hpp"

namespace assay::proc {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kStopTimeout{10'000};
constexpr std::size_t kDrainStepBytes = 64U << 10;
constexpr int kDrainStepLimit = 32;  // per wake-up, so that a flood can't hold up the rest

std::string size_in_words(std::uint64_t bytes) {
  constexpr std::array<const char*, 4> kUnits = {" bytes", " KB", " MB", " GB"};
  std::size_t unit = 0;
  while (unit + 1 < kUnits.size() && bytes >= 1024 && bytes % 1024 == 0) {
    bytes /= 1024;
    ++unit;
  }
  return std::to_string(bytes) + kUnits.at(unit);
}

struct Pair {
  Descriptor ours;
  Descriptor theirs;
};

Pair make_pipe() {
  std::array<int, 2> pipe{};
  require(::pipe2(pipe.data(), O_CLOEXEC) == 0, "make a pipe to the cell");
  Pair pair{Descriptor(pipe[0]), Descriptor(pipe[1])};
  ::fcntl(pair.ours.get(), F_SETFL, O_NONBLOCK);
  return pair;
}

Pair make_socket_pair(int type, const std::string& attempted) {
  std::array<int, 2> ends{};
  require(::socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends.data()) == 0, attempted);
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

Pair make_channel() {
  Pair pair = make_socket_pair(SOCK_STREAM, "make a channel to the subject");
  ::fcntl(pair.ours.get(), F_SETFL, O_NONBLOCK);
  return pair;
}

bool wait_readable(int descriptor, milliseconds timeout) {
  pollfd waiting{descriptor, POLLIN, 0};
  int ready = 0;
  do {
    ready = ::poll(&waiting, 1, static_cast<int>(timeout.count()));
  } while (ready < 0 && errno == EINTR);
  return ready > 0;
}

}  // namespace

// After a debugger in the foreground the terminal goes back to whoever had it.
class TerminalLoan {
 public:
  TerminalLoan() : owner_(::tcgetpgrp(STDIN_FILENO)) {}
  ~TerminalLoan() {
    if (owner_ <= 0) return;
    sigset_t background;
    sigset_t before;
    ::sigemptyset(&background);
    ::sigaddset(&background, SIGTTOU);
    ::pthread_sigmask(SIG_BLOCK, &background, &before);
    ::tcsetpgrp(STDIN_FILENO, owner_);
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }
  TerminalLoan(const TerminalLoan&) = delete;
  TerminalLoan& operator=(const TerminalLoan&) = delete;

 private:
  pid_t owner_;
};

struct Cell::State {
  explicit State(Tier strongest)
      : guard(open_best_guard(strongest, lacking)),
        isolation(guard->isolation()),
        contents(guard->folder(), isolation.user) {
    isolation.gaps.insert(isolation.gaps.begin(), lacking.begin(), lacking.end());
  }

  void start(const Command& command, const Limits& wanted);
  Ready wait_until(steady_clock::time_point deadline, bool for_writing);
  void drain(Descriptor& pipe, std::string& kept, std::uint64_t& all_bytes) const;
  void drain_all();
  std::optional<std::uint64_t> ask(const wire::Writer& question, milliseconds limit,
                                   const std::string& complaint) const;
  void send_signal(int signal) const;
  Descriptor make_socket(int family) const;
  const Ending& end(Ending::Kind kind);
  void hear_from_guard();
  void request_stop(Ending::Kind kind);
  void conclude(Ending reported);

  std::vector<std::string> lacking;
  std::unique_ptr<GuardProcess> guard;
  Isolation isolation;
  Contents contents;
  Limits limits;
  Descriptor out;
  Descriptor err;
  Descriptor channel;
  std::unique_ptr<TerminalLoan> terminal;
  bool running = false;
  bool stopping = false;
  Output output;
  std::optional<Ending> ending;
};

void Cell::State::start(const Command& command, const Limits& wanted) {
  if (running) throw CellError("start a second command in a cell while the first runs");
  if (command.argv.empty()) throw CellError("start a command without a name");
  limits = wanted;
  output = {};
  ending.reset();
  stopping = false;
  Pair out_pipe = make_pipe();
  Pair err_pipe = make_pipe();
  Pair new_channel;
  const Descriptor null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  require(static_cast<bool>(null), "open /dev/null");
  std::vector<int> passed = {null.get(), out_pipe.theirs.get(), err_pipe.theirs.get()};
  if (command.terminal) {
    passed = {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO};
    terminal = std::make_unique<TerminalLoan>();
  }
  if (command.channel) {
    new_channel = make_channel();
    passed.push_back(new_channel.theirs.get());
  }
  wire::Writer request(wire::Word::start);
  wire::write(request, command);
  wire::write(request, limits);
  require(wire::send(guard->control(), request, passed),
          "ask the guard to start " + command.argv[0]);
  running = true;
  out = std::move(out_pipe.ours);
  err = std::move(err_pipe.ours);
  channel = std::move(new_channel.ours);
}

void Cell::State::drain(Descriptor& pipe, std::string& kept, std::uint64_t& all_bytes) const {
  std::array<char, kDrainStepBytes> step;
  for (int steps = 0; pipe && steps < kDrainStepLimit; ++steps) {
    const ssize_t got = ::read(pipe.get(), step.data(), step.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return;
    if (got == 0) return pipe.close();
    const auto size = static_cast<std::size_t>(got);
    all_bytes += size;
    const std::size_t room =
        limits.kept_output_bytes - std::min(limits.kept_output_bytes, kept.size());
    kept.append(step.data(), std::min(room, size));
  }
}

void Cell::State::drain_all() {
  drain(out, output.out, output.out_bytes);
  drain(err, output.err, output.err_bytes);
  if (stopping || output.out_bytes + output.err_bytes <= limits.flood_bytes) return;
  if (running) request_stop(Ending::Kind::flooded);
}

void Cell::State::request_stop(Ending::Kind kind) {
  stopping = true;
  const wire::Writer request =
      wire::Writer(wire::Word::stop).number(static_cast<std::uint64_t>(kind));
  wire::send(guard->control(), request);  // if the guard is gone, hear_from_guard() will see it
}

// Each question has a pipe of its own, which closes without a number if the subject ends first.
std::optional<std::uint64_t> Cell::State::ask(const wire::Writer& question, milliseconds limit,
                                              const std::string& complaint) const {
  if (!running) return std::nullopt;
  Pair pipe = make_pipe();
  wire::send(guard->control(), question, {pipe.theirs.get()});
  pipe.theirs.close();
  if (!wait_readable(pipe.ours.get(), limit)) throw CellError(complaint);
  std::uint64_t number = 0;
  if (::read(pipe.ours.get(), &number, sizeof number) != sizeof number) return std::nullopt;
  return number;
}

void Cell::State::send_signal(int signal) const {
  ask(wire::Writer(wire::Word::signal).number(static_cast<std::uint64_t>(signal)), kSignalTimeout,
      "the guard does not say whether it has sent a signal to the subject");
}

// Nothing here changes this object, and packets are sent whole: that is why any thread may.
Descriptor Cell::State::make_socket(int family) const {
  const std::string attempted = "make a socket in the subject's network";
  Pair answers = make_socket_pair(SOCK_SEQPACKET, attempted);
  const auto wanted = static_cast<std::uint64_t>(family);
  wire::send(guard->control(), wire::Writer(wire::Word::socket).number(wanted),
             {answers.theirs.get()});
  answers.theirs.close();
  const bool answered = wait_readable(answers.ours.get(), kSocketTimeout);
  const auto packet = answered ? wire::receive(answers.ours.get()) : std::nullopt;
  if (!packet) throw net::NetError(attempted + ": the guard does not answer");
  if (packet->descriptors.size() == 1) return Descriptor(packet->descriptors[0]);
  throw net::NetError(attempted + ": " + wire::Reader(packet->bytes).text());
}

void Cell::State::hear_from_guard() {
  const auto packet = wire::receive(guard->control());
  if (!packet) {
    // A guard can only be killed by a subject that shares its user, where no tier prevents it.
    Ending killed;
    killed.kind = Ending::Kind::signalled;
    killed.code = SIGKILL;
    return conclude(killed);
  }
  wire::Reader answer(packet->bytes);
  if (answer.word() == wire::Word::ended) return conclude(wire::read_ending(answer));
  running = false;
  terminal.reset();
  throw CellError("set up the cell: " + answer.text());
}

void Cell::State::conclude(Ending reported) {
  running = false;
  terminal.reset();
  // Nobody is left to write, so what is in the pipes is all; a subject can't fill them further.
  drain_all();
  if (reported.kind == Ending::Kind::exited &&
      output.out_bytes + output.err_bytes > limits.flood_bytes) {
    reported.kind = Ending::Kind::flooded;
  }
  if (reported.kind == Ending::Kind::flooded) reported.detail = size_in_words(limits.flood_bytes);
  if (reported.kind == Ending::Kind::out_of_memory) {
    reported.detail = size_in_words(limits.memory_bytes);
  }
  if (reported.kind == Ending::Kind::out_of_cpu) {
    reported.detail = std::to_string(limits.cpu.count()) + " s";
  }
  ending = std::move(reported);
}

const Ending& Cell::State::end(Ending::Kind kind) {
  if (!ending && !running) throw CellError("stop a cell in which nothing was started");
  const auto deadline = steady_clock::now() + kStopTimeout;
  if (running && !stopping) request_stop(kind);
  // A readable channel ends a wait early; nobody reads it any more.
  channel.close();
  while (!ending && steady_clock::now() < deadline) wait_until(deadline, false);
  if (!ending) throw CellError("the guard does not report the subject's end");
  return *ending;
}

Cell::Ready Cell::State::wait_until(steady_clock::time_point deadline, bool for_writing) {
  Ready ready;
  while (true) {
    const short wanted = static_cast<short>(POLLIN | (for_writing ? POLLOUT : 0));
    std::array<pollfd, 4> waiting = {{{running ? guard->control() : -1, POLLIN, 0},
                                      {channel.get(), wanted, 0},
                                      {out.get(), POLLIN, 0},
                                      {err.get(), POLLIN, 0}}};
    const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
    const auto timeout = running ? std::max(left, milliseconds(0)) : milliseconds(0);
    const int count = ::poll(waiting.data(), waiting.size(), static_cast<int>(timeout.count()));
    require(count >= 0 || errno == EINTR, "wait for the subject");
    if (running) drain_all();
    if (running && waiting[0].revents != 0) {
      hear_from_guard();
      continue;  // once more, for what it left in the channel
    }
    ready.readable = (waiting[1].revents & (POLLIN | POLLHUP | POLLERR)) != 0;
    ready.writable = (waiting[1].revents & POLLOUT) != 0;
    ready.ended = ending.has_value();
    const bool over = !running || steady_clock::now() >= deadline;
    if (ready.readable || ready.writable || over) return ready;
  }
}

Cell::Cell(Tier strongest) : state_(std::make_unique<State>(strongest)) {}

Cell::~Cell() = default;

const std::filesystem::path& Cell::folder() const { return state_->guard->folder(); }

const Isolation& Cell::isolation() const { return state_->isolation; }

void Cell::put(const std::filesystem::path& name, std::string_view content, bool executable) {
  state_->contents.put(name, content, executable);
}

void Cell::put_copy(const std::filesystem::path& name, const std::filesystem::path& from,
                    bool executable) {
  state_->contents.put_copy(name, from, executable);
}

std::optional<std::string> Cell::take(const std::filesystem::path& name,
                                      std::size_t limit_bytes) const {
  return state_->contents.take(name, limit_bytes);
}

void Cell::start(const Command& command, const Limits& limits) { state_->start(command, limits); }

Cell::Ready Cell::wait(std::chrono::milliseconds timeout, bool for_writing) {
  constexpr std::chrono::hours kLongest{24};  // far from the end of the clock
  const auto bounded = std::min<milliseconds>(timeout, kLongest);
  return state_->wait_until(steady_clock::now() + bounded, for_writing);
}

int Cell::channel() const { return state_->channel.get(); }

void Cell::close_channel() { state_->channel.close(); }

std::optional<std::uint64_t> Cell::memory_bytes() {
  return state_->ask(wire::Writer(wire::Word::memory), kMemoryTimeout,
                     "the guard does not report the subject's memory");
}

net::Descriptor Cell::make_socket(int family) const { return state_->make_socket(family); }

void Cell::pause() { state_->send_signal(SIGSTOP); }

void Cell::resume() { state_->send_signal(SIGCONT); }

void Cell::ask_to_end() { state_->send_signal(SIGTERM); }

const std::optional<Ending>& Cell::ending() const { return state_->ending; }

const Output& Cell::output() const { return state_->output; }

const Ending& Cell::stop() { return state_->end(Ending::Kind::stopped); }

const Ending& Cell::kill() { return state_->end(Ending::Kind::signalled); }

}  // namespace assay::proc
