// The subject's side of the script protocol (docs/protocols.md): lines on the descriptor ASSAY_FD.
// Stdin, stdout and stderr stay with the solution. Single-threaded.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace assay::host {

// A request that the host can't read: the harness and this host disagree, which is our fault.
struct BadRequest {
  std::string reason;
};

// One exercise's operations. `answer` gets the words of a line and returns the line to send back;
// it throws BadRequest for what it doesn't know, and lets the solution's exceptions through.
class Operations {
 public:
  virtual ~Operations() = default;
  virtual std::string answer(const std::vector<std::string_view>& words) = 0;
};

// What an operation's answer is as a line: exceptions become one too. Several threads may call it.
std::string answer_to(const std::vector<std::string_view>& words, Operations& operations);

// The words of a line, separated by one space.
std::vector<std::string_view> words_of(std::string_view line);

// Talks until the script ends; returns the exit code of the subject.
int serve(std::string_view exercise, int contract_version, Operations& operations);

// A whole number from a word; throws BadRequest.
std::int64_t whole_number(std::string_view word);

}  // namespace assay::host

// Called before each operation, counted from 1. It does nothing: a debugger stops here.
extern "C" void assay_operation(long number);
