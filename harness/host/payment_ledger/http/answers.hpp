// What the host of the payment ledger answers, and how it reads what it is asked (docs/protocols.md
// has both). Pure.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "host/http/json.hpp"
#include "kit/http.hpp"

namespace payment_ledger::host {

using assay::host::Json;

// A request that is refused, with its status and the code that says why.
struct Refused {
  int status;
  std::string code;
  std::string message;
};

Refused bad_request(const std::string& message);

kit::HttpResponse json_answer(int status, std::string body);
kit::HttpResponse error_answer(const Refused& refused);

// The body as an object with these members and no others; those with a "?" may be missing. Throws
// Refused, as all that follow do.
Json object_in(std::string_view body, std::initializer_list<std::string_view> members);
void expect_members(const Json& object, std::initializer_list<std::string_view> members);

// A name: 1 to 64 letters, digits, "_", "-", "." and ":".
std::string name_at(const Json& object, std::string_view member);
void expect_name(std::string_view name, std::string_view what);
// Three capital letters.
std::string currency_at(const Json& object, std::string_view member);
// A whole number, written as one: neither 1.0 nor 1e2 nor "1".
std::int64_t whole_number_at(const Json& object, std::string_view member);
std::optional<std::int64_t> optional_whole_number_at(const Json& object, std::string_view member);
const Json& array_at(const Json& object, std::string_view member, std::size_t most);

}  // namespace payment_ledger::host
