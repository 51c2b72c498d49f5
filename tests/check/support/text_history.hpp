// Histories in a line or two, for tests: operations as "process operation [call, return]".
#pragma once

#include <string>
#include <string_view>

#include "check/check.hpp"
#include "check/formats.hpp"

namespace assay::check::support {

// One whole operation a line, written briefly:
//   0 write(1) 0-5               process 0 writes 1, from 0 to 5
//   1 read() 2-7 -> 1            and what process 1 read
//   1 cas([1,2]) 2-?             of unknown outcome
//   0 put("x": "a") 0-5          to a key
// Values are JSON.
History brief(std::string_view lines);

Answer answer(std::string_view lines, std::string_view model);

}  // namespace assay::check::support
