// JSON values from and to text, exactly: a number that is written and read again is the same
// number. Boost.JSON 1.81 reads a fifth of all doubles one bit off, and cannot indent.
#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <string_view>

namespace assay::report {

std::string indented(const boost::json::value& value);

// Throws std::runtime_error that says where the text is not JSON.
boost::json::value parse_exactly(std::string_view text);

}  // namespace assay::report
