// Writes scripts of level 1, an operation at a time. Not thread-safe.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "grade/conversation.hpp"
#include "graders/payment_ledger/books/script.hpp"

namespace assay::graders::payment_ledger {

class BookWriter {
 public:
  explicit BookWriter(base::Random& random) : random_(random) {}

  // Opens an account with a new name, and returns that.
  std::string open(const std::string& currency, std::optional<std::int64_t> floor = std::nullopt);
  void open_again(const std::string& account, const std::string& currency,
                  std::optional<std::int64_t> floor = std::nullopt);
  void post(std::vector<BookLeg> legs);
  // From one account to another: a debit of the first, a credit of the second.
  void move(const std::string& from, const std::string& to, std::int64_t amount,
            const std::string& currency);
  void look(const std::string& account);
  void look_at_all();

  // A name that no account has.
  std::string unused_name();
  std::int64_t amount() { return random_.between(1, 99'999); }

  grade::Script script() const { return {books_setup, lines_}; }

 private:
  base::Random& random_;
  std::vector<std::string> lines_;
  std::vector<std::string> accounts_;
  int names_ = 0;
};

inline BookLeg debit(const std::string& account, std::int64_t amount, const std::string& currency) {
  return {account, true, amount, currency};
}
inline BookLeg credit(const std::string& account, std::int64_t amount,
                      const std::string& currency) {
  return {account, false, amount, currency};
}

}  // namespace assay::graders::payment_ledger
