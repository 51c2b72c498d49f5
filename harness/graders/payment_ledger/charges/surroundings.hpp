// The processor around a subject that is asked by a single client. Of one thread.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "grade/http_script_check.hpp"
#include "graders/payment_ledger/processor.hpp"

namespace assay::graders::payment_ledger {

class ProcessorBeside final : public grade::HttpSurroundings {
 public:
  // Tells the subject where it is.
  explicit ProcessorBeside(grade::HttpSubject& subject);

  // Counts charges, and forgets them at a setup.
  std::optional<std::string> answer(const std::string& line) override;

 private:
  CardProcessor processor_;
};

}  // namespace assay::graders::payment_ledger
