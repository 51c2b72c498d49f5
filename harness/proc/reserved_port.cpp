#include "proc/reserved_port.hpp"

#include <netinet/in.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstddef>
#include <cstring>
#include <string>

#include "proc/descriptor.hpp"

namespace assay::proc {
namespace {

// Below those that outgoing connections get.
constexpr std::uint16_t first_port = 20'000;
constexpr std::uint16_t port_count = 10'000;
constexpr int attempt_limit = 500;

std::uint16_t random_port() {
  std::uint32_t random = 0;
  require(::getrandom(&random, sizeof random, 0) == sizeof random, "get a random number");
  return static_cast<std::uint16_t>(first_port + random % port_count);
}

// An empty descriptor while another cell has it.
Descriptor claim_of(std::uint16_t port) {
  const std::string name = "assay-port-" + std::to_string(port);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path + 1, name.data(), name.size());
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  Descriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  require(static_cast<bool>(socket), "make a socket to claim a port");
  const auto* const plain = reinterpret_cast<const sockaddr*>(&address);
  return ::bind(socket.get(), plain, size) == 0 ? std::move(socket) : Descriptor();
}

// On all addresses, since servers may listen on any.
bool is_free(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  const Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  require(static_cast<bool>(socket), "make a socket to try a port");
  return ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

}  // namespace

ReservedPort::ReservedPort(const Isolation& isolation, std::uint16_t usual) : number_(usual) {
  if (isolation.tier == Tier::namespaces) return;
  for (int attempt = 0; attempt < attempt_limit; ++attempt) {
    if (reserve(random_port())) return;
  }
  throw CellError("no port from 20000 to 29999 is free for a server");
}

bool ReservedPort::reserve(std::uint16_t number) {
  claim_ = claim_of(number);
  number_ = number;
  return claim_ && is_free(number);
}

}  // namespace assay::proc
