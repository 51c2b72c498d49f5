// A real server (a store, a queue) for one run alone: in a cell of its own, with its data in the
// cell's folder, with no configuration of the machine's, ready when the constructor returns, and
// gone with this object, or with the grader. Thread-safe but for its making and its end.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "proc/attended_cell.hpp"
#include "proc/question.hpp"
#include "proc/reserved_port.hpp"

namespace assay::proc {

// One kind of server, as plain values. What PostgreSQL needs fits: it refuses to run as root, and a
// cell of root's has a user of its own; `initdb` is a preparation; its socket is named after its
// port; and a start-up packet is answered with 'E' while it recovers, with 'R' when it is ready.
struct ServerKind {
  std::string program;      // looked up in a cell's PATH
  std::string package;      // that has it
  std::string socket_name;  // of its unix socket in the folder
  std::uint16_t port = 0;   // in a network of its own

  using MakeCommand =
      std::function<Command(const std::filesystem::path& folder, const net::Endpoint& endpoint)>;
  std::optional<Command> preparation;  // run to its end, once, in the folder
  MakeCommand command;                 // the same at every restart

  std::string question;  // once its answer begins with
  std::string answer;    // this, it is ready

  Limits limits;
};

enum class Transport { unix_socket, tcp };

// It is not installed: what() says which package has it.
struct ServerUnavailable : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// All of it throws CellError, which for a server that does not start quotes what it printed.
class PrivateServer {
 public:
  // Throws ServerUnavailable too.
  PrivateServer(ServerKind kind, Transport transport, Tier strongest = Tier::namespaces);

  // Where it listens, the same over restarts. A port is reached by sockets() only. A unix socket
  // is reached by whoever can enter the cell's folder: this process, and no other cell of root's.
  const net::Endpoint& endpoint() const { return endpoint_; }
  net::MakeSocket sockets() const { return cell_.sockets(); }

  void pause();
  void resume();
  void kill();     // -9; what it had written to its folder stays
  void restart();  // after kill(), or at once; returns when it is ready
  bool runs();
  std::string log();  // the end of what it printed since its last start

  const Isolation& isolation() const { return cell_.isolation(); }

 private:
  net::Endpoint place_for(Transport transport);
  void prepare();
  void start();
  void wait_until_ready();
  [[noreturn]] void complain(const std::string& what);

  ServerKind kind_;
  AttendedCell cell_;
  std::optional<ReservedPort> port_;
  net::Endpoint endpoint_;
};

}  // namespace assay::proc
