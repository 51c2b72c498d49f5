// assay proxy: a fault gate in front of any server. A program of its own, so that grading an
// exercise doesn't wait for it to be built.
#include <signal.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <mutex>

#include "fault/control.hpp"
#include "fault/gate.hpp"
#include "fault/quantity.hpp"
#include "fault/report.hpp"
#include "fault/runner.hpp"

namespace {

using namespace assay;
using std::chrono::steady_clock;

constexpr int wrong_usage = 2;
constexpr int our_bug = 70;
constexpr int interrupted = 130;
constexpr std::chrono::milliseconds look_around(50);  // how soon Ctrl-C and the end are noticed
constexpr std::size_t schedule_limit_bytes = 1 << 20;
constexpr std::size_t kept_events = 10'000;

struct Options {
  std::string listen;
  std::string upstream;
  std::vector<std::string> faults;
  std::string schedule;
  std::string control;
  std::uint64_t seed = 1;
  bool json = false;
};

// All that is done to the gate, told as it happens and kept for the end. Thread-safe.
class Journal : public fault::FaultTarget {
 public:
  Journal(fault::Gate& gate, std::ostream& out) : gate_(gate), out_(out) {}

  void apply(const fault::Fault& fault) override { gate_.apply(fault); }
  void apply(const fault::ProcessFault& /*fault*/) override {
    throw std::invalid_argument("a proxy has no process to do that to");
  }

  // At once, from outside the schedule.
  void apply_now(const fault::Fault& fault) {
    const auto begun = since_start();
    apply(fault);
    note({begun, begun, since_start(), fault, ""});
  }

  void note(const fault::Event& event) {
    const std::scoped_lock lock(mutex_);
    if (events_.size() < kept_events) events_.push_back(event);
    const auto at = std::chrono::duration_cast<std::chrono::milliseconds>(event.begun);
    out_ << "at " << fault::duration_text(at) << ' ' << fault::to_text(event.action) << " ("
         << fault::cause_of(event.action) << ')';
    if (!event.failure.empty()) out_ << ": failed: " << event.failure;
    out_ << std::endl;
  }

  std::vector<fault::Event> events() const {
    const std::scoped_lock lock(mutex_);
    return events_;
  }
  steady_clock::time_point start() const { return start_; }

 private:
  std::chrono::nanoseconds since_start() const { return steady_clock::now() - start_; }

  fault::Gate& gate_;
  std::ostream& out_;
  const steady_clock::time_point start_ = steady_clock::now();
  mutable std::mutex mutex_;
  std::vector<fault::Event> events_;
};

// Bad usage is one line, and exit code 2, as everywhere.
int explain(const std::string& what) {
  std::cerr << "assay: " << what << ": see ./assay proxy --help\n";
  return wrong_usage;
}

fault::Schedule read_schedule(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw std::invalid_argument("can't read the schedule " + file);
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (text.size() > schedule_limit_bytes) {
    throw std::invalid_argument(file + " has more than 1 MiB: that is no schedule");
  }
  try {
    fault::Schedule schedule = fault::parse_schedule(text);
    for (const fault::Step& step : schedule.steps) {
      if (!std::holds_alternative<fault::ProcessFault>(step.action)) continue;
      throw std::invalid_argument("'" + fault::to_text(step.action) +
                                  "' is done to a process, and a proxy has only connections");
    }
    return schedule;
  } catch (const std::invalid_argument& error) {
    throw std::invalid_argument(file + ": " + error.what());
  }
}

// Two descriptors a connection are soon more than most shells allow.
void allow_many_descriptors() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

sigset_t blocked_signals() {
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGINT);
  ::sigaddset(&signals, SIGTERM);
  ::sigprocmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

// Until a signal or the schedule ends it.
int wait_for_the_end(fault::ScheduleRunner& runner, bool ends, const sigset_t& signals) {
  for (;;) {
    const timespec pause{0, std::chrono::nanoseconds(look_around).count()};
    if (::sigtimedwait(&signals, nullptr, &pause) > 0) return interrupted;
    if (ends && runner.wait_for(std::chrono::nanoseconds::zero())) return 0;
  }
}

int run(const Options& options) {
  const fault::GateOptions places{.listen = net::Endpoint::parse(options.listen),
                                  .upstream = net::Endpoint::parse(options.upstream),
                                  .seed = options.seed};
  std::vector<fault::Fault> faults;
  for (const std::string& text : options.faults) faults.push_back(fault::parse_fault(text));
  const fault::Schedule schedule =
      options.schedule.empty() ? fault::Schedule{} : read_schedule(options.schedule);
  const bool ends = schedule.end.has_value();

  allow_many_descriptors();
  const sigset_t signals = blocked_signals();  // before there are threads
  std::ostream& progress = options.json ? std::cerr : std::cout;
  fault::Gate gate(places);
  Journal journal(gate, progress);
  for (const fault::Fault& fault : faults) gate.apply(fault);  // before anyone knows the port
  const auto report = [&] {
    return fault::GateReport{gate.endpoint().text(), places.upstream.text(), options.seed,
                             gate.in_force(),        gate.counters(),        journal.events()};
  };
  progress << "listens on " << gate.endpoint().text() << ", passes to " << places.upstream.text()
           << std::endl;
  std::unique_ptr<fault::Control> control;
  if (!options.control.empty()) {
    const auto help = [&] { return fault::in_words(report()) + '\n' + fault::verbs_help(); };
    control = std::make_unique<fault::Control>(
        net::Endpoint::parse(options.control),
        fault::ControlTarget{[&](const fault::Fault& fault) { journal.apply_now(fault); }, help,
                             [&] { return fault::to_json(report()); }});
    progress << "control by HTTP on " << control->endpoint().text() << std::endl;
  }
  for (const fault::Fault& fault : faults) journal.note({{}, {}, {}, fault, ""});
  fault::ScheduleRunner runner(schedule, journal,
                               [&](const fault::Event& event) { journal.note(event); });
  runner.start(journal.start());
  const int code = wait_for_the_end(runner, ends, signals);
  runner.cancel();
  control.reset();
  progress << (code == 0 ? "the schedule has ended\n" : "interrupted\n");
  if (options.json) std::cout << fault::to_json(report()) << std::flush;
  if (!options.json) std::cout << fault::counters_text(gate.counters()) << std::flush;
  return code;
}

int parse_and_run(int count, char** words) {
  Options options;
  CLI::App app("Stands between clients and a server, and breaks the connections as it is told.",
               "assay proxy");
  app.get_formatter()->column_width(34);
  app.add_option("listen", options.listen, "where clients connect: PORT, HOST:PORT, unix:PATH")
      ->required();
  app.add_option("upstream", options.upstream, "where the server listens")->required();
  app.add_option("--fault", options.faults, "from the start; may be given several times")
      ->allow_extra_args(false);
  app.add_option("--schedule", options.schedule,
                 "a file with lines as 'at 2s clog to the server', 'at 5s pass', 'at 9s end'");
  app.add_option("--control", options.control,
                 "a port for control by HTTP: GET /, GET /json, POST /fault, POST /pass");
  app.add_option("--seed", options.seed, "of jitter (1)");
  app.add_flag("--json", options.json, "one JSON document at the end; the rest to stderr");
  app.footer("Faults:\n" + fault::verbs_help() +
             "\nExamples:\n"
             "  ./assay proxy 8081 8080 --fault 'delay 20ms jitter 5ms'\n"
             "  ./assay proxy 6380 unix:/tmp/redis.sock --schedule faults.txt --json\n"
             "  ./assay proxy 5433 127.0.0.1:5432 --control 9000\n"
             "  curl -d 'clog to the server' localhost:9000/fault; curl -X POST "
             "localhost:9000/pass\n\n"
             "Exit codes: 0 the schedule said 'end', 130 interrupted, 2 bad usage.");
  try {
    app.parse(count, words);
    return run(options);
  } catch (const CLI::ParseError& error) {
    return error.get_exit_code() == 0 ? app.exit(error) : explain(error.what());
  } catch (const std::invalid_argument& error) {
    return explain(error.what());
  } catch (const net::NetError& error) {
    return explain(error.what());
  }
}

}  // namespace

int main(int count, char** words) {
  try {
    return parse_and_run(count, words);
  } catch (const std::exception& error) {
    std::cerr << "assay: " << error.what() << '\n';
    return our_bug;
  }
}
