// A payment that is split into a fee and shares: the request, the exact answer, and what comes of
// known mistakes. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace assay::graders::payment_ledger {

struct SplitRequest {
  std::int64_t amount = 0;
  std::int64_t basis_points = 0;
  std::int64_t fixed = 0;
  std::vector<std::int64_t> weights;
};

struct Split {
  std::int64_t fee = 0;
  std::vector<std::int64_t> shares;

  bool operator==(const Split&) const = default;
};

enum class SplitMistake {
  none,
  in_doubles,
  rounds_each,
  last_takes_the_rest,
  first_takes_the_rest,
  fee_rounded_down,
  fee_above_amount,
  remainder_in_order,
};
inline constexpr SplitMistake all_split_mistakes[] = {
    SplitMistake::in_doubles,          SplitMistake::rounds_each,
    SplitMistake::last_takes_the_rest, SplitMistake::first_takes_the_rest,
    SplitMistake::fee_rounded_down,    SplitMistake::fee_above_amount,
    SplitMistake::remainder_in_order,
};
std::string_view in_words(SplitMistake mistake);

Split split(const SplitRequest& request, SplitMistake mistake = SplitMistake::none);

inline constexpr const char* split_target = "/v1/allocations";
std::string to_line(const SplitRequest& request);
// Throws std::exception for another line.
SplitRequest parse_split_request(const std::string& line);
// Nothing if the answer is none.
std::optional<Split> parse_split(const std::string& line);

std::string in_words(const SplitRequest& request);
std::string in_words(const Split& split);

}  // namespace assay::graders::payment_ledger
