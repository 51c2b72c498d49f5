#include "graders/payment_ledger/charges/surroundings.hpp"

#include "grade/http_subject.hpp"
#include "graders/payment_ledger/charges/script.hpp"

namespace assay::graders::payment_ledger {

ProcessorBeside::ProcessorBeside(grade::HttpSubject& subject) : processor_(subject.sockets()) {
  subject.tell("ASSAY_CONFIG", processor_.config());
}

std::optional<std::string> ProcessorBeside::answer(const std::string& line) {
  if (line == charges_setup) processor_.forget();
  if (line != count_line) return std::nullopt;
  return std::to_string(processor_.charges().size());
}

}  // namespace assay::graders::payment_ledger
