// Numbers in words, as short as they can be without saying something false. Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "report/style.hpp"

namespace assay::report {

// At most two decimals, and never rounded up: 3.999 of 4 points is not 4.
std::string points_in_words(double points);

std::string seconds_in_words(double seconds);  // "12 ms", "0.8 s", "38 s", "2 min 5 s"

std::string level_in_words(double level);  // "3", "2.5", "1000000", "2^62", "1.5e+09"

// Ways to label each moment of an axis, for each moment from the clearest to the shortest; the
// last is empty. Where one unit suits all, only the last moment names it. Moments ascend.
std::vector<std::vector<std::string>> moment_labels(const std::vector<std::int64_t>& moments_ns,
                                                    const Style& style);

}  // namespace assay::report
