// What is done to the bytes between a client and a server: a plain value, and the text that people
// write and read for it, "delay 20ms jitter 5ms to the server". Pure.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace assay::fault {

enum class Verb { pass, delay, bandwidth, clog, black_hole, refuse, reset, half_close, slice };
inline constexpr std::array kVerbs{Verb::pass,  Verb::delay,      Verb::bandwidth,
                                   Verb::clog,  Verb::black_hole, Verb::refuse,
                                   Verb::reset, Verb::half_close, Verb::slice};
inline constexpr std::size_t kVerbCount = kVerbs.size();

enum class Direction { both, to_server, to_client };

inline constexpr std::chrono::nanoseconds kLongestTime = std::chrono::hours(1);
inline constexpr std::uint64_t kMostBytes = 1'000'000'000'000'000;

struct Fault {
  Verb verb = Verb::pass;
  Direction direction = Direction::both;
  std::chrono::nanoseconds time{};    // delay: how long; slice: from piece to piece
  std::chrono::nanoseconds jitter{};  // delay: as much more or less, drawn from the seed
  std::uint64_t bytes = 0;            // bandwidth: a second; reset: after; slice: in a piece

  bool operator==(const Fault&) const = default;
};

// What a fault can't be, as a sentence; empty if there is nothing wrong with it.
std::string problem_with(const Fault& fault);

// Throws std::invalid_argument that says what is wrong, and what is allowed.
Fault parse_fault(std::string_view text);
// As parse_fault() reads it: exactly the same fault.
std::string to_text(const Fault& fault);

std::string_view name_of(Verb verb);
// What causes it in production, in a line.
std::string_view cause_of(Verb verb);
// Every verb by an example, with what it does, to which connections, and what causes it.
std::string verbs_help();

}  // namespace assay::fault
