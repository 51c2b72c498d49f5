// Quantities as people write them, "20ms", "1000 bytes", "100KB/s", and back, exactly. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace assay::fault {

// "0s", "2s", "1.5ms", "-200ms": the largest unit of which there is one at least. No digit is lost.
std::string duration_text(std::chrono::nanoseconds duration);
// The units are ns, us, ms, s, min and h. Nothing, if it is something else or beyond 292 years.
std::optional<std::chrono::nanoseconds> to_duration(std::string_view text);

std::string bytes_text(std::uint64_t bytes);  // "1 byte", "65536 bytes"
// The units are byte, bytes, B, KB, MB, GB (thousands), KiB, MiB and GiB.
std::optional<std::uint64_t> to_bytes(std::string_view text);

std::string rate_text(std::uint64_t bytes_per_second);  // "999 bytes/s", "1.5KB/s"
std::optional<std::uint64_t> to_rate(std::string_view text);

}  // namespace assay::fault
