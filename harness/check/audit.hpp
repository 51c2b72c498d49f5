// What an auditor asks of books, whoever kept them: that no money was made or lost, and that
// nothing was done twice. Pure: evidence in, findings out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace assay::check {

// More than 64 bits: sums of books whose every number has 64 bits must not overflow here.
__extension__ using AuditSum = __int128;

struct AuditedAccount {
  std::string id;
  std::string currency;
  std::int64_t debits = 0;
  std::int64_t credits = 0;
};

// A currency whose debits aren't equal to its credits.
struct Imbalance {
  std::string currency;
  AuditSum debits = 0;
  AuditSum credits = 0;
};

// Conservation: of each currency, all debits together are all credits together.
std::vector<Imbalance> imbalances(std::span<const AuditedAccount> accounts);

// At most once: the names of effects that were seen more often than once, and how often.
struct Repeated {
  std::string name;
  std::size_t times = 0;
};
std::vector<Repeated> repeated(std::span<const std::string> effects);

std::string in_words(AuditSum sum);

}  // namespace assay::check
