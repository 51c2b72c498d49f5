#include "fault/dependency.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/text.hpp"

namespace assay::fault {

enum class Habit { answer, wait, hang, reset, garbage, breaks, fail, echo };

struct DependencyRequest {
  Habit habit = Habit::answer;
  bool last = false;      // of its connection
  std::size_t bytes = 0;  // head and body
  std::string answer;     // what is sent back
};

namespace {

using DependencyClock = std::chrono::steady_clock;

constexpr int dependency_backlog = 1'024;
constexpr std::size_t dependency_events = 512;  // at once
constexpr std::string_view end_of_head = "\r\n\r\n";
constexpr std::size_t echoed_bytes_max = 8U << 10;

Habit habit_of(std::string_view target) {
  constexpr std::array<std::pair<std::string_view, Habit>, 7> habits{{{"wait", Habit::wait},
                                                                      {"hang", Habit::hang},
                                                                      {"reset", Habit::reset},
                                                                      {"garbage", Habit::garbage},
                                                                      {"break", Habit::breaks},
                                                                      {"fail", Habit::fail},
                                                                      {"echo", Habit::echo}}};
  constexpr std::string_view asks = "?does=";
  const auto at = target.find(asks);
  if (at == std::string_view::npos) return Habit::answer;
  const auto wanted = target.substr(at + asks.size());
  const auto* const found = std::ranges::find(habits, wanted.substr(0, wanted.find('&')),
                                              &std::pair<std::string_view, Habit>::first);
  return found == habits.end() ? Habit::answer : found->second;
}

std::string answer_to(Habit habit) {
  switch (habit) {
    case Habit::garbage:
      return "220 mail.example ESMTP\r\n\r\n";
    case Habit::breaks:
      return "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf of";
    case Habit::fail:
      return "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 7\r\n\r\nfailed\n";
    default:
      return "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nserved\n";
  }
}

std::string echo_of(std::string_view request, std::string_view target) {
  constexpr std::string_view asks = "&status=";
  const auto at = target.find(asks);
  const auto wanted = at == std::string_view::npos ? "" : target.substr(at + asks.size(), 3);
  const auto status = base::to_integer(wanted).value_or(200);
  const std::string body(request.substr(0, echoed_bytes_max));
  return "HTTP/1.1 " + std::to_string(status) + " Echo\r\nContent-Type: message/http\r\n" +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

// The first request in what has come; nothing as long as it isn't whole.
std::optional<DependencyRequest> request_in(std::string_view bytes) {
  const auto end = bytes.find(end_of_head);
  if (end == std::string_view::npos) return std::nullopt;
  std::string head(bytes.substr(0, end + 2));
  const auto space = std::min(head.find(' '), head.size());
  DependencyRequest request;
  const std::string target = head.substr(space, head.find(' ', space + 1) - space);
  request.habit = habit_of(target);
  std::ranges::transform(head, head.begin(), [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  });
  request.last = head.find("\r\nconnection: close\r\n") != std::string::npos;
  constexpr std::string_view length = "\r\ncontent-length: ";
  std::int64_t body = 0;
  if (const auto at = head.find(length); at != std::string::npos) {
    const auto from = at + length.size();
    body = base::to_integer(head.substr(from, head.find('\r', from) - from)).value_or(0);
  }
  request.bytes =
      end + end_of_head.size() + static_cast<std::size_t>(std::max<std::int64_t>(body, 0));
  if (bytes.size() < request.bytes) return std::nullopt;
  request.answer = request.habit == Habit::echo ? echo_of(bytes.substr(0, request.bytes), target)
                                                : answer_to(request.habit);
  return request;
}

net::Descriptor made(int descriptor, const char* attempted) {
  if (descriptor < 0) throw net::NetError(std::string(attempted) + ": " + std::strerror(errno));
  return net::Descriptor(descriptor);
}

}  // namespace

class Dependency::Loop {
 public:
  explicit Loop(const DependencyOptions& options)
      : options_(options),
        listener_(net::listen_on(options.listen, dependency_backlog, options.make_listener)),
        endpoint_(net::endpoint_of(listener_.get())),
        epoll_(made(::epoll_create1(EPOLL_CLOEXEC), "make an epoll")),
        wake_(made(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "make an eventfd")) {
    watch(listener_.get());
    watch(wake_.get());
    thread_ = std::thread([this] { run(); });
  }

  ~Loop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake();
    thread_.join();
  }

  net::Endpoint endpoint() const { return endpoint_; }

  DependencyCounts counts() const {
    const std::lock_guard lock(mutex_);
    return counts_;
  }

  void release() {
    const std::lock_guard lock(mutex_);
    released_ = true;
    wake();
  }

 private:
  struct Connection {
    explicit Connection(net::Descriptor taken) : socket(std::move(taken)) {}

    enum class At { idle, queue, slot };

    net::Descriptor socket;
    std::string received;
    DependencyRequest request;
    At at = At::idle;
    std::optional<DependencyClock::time_point> due;
  };

  void watch(int socket) const {
    epoll_event event{};
    event.events = EPOLLIN | EPOLLRDHUP;
    event.data.fd = socket;
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, socket, &event) == 0) return;
    throw net::NetError(std::string("watch a socket: ") + std::strerror(errno));
  }

  void wake() const {
    const std::uint64_t one = 1;
    if (::write(wake_.get(), &one, sizeof one) < 0) return;  // it is awake already
  }

  void run() {
    std::vector<epoll_event> events(dependency_events);
    for (;;) {
      const int count =
          ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), patience_ms());
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
      turn({events.data(), static_cast<std::size_t>(std::max(count, 0))});
    }
  }

  // Until the first of those in a slot is due.
  int patience_ms() const {
    std::optional<DependencyClock::time_point> first;
    for (const auto& [number, connection] : connections_) {
      if (connection.due && (!first || *connection.due < *first)) first = connection.due;
    }
    if (!first) return -1;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(*first - DependencyClock::now());
    return static_cast<int>(std::max<std::int64_t>(left.count(), 0));
  }

  // Those that have gone come first: who gave up one request and sends another hasn't two here.
  void turn(std::span<const epoll_event> events) {
    constexpr std::uint32_t gone = EPOLLRDHUP | EPOLLHUP | EPOLLERR;
    for (const auto& event : events) {
      if ((event.events & gone) != 0) drop(event.data.fd);
    }
    finish_due();
    for (const auto& event : events) {
      if ((event.events & gone) == 0) handle(event.data.fd);
    }
    release_waiting();
  }

  void handle(int descriptor) {
    if (descriptor == listener_.get()) return accept_all();
    if (descriptor == wake_.get()) {
      std::uint64_t count = 0;
      if (::read(descriptor, &count, sizeof count) < 0) return;  // it was read already
    } else if (const auto found = connections_.find(descriptor); found != connections_.end()) {
      receive(found->second);
    }
  }

  void accept_all() {
    for (;;) {
      net::Descriptor client(
          ::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
      if (!client) return;
      if (connections_.size() >= kConnectionsMax) continue;
      const int number = client.get();
      watch(number);
      connections_.try_emplace(number, std::move(client));
    }
  }

  void receive(Connection& connection) {
    std::array<char, 16U << 10> some{};
    for (;;) {
      const auto got = ::recv(connection.socket.get(), some.data(), some.size(), 0);
      const bool ended = got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR);
      if (ended || connection.received.size() > kRequestBytesMax) {
        return drop(connection.socket.get());
      }
      if (got < 0) break;
      connection.received.append(some.data(), static_cast<std::size_t>(got));
    }
    begin(connection);
  }

  void begin(Connection& connection) {
    if (connection.at != Connection::At::idle) return;
    const auto request = request_in(connection.received);
    if (!request) return;
    connection.received.erase(0, request->bytes);
    connection.request = *request;
    ++counts_.arrived;
    counts_.at_once_most = std::max(counts_.at_once_most, ++counts_.at_once);
    connection.at = Connection::At::queue;
    queue_.push_back(connection.socket.get());
    fill_slots();
  }

  void fill_slots() {
    for (; !queue_.empty() && in_slots_ < options_.slots; queue_.pop_front()) {
      Connection& connection = connections_.at(queue_.front());
      connection.at = Connection::At::slot;
      ++in_slots_;
      const Habit habit = connection.request.habit;
      counts_.waiting += habit == Habit::wait ? 1 : 0;
      if (habit != Habit::wait && habit != Habit::hang) {
        connection.due = DependencyClock::now() + options_.service_time;
      }
    }
  }

  // Whatever it waited for: the slot goes to the next.
  void leave(Connection& connection) {
    if (connection.at == Connection::At::idle) return;
    if (connection.at == Connection::At::queue) std::erase(queue_, connection.socket.get());
    if (connection.at == Connection::At::slot) {
      --in_slots_;
      counts_.waiting -= connection.request.habit == Habit::wait ? 1 : 0;
    }
    --counts_.at_once;
    connection.at = Connection::At::idle;
    connection.due.reset();
  }

  void drop(int descriptor) {
    const auto found = connections_.find(descriptor);
    if (found == connections_.end()) return;
    leave(found->second);
    connections_.erase(found);
    fill_slots();
  }

  void finish_due() {
    const auto now = DependencyClock::now();
    finish_those([now](const Connection& each) { return each.due && *each.due <= now; });
  }

  void release_waiting() {
    if (!std::exchange(released_, false)) return;
    finish_those([](const Connection& each) {
      return each.at == Connection::At::slot && each.request.habit == Habit::wait;
    });
  }

  template <class Predicate>
  void finish_those(const Predicate& predicate) {
    std::vector<int> ready;
    for (const auto& [number, connection] : connections_) {
      if (predicate(connection)) ready.push_back(number);
    }
    for (const int number : ready) finish(connections_.at(number));
    fill_slots();
  }

  // It isn't at the service any more when its answer arrives.
  void finish(Connection& connection) {
    const DependencyRequest request = connection.request;
    leave(connection);
    if (request.habit == Habit::reset) {
      const linger at_once{1, 0};
      ::setsockopt(connection.socket.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
      return drop(connection.socket.get());
    }
    const std::string& bytes = request.answer;
    const bool good = request.habit == Habit::answer || request.habit == Habit::wait ||
                      request.habit == Habit::echo;
    counts_.answered += good ? 1 : 0;
    // So few bytes fit into a socket's buffer, or nobody reads them.
    const auto sent =
        ::send(connection.socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    const bool whole = sent == static_cast<ssize_t>(bytes.size());
    const bool closes = request.habit == Habit::garbage || request.habit == Habit::breaks;
    if (!whole || closes || request.last) return drop(connection.socket.get());
    begin(connection);
  }

  const DependencyOptions options_;
  net::Descriptor listener_;
  const net::Endpoint endpoint_;
  net::Descriptor epoll_;
  net::Descriptor wake_;
  mutable std::mutex mutex_;  // for all that follows; held by the thread but while it waits
  bool stopping_ = false;
  bool released_ = false;
  DependencyCounts counts_;
  std::unordered_map<int, Connection> connections_;
  std::deque<int> queue_;
  std::size_t in_slots_ = 0;
  std::thread thread_;
};

Dependency::Dependency(const DependencyOptions& options) : loop_(std::make_unique<Loop>(options)) {}
Dependency::~Dependency() = default;

net::Endpoint Dependency::endpoint() const { return loop_->endpoint(); }
DependencyCounts Dependency::counts() const { return loop_->counts(); }
void Dependency::release() { loop_->release(); }

}  // namespace assay::fault
