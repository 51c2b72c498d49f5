// Goal: answers are read alike however they are cut into pieces, and what isn't an answer is named.
// Method: each text whole, byte by byte, and cut at every place.
#include "load/response_parser.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace assay::load {
namespace {

struct Reading {
  int status = 0;
  std::string body;
  std::string rest;
  bool keeps_alive = false;
  Problem problem = Problem::none;

  bool operator==(const Reading&) const = default;
};

struct Expecting {
  bool answers_head = false;
  bool keeps_body = true;
  bool closes = false;  // after the last piece
};

AnswerLimits small_limits() {
  AnswerLimits limits;
  limits.head_bytes = 200;
  limits.kept_body_bytes = 20;
  limits.body_bytes = 40;
  return limits;
}

Reading read(const std::vector<std::string_view>& pieces, const Expecting& expecting) {
  ResponseParser parser(small_limits());
  parser.expect(expecting.answers_head, expecting.keeps_body);
  Reading reading;
  for (const auto piece : pieces) {
    reading.rest += piece.substr(parser.feed(piece));
  }
  if (expecting.closes) parser.end();
  reading.problem = parser.problem();
  if (parser.failed()) {
    reading.rest.clear();  // nobody uses it
    return reading;
  }
  EXPECT_TRUE(parser.done());
  reading.status = parser.status();
  reading.body = parser.body();
  reading.keeps_alive = parser.keeps_alive();
  return reading;
}

// The same in all pieces.
Reading read_in_pieces(std::string_view text, const Expecting& expecting = {}) {
  const Reading whole = read({text}, expecting);
  std::vector<std::string_view> bytes;
  for (std::size_t cut = 0; cut < text.size(); ++cut) {
    EXPECT_EQ(read({text.substr(0, cut), text.substr(cut)}, expecting), whole) << text << cut;
    bytes.push_back(text.substr(cut, 1));
  }
  EXPECT_EQ(read(bytes, expecting), whole) << text;
  return whole;
}

Problem problem_of(std::string_view text, const Expecting& expecting = {}) {
  return read_in_pieces(text, expecting).problem;
}

const std::string ok = "HTTP/1.1 200 OK\r\n";

TEST(Answers, WithALengthAreRead) {
  EXPECT_EQ(read_in_pieces(ok + "Server: test\r\ncontent-LENGTH:  5 \r\n\r\nhello"),
            (Reading{200, "hello", "", true}));
  EXPECT_EQ(read_in_pieces(ok + "Content-Length: 0\r\n\r\nmore"), (Reading{200, "", "more", true}));
  EXPECT_EQ(read_in_pieces("HTTP/1.1 404\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nno"),
            (Reading{404, "no", "", true}));
}

TEST(Answers, InChunksAreRead) {
  const std::string head = ok + "Transfer-Encoding: Chunked\r\n\r\n";
  EXPECT_EQ(read_in_pieces(head + "5\r\nhello\r\n0A;name=value\r\n, world!!!\r\n0\r\n\r\nmore"),
            (Reading{200, "hello, world!!!", "more", true}));
  EXPECT_EQ(read_in_pieces(head + "0\r\nTrailer: yes\r\n\r\n"), (Reading{200, "", "", true}));
}

TEST(Answers, WithoutABodyEndWithTheHead) {
  for (const auto* const status : {"204 No Content", "304 Not Modified"}) {
    const auto reading = read_in_pieces("HTTP/1.1 " + std::string(status) + "\r\n\r\nmore");
    EXPECT_EQ(reading.rest, "more");
    EXPECT_TRUE(reading.keeps_alive);
  }
  EXPECT_EQ(read_in_pieces(ok + "Content-Length: 500\r\n\r\n", {.answers_head = true}).body, "");
}

TEST(Answers, WithoutALengthEndWithTheConnection) {
  EXPECT_EQ(read_in_pieces(ok + "\r\nall of it", {.closes = true}),
            (Reading{200, "all of it", "", false}));
}

TEST(Answers, SayWhetherTheConnectionStays) {
  const std::string length = "Content-Length: 0\r\n";
  EXPECT_TRUE(read_in_pieces(ok + length + "\r\n").keeps_alive);
  EXPECT_FALSE(read_in_pieces(ok + length + "Connection: Close\r\n\r\n").keeps_alive);
  EXPECT_FALSE(read_in_pieces(ok + length + "Connection: a, close ,b\r\n\r\n").keeps_alive);
  EXPECT_FALSE(read_in_pieces("HTTP/1.0 200 OK\r\n" + length + "\r\n").keeps_alive);
  EXPECT_TRUE(read_in_pieces("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n" + length + "\r\n")
                  .keeps_alive);
}

TEST(Answers, MayFollowInterimOnes) {
  const std::string interim = "HTTP/1.1 100 Continue\r\n\r\n";
  EXPECT_EQ(read_in_pieces(interim + interim + ok + "Content-Length: 2\r\n\r\nok"),
            (Reading{200, "ok", "", true}));
  std::string many;
  for (int i = 0; i < 9; ++i) many += interim;
  EXPECT_NE(problem_of(many), Problem::none);
}

TEST(Answers, ThatBeginWrongAreNone) {
  for (const auto* const text :
       {"SSH-2.0-OpenSSH\r\n", "HTTP/2.0 200 OK\r\n", "HTTP/1.2 200 OK\r\n", "HTTP/1.1 20 OK\r\n",
        "HTTP/1.1 999 Odd\r\n", "HTTP/1.1 099 Odd\r\n", "HTTP/1.1 2x0 OK\r\n", "HTTP/1.1  200\r\n",
        "HTTP/1.1 2000\r\n", "HTTP/1.1 200 OK\n", "\r\n", "HTTP/1.1 200 O\x01K\r\n",
        "HTTP/1.1 101 Switching Protocols\r\n"}) {
    EXPECT_EQ(problem_of(text), Problem::status_line) << text;
  }
}

TEST(Answers, WithBrokenHeaderFieldsAreNone) {
  for (const auto* const field :
       {"no colon", ": no name", "sp ace: x", " folded: x", "a: b\x01", "a: b\rc", "a\x80: b"}) {
    EXPECT_EQ(problem_of(ok + field + "\r\n\r\n"), Problem::header) << field;
  }
  EXPECT_EQ(problem_of(ok + "a: b\n\r\n"), Problem::header);
}

TEST(Answers, WhoseLengthIsUnclearAreNone) {
  for (const auto* const fields :
       {"Content-Length: 1\r\nContent-Length: 2", "Content-Length: -1", "Content-Length: +1",
        "Content-Length: 1, 1", "Content-Length:", "Content-Length: 99999999999999999999",
        "Transfer-Encoding: gzip, chunked", "Transfer-Encoding: chunked\r\nContent-Length: 5",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"}) {
    EXPECT_EQ(problem_of(ok + fields + "\r\n\r\n"), Problem::length) << fields;
  }
}

TEST(Answers, WithBrokenChunksAreNone) {
  for (const auto* const chunks : {"\r\n", "x\r\n", "-1\r\n", "5 5\r\n", "1\nx", "1\r\nxy\r\n",
                                   "1\r\nx\n", "11111111111111111\r\n"}) {
    EXPECT_EQ(problem_of(ok + "Transfer-Encoding: chunked\r\n\r\n" + chunks), Problem::chunk)
        << chunks;
  }
  EXPECT_EQ(problem_of(ok + "Transfer-Encoding: chunked\r\n\r\n1;" + std::string(2000, 'x')),
            Problem::chunk);
}

TEST(Answers, ThatAreTooLongAreNone) {
  EXPECT_EQ(problem_of(ok + "a: " + std::string(200, 'x')), Problem::long_head);
  EXPECT_EQ(problem_of(ok + "Content-Length: 21\r\n\r\n"), Problem::long_body);
  EXPECT_EQ(problem_of(ok + "Content-Length: 41\r\n\r\n", {.keeps_body = false}),
            Problem::long_body);
  EXPECT_EQ(problem_of(ok + "\r\n" + std::string(21, 'x')), Problem::long_body);
  EXPECT_EQ(problem_of(ok + "Transfer-Encoding: chunked\r\n\r\n14\r\n" + std::string(20, 'x') +
                       "\r\n1\r\nx\r\n"),
            Problem::long_body);
}

TEST(Answers, ThatAreBrokenOffAreNone) {
  const std::string text = ok + "Content-Length: 5\r\n\r\nhello";
  for (std::size_t size = 0; size < text.size(); ++size) {
    EXPECT_EQ(read({std::string_view(text).substr(0, size)}, {.closes = true}).problem,
              Problem::unfinished);
  }
}

TEST(Answers, FollowEachOther) {
  const std::string text = ok + "Content-Length: 2\r\n\r\nok";
  ResponseParser parser;
  for (int i = 0; i < 3; ++i) {
    parser.expect(false, true);
    EXPECT_FALSE(parser.started());
    EXPECT_EQ(parser.feed(text + text), text.size());
    EXPECT_EQ(parser.body(), "ok");
  }
}

}  // namespace
}  // namespace assay::load
