// JSON as a host of money reads it: strict (no key twice, no text after the value, valid UTF-8),
// bounded in depth, and whole numbers stay whole. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace assay::host {

// What is wrong with a text, in plain words.
struct BadJson : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Json {
  enum class Kind {
    null,
    boolean,
    integer,  // a whole number without a point or an exponent, that fits in 64 bits
    number,   // any other
    string,
    array,
    object,
  };
  Kind kind = Kind::null;
  bool boolean = false;
  std::int64_t integer = 0;
  std::string text;                // of a string; of a number, as it was written
  std::vector<std::string> names;  // of an object's members, in their order
  std::vector<Json> values;        // of the members, or an array's

  bool is(Kind wanted) const { return kind == wanted; }
  // Null if there is no such member.
  const Json* member(std::string_view name) const;
};

inline constexpr std::size_t json_depth_max = 32;

// Throws BadJson.
Json parse_json(std::string_view text);

// A string with its quotes.
std::string quoted(std::string_view text);

}  // namespace assay::host
