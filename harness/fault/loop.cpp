#include "fault/loop.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace assay::fault {
namespace {

using std::chrono::nanoseconds;
using std::chrono::steady_clock;

constexpr int backlog = 4096;
constexpr int events_at_once = 128;
constexpr int accepts_at_once = 64;
// After descriptors ran out, or with as many connections as there may be.
constexpr std::chrono::milliseconds accept_pause(20);
constexpr std::size_t scratch_bytes = kBufferBytes;
constexpr std::int64_t timer_ns_per_second = 1'000'000'000;
constexpr std::uint32_t side_events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;

net::Descriptor required(int descriptor, const char* attempted) {
  if (descriptor < 0) throw net::NetError(std::string(attempted) + ": " + std::strerror(errno));
  return net::Descriptor(descriptor);
}

void set_number(int socket, int level, int option, int value) {
  // An option that a kind of socket doesn't have only makes it less exact.
  ::setsockopt(socket, level, option, &value, sizeof value);
}

// Sizes have to be set before a socket connects or listens.
net::MakeSocket with_small_buffers(const net::MakeSocket& make) {
  return [make](int family) {
    net::Descriptor socket = make(family);
    set_number(socket.get(), SOL_SOCKET, SO_SNDBUF, kSocketBufferBytes);
    set_number(socket.get(), SOL_SOCKET, SO_RCVBUF, kSocketBufferBytes);
    return socket;
  };
}

// Bound, but not listening: nobody else gets the port while the gate refuses, and any free port
// stays the same. Empty for a unix socket, whose file does that.
net::Descriptor keep_port(const GateOptions& options) {
  const net::Endpoint& place = options.listen;
  if (place.family() == AF_UNIX) return {};
  net::Descriptor keeper = options.make_listener(place.family());
  set_number(keeper.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  if (::bind(keeper.get(), place.address(), place.size()) != 0) {
    throw net::NetError("listen on " + place.text() + ": " + std::strerror(errno));
  }
  return keeper;
}

void remove_file_of(const net::Endpoint& endpoint) {
  if (endpoint.family() != AF_UNIX) return;
  ::unlink(reinterpret_cast<const sockaddr_un*>(endpoint.address())->sun_path);
}

bool covers(Direction wide, Direction narrow) { return wide == Direction::both || wide == narrow; }

}  // namespace

Gate::Loop::Loop(const GateOptions& options)
    : options_(options),
      endpoint_(options.listen),
      epoll_(required(::epoll_create1(EPOLL_CLOEXEC), "make an epoll")),
      wake_(required(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "make an eventfd")),
      timer_(
          required(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK), "make a timer")),
      port_keeper_(keep_port(options)),
      scratch_(scratch_bytes) {
  if (port_keeper_) endpoint_ = net::endpoint_of(port_keeper_.get());
  watch(wake_.get(), EPOLLIN, &wake_);
  watch(timer_.get(), EPOLLIN, &timer_);
  listen();
  thread_ = std::thread([this] { run(); });
}

Gate::Loop::~Loop() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wake();
  thread_.join();
  remove_file_of(endpoint_);
}

void Gate::Loop::run() {
  std::array<epoll_event, events_at_once> events{};
  for (bool busy = false;;) {
    const int count = ::epoll_wait(epoll_.get(), events.data(), events_at_once, busy ? 0 : -1);
    const std::scoped_lock lock(mutex_);
    if (stopping_) return;
    for (int i = 0; i < count; ++i) handle(events.at(static_cast<std::size_t>(i)));
    run_ready();
    fire_timers();
    arm_timer();
    buried_.clear();
    busy = !ready_.empty();
  }
}

void Gate::Loop::handle(const epoll_event& event) {
  if (event.data.ptr == &wake_ || event.data.ptr == &timer_) {
    std::uint64_t count = 0;
    const int descriptor = static_cast<net::Descriptor*>(event.data.ptr)->get();
    if (::read(descriptor, &count, sizeof count) < 0) return;  // it was read already
    if (event.data.ptr == &timer_) armed_for_.reset();
    return;
  }
  if (event.data.ptr == &listener_) {
    accept_some();
    return;
  }
  Watched& watched = *static_cast<Watched*>(event.data.ptr);
  Link& link = *watched.link;
  if (link.notes().ended) return;
  const Link::State state = link.on_events(watched, event.events);
  if (state != Link::State::open) {
    settle(link, state, false);
  } else {
    move(link);
  }
}

void Gate::Loop::run_ready() {
  std::vector<Link*> ready;
  ready.swap(ready_);
  for (Link* const link : ready) {
    if (link->notes().ended) continue;
    link->notes().queued = false;
    move(*link);
  }
}

void Gate::Loop::fire_timers() {
  if (timers_.empty() && !accepts_again_at_) return;
  const Time now = steady_clock::now();
  while (!timers_.empty() && timers_.begin()->first <= now) {
    Link& link = *timers_.begin()->second;
    set_timer(link, {});
    move(link);
  }
  if (accepts_again_at_ && *accepts_again_at_ <= now) pause_accepting(false);
}

void Gate::Loop::arm_timer() {
  std::optional<Time> next = accepts_again_at_;
  if (!timers_.empty() && (!next || timers_.begin()->first < *next)) next = timers_.begin()->first;
  if (!next || next == armed_for_) return;
  const auto left = std::max<nanoseconds>(*next - steady_clock::now(), nanoseconds(1));
  itimerspec setting{};
  setting.it_value.tv_sec = left.count() / timer_ns_per_second;
  setting.it_value.tv_nsec = left.count() % timer_ns_per_second;
  ::timerfd_settime(timer_.get(), 0, &setting, nullptr);
  armed_for_ = next;
}

void Gate::Loop::wake() {
  const std::uint64_t one = 1;
  // It can fail only if it is signalled already.
  if (::write(wake_.get(), &one, sizeof one) < 0) return;
}

// Listening and accepting.

void Gate::Loop::listen() {
  if (refuses_) remove_file_of(endpoint_);
  listener_ = net::listen_on(endpoint_, backlog, with_small_buffers(options_.make_listener));
  refuses_ = false;
  accepts_again_at_.reset();
  watch(listener_.get(), EPOLLIN, &listener_);
}

// Whoever is connected already, goes on. Of a unix socket the file stays, as it does when a server
// dies, so that clients are refused.
void Gate::Loop::stop_listening() {
  while (accept_some()) {
  }
  if (listener_) forget(listener_);
  listener_.close();
  refuses_ = true;
  accepts_again_at_.reset();
}

void Gate::Loop::pause_accepting(bool pause) {
  epoll_event event{};
  event.events = pause ? 0 : static_cast<std::uint32_t>(EPOLLIN);
  event.data.ptr = &listener_;
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, listener_.get(), &event);
  accepts_again_at_.reset();
  if (pause) accepts_again_at_ = steady_clock::now() + accept_pause;
}

// False once nobody waits, or nobody can be accepted now.
bool Gate::Loop::accept_some() {
  for (int i = 0; i < accepts_at_once; ++i) {
    if (!listener_) return false;
    if (links_.size() >= kMostConnections) {
      pause_accepting(true);
      return false;
    }
    net::Descriptor client(
        ::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (client) {
      accept_one(std::move(client));
      continue;
    }
    const bool gone_already = errno == ECONNABORTED || errno == EINTR;
    if (gone_already) continue;
    if (errno != EAGAIN) pause_accepting(true);
    return false;
  }
  return true;
}

void Gate::Loop::accept_one(net::Descriptor client) {
  ++counters_.accepted;
  set_number(client.get(), IPPROTO_TCP, TCP_NODELAY, 1);
  net::Descriptor server;
  try {
    server = net::begin_connecting(options_.upstream, with_small_buffers(options_.make_upstream));
  } catch (const std::exception&) {  // nobody listens on a unix socket, or no descriptor is left
    ++counters_.unreachable;
    close_with_reset(client);
    return;
  }
  const int client_number = client.get();
  const int server_number = server.get();
  auto link = std::make_unique<Link>(std::move(client), std::move(server), to_server_, to_client_,
                                     options_.seed, counters_.accepted);
  Link& made = *link;
  links_.emplace(&made, std::move(link));
  try {
    watch(client_number, side_events, &made.client());
    watch(server_number, side_events, &made.server());
  } catch (const net::NetError&) {  // the kernel's limit
    settle(made, Link::State::unreachable, false);
  }
}

void Gate::Loop::watch(int socket, std::uint32_t events, void* data) const {
  epoll_event event{};
  event.events = events;
  event.data.ptr = data;
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, socket, &event) != 0) {
    throw net::NetError(std::string("watch a socket: ") + std::strerror(errno));
  }
}

// Closing would not do where another process has the socket too, as whoever made it may.
void Gate::Loop::forget(const net::Descriptor& socket) const {
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, socket.get(), nullptr);
}

// Connections.

void Gate::Loop::move(Link& link) {
  bool again = false;
  const Link::State state = link.move(steady_clock::now(), scratch_, again);
  settle(link, state, again);
}

void Gate::Loop::settle(Link& link, Link::State state, bool again) {
  if (state != Link::State::open) {
    counters_.unreachable += state == Link::State::unreachable ? 1 : 0;
    counters_.resets_carried += state == Link::State::carried_reset ? 1 : 0;
    forget(link.client().side.socket);
    forget(link.server().side.socket);
    if (state != Link::State::finished) link.reset();
    bury(link);
    return;
  }
  set_timer(link, link.wakes_at());
  if (!again || link.notes().queued) return;
  link.notes().queued = true;
  ready_.push_back(&link);
}

void Gate::Loop::set_timer(Link& link, std::optional<Time> at) {
  std::optional<Time>& set = link.notes().wakes_at;
  if (set == at) return;
  if (set) timers_.erase({*set, &link});
  if (at) timers_.emplace(*at, &link);
  set = at;
}

void Gate::Loop::bury(Link& link) {
  set_timer(link, {});
  link.notes().ended = true;
  if (link.notes().queued) std::erase(ready_, &link);
  link.client().side.socket.close();
  link.server().side.socket.close();
  const auto found = links_.find(&link);
  buried_.push_back(std::move(found->second));
  links_.erase(found);
}

// Faults.

void Gate::Loop::apply(const Fault& fault) {
  if (const auto problem = problem_with(fault); !problem.empty()) {
    throw std::invalid_argument("'" + to_text(fault) + "' " + problem);
  }
  const std::scoped_lock lock(mutex_);
  wake();  // the timer may have to be set
  if (fault.verb == Verb::refuse) {
    stop_listening();
    return;
  }
  const bool to_server = covers(fault.direction, Direction::to_server);
  const bool to_client = covers(fault.direction, Direction::to_client);
  if (to_server) to_server_.apply(fault);
  if (to_client) to_client_.apply(fault);
  std::vector<Link*> links;
  for (const auto& [link, owned] : links_) links.push_back(link);
  for (Link* const link : links) {
    link->on_fault(fault, to_server, to_client);
    move(*link);
  }
  if (fault.verb == Verb::pass && fault.direction == Direction::both && refuses_) listen();
}

std::vector<Fault> Gate::Loop::in_force() const {
  const std::scoped_lock lock(mutex_);
  std::vector<Fault> faults;
  if (refuses_) faults.push_back({.verb = Verb::refuse});
  for (const Verb verb : kVerbs) {
    const auto& there = to_server_.of(verb);
    const auto& back = to_client_.of(verb);
    if (there && back && there->direction == Direction::both && *there == *back) {
      faults.push_back(*there);
      continue;
    }
    if (there) faults.push_back(*there);
    if (there) faults.back().direction = Direction::to_server;
    if (back) faults.push_back(*back);
    if (back) faults.back().direction = Direction::to_client;
  }
  return faults;
}

Counters Gate::Loop::counters() const {
  const std::scoped_lock lock(mutex_);
  Counters counters = counters_;
  counters.open = links_.size();
  counters.to_server = to_server_.counters;
  counters.to_client = to_client_.counters;
  return counters;
}

// The gate's face.

Gate::Gate(const GateOptions& options) : loop_(std::make_unique<Loop>(options)) {}

Gate::~Gate() = default;

net::Endpoint Gate::endpoint() const { return loop_->endpoint(); }

void Gate::apply(const Fault& fault) { loop_->apply(fault); }

std::vector<Fault> Gate::in_force() const { return loop_->in_force(); }

Counters Gate::counters() const { return loop_->counters(); }

}  // namespace assay::fault
