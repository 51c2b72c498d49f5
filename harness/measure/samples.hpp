// The evidence of a paired measurement: every slice that was timed, in the order of time. It is
// stored and judged as it is, so a measurement can be judged again. A plain value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace assay::measure {

inline constexpr int kPairLimit = 400;  // of a measurement; a line of text then has some 30 KB
inline constexpr int kKeptDigits = 5;   // of a rate; what is dropped is far below any noise

// Four slices, A B B A: what drifts evenly hits both alike, and each follows itself as often as it
// follows the other. Rates: operations per second, or anything of which more is better (for a time
// per operation, its inverse).
struct Pair {
  double reference_before = 0;
  double subject_first = 0;
  double subject_second = 0;
  double reference_after = 0;

  bool operator==(const Pair&) const = default;
};

struct Samples {
  std::uint64_t seed = 0;  // of the resampling
  std::vector<Pair> pairs;
  std::vector<Pair> controls;  // the reference against itself, as "subject"

  bool operator==(const Samples&) const = default;
};

// The rate with kKeptDigits digits, so that its text is short and exact.
double shortened(double rate);

// "paired 1 seed 42 pairs 10250,9871.2,9868,10248 … controls …", and back: exactly the same
// samples, or nothing if the text is not of that form.
std::string to_text(const Samples& samples);
std::optional<Samples> samples_from_text(std::string_view text);

}  // namespace assay::measure
