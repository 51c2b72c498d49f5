// A check that is made of scripts of operations: it plans them, finds the first answer that breaks
// a requirement, and shrinks the script to the smallest that still does.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "grade/check.hpp"

namespace assay::grade {

// An answer that breaks a requirement.
struct Violation {
  std::size_t index = 0;  // of the exchange; 0 is the setup
  std::string kind;       // "denied instead of admitted": shrinking keeps it
};

// One life of what is tested, with what came; the first exchange is its setup.
struct Performance {
  std::vector<Exchange> exchanges;
  std::string trouble;  // why the last exchanges have no answer
};

class ScriptCheck : public Check {
 public:
  using Check::Check;

  Evidence collect(Workbench& workbench, std::uint64_t seed) const final;
  CheckResult judge(const Evidence& evidence) const final;

  virtual std::vector<Script> plan(base::Random& random) const = 0;

  // The first answer that breaks the requirement. Answers that are missing, or are not answers at
  // all (not implemented, threw), have been dealt with before.
  virtual std::optional<Violation> violation(const Performance& performance) const = 0;

  // Simpler forms of an operation, simplest first; each strictly simpler, so that shrinking ends.
  virtual std::vector<std::string> simpler(const std::string& operation) const;

  // Tells the story of a violation: reason, situation, steps, timeline.
  virtual void explain(const Performance& performance, const Violation& violation,
                       CheckResult& result) const = 0;

  // Adds what the planned talk shows besides, to any verdict.
  virtual void add_metrics(const Conversation& planned, CheckResult& result) const;

  // The known mistakes that would give every one of these answers.
  virtual std::vector<std::string> look_alikes(const Performance& performance) const;

  // How a subject is talked with: over the script protocol, unless a check knows another way.
  virtual Conversation hold(const SubjectSpec& subject, const std::vector<Script>& scripts,
                            std::string name, Pace pace) const;

  // So many operations may be tried while a script is shrunk, in all of its candidates together.
  virtual std::size_t shrinking_operations_max() const;
};

}  // namespace assay::grade
