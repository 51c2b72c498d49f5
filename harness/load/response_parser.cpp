#include "load/response_parser.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace assay::load {
namespace {

constexpr int interim_limit = 8;  // of answers like "100 Continue" before the real one
constexpr std::size_t chunk_line_bytes = 1024;
constexpr std::string_view version = "HTTP/1.";
constexpr std::size_t status_line_bytes = 13;  // "HTTP/1.1 200 ", whose last space may be missing
constexpr std::string_view separators = "\"(),/:;<=>?@[\\]{}";

constexpr std::array<bool, 256> make_token_table() {
  std::array<bool, 256> table{};
  for (std::size_t c = 0x21; c < 0x7f; ++c) {
    table[c] = separators.find(static_cast<char>(c)) == std::string_view::npos;
  }
  return table;
}
constexpr auto token_table = make_token_table();

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return token_table[static_cast<unsigned char>(c)];
  });
}

// Tabs are the only control characters that a value may have.
bool is_value(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
  });
}

// `lower` is in small letters.
bool same_word(std::string_view text, std::string_view lower) {
  return text.size() == lower.size() &&
         std::equal(text.begin(), text.end(), lower.begin(), [](char a, char b) {
           return (a >= 'A' && a <= 'Z' ? static_cast<char>(a | 0x20) : a) == b;
         });
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// All of the text, in digits alone.
std::optional<std::uint64_t> number_in(std::string_view text, int base) {
  std::uint64_t number = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, number, base);
  if (error != std::errc() || end != last) return std::nullopt;
  return number;
}

}  // namespace

std::string_view in_words(Problem problem) {
  switch (problem) {
    case Problem::none:
      break;
    case Problem::status_line:
      return "no status line of HTTP/1";
    case Problem::header:
      return "a broken header field";
    case Problem::length:
      return "a length that is unclear";
    case Problem::chunk:
      return "a broken chunk";
    case Problem::long_head:
      return "a head that is too long";
    case Problem::long_body:
      return "a body that is too long";
    case Problem::unfinished:
      return "closed in the middle";
  }
  return "nothing";
}

void ResponseParser::expect(bool answers_head, bool keeps_body) {
  answers_head_ = answers_head;
  keeps_body_ = keeps_body;
  problem_ = Problem::none;
  started_ = false;
  interim_ = 0;
  body_bytes_ = 0;
  body_.clear();
  partial_.clear();
  line_bytes_ = 0;
  begin_head();
}

void ResponseParser::begin_head() {
  stage_ = Stage::status_line;
  keeps_alive_ = true;
  chunked_ = false;
  length_.reset();
}

std::size_t ResponseParser::feed(std::string_view bytes) {
  std::string_view rest = bytes;
  started_ = started_ || !bytes.empty();
  while (!rest.empty() && !done() && !failed()) {
    if (stage_ == Stage::sized_body || stage_ == Stage::chunk || stage_ == Stage::endless_body) {
      take_body(rest);
    } else if (const auto line = take_line(rest)) {
      take(*line);
    }
  }
  return bytes.size() - rest.size();
}

void ResponseParser::end() {
  if (stage_ == Stage::endless_body) {
    stage_ = Stage::done;
  } else if (!done() && !failed()) {
    fail(Problem::unfinished);
  }
}

void ResponseParser::take_body(std::string_view& rest) {
  const bool endless = stage_ == Stage::endless_body;
  const auto piece =
      endless ? rest : rest.substr(0, std::min<std::uint64_t>(left_bytes_, rest.size()));
  rest.remove_prefix(piece.size());
  body_bytes_ += piece.size();
  const auto most = keeps_body_ ? limits_.kept_body_bytes : limits_.body_bytes;
  if (body_bytes_ > most) return fail(Problem::long_body);
  if (keeps_body_) body_ += piece;
  if (endless) return;
  left_bytes_ -= piece.size();
  if (left_bytes_ == 0) stage_ = stage_ == Stage::chunk ? Stage::chunk_end : Stage::done;
}

// A line without its end, once all of it is there.
std::optional<std::string_view> ResponseParser::take_line(std::string_view& rest) {
  const bool of_chunk = stage_ == Stage::chunk_size || stage_ == Stage::chunk_end;
  const auto newline = rest.find('\n');
  const auto piece = rest.substr(0, newline);
  line_bytes_ += piece.size() + 1;
  if (line_bytes_ > (of_chunk ? chunk_line_bytes : limits_.head_bytes)) {
    fail(of_chunk ? Problem::chunk : Problem::long_head);
    return std::nullopt;
  }
  if (newline == std::string_view::npos) {
    line_bytes_ -= 1;
    partial_ += piece;
    rest = {};
    return std::nullopt;
  }
  rest.remove_prefix(newline + 1);
  std::string_view line = piece;
  if (!partial_.empty()) {
    partial_ += piece;
    line_.swap(partial_);
    partial_.clear();
    line = line_;
  }
  if (!line.ends_with('\r')) {
    fail(of_chunk                       ? Problem::chunk
         : stage_ == Stage::status_line ? Problem::status_line
                                        : Problem::header);
    return std::nullopt;
  }
  return line.substr(0, line.size() - 1);
}

void ResponseParser::take(std::string_view line) {
  switch (stage_) {
    case Stage::status_line:
      return take_status(line);
    case Stage::headers:
      return line.empty() ? end_head() : take_header(line);
    case Stage::chunk_size:
      return take_chunk_size(line);
    case Stage::chunk_end:
      if (!line.empty()) return fail(Problem::chunk);
      line_bytes_ = 0;
      stage_ = Stage::chunk_size;
      return;
    case Stage::trailers:
      if (line.empty()) {
        stage_ = Stage::done;
      } else {
        take_header(line);
      }
      return;
    default:
      return;
  }
}

void ResponseParser::take_status(std::string_view line) {
  const bool whole = line.size() == status_line_bytes - 1 ||
                     (line.size() >= status_line_bytes && line[status_line_bytes - 1] == ' ');
  if (!whole || !line.starts_with(version) || line[8] != ' ' || !is_value(line)) {
    return fail(Problem::status_line);
  }
  const char minor = line[version.size()];
  const auto status = number_in(line.substr(9, 3), 10);
  if ((minor != '0' && minor != '1') || !status || *status < 100 || *status > 599 ||
      *status == 101) {
    return fail(Problem::status_line);
  }
  status_ = static_cast<int>(*status);
  keeps_alive_ = minor == '1';
  stage_ = Stage::headers;
}

void ResponseParser::take_header(std::string_view line) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) {
    return fail(Problem::header);
  }
  const auto value = trimmed(line.substr(colon + 1));
  if (!is_value(value)) return fail(Problem::header);
  if (stage_ == Stage::headers) take_field(line.substr(0, colon), value);
}

void ResponseParser::take_field(std::string_view name, std::string_view value) {
  if (same_word(name, "content-length")) {
    take_length(value);
  } else if (same_word(name, "transfer-encoding")) {
    if (chunked_ || !same_word(value, "chunked")) return fail(Problem::length);
    chunked_ = true;
  } else if (same_word(name, "connection")) {
    take_connection(value);
  }
}

void ResponseParser::take_length(std::string_view value) {
  const auto length = number_in(value, 10);
  if (!length || (length_ && *length_ != *length)) return fail(Problem::length);
  length_ = length;
}

void ResponseParser::take_connection(std::string_view value) {
  while (!value.empty()) {
    const auto comma = std::min(value.find(','), value.size());
    const auto word = trimmed(value.substr(0, comma));
    if (same_word(word, "close")) keeps_alive_ = false;
    if (same_word(word, "keep-alive")) keeps_alive_ = true;
    value.remove_prefix(std::min(comma + 1, value.size()));
  }
}

void ResponseParser::end_head() {
  if (chunked_ && length_) return fail(Problem::length);
  if (status_ < 200) {
    if (++interim_ > interim_limit) return fail(Problem::status_line);
    return begin_head();
  }
  if (answers_head_ || status_ == 204 || status_ == 304) {
    stage_ = Stage::done;
  } else if (chunked_) {
    line_bytes_ = 0;
    stage_ = Stage::chunk_size;
  } else if (length_) {
    expect_bytes(*length_, Stage::sized_body);
  } else {
    keeps_alive_ = false;
    stage_ = Stage::endless_body;
  }
}

void ResponseParser::take_chunk_size(std::string_view line) {
  const auto size = number_in(trimmed(line.substr(0, line.find(';'))), 16);
  if (!size || !is_value(line)) return fail(Problem::chunk);
  line_bytes_ = 0;
  if (*size == 0) {
    stage_ = Stage::trailers;
  } else {
    expect_bytes(*size, Stage::chunk);
  }
}

void ResponseParser::expect_bytes(std::uint64_t count, Stage stage) {
  const auto most = keeps_body_ ? limits_.kept_body_bytes : limits_.body_bytes;
  if (count > most - std::min(most, body_bytes_)) return fail(Problem::long_body);
  left_bytes_ = count;
  stage_ = count == 0 ? Stage::done : stage;
}

void ResponseParser::fail(Problem problem) {
  problem_ = problem;
  stage_ = Stage::failed;
  keeps_alive_ = false;
  body_.clear();
}

}  // namespace assay::load
