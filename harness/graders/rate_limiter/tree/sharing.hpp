// Follows one organisation's lending: which keys are short, and whether what is admitted meanwhile
// is all there is (promise 3 of the contract), and divided by weight (promise 4). Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "graders/rate_limiter/tree/ledger.hpp"

namespace assay::graders::rate_limiter {

struct SharingFault {
  std::string kind;
  std::string expected;
  std::string why;
};

class TreeSharing {
 public:
  // `organisation` outlives it.
  explicit TreeSharing(const TreeOrganisation& organisation);

  // The answer to a call of one of its keys.
  std::optional<SharingFault> hear(const TreeOperation& call, Wide price, const TreeAnswer& came);

 private:
  struct Short {
    std::int64_t until_ns = 0;
    Wide admitted = 0;
    Wide lead_min = 0;  // of what it had beyond its part, times the weights of all that are short
    Wide lead_max = 0;
  };

  void forget_who_is_not_short(std::int64_t now_ns);
  void begin_again();
  std::optional<SharingFault> waste(std::int64_t now_ns) const;
  std::optional<SharingFault> unfairness();
  Wide weights() const;
  bool leaves_a_token(const std::string& key, Wide price) const;
  bool can_be_fair(Wide price) const;

  const TreeOrganisation& organisation_;
  std::int64_t token_ns_;  // rounded down, since calls are at whole nanoseconds
  Wide weights_ = 0;
  std::map<std::string, std::int64_t> weight_of_;
  std::map<std::string, Short> short_;
  std::int64_t since_ns_ = 0;       // the same keys have been short
  Wide admitted_ = 0;               // to them, since then
  std::int64_t some_since_ns_ = 0;  // some key has been short
  Wide all_admitted_ = 0;           // to any key, since then
  bool fair_ = true;                // no call was too large for fairness to be promised
};

}  // namespace assay::graders::rate_limiter
