// The programs that are compared, each a process of its own in front of the same server. They have
// core 0, and whoever starts one is on core 1 from then on.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <string>

#include "net/endpoint.hpp"

namespace assay::fault {

class ProxyProcess {
 public:
  // Throw std::runtime_error.
  static ProxyProcess gate(const net::Endpoint& upstream);
  static ProxyProcess haproxy(const net::Endpoint& upstream, const std::filesystem::path& folder);
  ProxyProcess(ProxyProcess&& other) noexcept;
  ProxyProcess& operator=(ProxyProcess&&) = delete;
  ~ProxyProcess();  // ends it

  const net::Endpoint& endpoint() const { return endpoint_; }
  std::chrono::nanoseconds cpu_time() const;  // that it has used so far

 private:
  ProxyProcess(pid_t process, net::Endpoint endpoint);

  pid_t process_;
  net::Endpoint endpoint_;
};

bool haproxy_is_installed();
std::string haproxy_version();

}  // namespace assay::fault
