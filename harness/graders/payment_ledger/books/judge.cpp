#include "graders/payment_ledger/books/judge.hpp"

namespace assay::graders::payment_ledger {

using AnswerKind = BookAnswer::Kind;

std::optional<std::string> difference(const BookAnswer& expected, const BookAnswer& came,
                                      bool reasons_matter) {
  if (came.kind == AnswerKind::other) return "no answer that this request has";
  if (expected.kind == AnswerKind::refused && came.kind != AnswerKind::refused) {
    return came.kind == AnswerKind::totals ? "totals of an account that isn't there"
                                           : "done, but should be refused";
  }
  if (came.kind == AnswerKind::refused && expected.kind != AnswerKind::refused) {
    return "refused, but should be done";
  }
  if (expected.kind == AnswerKind::refused) {
    const bool same = expected.code == came.code || !reasons_matter;
    return same ? std::nullopt : std::optional<std::string>("refused for another reason");
  }
  return expected == came ? std::nullopt : std::optional<std::string>("wrong totals");
}

std::optional<grade::Violation> first_wrong_answer(const grade::Performance& performance,
                                                   bool reasons_matter) {
  BookModel model;
  for (std::size_t i = 1; i < performance.exchanges.size(); ++i) {
    const auto& [asked, answered] = performance.exchanges[i];
    const BookOperation operation = parse_book_operation(asked);
    const BookAnswer expected = model.answer(operation);
    if (!answered) return std::nullopt;
    const auto wrong =
        difference(expected, parse_book_answer(*answered, operation.kind), reasons_matter);
    if (wrong) return grade::Violation{i, *wrong};
  }
  return std::nullopt;
}

bool gives_all_answers(const grade::Performance& performance, BookMistake mistake) {
  BookModel model(mistake);
  for (std::size_t i = 1; i < performance.exchanges.size(); ++i) {
    const auto& [asked, answered] = performance.exchanges[i];
    const BookOperation operation = parse_book_operation(asked);
    const BookAnswer answer = model.answer(operation);
    if (!answered || answer != parse_book_answer(*answered, operation.kind)) return false;
  }
  return true;
}

}  // namespace assay::graders::payment_ledger
