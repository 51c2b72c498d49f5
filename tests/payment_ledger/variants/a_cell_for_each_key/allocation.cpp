// One unit after the other goes to whoever has lost most so far.
#include "allocation.hpp"

namespace payment_ledger {

__extension__ using Wide = __int128;

Allocation allocate(Amount amount, Fee fee, std::span<const std::int64_t> weights) {
  // In units of 1/20,000: the fee, and the half that rounds it.
  const Wide twice = 2 * Wide{amount} * fee.basis_points + 10'000;
  const Wide wanted = twice / 20'000 + fee.fixed;
  Allocation allocation;
  allocation.fee = wanted < amount ? static_cast<Amount>(wanted) : amount;
  const Wide rest = Wide{amount} - allocation.fee;
  Wide all = 0;
  for (const auto weight : weights) all += weight;
  std::vector<Wide> lost;
  Wide given = 0;
  for (const auto weight : weights) {
    const Wide share = rest * weight / all;
    lost.push_back(rest * weight - share * all);
    allocation.shares.push_back(static_cast<Amount>(share));
    given += share;
  }
  for (; given < rest; ++given) {
    std::size_t most = 0;
    for (std::size_t i = 1; i < lost.size(); ++i) {
      if (lost[i] > lost[most]) most = i;
    }
    lost[most] = -1;
    ++allocation.shares[most];
  }
  return allocation;
}

}  // namespace payment_ledger
