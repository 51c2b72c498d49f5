// Header fields as the RateLimit draft has them: lists of names with parameters (RFC 9651). Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace assay::graders::rate_limiter {

// "search";q=3;w=6
struct FieldItem {
  std::string name;  // a String; or a Token, as a branch of the draft has it
  // Integers have their value; parameters of another type are there without one.
  std::map<std::string, std::optional<std::int64_t>> parameters;

  std::optional<std::int64_t> integer(const std::string& parameter) const {
    const auto found = parameters.find(parameter);
    return found == parameters.end() ? std::nullopt : found->second;
  }
};

// Nothing if the text is no such list: a client has to ignore it then.
std::optional<std::vector<FieldItem>> parse_field(std::string_view text);

// The item of that name; null if there is none.
const FieldItem* item_named(const std::vector<FieldItem>& items, std::string_view name);

}  // namespace assay::graders::rate_limiter
