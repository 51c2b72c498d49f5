// Largest remainder, in whole numbers of 128 bits.
#include "allocation.hpp"

#include <algorithm>
#include <numeric>

namespace payment_ledger {
namespace {

__extension__ using Wide = __int128;

constexpr Wide one_in_basis_points = 10'000;

Amount fee_of(Amount amount, Fee fee) {
  const Wide part =
      (Wide{amount} * fee.basis_points + one_in_basis_points / 2) / one_in_basis_points;
  return static_cast<Amount>(std::min(part + fee.fixed, Wide{amount}));
}

}  // namespace

Allocation allocate(Amount amount, Fee fee, std::span<const std::int64_t> weights) {
  Allocation allocation{fee_of(amount, fee), {}};
  const Wide rest = amount - allocation.fee;
  const Wide all = std::accumulate(weights.begin(), weights.end(), Wide{0});
  Amount left = amount - allocation.fee;
  for (const std::int64_t weight : weights) {
    allocation.shares.push_back(static_cast<Amount>(rest * weight / all));
    left -= allocation.shares.back();
  }
  std::vector<std::size_t> places(weights.size());
  std::iota(places.begin(), places.end(), std::size_t{0});
  const auto lost = [&](std::size_t place) { return rest * weights[place] % all; };
  std::ranges::stable_sort(places, [&](auto a, auto b) { return lost(a) > lost(b); });
  for (std::size_t i = 0; left > 0; ++i, --left) ++allocation.shares[places[i]];
  return allocation;
}

}  // namespace payment_ledger
