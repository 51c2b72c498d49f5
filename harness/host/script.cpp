#include "host/script.hpp"

#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <exception>
#include <optional>

#include "host/rounds.hpp"
#include "kit/not_implemented.hpp"

extern "C" [[gnu::noinline]] void assay_operation(long number) {
  asm volatile("" : : "r"(number) : "memory");  // keeps the call and its argument
}

namespace assay::host {
namespace {

constexpr std::size_t read_size = 64U << 10;

// Lines over the descriptor, with answers held back until they are due.
class Channel {
 public:
  explicit Channel(int descriptor) : descriptor_(descriptor) {}

  std::optional<std::string> read_line() {
    for (;;) {
      if (const auto end = input_.find('\n', position_); end != std::string::npos) {
        std::string line = input_.substr(position_, end - position_);
        position_ = end + 1;
        return line;
      }
      if (!fill()) return std::nullopt;
    }
  }

  void write_line(std::string_view line) {
    output_ += line;
    output_ += '\n';
  }

  void flush() {
    std::string_view rest = output_;
    while (!rest.empty()) {
      const ssize_t sent = ::write(descriptor_, rest.data(), rest.size());
      if (sent < 0 && errno == EINTR) continue;
      if (sent <= 0) std::_Exit(1);  // nobody is listening any more
      rest.remove_prefix(static_cast<std::size_t>(sent));
    }
    output_.clear();
  }

 private:
  bool fill() {
    input_.erase(0, position_);
    position_ = 0;
    const std::size_t used = input_.size();
    input_.resize(used + read_size);
    ssize_t got = 0;
    do {
      got = ::read(descriptor_, input_.data() + used, read_size);
    } while (got < 0 && errno == EINTR);
    input_.resize(used + static_cast<std::size_t>(got > 0 ? got : 0));
    return got > 0;
  }

  int descriptor_;
  std::string input_;
  std::size_t position_ = 0;
  std::string output_;
};

RoundAnswer answer_to_round(std::string_view line, Operations& operations) {
  try {
    return answer_round(line, operations);
  } catch (const BadRequest& bad) {
    return {"error " + bad.reason, false};
  } catch (const std::exception& failed) {
    return {std::string("error a round: ") + failed.what(), false};
  }
}

std::string on_one_line(std::string text) {
  for (char& c : text) {
    if (c == '\n' || c == '\r') c = ' ';
  }
  return text;
}

}  // namespace

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  while (!line.empty()) {
    const auto space = line.find(' ');
    words.push_back(line.substr(0, space));
    line.remove_prefix(space == std::string_view::npos ? line.size() : space + 1);
  }
  return words;
}

std::string answer_to(const std::vector<std::string_view>& words, Operations& operations) {
  try {
    return operations.answer(words);
  } catch (const BadRequest& bad) {
    return "error " + on_one_line(bad.reason);
  } catch (const kit::NotImplemented& missing) {
    return "not-implemented " + on_one_line(missing.what());
  } catch (const std::exception& thrown) {
    return "threw " + on_one_line(thrown.what());
  } catch (...) {
    return "threw something that is not a std::exception";
  }
}

std::int64_t whole_number(std::string_view word) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc{} || end != word.data() + word.size()) {
    throw BadRequest{"not a whole number: " + std::string(word)};
  }
  return value;
}

int serve(std::string_view exercise, int contract_version, Operations& operations) {
  const char* const number = std::getenv("ASSAY_FD");
  if (number == nullptr) return 2;
  Channel channel(static_cast<int>(whole_number(number)));

  long operation = 0;
  std::int64_t unflushed = 0;  // operations left in the trace whose answers may wait
  while (const auto line = channel.read_line()) {
    const auto words = words_of(*line);
    if (words.empty()) continue;
    if (words[0] == "assay") {
      const bool known = words.size() > 2 && words[1] == "1" && words[2] == exercise;
      channel.write_line(known ? "ready " + std::to_string(contract_version)
                               : "error this host speaks assay 1 " + std::string(exercise));
    } else if (words[0] == "trace" && words.size() == 2) {
      unflushed = whole_number(words[1]);
      continue;
    } else if (words[0] == "end") {
      channel.write_line(*line);
      channel.flush();
      return 0;
    } else if (words[0] == "round") {
      assay_operation(++operation);
      const RoundAnswer answer = answer_to_round(*line, operations);
      channel.write_line(answer.line);
      if (answer.stuck) {
        channel.flush();
        std::_Exit(0);  // what the stuck threads hold can't be given back
      }
    } else {
      assay_operation(++operation);
      channel.write_line(answer_to(words, operations));
    }
    if (unflushed > 0) --unflushed;
    if (unflushed == 0) channel.flush();
  }
  return 1;
}

}  // namespace assay::host
