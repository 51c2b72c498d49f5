// Histories of a simulated service: clients call, the service does it at some instant in between,
// the client returns; or nobody learns the outcome, and the effect comes at once, late, or never. A
// mistake is one result that is replaced by another, earlier one, or by its opposite.
#pragma once

#include <cstdint>
#include <string_view>

#include "check/history.hpp"
#include "support/service.hpp"

namespace assay::check::support {

struct Workload {
  std::string_view model = "register";
  int operations = 100;
  int clients = 4;
  int keys = 1;
  int values = 5;               // that are written; 0: every write its own
  double observed_share = 0.5;  // reads among all operations
  double cas_share = 0.0;       // of a register's other operations
  double put_share = 0.1;       // of a store's other operations; the rest append
  double silent_share = 0.5;    // of updates that could say what they did
  double whole_share = 0.0;     // of a set's observations: of all elements, not of one
  double unknown_share = 0.0;   // operations whose outcome nobody learns
  int mistakes = 0;             // at random places in the second half
  Bucket bucket{3, 10};
  std::uint64_t seed = 1;
};

History random_history(const Workload& workload);

// One with at most `operations` operations, all else at random: small enough for brute force.
Workload random_small_workload(std::string_view model, int operations, std::uint64_t seed);

}  // namespace assay::check::support
