// What checks read of the JSON in a subject's answers: lenient where it says nothing, and never
// throwing. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace assay::graders::payment_ledger {

// A member of the object that a body is, as it was kept in evidence.
std::optional<std::int64_t> number_in(const std::string& body, std::string_view member);
std::optional<std::string> text_in(const std::string& body, std::string_view member);

// {"error": {"code": "unbalanced"}}: that code.
std::optional<std::string> error_code_in(const std::string& body);

}  // namespace assay::graders::payment_ledger
