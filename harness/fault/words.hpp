// A line of text, taken word by word. Header-only, for the parsers of this folder.
#pragma once

#include <cctype>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.hpp"

namespace assay::fault {

class Words {
 public:
  explicit Words(std::string_view line) {
    for (const std::string& word : base::split(line, ' ')) {
      if (!word.empty()) words_.push_back(word);
    }
  }

  bool done() const { return at_ == words_.size(); }
  std::string rest() const {
    return base::join({words_.begin() + static_cast<std::ptrdiff_t>(at_), words_.end()}, " ");
  }

  // All of these words, or none is taken.
  bool take(std::string_view wanted) {
    const Words sequence(wanted);
    if (words_.size() - at_ < sequence.words_.size()) return false;
    for (std::size_t i = 0; i < sequence.words_.size(); ++i) {
      if (words_[at_ + i] != sequence.words_[i]) return false;
    }
    at_ += sequence.words_.size();
    return true;
  }

  // "20ms" or "20 ms", as `read` understands it; nothing is taken that it doesn't.
  template <class Read>
  auto take_quantity(Read read) -> decltype(read(std::string_view())) {
    for (const std::size_t count : {1U, 2U}) {
      if (words_.size() - at_ < count) return {};
      const auto value = read(count == 1 ? words_[at_] : words_[at_] + ' ' + words_[at_ + 1]);
      if (value) at_ += count;
      if (value) return value;
    }
    return {};
  }

 private:
  std::vector<std::string> words_;
  std::size_t at_ = 0;
};

}  // namespace assay::fault
