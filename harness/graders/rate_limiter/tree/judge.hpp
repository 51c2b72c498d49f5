// Judges a tree's answers, one after the other, by what the contract promises, and not by one way
// to lend quota. Pure.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "grade/script_check.hpp"
#include "graders/rate_limiter/tree/decisions.hpp"
#include "graders/rate_limiter/tree/sharing.hpp"

namespace assay::graders::rate_limiter {

// What a check is about. Who is admitted, and who must be, always counts.
struct TreeAspects {
  bool who_denies = false;
  bool retry_after = false;
  bool sharing = false;
  bool counts = false;
};

struct TreeOpinion {
  std::string expected;              // in words
  std::optional<std::string> wrong;  // "denied, but should be admitted"
  std::string why;
};

class TreeJudge {
 public:
  TreeJudge(const TreePolicy& policy, TreeAspects aspects);

  // What is to be said of the next answer; nothing else may be given afterwards if it is wrong.
  TreeOpinion hear(const TreeOperation& operation, const std::string& answered);

 private:
  TreeOpinion hear_count(const TreeOperation& operation, const std::string& answered);
  TreeOpinion opinion(const TreeOperation& call, const std::optional<TreeAnswer>& came) const;
  std::string why_admitted(const TreeOperation& call) const;
  std::string why_denied(const TreeOperation& call, TreeLevel level) const;
  std::optional<std::string> wrong_denial(const TreeOperation& call, const TreeAnswer& came,
                                          std::string& why) const;
  std::optional<std::string> wrong_wait(const TreeOperation& call, const TreeAnswer& came) const;
  void hold_to_promises(const TreeOperation& call, const TreeAnswer& came, TreeOpinion& said) const;
  void remember(const TreeOperation& call, const TreeAnswer& came);
  void settle(const std::optional<OrganisationDecision>& decision, TreeOpinion& said);

  // A call that was denied, and from when on it was told to be admitted (nothing: never).
  struct Promise {
    TreeOperation call;
    std::optional<std::int64_t> from_ns;
  };

  const TreeAspects aspects_;
  const TreePolicy policy_;
  TreeLedger ledger_;
  std::vector<OrganisationDecisions> decisions_;  // of the organisations
  std::vector<TreeSharing> sharing_;              // of the organisations
  std::vector<std::vector<Promise>> promises_;    // of the organisations, since they last admitted
};

struct TreeWrong {
  std::size_t index = 0;  // of the exchange
  std::string kind;
};

// The first wrong answer; but a wrong admission, wherever it is, goes before anything else.
std::optional<TreeWrong> first_wrong(const grade::Performance& performance, TreeAspects aspects);

}  // namespace assay::graders::rate_limiter
