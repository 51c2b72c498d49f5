// What an exercise adds so that its operations can be tried by hand (assay play), and a session
// kept as a check of the learner's own. Stateless, so thread-safe.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "grade/script_check.hpp"

namespace assay::grade {

// What was typed can't be understood; one line that says what would be.
struct Misunderstood : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Play {
 public:
  virtual ~Play() = default;

  // The operations that can be typed, a line each; their first words; and the setup that a session
  // begins with.
  virtual std::string help() const = 0;
  virtual std::vector<std::string> verbs() const = 0;
  virtual std::string first_setup() const = 0;

  // From what a person types, beginning with one of the verbs, to a line of the protocol. What that
  // is may depend on what was done before; no setup has been, if it is empty. Throws Misunderstood.
  virtual std::string to_line(const std::string& typed, const Script& before) const = 0;
  virtual bool is_setup(const std::string& line) const = 0;

  // And back: to_line() gives the same line again.
  virtual std::string to_typed(const std::string& line) const = 0;

  // The check that judges this script, by the same model as the level's own. Its points are 0.
  virtual std::unique_ptr<ScriptCheck> check(const Script& script, std::string id, std::string slug,
                                             std::string title) const = 0;
};

}  // namespace assay::grade
