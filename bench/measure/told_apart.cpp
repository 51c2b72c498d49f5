// Is a server that is a tenth slower told from itself, and itself from itself not, while another
// process uses half of each core? Both are asked over HTTP, by turns, as a check would; each run is
// a paired measurement of its own. The server's work is counted, not timed, so that what disturbs
// the machine takes nothing from it.
//
//   told_apart [RUNS [SECONDS]]     20 runs of each kind, 10 s each; exit code 1 if the bar is
//   missed
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string_view>
#include <thread>
#include <utility>

#include "load/fixed_request.hpp"
#include "load/load.hpp"
#include "measure/paired.hpp"

namespace {

using namespace assay;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::int64_t steps_of_work = 200'000;
constexpr milliseconds slice_time{50};
constexpr milliseconds half_of_a_turn{5};
constexpr std::string_view answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

// A child that ends with its parent, at the latest.
class Child {
 public:
  template <class Body>
  explicit Child(Body body) : pid_(::fork()) {
    if (pid_ != 0) return;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    body();
    std::_Exit(0);
  }
  ~Child() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

 private:
  pid_t pid_;
};

void work(std::int64_t steps) {
  volatile std::uint64_t value = 1;
  for (std::int64_t i = 0; i < steps; ++i) value = value * 6364136223846793005U + 1;
}

// One connection after the other, one request at a time.
void serve(int listener, std::int64_t steps) {
  std::array<char, 4096> request{};
  for (;;) {
    const net::Descriptor peer(::accept(listener, nullptr, nullptr));
    while (peer && ::recv(peer.get(), request.data(), request.size(), 0) > 0) {
      work(steps);
      if (::send(peer.get(), answer.data(), answer.size(), MSG_NOSIGNAL) < 0) break;
    }
  }
}

// Half of a core, on average.
void disturb() {
  for (;;) {
    const auto until = steady_clock::now() + half_of_a_turn;
    while (steady_clock::now() < until) work(1'000);
    std::this_thread::sleep_for(half_of_a_turn);
  }
}

net::Descriptor blocking_listener() {
  return net::listen_on(net::Endpoint::loopback(0), 8, [](int family) {
    return net::Descriptor(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  });
}

load::Settings one_connection() {
  load::Settings settings;
  settings.connections = 1;
  return settings;
}

class Server {
 public:
  explicit Server(std::int64_t steps)
      : listener_(blocking_listener()),
        child_([this, steps] { serve(listener_.get(), steps); }),
        request_(load::parse_url(net::endpoint_of(listener_.get()).text()), {}),
        load_(net::endpoint_of(listener_.get()), request_, one_connection()) {}

  // Answers a second, by the median of the times that they take: what interrupts a few of them
  // doesn't change it.
  double rate() {
    load::Plan plan;
    plan.warm_up = {};
    plan.duration = slice_time;
    const load::Result result = load_.run(plan);
    if (result.latency.count() == 0 || result.generator_was_late()) return measure::kNoRate;
    return 1e9 / static_cast<double>(result.latency.percentile_ns(50));
  }

 private:
  net::Descriptor listener_;
  Child child_;
  load::FixedRequest request_;
  load::Load load_;
};

measure::Figure compare(std::int64_t steps_of_subject, std::chrono::seconds time,
                        std::uint64_t seed) {
  Server reference(steps_of_work);
  Server control(steps_of_work);
  Server subject(steps_of_subject);
  measure::Plan plan;
  plan.reference = [&] { return reference.rate(); };
  plan.control = [&] { return control.rate(); };
  plan.subject = [&] { return subject.rate(); };
  plan.now = [] { return steady_clock::now().time_since_epoch(); };
  plan.time = time;
  plan.seed = seed;
  plan.fewest_pairs = measure::kPairLimit;
  return measure::judge(measure::measure(plan), {});
}

int count_told(const char* what, std::int64_t steps, int runs, std::chrono::seconds time) {
  int told = 0;
  for (int run = 0; run < runs; ++run) {
    const auto figure = compare(steps, time, static_cast<std::uint64_t>(run));
    const bool differs = figure.slower() || figure.faster();
    told += differs ? 1 : 0;
    std::printf("%s %2d: %s%s%s\n", what, run + 1, measure::in_words(figure).c_str(),
                differs ? "  told" : "", figure.why_noisy.empty() ? "" : "  noisy");
    std::fflush(stdout);
  }
  std::printf("%s: told from the reference in %d of %d runs\n", what, told, runs);
  return told;
}

int run(int count, char** words) {
  const int runs = count > 1 ? std::atoi(words[1]) : 20;
  const std::chrono::seconds time(count > 2 ? std::atoi(words[2]) : 10);
  const Child first(disturb);
  const Child second(disturb);
  const int slower = count_told("a tenth slower", steps_of_work * 11 / 10, runs, time);
  const int same = count_told("the same", steps_of_work, runs, time);
  return slower * 20 >= runs * 19 && same * 20 <= runs ? 0 : 1;
}

}  // namespace

int main(int count, char** words) {
  try {
    return run(count, words);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "told_apart: %s\n", error.what());
    return 70;
  }
}
