// A started subject and the lines to and from it: what a scripted talk and a session share.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>

#include "grade/conversation.hpp"
#include "proc/cell.hpp"

namespace assay::grade {

// How a trouble ends if the subject had not greeted yet.
inline constexpr std::string_view before_ready = " before it was ready";

// An operation as a sentence quotes it.
std::string shown_operation(const std::string& operation);

// What starts a subject in a cell with this folder.
proc::Command command_for(const SubjectSpec& subject, const std::filesystem::path& folder);

// `earlier` lines and what was printed since, printable, and as few as the subject's limit says.
std::string last_lines(const std::string& earlier, const proc::Output& output,
                       const SubjectSpec& subject);

class SubjectLink {
 public:
  // Starts it in a fresh cell. Throws proc::CellError.
  explicit SubjectLink(const SubjectSpec& subject);

  // What the protocol begins with, and the answer that is due.
  std::string greeting() const;
  std::string expected_greeting() const;

  void send(std::string_view lines);

  // Waits a moment, and moves what can be moved. Throws Interrupted.
  void step();

  // The next line that has come, printable and cut at the subject's limit; false if there is none.
  bool next_line(std::string& line);

  // Why no more lines will come, in plain words; empty if they may.
  std::string trouble() const;

  // Lets it end by itself, and ends it if it doesn't.
  const proc::Ending& part();

  proc::Cell& cell() { return cell_; }
  // The end of what it printed.
  std::string output() const;

 private:
  bool send_some();
  bool receive_some();

  const SubjectSpec& subject_;
  proc::Cell cell_;
  std::string to_send_;
  std::size_t sent_ = 0;
  std::string received_;
  std::size_t taken_ = 0;  // of received_
  bool ended_ = false;
  bool hung_up_ = false;  // its end of the channel
  std::chrono::steady_clock::time_point hung_up_at_;
  std::chrono::steady_clock::time_point last_progress_ = std::chrono::steady_clock::now();
};

// "" if `said` greets as it should.
std::string trouble_with_greeting(const SubjectLink& link, const std::string& said);

// Echoed at the end, so that an early end can't look like success. Not from the seed: it must not
// be known before it is sent.
std::string fresh_nonce();

}  // namespace assay::grade
