#include "proc/question.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <thread>

namespace assay::proc {
namespace {

constexpr int poll_step_ms = 20;
constexpr std::chrono::milliseconds try_interval{5};

// False when patience has run out.
bool wait_for(int socket, short events, const Patience& patience) {
  while (patience.left()) {
    pollfd waiting{socket, events, 0};
    if (::poll(&waiting, 1, poll_step_ms) > 0) return true;
  }
  return false;
}

// How the rest of a question, or of an answer, moved.
enum class Step { moved, ended, out_of_patience };

Step send_some(int socket, std::string_view& rest, const Patience& patience) {
  if (!wait_for(socket, POLLOUT, patience)) return Step::out_of_patience;
  const ssize_t sent = ::send(socket, rest.data(), rest.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent >= 0) rest.remove_prefix(static_cast<std::size_t>(sent));
  return sent < 0 && errno != EAGAIN && errno != EINTR ? Step::ended : Step::moved;
}

Step receive_some(int socket, std::string& received, const Patience& patience) {
  if (!wait_for(socket, POLLIN, patience)) return Step::out_of_patience;
  std::array<char, 4096> some{};
  const ssize_t got = ::recv(socket, some.data(), some.size(), MSG_DONTWAIT);
  if (got > 0) received.append(some.data(), static_cast<std::size_t>(got));
  const bool later = got < 0 && (errno == EAGAIN || errno == EINTR);
  return got > 0 || later ? Step::moved : Step::ended;
}

}  // namespace

void Patience::pause() const { std::this_thread::sleep_for(try_interval); }

Answer ask(const net::Endpoint& server, const net::MakeSocket& make, std::string_view question,
           const std::function<bool(std::string_view)>& is_whole, const Patience& patience) {
  using enum Answer::Kind;
  net::Descriptor socket;
  try {
    socket = net::begin_connecting(server, make);
  } catch (const net::NetError& error) {
    return {not_listening, error.what()};
  }
  if (!wait_for(socket.get(), POLLOUT, patience)) return {silent, ""};
  if (const int error = net::pending_error(socket.get())) {
    return {not_listening, "connect to " + server.text() + ": " + std::strerror(error)};
  }
  Step step = Step::moved;
  while (!question.empty() && step == Step::moved) {
    step = send_some(socket.get(), question, patience);
  }
  Answer answer;
  while (step == Step::moved && !is_whole(answer.bytes)) {
    if (answer.bytes.size() >= kAnswerLimitBytes) break;
    step = receive_some(socket.get(), answer.bytes, patience);
  }
  if (step == Step::ended) answer.kind = closed;
  if (step == Step::moved) answer.kind = whole;
  return answer;
}

}  // namespace assay::proc
