#include "graders/rate_limiter/fleet/world.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "grade/broken_answer.hpp"
#include "net/sockets.hpp"
#include "proc/question.hpp"
#include "proc/redis.hpp"

namespace assay::graders::rate_limiter {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds redis_patience{10};
constexpr std::chrono::seconds node_silence_limit{6};
constexpr std::size_t node_answer_bytes_max = 60'000;

// A program is copied into a cell and run there. A process that another thread forks in between has
// the copy open for writing for a moment, and it can't be run: so worlds are made by turns.
std::mutex making_cells;

constexpr std::chrono::milliseconds loopback_connects_within{20};

bool is_connected(const net::Descriptor& socket) {
  pollfd writable{socket.get(), POLLOUT, 0};
  return ::poll(&writable, 1, 0) > 0 && net::pending_error(socket.get()) == 0;
}

// How often clients said, outside scripts, what belongs to connecting; and PING, which may.
constexpr const char* count_greetings =
    "EVAL \"local greets = 0 local pings = 0 local known = {auth = 1, client = 1, hello = 1, "
    "select = 1, script = 1, ['function'] = 1, info = 1, command = 1} "
    "for name, count in string.gmatch(redis.call('INFO', 'commandstats'), "
    "'cmdstat_(%a+)[^:]*:calls=(%d+)') do if known[name] then greets = greets + count end "
    "if name == 'ping' then pings = count end end return greets .. ' ' .. pings\" 0";

// Each key, and the milliseconds that it has left, in one line.
constexpr const char* list_keys =
    "EVAL \"local said = '' for _, key in ipairs(redis.call('KEYS', '*')) do said = said .. "
    "string.gsub(key, '[^%w:.]', '?') .. '=' .. redis.call('PTTL', key) .. ' ' end return said\" 0";

}  // namespace

FleetWorld::FleetWorld(const grade::SubjectSpec& subject, std::size_t nodes, FleetLog& log)
    : FleetWorld(subject, nodes, log, std::lock_guard(making_cells)) {}

FleetWorld::FleetWorld(const grade::SubjectSpec& subject, std::size_t nodes, FleetLog& log,
                       const std::lock_guard<std::mutex>& /*turn*/)
    : log_(log), redis_(proc::redis_server(), proc::Transport::unix_socket) {
  for (std::size_t i = 0; i < nodes; ++i) {
    Node node;
    node.session = std::make_unique<grade::Session>(subject);
    fault::GateOptions options;
    options.upstream = redis_.endpoint();
    options.make_listener = [session = node.session.get()](int family) {
      return session->make_socket(family);
    };
    options.make_upstream = redis_.sockets();
    options.seed = i;
    node.gate = std::make_unique<fault::Gate>(options);
    nodes_.push_back(std::move(node));
  }
}

void FleetWorld::make(std::size_t node, const FleetPolicy& policy, const std::string& address) {
  ask(node, fmt::format("fleet {} {} {} {} {} {}", policy.capacity, policy.interval_ns,
                        policy.lease_max, policy.deadline_ns, nodes_.size(), address));
}

void FleetWorld::make(const FleetPolicy& policy) {
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    make(i, policy, nodes_[i].gate->endpoint().text());
  }
}

void FleetWorld::make_unreachable(const FleetPolicy& policy) {
  const auto make_socket = [session = nodes_.at(0).session.get()](int family) {
    return session->make_socket(family);
  };
  full_.listener = net::listen_on(net::Endpoint::loopback(0), 0, make_socket);
  const net::Endpoint place = net::endpoint_of(full_.listener.get());
  full_.first = net::begin_connecting(place, make_socket);
  const net::Descriptor second = net::begin_connecting(place, make_socket);
  std::this_thread::sleep_for(loopback_connects_within);
  log_.note("port", "is full", is_connected(second) ? "no" : "yes");
  make(0, policy, place.text());
}

void FleetWorld::take_connection() {
  noted("port", "take a connection", [&] {
    const net::Descriptor taken(::accept4(full_.listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
  });
}

std::string FleetWorld::ask(std::size_t node, const std::string& line) {
  const auto number = log_.begin(fmt::format("node {}", node), line);
  std::string came = nodes_.at(node).session->ask(line);
  log_.end(number, came);
  if (grade::broken_answer(came)) throw FleetStops{};
  return came;
}

std::string FleetWorld::ask_timed(std::size_t node, const std::string& line) {
  if (!canary_) canary_ = std::make_unique<measure::Canary>();
  const std::int64_t before_ns = canary_->late_ns();
  std::string came = ask(node, line);
  log_.note("canary", "late",
            fmt::format("{} {}", canary_->late_ns() - before_ns, canary_->p99_ns()));
  return came;
}

void FleetWorld::ask_each(const std::function<std::string(std::size_t node)>& line) {
  std::vector<std::exception_ptr> failures(nodes_.size());
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      threads.emplace_back([&, i] {
        try {
          ask(i, line(i));
        } catch (...) {
          failures[i] = std::current_exception();
        }
      });
    }
  }
  for (const auto& failure : failures) {
    if (failure) std::rethrow_exception(failure);
  }
}

void FleetWorld::noted(const std::string& who, const std::string& did,
                       const std::function<void()>& action) {
  const auto number = log_.begin(who, did);
  action();
  log_.end(number, "done");
}

void FleetWorld::break_with(const std::string& fault) {
  noted("gates", fault, [&] {
    for (const auto& node : nodes_) node.gate->apply(fault::parse_fault(fault));
  });
}

void FleetWorld::pause_redis() {
  noted("redis", "pause", [&] { redis_.pause(); });
}

void FleetWorld::resume_redis() {
  noted("redis", "resume", [&] { redis_.resume(); });
}

void FleetWorld::kill_redis() {
  break_with("refuse");
  noted("redis", "kill", [&] { redis_.kill(); });
}

void FleetWorld::restart_redis() {
  noted("redis", "restart", [&] { redis_.restart(); });
  heal();
}

std::string FleetWorld::answer_of_redis(const std::string& command, std::size_t lines) const {
  const auto is_whole = [lines](std::string_view came) {
    const auto ends = std::count(came.begin(), came.end(), '\n');
    return static_cast<std::size_t>(ends) >= lines || came.starts_with("-");
  };
  const proc::Patience patience{steady_clock::now() + redis_patience, [] { return true; }};
  const auto answer =
      proc::ask(redis_.endpoint(), redis_.sockets(), command + "\r\n", is_whole, patience);
  if (answer.kind != proc::Answer::Kind::whole || answer.bytes.starts_with("-")) {
    throw proc::CellError("ask Redis for " + command.substr(0, 20) + ": " + answer.bytes);
  }
  return answer.bytes;
}

void FleetWorld::note_keys() {
  // A size, and the text.
  const auto lines = base::split(answer_of_redis(list_keys, 2), "\r\n");
  log_.note("redis", "keys", lines.at(1));
}

// As a replica whose primary can't be reached.
void FleetWorld::begin_errors() {
  noted("redis", "answer with errors", [&] {
    answer_of_redis("CONFIG SET replica-serve-stale-data no", 1);
    answer_of_redis("REPLICAOF 127.0.0.1 1", 1);
  });
}

void FleetWorld::end_errors() {
  noted("redis", "answer again", [&] { answer_of_redis("REPLICAOF NO ONE", 1); });
}

fault::Counters FleetWorld::counters() const {
  fault::Counters sum;
  for (const auto& node : nodes_) {
    const auto counters = node.gate->counters();
    sum.accepted += counters.accepted;
    sum.to_server.turns += counters.to_server.turns;
    sum.to_server.passed_bytes += counters.to_server.passed_bytes;
    sum.to_client.passed_bytes += counters.to_client.passed_bytes;
  }
  return sum;
}

void FleetWorld::note_turns(const std::string& when) {
  const auto sum = counters();
  log_.note("gates", "connections " + when, std::to_string(sum.accepted));
  log_.note("gates", "turns " + when, std::to_string(sum.to_server.turns));
  const auto said = base::split(answer_of_redis(count_greetings, 2), "\r\n").at(1);
  const auto greetings = base::split(said, ' ');
  log_.note("redis", "greetings " + when, greetings.at(0));
  log_.note("redis", "pings " + when, greetings.at(1));
}

void FleetWorld::end() {
  for (const auto& node : nodes_) node.session->end();
}

grade::Conversation play_in_fleet(const std::string& name, const grade::SubjectSpec& subject,
                                  std::size_t nodes, const FleetPlay& play) {
  grade::SubjectSpec node = subject;
  node.silence_limit = node_silence_limit;
  node.answer_bytes_max = node_answer_bytes_max;
  grade::Conversation talk{name, {}, "", ""};
  FleetLog log;
  try {
    FleetWorld world(node, nodes, log);
    play(world);
    world.end();
  } catch (const FleetStops&) {
    // What came says it.
  } catch (const grade::SubjectTrouble& trouble) {
    talk.trouble = trouble.what();
  } catch (const proc::ServerUnavailable& unavailable) {
    talk.trouble = std::string(unavailable_words) + unavailable.what();
  }
  talk.exchanges = log.exchanges();
  return talk;
}

}  // namespace assay::graders::rate_limiter
