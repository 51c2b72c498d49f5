// The plain host. All levels of the payment ledger are served over HTTP (http/, beside this file);
// this one only makes a program of a solution, so that what doesn't compile is known at once.
#include <string>
#include <vector>

#include "api.hpp"
#include "host/script.hpp"

namespace {

class Elsewhere final : public assay::host::Operations {
 public:
  std::string answer(const std::vector<std::string_view>& /*words*/) override {
    throw assay::host::BadRequest{"a payment ledger is asked over HTTP"};
  }
};

}  // namespace

int main() {
  Elsewhere elsewhere;
  return assay::host::serve("payment_ledger", payment_ledger::contract_version, elsewhere);
}
