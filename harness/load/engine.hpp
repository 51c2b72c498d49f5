// The event loop of a Load. Of its own header for the sources that share it; use load.hpp.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "load/arrivals.hpp"
#include "load/connection.hpp"
#include "load/deadlines.hpp"
#include "load/load.hpp"
#include "load/poller.hpp"
#include "load/recorder.hpp"

namespace assay::load {

class Load::Engine {
 public:
  Engine(const net::Endpoint& endpoint, RequestSource& source, const Settings& settings);
  Result run(const Plan& plan);

 private:
  static constexpr std::size_t kReceiveBytes = 64 << 10;  // at once, for all connections

  // The slice.
  void connect_all();
  void begin(const Plan& plan);
  bool over() const;
  bool stopped() const;
  bool arrivals_left() const;
  std::int64_t wake_ns() const;
  void turn();
  void abandon();

  // What is due.
  void release();
  void arrive(std::int64_t intended_ns, bool connection_free);
  void pump();
  bool work_waits() const;
  std::int64_t take_work();
  std::optional<std::size_t> take_free();
  void wake_resting();
  void expire();

  // One connection, by its number.
  void start(std::size_t number, std::int64_t intended_ns);
  void open(std::size_t number);
  void opened(std::size_t number);
  void send(std::size_t number);
  void handle(const epoll_event& event);
  void receive(std::size_t number, bool closing);
  bool take_bytes(std::size_t number, std::string_view bytes, bool closing);
  void end_of_stream(std::size_t number);
  void answered(std::size_t number, bool reusable);
  void lose(std::size_t number, Outcome outcome);
  void finish(Connection& connection, Outcome outcome);

  net::Endpoint endpoint_;
  RequestSource* source_;
  Settings settings_;
  bool keeps_bodies_;
  std::int64_t timeout_ns_;
  Poller poller_;
  std::vector<Connection> connections_;
  Deadlines deadlines_;
  std::deque<std::size_t> idle_;  // taken in turn, so that all connections have work
  std::deque<std::size_t> closed_;
  struct Resting {
    std::int64_t until_ns;
    std::size_t number;
  };
  std::deque<Resting> resting_;  // after a connection was refused, in a closed loop
  std::size_t connecting_idly_ = 0;
  std::size_t under_way_ = 0;
  std::uint64_t next_number_ = 0;
  std::vector<char> buffer_ = std::vector<char>(kReceiveBytes);

  // Of this slice.
  Plan plan_;
  std::uint64_t connects_ = 0;
  std::int64_t now_ns_ = 0;
  std::int64_t begin_ns_ = 0;
  std::int64_t until_ns_ = 0;
  std::optional<Arrivals> arrivals_;
  std::deque<std::int64_t> backlog_;
  std::optional<Recorder> recorder_;
};

}  // namespace assay::load
