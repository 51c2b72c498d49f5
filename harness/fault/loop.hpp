// A gate's thread and all that it owns: the listener, the connections, the timers. Every public
// function takes the lock; the thread holds it but for while it waits for epoll.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "fault/gate.hpp"
#include "fault/link.hpp"

namespace assay::fault {

class Gate::Loop {
 public:
  explicit Loop(const GateOptions& options);
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  ~Loop();

  net::Endpoint endpoint() const { return endpoint_; }
  void apply(const Fault& fault);
  std::vector<Fault> in_force() const;
  Counters counters() const;

 private:
  void run();
  void handle(const epoll_event& event);
  void fire_timers();
  void run_ready();
  void arm_timer();
  void wake();

  void listen();
  void stop_listening();
  void pause_accepting(bool pause);
  bool accept_some();
  void accept_one(net::Descriptor client);
  void watch(int socket, std::uint32_t events, void* data) const;
  void forget(const net::Descriptor& socket) const;
  void move(Link& link);
  void settle(Link& link, Link::State state, bool again);
  void set_timer(Link& link, std::optional<Time> at);
  void bury(Link& link);

  const GateOptions options_;
  net::Endpoint endpoint_;
  net::Descriptor epoll_;
  net::Descriptor wake_;
  net::Descriptor timer_;
  net::Descriptor port_keeper_;
  net::Descriptor listener_;
  mutable std::mutex mutex_;
  bool stopping_ = false;
  bool refuses_ = false;
  std::optional<Time> accepts_again_at_;
  Lane to_server_;
  Lane to_client_;
  Counters counters_;
  std::unordered_map<Link*, std::unique_ptr<Link>> links_;
  std::set<std::pair<Time, Link*>> timers_;
  std::optional<Time> armed_for_;
  std::vector<Link*> ready_;
  // Ended while epoll's events may still name them.
  std::vector<std::unique_ptr<Link>> buried_;
  std::vector<char> scratch_;
  std::thread thread_;
};

}  // namespace assay::fault
