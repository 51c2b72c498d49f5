// A subject that speaks HTTP: a solution in C++, in Python or any program, in a cell, told by
// ASSAY_PORT where to listen, and ready once GET /healthz answers 200. It is loaded over sockets()
// and meets faults. Thread-safe but for its making and its end: faults may come from another thread
// than the load.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "grade/health.hpp"
#include "grade/subject_link.hpp"
#include "proc/attended_cell.hpp"
#include "proc/question.hpp"
#include "proc/reserved_port.hpp"

namespace assay::grade {

// Everything throws SubjectTrouble (session.hpp) for what is the subject's fault, Interrupted and
// proc::CellError.
class HttpSubject {
 public:
  // Makes its cell. `subject`'s limit of silence is that of getting ready.
  explicit HttpSubject(SubjectSpec subject, proc::Tier strongest = proc::Tier::namespaces);

  // A variable of its environment, from the next start on: what is known only once the cell is.
  void tell(const std::string& variable, const std::string& value);

  // Starts it, and returns when it is ready.
  void start();

  // The same over restarts, and reached by these sockets only. Valid as long as this object.
  const net::Endpoint& endpoint() const { return endpoint_; }
  net::MakeSocket sockets() const { return cell_.sockets(); }

  // Faults. They reach everything that the subject has started.
  void pause();
  void resume();
  void kill();     // -9; what it had written to its folder stays
  void restart();  // kill() and start()

  // The two halves of a start, for who watches it come back under load.
  void launch();
  void wait_until_ready();

  // Asks it to end (SIGTERM), gives it a moment, and ends it.
  proc::Ending end();

  std::optional<proc::Ending> ending() { return cell_.ending(); }
  std::optional<std::uint64_t> memory_bytes();
  std::string output();  // the end of what it printed, in all its lives
  const proc::Isolation& isolation() const { return cell_.isolation(); }
  const std::filesystem::path& folder() const { return cell_.folder(); }

 private:
  std::string why_not_ready(const Health& health);

  SubjectSpec subject_;
  proc::AttendedCell cell_;
  const proc::ReservedPort port_;
  const net::Endpoint endpoint_;
  std::string earlier_output_;  // guarded by the cell's turn
};

}  // namespace assay::grade
