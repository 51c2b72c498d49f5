// Level 2's charges as requests in a line, and what a subject answers them with. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "grade/http_line.hpp"

namespace assay::graders::payment_ledger {

struct ChargeOperation {
  enum class Kind {
    charge,
    clock,  // it shows `now_ms` from now on
    count,  // the processor is asked how much it has charged
  };
  Kind kind = Kind::count;
  std::string caller;
  std::string key;
  std::map<std::string, std::string> parameters;  // by name, as JSON; the order is in `body`
  std::string body;                               // as it is sent
  bool valid = true;                              // whether a subject can accept the body
  bool quoted = true;                             // the key
  std::int64_t now_ms = 0;
};

inline constexpr const char* charges_setup = R"(PUT /test/ledger {"level":2})";
inline constexpr const char* count_line = "COUNT /charges";
inline constexpr const char* replayed_field = "Idempotent-Replayed";
inline constexpr std::int64_t key_lifetime_ms = 24LL * 60 * 60 * 1'000;

std::string to_line(const ChargeOperation& operation);
// Throws std::runtime_error for another line.
ChargeOperation parse_charge_operation(const std::string& line);

std::string in_words(const ChargeOperation& operation);
// "201, ch_3, replayed".
std::string in_words(const grade::HttpReply& reply);
bool is_replayed(const grade::HttpReply& reply);

}  // namespace assay::graders::payment_ledger
