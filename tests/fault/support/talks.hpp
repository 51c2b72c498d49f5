// The protocols that the gate is tested with: what a client says, and what it has to hear, byte by
// byte. Servers are of the test's own, but for Redis, which is the real one.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "net/endpoint.hpp"
#include "support/server.hpp"

namespace assay::fault {

struct Exchange {
  std::string request;
  std::string answer;
};

class Talk {
 public:
  virtual ~Talk() = default;
  virtual net::Endpoint endpoint() const = 0;
  // What every connection begins with.
  virtual std::vector<Exchange> opening() const { return {}; }
  virtual Exchange exchange(int number) const = 0;
};

// A folder of its own, gone afterwards.
class TemporaryFolder {
 public:
  TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

std::string echo(std::string& inbox);   // every byte
std::string lines(std::string& inbox);  // every whole line

// "tcp", "http", "redis", "postgresql". Throws proc::ServerUnavailable if there is no Redis here.
std::unique_ptr<Talk> make_talk(const std::string& protocol);

}  // namespace assay::fault
