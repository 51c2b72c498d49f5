// Values that operations take and return: nothing, yes or no, whole numbers, texts, and lists of
// them. Each distinct value is kept once and is known by a small number from then on, so that a
// search compares and hashes integers only. Not thread-safe while values are being added.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace assay::check {

// A handle; `unseen` stands for a result that nobody saw.
enum class Value : std::int32_t { unseen = -1, nil = 0, no = 1, yes = 2 };

constexpr std::int32_t index_of(Value value) { return static_cast<std::int32_t>(value); }

enum class Kind : std::uint8_t { nil, boolean, integer, text, list };

class Values {
 public:
  Values();

  Value integer(std::int64_t number);
  Value text(std::string_view bytes);
  Value list(std::span<const Value> items);  // order counts: sort first where it should not

  std::optional<Value> find_text(std::string_view bytes) const;  // if it is one of them

  Kind kind(Value value) const { return entry(value).kind; }
  std::int64_t integer_of(Value value) const { return entry(value).number; }
  std::string_view text_of(Value value) const;
  std::span<const Value> list_of(Value value) const;

  // As it would stand in a history: 7, "seven", nil, [1, 2]; long ones are cut in the middle.
  std::string describe(Value value) const;

  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    Kind kind = Kind::nil;
    std::int64_t number = 0;  // of an integer; of the others, their place in texts_ or lists_
    std::uint64_t hash = 0;
  };

  const Entry& entry(Value value) const {
    return entries_[static_cast<std::size_t>(index_of(value))];
  }
  template <typename Same, typename Make>
  Value intern(Kind kind, std::uint64_t hash, Same same, Make make);
  void grow();

  std::vector<Entry> entries_;
  std::vector<std::int32_t> table_;  // open addressing: index into entries_, or -1
  std::deque<std::string> texts_;    // a deque: views stay valid
  std::deque<std::vector<Value>> lists_;
};

// A text in quotes; a long one is cut in the middle.
std::string quoted(std::string_view bytes);

}  // namespace assay::check
