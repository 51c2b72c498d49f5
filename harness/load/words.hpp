// Times and rates as people write and read them. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "load/rate_search.hpp"

namespace assay::load {

// These throw std::invalid_argument that says what it should look like.
std::chrono::nanoseconds parse_duration(std::string_view text);  // "10s", "1.5s", "500ms", "2m"
std::vector<double> parse_rates(std::string_view text);          // a second: "1000,2000"
LatencyTarget parse_target(std::string_view text);               // "p99=20ms"

std::string rounded_ns(double ns);           // to three digits: "1.23 ms"
std::string rate_in_words(double per_s);     // "12,346", "12.5"
std::string percent_in_words(double value);  // "p99.9"

}  // namespace assay::load
