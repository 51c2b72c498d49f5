#include "graders/payment_ledger/processor.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "graders/payment_ledger/json.hpp"

namespace assay::graders::payment_ledger {
namespace {

constexpr int processor_backlog = 512;
constexpr int processor_poll_ms = 10;
constexpr std::size_t request_bytes_max = 64U << 10;
constexpr std::chrono::milliseconds held_poll{10};
constexpr std::string_view end_of_head = "\r\n\r\n";

std::string lower(std::string_view text) {
  std::string lower(text);
  for (char& letter : lower) {
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  }
  return lower;
}

// The value of a header field in a head; empty if it isn't there.
std::string field_in(const std::string& head, const std::string& name) {
  const auto at = lower(head).find("\r\n" + name + ":");
  if (at == std::string::npos) return "";
  const auto from = head.find_first_not_of(' ', at + name.size() + 3);
  const auto end = head.find('\r', at + 2);
  return from >= end ? "" : head.substr(from, end - from);
}

struct ProcessorRequest {
  std::string head;
  std::string body;
};

// The request that `bytes` begins with, which is taken from it; nothing until it is whole.
std::optional<ProcessorRequest> take_request(std::string& bytes) {
  const auto end = bytes.find(end_of_head);
  if (end == std::string::npos) return std::nullopt;
  ProcessorRequest request{bytes.substr(0, end + 2), ""};
  const auto length = base::to_integer(field_in(request.head, "content-length")).value_or(0);
  const auto whole =
      end + end_of_head.size() + static_cast<std::size_t>(std::max<std::int64_t>(length, 0));
  if (bytes.size() < whole) return std::nullopt;
  request.body = bytes.substr(end + end_of_head.size(), whole - end - end_of_head.size());
  bytes.erase(0, whole);
  return request;
}

std::string error_body(const char* code) {
  return fmt::format(R"({{"error":{{"code":"{}"}}}})", code);
}

bool send_whole(int socket, std::string_view bytes, const std::atomic<bool>& stopping) {
  while (!bytes.empty() && !stopping) {
    const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno != EAGAIN && errno != EINTR) {
      return false;
    } else {
      pollfd waiting{socket, POLLOUT, 0};
      ::poll(&waiting, 1, processor_poll_ms);
    }
  }
  return bytes.empty();
}

}  // namespace

CardProcessor::CardProcessor(const net::MakeSocket& make)
    : listener_(net::listen_on(net::Endpoint::loopback(0), processor_backlog, make)),
      acceptor_([this] { accept_connections(); }) {}

CardProcessor::~CardProcessor() {
  stopping_ = true;
  changed_.notify_all();
  acceptor_.join();
}

std::string CardProcessor::config() const {
  return fmt::format(R"({{"processor": "{}"}})", net::endpoint_of(listener_.get()).text());
}

void CardProcessor::forget() {
  const std::lock_guard lock(mutex_);
  charges_.clear();
  busy_.clear();
  released_ = false;
}

std::vector<MadeCharge> CardProcessor::charges() const {
  const std::lock_guard lock(mutex_);
  return charges_;
}

std::size_t CardProcessor::held() const {
  const std::lock_guard lock(mutex_);
  return held_;
}

void CardProcessor::release() {
  const std::lock_guard lock(mutex_);
  released_ = true;
  changed_.notify_all();
}

void CardProcessor::accept_connections() {
  while (!stopping_) {
    pollfd waiting{listener_.get(), POLLIN, 0};
    if (::poll(&waiting, 1, processor_poll_ms) <= 0) continue;
    net::Descriptor connection(
        ::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!connection) continue;
    if (connections_.size() >= kConnectionsMax) continue;  // it is closed again
    connections_.emplace_back(
        [this, taken = std::move(connection)]() mutable { serve(std::move(taken)); });
  }
  for (auto& connection : connections_) connection.join();
}

void CardProcessor::serve(net::Descriptor connection) {
  std::string received;
  std::array<char, 4096> some{};
  while (!stopping_ && received.size() < request_bytes_max) {
    if (const auto request = take_request(received)) {
      const auto caller = field_in(request->head, "authorization");
      const auto reply =
          charge(caller.substr(std::min(caller.find(' ') + 1, caller.size())), request->body);
      const auto bytes = fmt::format(
          "HTTP/1.1 {} Answer\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
          reply.status, reply.body.size(), reply.body);
      if (!send_whole(connection.get(), bytes, stopping_)) return;
      continue;
    }
    pollfd waiting{connection.get(), POLLIN, 0};
    if (::poll(&waiting, 1, processor_poll_ms) <= 0) continue;
    const ssize_t got = ::recv(connection.get(), some.data(), some.size(), MSG_DONTWAIT);
    if (got > 0) {
      received.append(some.data(), static_cast<std::size_t>(got));
    } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
      return;
    }
  }
}

CardProcessor::Reply CardProcessor::charge(const std::string& caller, const std::string& body) {
  const std::string card = text_in(body, "card").value_or("");
  const std::string reference = text_in(body, "reference").value_or("");
  if (card == "declined") return {402, error_body("card_declined")};
  if (card == "failing") return {502, error_body("processor_failed")};
  if (card == "slow") hold();
  const std::lock_guard lock(mutex_);
  if (card == "busy_once" && busy_[reference]++ == 0) return {503, error_body("busy")};
  charges_.push_back({caller, reference});
  return {201, fmt::format(R"({{"id":"ch_{}","amount":{}}})", charges_.size(),
                           number_in(body, "amount").value_or(0))};
}

void CardProcessor::hold() {
  std::unique_lock lock(mutex_);
  ++held_;
  while (!released_ && !stopping_) changed_.wait_for(lock, held_poll);
  --held_;
}

}  // namespace assay::graders::payment_ledger
