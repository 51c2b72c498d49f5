// One check: it collects evidence from subjects, and turns evidence into a result. The second is a
// pure function, so that any run can be judged again.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "grade/cost.hpp"
#include "grade/evidence.hpp"
#include "grade/prediction.hpp"
#include "grade/scorecard.hpp"
#include "grade/workbench.hpp"

namespace assay::grade {

struct CheckInfo {
  std::string id;    // "1.2": level, then place in it
  std::string slug;  // "refill"
  int level = 0;
  std::string title;
  std::string category;
  double points = 0;
};

// A result that has the check's names and points, and nothing else yet.
CheckResult blank_result(const CheckInfo& info);

class Play;

class Check {
 public:
  explicit Check(CheckInfo info) : info_(std::move(info)) {}
  virtual ~Check() = default;
  Check(const Check&) = delete;
  Check& operator=(const Check&) = delete;

  const CheckInfo& info() const { return info_; }

  // What its subject is built as.
  virtual proc::Flavour flavour() const { return proc::Flavour::plain; }

  // Whether it runs in a live world: real processes, sockets, stores and time, which can't be
  // repeated exactly. What failed is then tried several times, and has failed k of n.
  virtual bool live() const { return false; }

  // Talks with subjects. Everything random comes from `seed`. Throws Interrupted.
  virtual Evidence collect(Workbench& workbench, std::uint64_t seed) const = 0;

  // The conversation that the story of a failure is about; `evidence` has at least one.
  virtual const Conversation& told(const Evidence& evidence) const;

  // What failed in a run with this seed, once more: all of a live check, else the conversation that
  // was told, unless a check knows better.
  virtual Evidence repeat(Workbench& workbench, const Evidence& before, std::uint64_t seed) const;

  // Pure. Fills the verdict and everything that explains it, but for seconds and replay.
  virtual CheckResult judge(const Evidence& evidence) const = 0;

 private:
  const CheckInfo info_;
};

// How one question is judged.
struct Grader {
  int contract_version = 1;
  std::vector<std::unique_ptr<Check>> checks;  // in the order in which they are shown and run
  std::vector<Prediction> predictions = {};    // by level
  std::vector<Cost> costs = {};  // what `compare` measures besides the checks' figures
  std::shared_ptr<const Play> play = nullptr;  // if operations can be tried by hand

  std::vector<CheckInfo> infos() const;
  const Check* named(std::string_view slug) const;  // null if there is none
};

}  // namespace assay::grade
