#include "graders/payment_ledger/checks.hpp"
#include "graders/payment_ledger/predictions.hpp"

namespace assay::graders::payment_ledger {

grade::Grader make_grader() {
  grade::Grader grader{1, {}};
  add_book_checks(grader.checks);
  add_charge_checks(grader.checks);
  add_predictions(grader.predictions);
  return grader;
}

}  // namespace assay::graders::payment_ledger
