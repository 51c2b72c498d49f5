// A check that lets a sanitizer watch: it runs scripts in a solution that is built with one, and
// fails if the sanitizer reports anything, quoting the lines that it blames.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "grade/check.hpp"

namespace assay::grade {

class SanitizerCheck : public Check {
 public:
  // Flavour::threads or Flavour::addresses.
  SanitizerCheck(CheckInfo info, proc::Flavour flavour);

  proc::Flavour flavour() const final { return flavour_; }
  const Conversation& told(const Evidence& evidence) const final;
  Evidence collect(Workbench& workbench, std::uint64_t seed) const final;
  Evidence repeat(Workbench& workbench, const Evidence& before, std::uint64_t seed) const final;
  CheckResult judge(const Evidence& evidence) const final;

  // Each script makes anew what is tested, and drives it.
  virtual std::vector<Script> plan(base::Random& random) const = 0;

  // What is wrong with the answers, in words: that nothing was reported counts only where something
  // was done. Of a talk that went to its end.
  virtual std::optional<std::string> complaint(const Conversation& talk) const = 0;

 private:
  Evidence watch(Workbench& workbench, const std::vector<Script>& scripts) const;

  const proc::Flavour flavour_;
};

}  // namespace assay::grade
