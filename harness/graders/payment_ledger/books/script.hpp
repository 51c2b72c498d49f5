// Level 1's operations as requests in a line, and what a subject answers them with. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace assay::graders::payment_ledger {

struct BookLeg {
  std::string account;
  bool debit = true;
  std::int64_t amount = 0;
  std::string currency;
};

struct BookOperation {
  enum class Kind { open, post, look };
  Kind kind = Kind::look;
  std::string account;                // to open, or to look at
  std::string currency;               // to open
  std::optional<std::int64_t> floor;  // to open
  std::vector<BookLeg> legs;          // to post
};

// In the order in which they are looked for (api.hpp).
inline constexpr std::array<std::string_view, 8> refusals{
    "too_few_legs", "amount_not_positive", "unknown_account",  "wrong_currency",
    "sum_overflow", "unbalanced",          "balance_overflow", "below_floor"};
inline constexpr std::string_view account_exists = "account_exists";
inline constexpr std::string_view unknown_account = "unknown_account";

struct BookAnswer {
  enum class Kind { done, refused, totals, other };
  Kind kind = Kind::other;
  std::string code;  // of a refusal
  std::int64_t debits = 0;
  std::int64_t credits = 0;
  std::string text;  // of another answer: what it is

  bool operator==(const BookAnswer&) const = default;
};

inline constexpr const char* books_setup = R"(PUT /test/ledger {"level":1})";

std::string to_line(const BookOperation& operation);
// Throws std::runtime_error for another line.
BookOperation parse_book_operation(const std::string& line);
BookAnswer parse_book_answer(const std::string& line, BookOperation::Kind to);

std::string in_words(const BookOperation& operation);
std::string in_words(const BookLeg& leg);
std::string in_words(const BookAnswer& answer);

}  // namespace assay::graders::payment_ledger
