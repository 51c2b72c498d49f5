// Where a server listens, over TCP or on a unix socket. A plain value.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace assay::net {

class Endpoint {
 public:
  // 127.0.0.1; port 0: any that is free, once it listens.
  static Endpoint loopback(std::uint16_t port);
  // Throws NetError if the path is longer than a socket's may be (107 bytes).
  static Endpoint unix_socket(const std::filesystem::path& path);
  // "127.0.0.1:8080", "localhost:8080", "[::1]:8080", ":8080", "8080", "unix:/run/redis.sock".
  // Names are resolved here. Throws NetError that says what is wrong with it.
  static Endpoint parse(std::string_view text);
  static Endpoint from(const sockaddr* address, socklen_t size);

  int family() const { return storage_.ss_family; }
  std::uint16_t port() const;  // 0 of a unix socket
  std::string text() const;    // as parse() takes it

  const sockaddr* address() const;
  socklen_t size() const { return size_; }

 private:
  sockaddr_storage storage_{};
  socklen_t size_ = 0;
};

}  // namespace assay::net
