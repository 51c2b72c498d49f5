#include "fault/quantity.hpp"

#include <array>
#include <cctype>
#include <limits>
#include <span>

namespace assay::fault {
namespace {

using std::chrono::nanoseconds;

struct Unit {
  std::string_view name;
  std::uint64_t size;
};

constexpr std::array<Unit, 6> time_units{{{"ns", 1},
                                          {"us", 1'000},
                                          {"ms", 1'000'000},
                                          {"s", 1'000'000'000},
                                          {"min", 60'000'000'000},
                                          {"h", 3'600'000'000'000}}};
constexpr std::size_t printed_time_units = 4;  // hours and minutes are for typing
constexpr std::array<Unit, 9> byte_units{{{"byte", 1},
                                          {"bytes", 1},
                                          {"B", 1},
                                          {"KB", 1'000},
                                          {"MB", 1'000'000},
                                          {"GB", 1'000'000'000},
                                          {"KiB", 1U << 10U},
                                          {"MiB", 1U << 20U},
                                          {"GiB", 1U << 30U}}};
constexpr std::array<Unit, 3> printed_byte_units{
    {{"KB", 1'000}, {"MB", 1'000'000}, {"GB", 1'000'000'000}}};

bool is_digit(char letter) { return std::isdigit(static_cast<unsigned char>(letter)) != 0; }

// "12.5", in units of 1/size: nothing if that leaves a rest, or is too large.
std::optional<std::uint64_t> scaled(std::string_view number, std::uint64_t size) {
  std::uint64_t value = 0;
  std::uint64_t scale = size;
  bool fraction = false;
  for (const char letter : number) {
    if (letter == '.') {
      fraction = true;
      continue;
    }
    const auto digit = static_cast<std::uint64_t>(letter - '0');
    const bool too_fine = fraction && scale % 10 != 0;
    if (too_fine && digit != 0) return {};
    if (too_fine) continue;
    if (fraction) scale /= 10;
    std::uint64_t part = 0;
    if (__builtin_mul_overflow(digit, fraction ? scale : size, &part)) return {};
    if (!fraction && __builtin_mul_overflow(value, 10U, &value)) return {};
    if (__builtin_add_overflow(value, part, &value)) return {};
  }
  return value;
}

std::optional<std::uint64_t> in_units(std::string_view text, std::span<const Unit> units) {
  std::size_t end = 0;
  int dots = 0;
  while (end < text.size() && (is_digit(text[end]) || text[end] == '.')) {
    dots += text[end] == '.' ? 1 : 0;
    ++end;
  }
  const std::string_view number = text.substr(0, end);
  if (number.empty() || dots > 1 || !is_digit(number.front()) || !is_digit(number.back())) {
    return {};
  }
  text.remove_prefix(end);
  if (text.starts_with(' ')) text.remove_prefix(1);
  for (const Unit& unit : units) {
    if (text == unit.name) return scaled(number, unit.size);
  }
  return {};
}

// In the largest unit of which there is one at least, else in the first.
std::string with_unit(std::uint64_t value, std::span<const Unit> units) {
  const Unit* best = &units.front();
  for (const Unit& unit : units) {
    if (value >= unit.size) best = &unit;
  }
  std::string text = std::to_string(value / best->size);
  if (const std::uint64_t rest = value % best->size; rest != 0) {
    std::string decimals = std::to_string(best->size + rest).substr(1);
    decimals.erase(decimals.find_last_not_of('0') + 1);
    text += '.' + decimals;
  }
  return text.append(best->name);
}

}  // namespace

std::string duration_text(nanoseconds duration) {
  if (duration == nanoseconds::zero()) return "0s";
  const bool back = duration < nanoseconds::zero();
  const auto count = static_cast<std::uint64_t>(duration.count());
  const std::span<const Unit> units(time_units);
  return (back ? "-" : "") + with_unit(back ? 0 - count : count, units.first(printed_time_units));
}

std::optional<nanoseconds> to_duration(std::string_view text) {
  const bool back = text.starts_with('-');
  if (back) text.remove_prefix(1);
  const auto count = in_units(text, time_units);
  if (!count || *count > std::uint64_t{std::numeric_limits<std::int64_t>::max()}) return {};
  const nanoseconds duration(static_cast<std::int64_t>(*count));
  return back ? -duration : duration;
}

std::string bytes_text(std::uint64_t bytes) {
  return std::to_string(bytes) + (bytes == 1 ? " byte" : " bytes");
}

std::optional<std::uint64_t> to_bytes(std::string_view text) { return in_units(text, byte_units); }

std::string rate_text(std::uint64_t bytes_per_second) {
  const bool few = bytes_per_second < printed_byte_units.front().size;
  return (few ? bytes_text(bytes_per_second) : with_unit(bytes_per_second, printed_byte_units)) +
         "/s";
}

std::optional<std::uint64_t> to_rate(std::string_view text) {
  if (!text.ends_with("/s")) return {};
  return to_bytes(text.substr(0, text.size() - 2));
}

}  // namespace assay::fault
