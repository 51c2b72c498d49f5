// Level 2: fees and remainders.
#include "allocation.hpp"
#include "kit/not_implemented.hpp"

namespace payment_ledger {

Allocation allocate(Amount amount, Fee fee, std::span<const std::int64_t> weights) {
  // 100 units for three: 33, 33 and 33 are 99. Who gets the last one, and does amount * weight fit?
  kit::not_implemented("allocate");
}

}  // namespace payment_ledger
