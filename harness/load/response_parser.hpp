// Reads answers of an HTTP/1.1 server, in pieces as they come. It is strict, and bounded: what
// isn't an answer, or is too long, is a problem with a name. Pure: no sockets. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace assay::load {

struct AnswerLimits {
  std::size_t head_bytes = 64 << 10;  // status line, header fields and trailers
  std::uint64_t body_bytes = std::uint64_t{1} << 30;
  std::uint64_t kept_body_bytes = 16 << 20;  // where the body is kept
};

enum class Problem {
  none,
  status_line,  // not "HTTP/1.x NNN", or a change of protocol that nobody asked for
  header,       // no "name: value", or characters that are not allowed there
  length,       // lengths that contradict each other, or a coding that isn't known
  chunk,        // broken framing of a chunked body
  long_head,
  long_body,
  unfinished,  // the connection was closed in the middle
};

std::string_view in_words(Problem problem);

class ResponseParser {
 public:
  explicit ResponseParser(const AnswerLimits& limits = {}) : limits_(limits) {}

  // Before each answer. What was read of the one before is gone then.
  void expect(bool answers_head, bool keeps_body);
  // Takes the bytes of this answer and says how many they were: the rest is not of it.
  std::size_t feed(std::string_view bytes);
  // No more bytes will come. That ends an answer without a length, and breaks off any other.
  void end();

  bool done() const { return stage_ == Stage::done; }
  bool failed() const { return stage_ == Stage::failed; }
  bool started() const { return started_; }
  Problem problem() const { return problem_; }

  int status() const { return status_; }
  // Whether the connection may be used again.
  bool keeps_alive() const { return keeps_alive_; }
  std::uint64_t body_bytes() const { return body_bytes_; }
  std::string_view body() const { return body_; }  // empty unless it is kept

 private:
  enum class Stage {
    status_line,
    headers,
    sized_body,
    chunk_size,
    chunk,
    chunk_end,
    trailers,
    endless_body,
    done,
    failed
  };

  void begin_head();
  void take_body(std::string_view& rest);
  std::optional<std::string_view> take_line(std::string_view& rest);
  void take(std::string_view line);
  void take_status(std::string_view line);
  void take_header(std::string_view line);
  void take_field(std::string_view name, std::string_view value);
  void take_length(std::string_view value);
  void take_connection(std::string_view value);
  void take_chunk_size(std::string_view line);
  void end_head();
  void expect_bytes(std::uint64_t count, Stage stage);
  void fail(Problem problem);

  AnswerLimits limits_;
  Stage stage_ = Stage::status_line;
  Problem problem_ = Problem::none;
  bool answers_head_ = false;
  bool keeps_body_ = false;
  bool started_ = false;
  bool keeps_alive_ = true;
  bool chunked_ = false;
  int status_ = 0;
  int interim_ = 0;
  std::optional<std::uint64_t> length_;
  std::size_t line_bytes_ = 0;  // of the head, or of a chunk's line
  std::uint64_t left_bytes_ = 0;
  std::uint64_t body_bytes_ = 0;
  std::string partial_;  // of a line
  std::string line_;     // one that came in pieces
  std::string body_;
};

}  // namespace assay::load
