// What is due to each request of a single client, exactly; and what services with a known mistake
// answer. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "graders/payment_ledger/charges/script.hpp"

namespace assay::graders::payment_ledger {

enum class ChargeMistake {
  none,
  callers_share_keys,
  parameters_ignored,
  bytes_compared,
  order_compared,
  errors_forgotten,
  busy_remembered,
  never_expires,
  expires_at_replay,
  expires_early,
  expires_late,
  not_marked,
  acts_again,
  acts_at_replay,
};
inline constexpr ChargeMistake all_charge_mistakes[] = {
    ChargeMistake::callers_share_keys, ChargeMistake::parameters_ignored,
    ChargeMistake::bytes_compared,     ChargeMistake::order_compared,
    ChargeMistake::errors_forgotten,   ChargeMistake::busy_remembered,
    ChargeMistake::never_expires,      ChargeMistake::expires_at_replay,
    ChargeMistake::expires_early,      ChargeMistake::expires_late,
    ChargeMistake::not_marked,         ChargeMistake::acts_again,
    ChargeMistake::acts_at_replay,
};
std::string_view in_words(ChargeMistake mistake);

struct Due {
  enum class Kind { done, executed, replayed, mismatch, invalid, busy, counted };
  Kind kind = Kind::done;
  int status = 0;           // executed
  std::string id;           // of the charge that was made, if one was
  std::size_t same_as = 0;  // replayed: the answer of that operation, counted from 1
  bool marked = true;       // replayed
  std::size_t charges = 0;  // counted
  std::string in_words() const;
};

class ChargeModel {
 public:
  explicit ChargeModel(ChargeMistake mistake = ChargeMistake::none) : mistake_(mistake) {}

  // `place` is that of the operation in its script, from 1.
  Due due(const ChargeOperation& operation, std::size_t place);

 private:
  struct Place {
    std::map<std::string, std::string> parameters;
    std::string body;
    std::int64_t taken_ms = 0;
    std::size_t answered_at = 0;
  };

  bool has(ChargeMistake mistake) const { return mistake_ == mistake; }
  Due charge(const ChargeOperation& operation, std::size_t place);
  Due again(Place& known, const ChargeOperation& operation) const;
  bool is_over(const Place& known) const;

  const ChargeMistake mistake_;
  std::int64_t now_ms_ = 0;
  std::size_t charges_ = 0;
  std::map<std::pair<std::string, std::string>, Place> places_;
  std::map<std::string, int> busy_;
};

}  // namespace assay::graders::payment_ledger
