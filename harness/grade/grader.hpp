// How one question is judged. A grader collects evidence from subjects and turns evidence into
// results; the second is a pure function, so that any run can be judged again.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "grade/evidence.hpp"
#include "grade/scorecard.hpp"

namespace assay::grade {

struct CheckInfo {
  std::string id;    // "1.2": level, then place in it
  std::string slug;  // "refill"
  int level = 0;
  std::string title;
  std::string category;
  double points = 0;
};

class Grader {
 public:
  virtual ~Grader() = default;

  virtual int contract_version() const = 0;

  // In the order in which they are shown and run.
  virtual std::vector<CheckInfo> checks() const = 0;

  // Talks with subjects. Everything random comes from `seed`.
  virtual Evidence collect(const CheckInfo& check, const SubjectSpec& subject,
                           std::uint64_t seed) const = 0;

  // Pure. Fills the verdict and everything that explains it, but for seconds and replay.
  virtual CheckResult judge(const CheckInfo& check, const Evidence& evidence) const = 0;
};

}  // namespace assay::grade
