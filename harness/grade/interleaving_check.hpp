// A check that runs small programs of a few threads under a scheduler that it owns, in hundreds of
// interleavings each, and looks at every history of answers. A failure is shrunk twice: to the
// fewest operations that some interleaving makes fail, and then to the fewest switches.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "grade/check.hpp"
#include "grade/rounds.hpp"

namespace assay::grade {

// The kind of a violation that is none: the analysis hit its limit.
inline constexpr const char* undecided = "undecided";

// Answers that break a requirement.
struct RoundViolation {
  std::string kind;       // "wrong answers", "deadlock": shrinking keeps it
  std::string reason;     // in words
  std::size_t event = 0;  // the return in the report that can't be
  std::string expected;   // instead of it, in words
  std::string why;        // in words
};

class InterleavingCheck : public Check {
 public:
  using Check::Check;

  proc::Flavour flavour() const final { return proc::Flavour::scheduled; }
  const Conversation& told(const Evidence& evidence) const final;
  Evidence collect(Workbench& workbench, std::uint64_t seed) const final;
  Evidence repeat(Workbench& workbench, const Evidence& before, std::uint64_t seed) const final;
  CheckResult judge(const Evidence& evidence) const final;

  // The first operation of each makes anew what is tested.
  virtual std::vector<Program> programs(base::Random& random) const = 0;

  // Of a round that finished, and in which every operation was answered.
  virtual std::optional<RoundViolation> violation(const Program& program,
                                                  const RoundReport& report) const = 0;

  // Simpler forms of an operation, simplest first; each strictly simpler, so that shrinking ends.
  virtual std::vector<std::string> simpler(const std::string& operation) const;

  // The known mistakes that would give every one of these answers.
  virtual std::vector<std::string> look_alikes(const Program& program,
                                               const RoundReport& report) const;

  virtual std::string situation(const Program& program) const = 0;
  virtual std::string operation_in_words(const std::string& operation) const = 0;
  virtual std::string answer_in_words(const std::string& operation,
                                      const std::string& answer) const = 0;
};

}  // namespace assay::grade
