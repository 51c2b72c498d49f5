// A subject that is asked a line at a time and lives on: for what has to be measured while it runs.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>

#include "grade/subject_link.hpp"
#include "net/descriptor.hpp"

namespace assay::grade {

// The subject ended, hung or said something that the protocol doesn't allow; in plain words.
struct SubjectTrouble : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// `subject` outlives it. Everything throws SubjectTrouble, Interrupted and proc::CellError.
class Session {
 public:
  explicit Session(const SubjectSpec& subject);

  // The answer to one line, within the subject's limit of silence.
  std::string ask(const std::string& line);

  // Resident now; see proc::Cell.
  std::optional<std::uint64_t> memory_bytes() { return link_.cell().memory_bytes(); }

  // A socket in the subject's network, for any thread; see proc::Cell.
  net::Descriptor make_socket(int family) { return link_.cell().make_socket(family); }

  // Says goodbye.
  void end();

  std::string output() const { return link_.output(); }

 private:
  std::string next_line(const std::string& during);

  SubjectLink link_;
};

}  // namespace assay::grade
