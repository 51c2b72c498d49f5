#include "net/endpoint.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>

#include <charconv>
#include <cstring>
#include <memory>

#include "net/sockets.hpp"

namespace assay::net {
namespace {

constexpr std::string_view unix_prefix = "unix:";

// Throws NetError.
std::uint16_t port_in(std::string_view text, std::string_view all) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size()) {
    throw NetError("'" + std::string(all) + "' has no port from 0 to 65535: write HOST:PORT");
  }
  return port;
}

Endpoint resolved(const std::string& host, std::uint16_t port) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wanted, &found);
  if (error != 0) throw NetError("find the host '" + host + "': " + ::gai_strerror(error));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> all(found, ::freeaddrinfo);
  return Endpoint::from(found->ai_addr, found->ai_addrlen);
}

}  // namespace

Endpoint Endpoint::from(const sockaddr* address, socklen_t size) {
  Endpoint endpoint;
  std::memcpy(&endpoint.storage_, address, size);
  endpoint.size_ = size;
  return endpoint;
}

Endpoint Endpoint::loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return from(reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

Endpoint Endpoint::unix_socket(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string text = path.string();
  if (text.empty() || text.size() >= sizeof address.sun_path) {
    throw NetError("a unix socket's path has 1 to 107 bytes, and '" + text + "' has " +
                   std::to_string(text.size()));
  }
  std::memcpy(address.sun_path, text.c_str(), text.size() + 1);
  return from(reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

Endpoint Endpoint::parse(std::string_view text) {
  if (text.starts_with(unix_prefix)) return unix_socket(text.substr(unix_prefix.size()));
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return loopback(port_in(text, text));
  std::string_view host = text.substr(0, colon);
  const std::uint16_t port = port_in(text.substr(colon + 1), text);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return host.empty() ? loopback(port) : resolved(std::string(host), port);
}

std::uint16_t Endpoint::port() const {
  if (family() == AF_INET) return ntohs(reinterpret_cast<const sockaddr_in*>(&storage_)->sin_port);
  if (family() != AF_INET6) return 0;
  return ntohs(reinterpret_cast<const sockaddr_in6*>(&storage_)->sin6_port);
}

std::string Endpoint::text() const {
  if (family() == AF_UNIX) {
    return std::string(unix_prefix) + reinterpret_cast<const sockaddr_un*>(&storage_)->sun_path;
  }
  char host[NI_MAXHOST] = "";
  ::getnameinfo(address(), size_, host, sizeof host, nullptr, 0, NI_NUMERICHOST);
  const std::string shown = family() == AF_INET6 ? "[" + std::string(host) + "]" : host;
  return shown + ":" + std::to_string(port());
}

const sockaddr* Endpoint::address() const { return reinterpret_cast<const sockaddr*>(&storage_); }

}  // namespace assay::net
