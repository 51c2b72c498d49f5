#include "graders/rate_limiter/gateway/structured_fields.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace assay::graders::rate_limiter {
namespace {

constexpr std::size_t integer_digits_max = 15;
constexpr std::string_view digits = "0123456789";
constexpr std::string_view lower = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view token_marks = "!#$%&'*+-.^_`|~:/";
constexpr std::string_view base64_marks = "+/=";

bool is_one_of(char letter, std::string_view letters) {
  return letters.find(letter) != std::string_view::npos;
}

bool is_letter(char letter) { return is_one_of(letter, lower) || is_one_of(letter, upper); }

bool goes_on_a_token(char letter) {
  return is_letter(letter) || is_one_of(letter, digits) || is_one_of(letter, token_marks);
}

// Reads from the left. What can't be read makes it fail for good.
class FieldReader {
 public:
  explicit FieldReader(std::string_view text) : rest_(text) {}

  std::optional<std::vector<FieldItem>> list() {
    std::vector<FieldItem> items;
    skip(" ");
    do {
      skip(" \t");
      items.push_back(item());
      skip(" \t");
    } while (good_ && take(','));
    if (!good_ || !rest_.empty()) return std::nullopt;
    return items;
  }

 private:
  FieldItem item() {
    FieldItem item;
    if (is_next('"')) {
      item.name = string();
    } else {
      require(!rest_.empty() && (is_letter(rest_.front()) || rest_.front() == '*'));
      item.name = run(goes_on_a_token);
    }
    while (good_ && take(';')) {
      skip(" ");
      const std::string name = key();
      item.parameters[name] = take('=') ? value() : std::nullopt;
    }
    return item;
  }

  std::string key() {
    require(!rest_.empty() && (is_one_of(rest_.front(), lower) || rest_.front() == '*'));
    return run([](char letter) {
      return is_one_of(letter, lower) || is_one_of(letter, digits) || is_one_of(letter, "_-.*");
    });
  }

  // An integer's value; nothing for the other types.
  std::optional<std::int64_t> value() {
    if (rest_.empty()) return fail();
    const char first = rest_.front();
    if (first == '-' || is_one_of(first, digits)) return number();
    if (first == '"') {
      string();
    } else if (take('?') || take('@') || take('%')) {
      first == '%' ? void(string()) : require(!run(goes_on_a_token).empty());
    } else if (take(':')) {
      run([](char letter) {
        return is_letter(letter) || is_one_of(letter, digits) || is_one_of(letter, base64_marks);
      });
      require(take(':'));
    } else {
      require(is_letter(first) || first == '*');
      run(goes_on_a_token);
    }
    return std::nullopt;
  }

  std::optional<std::int64_t> number() {
    const bool negative = take('-');
    const std::string whole = run([](char letter) { return is_one_of(letter, digits); });
    require(!whole.empty() && whole.size() <= integer_digits_max);
    if (take('.')) {
      require(!run([](char letter) { return is_one_of(letter, digits); }).empty());
      return std::nullopt;
    }
    const auto number = base::to_integer(whole);
    return number && negative ? -*number : number;
  }

  std::string string() {
    std::string text;
    require(take('"'));
    while (good_ && !take('"')) {
      take('\\');
      require(!rest_.empty() && rest_.front() >= ' ' && rest_.front() <= '~');
      if (!good_) break;
      text += rest_.front();
      rest_.remove_prefix(1);
    }
    return text;
  }

  template <class Allowed>
  std::string run(const Allowed& allowed) {
    const auto* const end = std::find_if_not(rest_.begin(), rest_.end(), allowed);
    std::string text(rest_.begin(), end);
    rest_.remove_prefix(text.size());
    return text;
  }

  bool is_next(char letter) const { return !rest_.empty() && rest_.front() == letter; }
  bool take(char letter) {
    if (!is_next(letter)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void skip(std::string_view letters) {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(letters), rest_.size()));
  }
  void require(bool holds) { good_ = good_ && holds; }
  std::optional<std::int64_t> fail() {
    good_ = false;
    return std::nullopt;
  }

  std::string_view rest_;
  bool good_ = true;
};

}  // namespace

std::optional<std::vector<FieldItem>> parse_field(std::string_view text) {
  return FieldReader(text).list();
}

const FieldItem* item_named(const std::vector<FieldItem>& items, std::string_view name) {
  const auto found = std::find_if(items.begin(), items.end(),
                                  [&](const FieldItem& item) { return item.name == name; });
  return found == items.end() ? nullptr : &*found;
}

}  // namespace assay::graders::rate_limiter
