#include "fault/control.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include "base/text.hpp"
#include "fault/request.hpp"
#include "net/sockets.hpp"

namespace assay::fault {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int control_backlog = 16;
constexpr std::chrono::seconds request_limit(5);  // from accepting to the end of the answer
constexpr milliseconds accept_again_after(20);    // where descriptors ran out
constexpr std::size_t piece_bytes = 4096;
constexpr std::string_view plain_text = "text/plain; charset=utf-8";

// Whether the socket is ready before `deadline`, and nobody wants to stop.
bool wait_until_ready(int socket, short events, int stop, steady_clock::time_point deadline) {
  for (;;) {
    const auto left =
        std::chrono::duration_cast<milliseconds>(deadline - steady_clock::now()) + milliseconds(1);
    if (left <= milliseconds::zero()) return false;
    std::array<pollfd, 2> waiting{{{socket, events, 0}, {stop, POLLIN, 0}}};
    const int ready = ::poll(waiting.data(), waiting.size(), static_cast<int>(left.count()));
    if (waiting[1].revents != 0) return false;
    if (ready > 0) return true;
  }
}

}  // namespace

Control::Control(const net::Endpoint& listen, ControlTarget target)
    : target_(std::move(target)),
      listener_(net::listen_on(listen, control_backlog)),
      stop_(::eventfd(0, EFD_CLOEXEC)) {
  if (!stop_) throw net::NetError(std::string("make an eventfd: ") + std::strerror(errno));
  thread_ = std::thread([this] { run(); });
}

Control::~Control() {
  const std::uint64_t one = 1;
  while (::write(stop_.get(), &one, sizeof one) < 0 && errno == EINTR) {
  }
  thread_.join();
}

net::Endpoint Control::endpoint() const { return net::endpoint_of(listener_.get()); }

void Control::run() {
  for (;;) {
    std::array<pollfd, 2> waiting{{{listener_.get(), POLLIN, 0}, {stop_.get(), POLLIN, 0}}};
    ::poll(waiting.data(), waiting.size(), -1);
    if (waiting[1].revents != 0) return;
    const net::Descriptor client(
        ::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (client) serve(client);
    if (!client && errno != EAGAIN) std::this_thread::sleep_for(accept_again_after);
  }
}

void Control::serve(const net::Descriptor& client) {
  const auto deadline = steady_clock::now() + request_limit;
  std::string bytes;
  Reading reading;
  while (reading.status == 0) {
    if (!wait_until_ready(client.get(), POLLIN, stop_.get(), deadline)) {
      reading = {408, "the request didn't come in time", {}};
      break;
    }
    std::array<char, piece_bytes> piece{};
    const ssize_t count = ::recv(client.get(), piece.data(), piece.size(), 0);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (count <= 0) return;
    bytes.append(piece.data(), static_cast<std::size_t>(count));
    reading = read_request(bytes);
  }
  const Request& request = reading.request;
  const std::string answer = reading.status == 200
                                 ? answer_to(request.method, request.path, request.body)
                                 : answer_text(reading.status, plain_text, reading.reason + '\n');
  for (std::string_view left = answer; !left.empty();) {
    if (!wait_until_ready(client.get(), POLLOUT, stop_.get(), deadline)) return;
    const ssize_t sent = ::send(client.get(), left.data(), left.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) return;
    if (sent > 0) left.remove_prefix(static_cast<std::size_t>(sent));
  }
  // An end rather than a reset, which what is still unread would make of close().
  ::shutdown(client.get(), SHUT_WR);
  std::array<char, piece_bytes> rest{};
  while (wait_until_ready(client.get(), POLLIN, stop_.get(), deadline)) {
    if (::recv(client.get(), rest.data(), rest.size(), 0) <= 0) return;
  }
}

std::string Control::answer_to(const std::string& method, const std::string& path,
                               const std::string& body) const {
  const bool reads = method == "GET";
  if (path != "/" && path != "/json" && path != "/fault" && path != "/pass") {
    return answer_text(404, plain_text, "there are /, /json, /fault and /pass\n");
  }
  if (reads != (path == "/" || path == "/json") || (!reads && method != "POST")) {
    return answer_text(405, plain_text, "GET / and /json, POST /fault and /pass\n");
  }
  try {
    if (path == "/") return answer_text(200, plain_text, target_.state_text());
    if (path == "/json") return answer_text(200, "application/json", target_.state_json());
    std::string text = path == "/pass" ? "pass" : body;
    while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
    const Fault fault = parse_fault(text);
    target_.apply(fault);
    return answer_text(200, plain_text, to_text(fault) + '\n');
  } catch (const std::invalid_argument& error) {
    return answer_text(400, plain_text, std::string(error.what()) + '\n');
  } catch (const std::exception& error) {
    return answer_text(500, plain_text, std::string(error.what()) + '\n');
  }
}

}  // namespace assay::fault
