#include "graders/payment_ledger/books/picture.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "check/audit.hpp"

namespace assay::graders::payment_ledger {
namespace {

constexpr std::size_t drawn_accounts_max = 4;
constexpr std::size_t drawn_legs_max = 6;

using base::thousands;

struct Row {
  std::string before;  // what the row is
  std::string debit;
  std::string credit;
  std::string after;  // a mark
};

std::size_t width_of(const std::vector<Row>& rows) {
  std::size_t width = 6;
  for (const auto& row : rows) width = std::max({width, row.debit.size(), row.credit.size()});
  return width;
}

std::string drawn(const std::string& title, const std::vector<Row>& rows) {
  const std::size_t width = width_of(rows);
  const std::size_t columns = std::max(2 * width + 5, title.size());
  std::string text = std::string(10 + (columns - title.size()) / 2, ' ') + title + '\n';
  text += fmt::format("{:<10}{:<{}}  {:>{}}\n", "", "debit", width + 2, "credit", width + 1);
  for (const auto& row : rows) {
    if (row.before.starts_with('-')) {
      text += fmt::format("{:<10}{:─^{}}\n", "", "┼", 2 * width + 5);
      continue;
    }
    text += fmt::format("{:<10}{:>{}}  │", row.before, row.debit, width);
    if (!row.credit.empty()) text += fmt::format("  {:>{}}", row.credit, width);
    if (!row.after.empty()) text += "   " + row.after;
    text += '\n';
  }
  return text;
}

// The names of accounts that an operation touches, each once, in its order.
std::vector<std::string> accounts_of(const BookOperation& operation) {
  std::vector<std::string> names;
  const auto add = [&](const std::string& name) {
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  };
  if (operation.kind != BookOperation::Kind::post) add(operation.account);
  for (const auto& leg : operation.legs) add(leg.account);
  names.resize(std::min(names.size(), drawn_accounts_max));
  return names;
}

// Of the entry by itself: the currencies in which it isn't balanced.
std::vector<check::Imbalance> imbalances_of(const BookOperation& operation) {
  std::vector<check::AuditedAccount> legs;
  for (const auto& leg : operation.legs) {
    legs.push_back(
        {leg.account, leg.currency, leg.debit ? leg.amount : 0, leg.debit ? 0 : leg.amount});
  }
  return check::imbalances(legs);
}

// Whether the leg is on the side that has too much.
bool is_too_much(const BookLeg& leg, const std::vector<check::Imbalance>& imbalances) {
  const auto found = std::ranges::find(imbalances, leg.currency, &check::Imbalance::currency);
  return found != imbalances.end() && leg.debit == (found->debits > found->credits);
}

std::string t_account(const Drawing& drawing, const std::string& name, const BookModel& after) {
  std::vector<Row> rows;
  const auto found = drawing.before.accounts().find(name);
  const auto later = after.accounts().find(name);
  std::string title = name;
  if (found == drawing.before.accounts().end()) {
    title += later == after.accounts().end() ? ": there is no such account" : " (new)";
  } else {
    title += " (" + found->second.currency + ")";
    if (found->second.floor) title += ", floor " + thousands(*found->second.floor);
    rows.push_back({"before", thousands(found->second.totals.debits),
                    thousands(found->second.totals.credits), ""});
  }
  std::size_t drawn_legs = 0;
  const auto imbalances = imbalances_of(drawing.operation);
  for (const auto& leg : drawing.operation.legs) {
    if (leg.account != name || ++drawn_legs > drawn_legs_max) continue;
    const bool too_much = is_too_much(leg, imbalances);
    const std::string amount = thousands(leg.amount);
    rows.push_back(
        {"leg", leg.debit ? amount : "", leg.debit ? "" : amount, too_much ? "◄ unbalanced" : ""});
  }
  if (later != after.accounts().end()) {
    rows.push_back({"-", "", "", ""});
    rows.push_back({"after", thousands(later->second.totals.debits),
                    thousands(later->second.totals.credits),
                    drawing.expected.kind == BookAnswer::Kind::refused ? "as before" : ""});
  }
  if (drawing.came.kind == BookAnswer::Kind::totals) {
    rows.push_back({"yours", thousands(drawing.came.debits), thousands(drawing.came.credits),
                    drawing.came == drawing.expected ? "" : "✗"});
  }
  return drawn(title, rows);
}

}  // namespace

std::string t_accounts(const Drawing& drawing) {
  BookModel after = drawing.before;
  after.answer(drawing.operation);
  std::string text;
  for (const auto& name : accounts_of(drawing.operation)) {
    text += (text.empty() ? "" : "\n") + t_account(drawing, name, after);
  }
  for (const auto& [currency, debits, credits] : imbalances_of(drawing.operation)) {
    text += fmt::format("\n{} of the entry: debits {}, credits {}: {} apart\n", currency,
                        check::in_words(debits), check::in_words(credits),
                        check::in_words(debits > credits ? debits - credits : credits - debits));
  }
  return text;
}

}  // namespace assay::graders::payment_ledger
