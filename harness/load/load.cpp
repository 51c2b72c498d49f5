#include "load/load.hpp"

#include <algorithm>
#include <ctime>
#include <stdexcept>
#include <utility>

#include "load/engine.hpp"

namespace assay::load {
namespace {

constexpr std::int64_t longest_wait_ns = 100'000'000;  // so that a wish to stop is seen
constexpr std::int64_t ns_per_second = 1'000'000'000;

std::int64_t cpu_of_this_thread_ns() {
  timespec used{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return used.tv_sec * ns_per_second + used.tv_nsec;
}

}  // namespace

std::int64_t monotonic_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * ns_per_second + now.tv_nsec;
}

Load::Load(const net::Endpoint& endpoint, RequestSource& source, const Settings& settings)
    : engine_(std::make_unique<Engine>(endpoint, source, settings)) {}
Load::~Load() = default;
Load::Load(Load&&) noexcept = default;
Load& Load::operator=(Load&&) noexcept = default;

Result Load::run(const Plan& plan) { return engine_->run(plan); }

Load::Engine::Engine(const net::Endpoint& endpoint, RequestSource& source, const Settings& settings)
    : endpoint_(endpoint),
      source_(&source),
      settings_(settings),
      keeps_bodies_(source.keeps_bodies()),
      timeout_ns_(settings.timeout.count()),
      deadlines_(settings.connections) {
  if (settings.connections == 0) throw std::invalid_argument("load needs at least 1 connection");
  connections_.reserve(settings.connections);
  for (std::size_t number = 0; number < settings.connections; ++number) {
    connections_.emplace_back(settings.limits);
    closed_.push_back(number);
  }
}

Result Load::Engine::run(const Plan& plan) {
  const PromptWaking prompt;
  const std::int64_t cpu_before_ns = cpu_of_this_thread_ns();
  plan_ = plan;
  connects_ = 0;
  connect_all();
  begin(plan);
  while (!over()) {
    release();
    wake_resting();
    pump();
    expire();
    turn();
  }
  abandon();
  Result result = recorder_->finish(now_ns_, stopped());
  result.connects = connects_;
  result.cpu_ns = cpu_of_this_thread_ns() - cpu_before_ns;
  return result;
}

// A user's first request doesn't wait for a connection: servers are warm. What can't be connected
// now is tried again when a request needs it.
void Load::Engine::connect_all() {
  now_ns_ = monotonic_ns();
  until_ns_ = now_ns_ + timeout_ns_;
  arrivals_.reset();
  recorder_.reset();
  for (; !resting_.empty(); resting_.pop_front()) closed_.push_back(resting_.front().number);
  for (auto count = closed_.size(); count > 0; --count) {
    const std::size_t number = closed_.front();
    closed_.pop_front();
    ++connecting_idly_;
    open(number);
  }
  while (connecting_idly_ > 0 && !stopped()) {
    expire();
    turn();
  }
}

void Load::Engine::begin(const Plan& plan) {
  now_ns_ = begin_ns_ = monotonic_ns();
  const std::int64_t from_ns = begin_ns_ + plan.warm_up.count();
  until_ns_ = from_ns + plan.duration.count();
  if (plan.rate_per_s > 0) arrivals_.emplace(plan.rate_per_s, plan.poisson, plan.seed);
  recorder_.emplace(plan, connections_.size(), from_ns, until_ns_);
}

bool Load::Engine::stopped() const {
  return plan_.stop != nullptr && plan_.stop->load(std::memory_order_relaxed);
}

bool Load::Engine::arrivals_left() const {
  return arrivals_ && begin_ns_ + arrivals_->next_ns() < until_ns_;
}

bool Load::Engine::over() const {
  if (stopped()) return true;
  if (now_ns_ < until_ns_ || arrivals_left()) return false;
  return under_way_ == 0 && !work_waits();
}

std::int64_t Load::Engine::wake_ns() const {
  std::int64_t wake = now_ns_ + longest_wait_ns;
  if (arrivals_left()) wake = std::min(wake, begin_ns_ + arrivals_->next_ns());
  if (!deadlines_.empty()) wake = std::min(wake, connections_[deadlines_.front()].deadline_ns);
  if (!resting_.empty()) wake = std::min(wake, resting_.front().until_ns);
  return now_ns_ < until_ns_ ? std::min(wake, until_ns_) : wake;
}

void Load::Engine::turn() {
  const auto events = poller_.wait(wake_ns() - now_ns_);
  now_ns_ = monotonic_ns();
  for (const epoll_event& event : events) {
    release();
    handle(event);
    pump();
  }
}

// All that is due by now. The clock is read again for each, as sending takes its time.
void Load::Engine::release() {
  if (!arrivals_left() || begin_ns_ + arrivals_->next_ns() > now_ns_) return;
  const bool connection_free = !idle_.empty() || !closed_.empty();
  while (arrivals_left()) {
    const std::int64_t intended_ns = begin_ns_ + arrivals_->next_ns();
    if (intended_ns > now_ns_) return;
    arrivals_->advance();
    arrive(intended_ns, connection_free);
    now_ns_ = monotonic_ns();
  }
}

void Load::Engine::arrive(std::int64_t intended_ns, bool connection_free) {
  recorder_->offered(intended_ns, now_ns_);
  if (connection_free) recorder_->late(intended_ns, now_ns_);
  if (backlog_.size() >= plan_.backlog_limit && idle_.empty() && closed_.empty()) {
    recorder_->dropped(intended_ns);
    return;
  }
  backlog_.push_back(intended_ns);
  pump();
  recorder_->waiting(backlog_.size());
}

bool Load::Engine::work_waits() const {
  if (!recorder_) return false;
  if (plan_.rate_per_s <= 0) return now_ns_ < until_ns_;
  return !backlog_.empty() && now_ns_ < until_ns_ + timeout_ns_;
}

std::int64_t Load::Engine::take_work() {
  if (plan_.rate_per_s <= 0) {
    recorder_->offered(now_ns_, now_ns_);
    return now_ns_;
  }
  const std::int64_t intended_ns = backlog_.front();
  backlog_.pop_front();
  return intended_ns;
}

std::optional<std::size_t> Load::Engine::take_free() {
  auto& free = idle_.empty() ? closed_ : idle_;
  if (free.empty()) return std::nullopt;
  const std::size_t number = free.front();
  free.pop_front();
  return number;
}

void Load::Engine::pump() {
  while (work_waits()) {
    const auto number = take_free();
    if (!number) return;
    start(*number, take_work());
  }
}

void Load::Engine::wake_resting() {
  while (!resting_.empty() && resting_.front().until_ns <= now_ns_) {
    closed_.push_back(resting_.front().number);
    resting_.pop_front();
  }
}

void Load::Engine::expire() {
  while (!deadlines_.empty()) {
    const std::size_t number = deadlines_.front();
    if (connections_[number].deadline_ns > now_ns_) return;
    lose(number, Outcome::timed_out);
  }
}

// What is still under way when it is stopped. Its connections are of no more use.
void Load::Engine::abandon() {
  while (!deadlines_.empty()) lose(deadlines_.front(), Outcome::unfinished);
  for (const std::int64_t intended_ns : backlog_) recorder_->never_sent(intended_ns);
  backlog_.clear();
}

}  // namespace assay::load
