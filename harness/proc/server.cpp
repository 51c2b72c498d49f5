#include "proc/server.hpp"

#include <cerrno>
#include <chrono>
#include <utility>

namespace assay::proc {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds ready_limit{30};
constexpr std::size_t log_limit_bytes = 2000;

}  // namespace

PrivateServer::PrivateServer(ServerKind kind, Transport transport, Tier strongest)
    : kind_(std::move(kind)), cell_(strongest), endpoint_(place_for(transport)) {
  if (kind_.preparation) prepare();
  start();
  wait_until_ready();
}

net::Endpoint PrivateServer::place_for(Transport transport) {
  if (transport == Transport::unix_socket) {
    return net::Endpoint::unix_socket(cell_.folder() / kind_.socket_name);
  }
  port_.emplace(cell_.isolation(), kind_.port);
  return net::Endpoint::loopback(port_->number());
}

void PrivateServer::prepare() {
  const Ending ending = cell_.use([&](Cell& cell) {
    cell.start(*kind_.preparation, kind_.limits);
    const auto deadline = steady_clock::now() + ready_limit;
    while (!cell.ending() && steady_clock::now() < deadline) cell.wait(ready_limit);
    return cell.stop();
  });
  if (!ending.clean()) complain(ending.in_words());
}

void PrivateServer::start() {
  const Command command = kind_.command(cell_.folder(), endpoint_);
  cell_.use([&](Cell& cell) { cell.start(command, kind_.limits); });
}

void PrivateServer::wait_until_ready() {
  const Patience patience{steady_clock::now() + ready_limit, [this] { return runs(); }};
  const auto is_whole = [&](std::string_view answer) {
    return answer.size() >= kind_.answer.size() || answer.find('\n') != answer.npos;
  };
  while (patience.left()) {
    const auto answer = ask(endpoint_, sockets(), kind_.question, is_whole, patience);
    if (answer.kind == Answer::Kind::whole && answer.bytes.starts_with(kind_.answer)) return;
    patience.pause();
  }
  const auto ending = cell_.ending();
  complain(ending ? ending->in_words() : "not ready within 30 s");
}

void PrivateServer::complain(const std::string& what) {
  const auto ending = cell_.ending();
  const bool never = ending && ending->kind == Ending::Kind::never_started;
  if (never && ending->code == ENOENT) {
    throw ServerUnavailable(kind_.program + " is not installed: apt-get install " + kind_.package);
  }
  throw CellError("start " + kind_.program + ": " + what + "\n" + log());
}

void PrivateServer::pause() {
  cell_.use([](Cell& cell) { cell.pause(); });
}

void PrivateServer::resume() {
  cell_.use([](Cell& cell) { cell.resume(); });
}

void PrivateServer::kill() {
  cell_.use([](Cell& cell) { cell.kill(); });
}

void PrivateServer::restart() {
  kill();
  start();
  wait_until_ready();
}

bool PrivateServer::runs() { return !cell_.ending(); }

std::string PrivateServer::log() {
  const Output output = cell_.output();
  std::string all = output.out + output.err;
  if (all.size() > log_limit_bytes) all.erase(0, all.size() - log_limit_bytes);
  return all;
}

}  // namespace assay::proc
