#include "check/value.hpp"

#include <algorithm>
#include <stdexcept>

#include "check/hash.hpp"

namespace assay::check {
namespace {

constexpr std::size_t max_values = std::size_t{1} << 30;
constexpr std::size_t shown_text_bytes = 48;
constexpr std::size_t shown_list_items = 12;

std::uint64_t hash_of(std::string_view bytes) { return std::hash<std::string_view>{}(bytes); }

}  // namespace

std::string quoted(std::string_view bytes) {
  if (bytes.size() <= shown_text_bytes) return '"' + std::string(bytes) + '"';
  const std::size_t half = shown_text_bytes / 2;
  return '"' + std::string(bytes.substr(0, half)) + " ... " +
         std::string(bytes.substr(bytes.size() - half)) + "\" (" + std::to_string(bytes.size()) +
         " bytes)";
}

Values::Values() : entries_(3), table_(64, -1) {
  entries_[1].kind = entries_[2].kind = Kind::boolean;
}

template <typename Same, typename Make>
Value Values::intern(Kind kind, std::uint64_t hash, Same same, Make make) {
  const std::uint64_t mask = table_.size() - 1;
  std::uint64_t slot = hash & mask;
  for (; table_[slot] >= 0; slot = (slot + 1) & mask) {
    const Entry& known = entries_[static_cast<std::size_t>(table_[slot])];
    if (known.hash == hash && known.kind == kind && same(known)) return Value{table_[slot]};
  }
  if (entries_.size() >= max_values) throw std::length_error("too many distinct values");
  const auto index = static_cast<std::int32_t>(entries_.size());
  entries_.push_back({kind, make(), hash});
  table_[slot] = index;
  if (entries_.size() * 2 > table_.size()) grow();
  return Value{index};
}

void Values::grow() {
  table_.assign(table_.size() * 2, -1);
  const std::uint64_t mask = table_.size() - 1;
  for (std::size_t index = 3; index < entries_.size(); ++index) {
    std::uint64_t slot = entries_[index].hash & mask;
    while (table_[slot] >= 0) slot = (slot + 1) & mask;
    table_[slot] = static_cast<std::int32_t>(index);
  }
}

Value Values::integer(std::int64_t number) {
  return intern(
      Kind::integer, mix(static_cast<std::uint64_t>(number)),
      [&](const Entry& known) { return known.number == number; }, [&] { return number; });
}

Value Values::text(std::string_view bytes) {
  return intern(
      Kind::text, hash_of(bytes),
      [&](const Entry& known) { return texts_[static_cast<std::size_t>(known.number)] == bytes; },
      [&] {
        texts_.emplace_back(bytes);
        return static_cast<std::int64_t>(texts_.size() - 1);
      });
}

Value Values::list(std::span<const Value> items) {
  std::uint64_t hash = items.size();
  for (Value item : items) hash = mix(hash ^ static_cast<std::uint64_t>(index_of(item)));
  return intern(
      Kind::list, hash,
      [&](const Entry& known) {
        const auto& other = lists_[static_cast<std::size_t>(known.number)];
        return std::equal(other.begin(), other.end(), items.begin(), items.end());
      },
      [&] {
        lists_.emplace_back(items.begin(), items.end());
        return static_cast<std::int64_t>(lists_.size() - 1);
      });
}

std::optional<Value> Values::find_text(std::string_view bytes) const {
  const std::uint64_t hash = hash_of(bytes);
  const std::uint64_t mask = table_.size() - 1;
  for (std::uint64_t slot = hash & mask; table_[slot] >= 0; slot = (slot + 1) & mask) {
    const Value candidate{table_[slot]};
    if (kind(candidate) == Kind::text && text_of(candidate) == bytes) return candidate;
  }
  return std::nullopt;
}

std::string_view Values::text_of(Value value) const {
  const Entry& known = entry(value);
  if (known.kind != Kind::text) return {};
  return texts_[static_cast<std::size_t>(known.number)];
}

std::span<const Value> Values::list_of(Value value) const {
  const Entry& known = entry(value);
  if (known.kind != Kind::list) return {};
  return lists_[static_cast<std::size_t>(known.number)];
}

std::string Values::describe(Value value) const {
  if (value == Value::unseen) return "?";
  switch (kind(value)) {
    case Kind::nil:
      return "nil";
    case Kind::boolean:
      return value == Value::yes ? "true" : "false";
    case Kind::integer:
      return std::to_string(integer_of(value));
    case Kind::text:
      return quoted(text_of(value));
    case Kind::list:
      break;
  }
  std::string line = "[";
  std::size_t shown = 0;
  for (Value item : list_of(value)) {
    if (shown > 0) line += ", ";
    if (shown++ == shown_list_items) {
      line += "... " + std::to_string(list_of(value).size()) + " in all";
      break;
    }
    line += describe(item);
  }
  return line + "]";
}

}  // namespace assay::check
