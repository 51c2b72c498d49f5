// The control of a gate by HTTP while it runs: GET / tells its state, POST /fault with "clog to the
// server" does that, POST /pass heals. One connection at a time, in a thread of its own; whoever is
// slow is cut off. The target must outlive it. Thread-safe.
#pragma once

#include <functional>
#include <string>
#include <thread>

#include "fault/fault.hpp"
#include "net/descriptor.hpp"
#include "net/endpoint.hpp"

namespace assay::fault {

struct ControlTarget {
  std::function<void(const Fault&)> apply;  // what it throws is the answer
  std::function<std::string()> state_text;  // GET /
  std::function<std::string()> state_json;  // GET /json
};

class Control {
 public:
  // Throws net::NetError if it can't listen.
  Control(const net::Endpoint& listen, ControlTarget target);
  Control(const Control&) = delete;
  Control& operator=(const Control&) = delete;
  ~Control();

  net::Endpoint endpoint() const;

 private:
  void run();
  void serve(const net::Descriptor& client);
  std::string answer_to(const std::string& method, const std::string& path,
                        const std::string& body) const;

  const ControlTarget target_;
  net::Descriptor listener_;
  net::Descriptor stop_;
  std::thread thread_;
};

}  // namespace assay::fault
