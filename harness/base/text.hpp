// Small things with text that several parts need. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace assay::base {

// At every separator, so that "a  b" split at ' ' has an empty piece.
std::vector<std::string> split(std::string_view text, char separator);
std::vector<std::string> split(std::string_view text, std::string_view separator);

std::string join(const std::vector<std::string>& pieces, std::string_view separator);

void replace_all(std::string& text, std::string_view from, std::string_view to);

// The whole text as a number, or nothing.
std::optional<std::int64_t> to_integer(std::string_view text);

bool contains(const std::vector<std::string>& texts, std::string_view wanted);

// The candidate that `typed` was probably meant to be, if one is near enough.
std::optional<std::string> did_you_mean(std::string_view typed,
                                        const std::vector<std::string>& candidates);

// One line of printable text: control characters, and bytes that aren't UTF-8, as \xNN; cut at
// `limit_bytes` with "…".
std::string printable_line(std::string_view text, std::size_t limit_bytes);

// "200 ms", "1.5 s", "3 h", "1 ns": the largest unit that needs at most three decimals; otherwise
// whole nanoseconds with thousands separated, "1,000,000,001 ns".
std::string duration_ns(std::int64_t ns);

// "1 token", "2 tokens", "1,234 tokens".
std::string counted(std::int64_t number, std::string_view noun);

// "1,234,567".
std::string thousands(std::int64_t number);

// As text in HTML and SVG, and as a value of an attribute in quotes.
std::string escaped_for_markup(std::string_view text);

// `word` quoted for a shell if it has to be.
std::string shell_quoted(std::string_view word);

}  // namespace assay::base
