#include "host/payment_ledger/http/answers.hpp"

#include <algorithm>
#include <utility>

namespace payment_ledger::host {
namespace {

constexpr std::size_t name_bytes_max = 64;
constexpr std::size_t currency_letters = 3;

bool is_capital(char letter) { return letter >= 'A' && letter <= 'Z'; }

bool is_of_a_name(char letter) {
  return is_capital(letter) || (letter >= 'a' && letter <= 'z') ||
         (letter >= '0' && letter <= '9') ||
         std::string_view("_-.:").find(letter) != std::string_view::npos;
}

const Json& member_at(const Json& object, std::string_view member) {
  const Json* const found = object.member(member);
  if (found == nullptr) throw bad_request("\"" + std::string(member) + "\" is missing");
  return *found;
}

const std::string& text_at(const Json& object, std::string_view member) {
  const Json& value = member_at(object, member);
  if (!value.is(Json::Kind::string)) {
    throw bad_request("\"" + std::string(member) + "\" is no string");
  }
  return value.text;
}

}  // namespace

Refused bad_request(const std::string& message) { return {400, "invalid_request", message}; }

kit::HttpResponse json_answer(int status, std::string body) {
  return {status, {{"Content-Type", "application/json"}}, std::move(body)};
}

kit::HttpResponse error_answer(const Refused& refused) {
  return json_answer(refused.status, "{\"error\":{\"code\":" + assay::host::quoted(refused.code) +
                                         ",\"message\":" + assay::host::quoted(refused.message) +
                                         "}}");
}

Json object_in(std::string_view body, std::initializer_list<std::string_view> members) {
  Json object;
  try {
    object = assay::host::parse_json(body);
  } catch (const assay::host::BadJson& bad) {
    throw bad_request(std::string("the body is no JSON: ") + bad.what());
  }
  expect_members(object, members);
  return object;
}

void expect_members(const Json& object, std::initializer_list<std::string_view> members) {
  if (!object.is(Json::Kind::object)) throw bad_request("an object is wanted");
  const auto named = [](std::string_view member) {
    return member.substr(0, member.size() - (member.ends_with('?') ? 1 : 0));
  };
  for (const auto& name : object.names) {
    const bool known = std::any_of(members.begin(), members.end(),
                                   [&](std::string_view member) { return named(member) == name; });
    if (!known) throw bad_request("there is no \"" + name + "\" here");
  }
  for (const auto member : members) {
    if (!member.ends_with('?')) member_at(object, member);
  }
}

std::string name_at(const Json& object, std::string_view member) {
  const std::string& name = text_at(object, member);
  expect_name(name, member);
  return name;
}

void expect_name(std::string_view name, std::string_view what) {
  const bool good = !name.empty() && name.size() <= name_bytes_max &&
                    std::all_of(name.begin(), name.end(), is_of_a_name);
  if (!good) {
    throw bad_request("\"" + std::string(what) +
                      "\" is 1 to 64 letters, digits, \"_\", \"-\", \".\" and \":\"");
  }
}

std::string currency_at(const Json& object, std::string_view member) {
  const std::string& currency = text_at(object, member);
  const bool good = currency.size() == currency_letters &&
                    std::all_of(currency.begin(), currency.end(), is_capital);
  if (!good) throw bad_request("\"" + std::string(member) + "\" is three capital letters");
  return currency;
}

std::int64_t whole_number_at(const Json& object, std::string_view member) {
  const Json& value = member_at(object, member);
  if (!value.is(Json::Kind::integer)) {
    throw bad_request("\"" + std::string(member) + "\" is no whole number of 64 bits");
  }
  return value.integer;
}

std::optional<std::int64_t> optional_whole_number_at(const Json& object, std::string_view member) {
  const Json* const value = object.member(member);
  if (value == nullptr || value->is(Json::Kind::null)) return std::nullopt;
  return whole_number_at(object, member);
}

const Json& array_at(const Json& object, std::string_view member, std::size_t most) {
  const Json& value = member_at(object, member);
  if (!value.is(Json::Kind::array)) {
    throw bad_request("\"" + std::string(member) + "\" is no array");
  }
  if (value.values.size() > most) {
    throw bad_request("\"" + std::string(member) + "\" has more than " + std::to_string(most));
  }
  return value;
}

}  // namespace payment_ledger::host
