#include "graders/payment_ledger/json.hpp"

#include <boost/json.hpp>

#include "base/text.hpp"

namespace assay::graders::payment_ledger {
namespace {

namespace json = boost::json;

// Line breaks and tabs are escaped in evidence, and mean nothing between the parts of JSON.
std::optional<json::object> object_of(std::string text) {
  for (const char* const space : {"\\x0a", "\\x0d", "\\x09"}) base::replace_all(text, space, " ");
  boost::system::error_code failed;
  json::value value = json::parse(text, failed);
  if (failed || !value.is_object()) return std::nullopt;
  return std::move(value.as_object());
}

}  // namespace

std::optional<std::int64_t> number_in(const std::string& body, std::string_view member) {
  const auto object = object_of(body);
  const json::value* const value = object ? object->if_contains(member) : nullptr;
  if (value == nullptr || !value->is_int64()) return std::nullopt;
  return value->get_int64();
}

std::optional<std::string> text_in(const std::string& body, std::string_view member) {
  const auto object = object_of(body);
  const json::value* const value = object ? object->if_contains(member) : nullptr;
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return std::string(value->get_string());
}

std::optional<std::string> error_code_in(const std::string& body) {
  const auto object = object_of(body);
  const json::value* const error = object ? object->if_contains("error") : nullptr;
  const json::object* const inner = error != nullptr ? error->if_object() : nullptr;
  const json::value* const code = inner != nullptr ? inner->if_contains("code") : nullptr;
  if (code == nullptr || !code->is_string()) return std::nullopt;
  return std::string(code->get_string());
}

}  // namespace assay::graders::payment_ledger
