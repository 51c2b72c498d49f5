// An nginx of one's own: one worker on one core, in a temporary folder, on a free loopback port,
// gone with this object. And programs that are run beside it, with the CPU time they took.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "net/endpoint.hpp"

namespace assay::load::bench {

class Nginx {
 public:
  // Throws std::runtime_error if it doesn't start.
  Nginx(const std::filesystem::path& program, int core);
  ~Nginx();
  Nginx(const Nginx&) = delete;
  Nginx& operator=(const Nginx&) = delete;

  net::Endpoint endpoint() const { return net::Endpoint::loopback(port_); }
  std::string url() const { return "http://" + endpoint().text() + "/"; }
  // Below this, it writes down when it answers.
  std::string logged_url() const { return url() + "logged"; }
  std::vector<double> answer_times_s() const;  // of the wall clock, to the millisecond, in order
  pid_t process() const { return process_; }

 private:
  void start(const std::filesystem::path& program, int core);
  void stop();

  std::filesystem::path folder_;
  std::uint16_t port_ = 0;
  pid_t process_ = -1;
};

// Where it is in PATH or the folders of servers.
std::optional<std::filesystem::path> find_program(const std::string& name);

struct Ran {
  std::string output;
  double cpu_s = 0;
};
// Throws std::runtime_error if it fails.
Ran run(const std::vector<std::string>& words, int core);

}  // namespace assay::load::bench
