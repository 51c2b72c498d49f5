#include "graders/payment_ledger/predictions.hpp"

#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "base/text.hpp"
#include "graders/payment_ledger/allocations/split.hpp"

namespace assay::graders::payment_ledger {
namespace {

using grade::Measured;
using grade::PredictionQuestion;

constexpr int additions = 10'000;
constexpr std::int64_t largest_of_32_bits = (std::int64_t{1} << 31) - 1;
constexpr int payments = 10'000;
constexpr int simulated_payments = 1'000'000;
constexpr int tries_max = 4;

PredictionQuestion ask_doubles(base::Random& random) {
  const std::int64_t cents = random.one_of(std::vector<std::int64_t>{10, 20, 30, 60, 70});
  const auto measure = [=](grade::Workbench&) -> Measured {
    const double step = static_cast<double>(cents) / 100;
    double sum = 0;
    int wrong = 0;
    for (std::int64_t i = 1; i <= additions; ++i) {
      sum += step;
      if (sum != static_cast<double>(cents * i) / 100) ++wrong;
    }
    return {100.0 * wrong / additions,
            fmt::format("{} of {} balances were wrong. {:.2f} has no exact double, so each "
                        "addition begins a little off and is rounded once more; what is off is far "
                        "less than a cent, but \"debits equal credits\" compares with ==. The last "
                        "balance is {:.17g}.",
                        base::thousands(wrong), base::thousands(additions), step, sum)};
  };
  return {fmt::format("A ledger keeps dollars as doubles, and credits an account with {:.2f} again "
                      "and again, {} times. After what share of these additions is the balance not "
                      "equal to the double nearest to the exact amount?",
                      static_cast<double>(cents) / 100, base::thousands(additions)),
          "%",
          100,
          {},
          measure};
}

PredictionQuestion ask_32_bits(base::Random& random) {
  const std::int64_t most = random.between(2, 9) * 100;
  const auto measure = [=, seed = random.next()](grade::Workbench&) -> Measured {
    base::Random fees(seed);
    std::int64_t total = 0;
    std::int64_t entries = 0;
    while (total <= largest_of_32_bits) {
      total += fees.between(1, most);
      ++entries;
    }
    return {static_cast<double>(entries),
            fmt::format("After {} entries. 2^31 - 1 cents are 21,474,836.47 dollars, and a fee is "
                        "{} cents on average. At 100 entries a second that is {:.1f} days; 64 bits "
                        "last four thousand million times as long.",
                        base::thousands(entries), most / 2,
                        static_cast<double>(entries) / 100 / 86'400)};
  };
  return {fmt::format("An account for fees counts cents in 32 bits, with a sign. Each entry adds a "
                      "fee of 1 to {} cents, all equally likely. After how many entries does it "
                      "overflow?",
                      most),
          "entries",
          1e12,
          {},
          measure};
}

PredictionQuestion ask_duplicates(base::Random& random) {
  const std::int64_t permille = random.between(8, 50);
  const auto measure = [=, seed = random.next()](grade::Workbench&) -> Measured {
    base::Random losses(seed);
    const double lost = static_cast<double>(permille) / 1'000;
    std::int64_t duplicates = 0;
    for (int i = 0; i < simulated_payments; ++i) {
      for (int again = 1; again < tries_max && losses.chance(lost); ++again) ++duplicates;
    }
    const double per_payments = static_cast<double>(duplicates) * payments / simulated_payments;
    return {per_payments,
            fmt::format("{:.0f} for {} payments. Every answer that is lost makes the client charge "
                        "once more, so it is {:.1f} % of the payments, and of those again. With a "
                        "key it is none: that is all that level 2 is about.",
                        per_payments, base::thousands(payments), 100 * lost)};
  };
  return {fmt::format("A service charges each time that it is asked. {:.1f} % of its answers are "
                      "lost on the way, and then the client asks again, up to three times more. "
                      "For {} payments, how many charges are made too many?",
                      static_cast<double>(permille) / 10, base::thousands(payments)),
          "charges",
          1e6,
          {},
          measure};
}

PredictionQuestion ask_lost_units(base::Random& random) {
  const std::int64_t sellers = random.between(3, 7);
  const auto measure = [=, seed = random.next()](grade::Workbench&) -> Measured {
    base::Random amounts(seed);
    int wrong = 0;
    std::int64_t off = 0;
    for (int i = 0; i < payments; ++i) {
      const SplitRequest request{amounts.between(1'000, 99'999), 290, 30,
                                 std::vector<std::int64_t>(static_cast<std::size_t>(sellers), 1)};
      const Split parts = split(request, SplitMistake::rounds_each);
      const std::int64_t sum = std::accumulate(parts.shares.begin(), parts.shares.end(), parts.fee);
      wrong += sum != request.amount ? 1 : 0;
      off += sum - request.amount;
    }
    return {100.0 * wrong / payments,
            fmt::format("{} of {} didn't add up. Only where the rest is a multiple of {} do equal "
                        "shares have no fraction, which is 1 in {}. Some errors are up and some "
                        "are down: over all payments they come to {} units. But each one is an "
                        "entry that isn't balanced.",
                        base::thousands(wrong), base::thousands(payments), sellers, sellers,
                        base::thousands(off))};
  };
  return {fmt::format("A payment of 10.00 to 999.99 is split: a fee of 2.9 % + 0.30, and equal "
                      "shares of the rest for {} sellers, each rounded to the nearest cent. What "
                      "share of the payments doesn't add up to what was paid?",
                      sellers),
          "%",
          100,
          {},
          measure};
}

}  // namespace

void add_predictions(Predictions& predictions) {
  predictions.push_back({"dollars_in_doubles", 1, ask_doubles});
  predictions.push_back({"cents_in_32_bits", 1, ask_32_bits});
  predictions.push_back({"duplicates", 2, ask_duplicates});
  predictions.push_back({"lost_units", 2, ask_lost_units});
}

}  // namespace assay::graders::payment_ledger
