#include "graders/payment_ledger/books/writer.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>

namespace assay::graders::payment_ledger {
namespace {

using OperationKind = BookOperation::Kind;

constexpr std::array<const char*, 10> words{"bank",   "alice", "bob",   "fees", "shop",
                                            "refund", "tax",   "carol", "dora", "sales"};

}  // namespace

std::string BookWriter::unused_name() {
  const auto* const word = words.at(static_cast<std::size_t>(random_.between(0, words.size() - 1)));
  return fmt::format("{}.{}", word, ++names_);
}

std::string BookWriter::open(const std::string& currency, std::optional<std::int64_t> floor) {
  std::string name = unused_name();
  open_again(name, currency, floor);
  accounts_.push_back(name);
  return name;
}

void BookWriter::open_again(const std::string& account, const std::string& currency,
                            std::optional<std::int64_t> floor) {
  lines_.push_back(to_line(BookOperation{OperationKind::open, account, currency, floor, {}}));
}

void BookWriter::post(std::vector<BookLeg> legs) {
  lines_.push_back(
      to_line(BookOperation{OperationKind::post, "", "", std::nullopt, std::move(legs)}));
}

void BookWriter::move(const std::string& from, const std::string& to, std::int64_t amount,
                      const std::string& currency) {
  post({debit(from, amount, currency), credit(to, amount, currency)});
}

void BookWriter::look(const std::string& account) {
  lines_.push_back(to_line(BookOperation{OperationKind::look, account, "", std::nullopt, {}}));
}

void BookWriter::look_at_all() {
  for (const auto& account : accounts_) look(account);
}

}  // namespace assay::graders::payment_ledger
