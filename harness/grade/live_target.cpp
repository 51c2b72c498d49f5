#include "grade/live_target.hpp"

#include <stdexcept>

namespace assay::grade {

void LiveTarget::apply(const fault::ProcessFault& fault) {
  switch (fault.deed) {
    case fault::Deed::kill:
      return process_.kill();
    case fault::Deed::stop:
      return process_.pause();
    case fault::Deed::go_on:
      return process_.resume();
    case fault::Deed::restart:
      return process_.restart();
    case fault::Deed::clock:
      if (!process_.step_clock) throw std::invalid_argument("this world hands out no clock");
      return process_.step_clock(fault.clock_step);
  }
}

}  // namespace assay::grade
