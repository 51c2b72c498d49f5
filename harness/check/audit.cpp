#include "check/audit.hpp"

#include <algorithm>
#include <map>

namespace assay::check {

std::vector<Imbalance> imbalances(std::span<const AuditedAccount> accounts) {
  std::map<std::string, Imbalance> sums;
  for (const auto& account : accounts) {
    Imbalance& sum = sums[account.currency];
    sum.currency = account.currency;
    sum.debits += account.debits;
    sum.credits += account.credits;
  }
  std::vector<Imbalance> wrong;
  for (const auto& [currency, sum] : sums) {
    if (sum.debits != sum.credits) wrong.push_back(sum);
  }
  return wrong;
}

std::vector<Repeated> repeated(std::span<const std::string> effects) {
  std::map<std::string, std::size_t> counts;
  for (const auto& effect : effects) ++counts[effect];
  std::vector<Repeated> more_than_once;
  for (const auto& [name, times] : counts) {
    if (times > 1) more_than_once.push_back({name, times});
  }
  return more_than_once;
}

std::string in_words(AuditSum sum) {
  std::string digits;
  AuditSum rest = sum;
  do {
    const int digit = static_cast<int>(rest % 10);
    digits += static_cast<char>('0' + (digit < 0 ? -digit : digit));
    rest /= 10;
  } while (rest != 0);
  if (sum < 0) digits += '-';
  std::reverse(digits.begin(), digits.end());
  return digits;
}

}  // namespace assay::check
