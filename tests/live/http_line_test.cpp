// Goal: requests and answers survive being lines of evidence, and what no check can accept is said
// in the words of the script protocol. Method: examples, there and back.
#include "grade/http_line.hpp"

#include <stdexcept>

#include <gtest/gtest.h>

#include "grade/http_script_check.hpp"

namespace assay::grade {
namespace {

TEST(HttpLine, RequestsSurvive) {
  for (const std::string line :
       {"GET /a", "POST /a {\"x\": [1, 2]}", "POST /a [Key: \"k k\"] [Other: v] [1, 2]",
        "DELETE /a [Key: v]"}) {
    EXPECT_EQ(to_line(parse_http_ask(line)), line);
  }
  const auto ask = parse_http_ask("POST /a [Key: v] [1]");
  EXPECT_EQ(ask.fields, (HttpFields{{"Key", "v"}}));
  EXPECT_EQ(ask.body, "[1]");
}

TEST(HttpLine, RepliesSurvive) {
  const std::string line = R"(422 [Retry-After: 3] {"error": 1})";
  const auto reply = parse_http_reply(line);
  EXPECT_EQ(reply.status, 422);
  EXPECT_EQ(reply.field("retry-after"), "3");
  EXPECT_EQ(reply.field("other"), "");
  EXPECT_EQ(to_line(reply), line);
}

TEST(HttpLine, OtherLinesAreRefused) {
  for (const char* const line : {"", "GET", "GET a", "hello"}) {
    EXPECT_THROW(parse_http_ask(line), std::runtime_error) << line;
    EXPECT_THROW(parse_http_reply(line), std::runtime_error) << line;
  }
}

TEST(HttpLine, BytesHaveALengthAndTheFields) {
  EXPECT_EQ(request_bytes(parse_http_ask("POST /a [Key: v] {}")),
            "POST /a HTTP/1.1\r\nHost: subject\r\nKey: v\r\nContent-Type: application/json\r\n"
            "Content-Length: 2\r\n\r\n{}");
  EXPECT_EQ(request_bytes(parse_http_ask("GET /a")), "GET /a HTTP/1.1\r\nHost: subject\r\n\r\n");
  EXPECT_EQ(sent_body("<3 bytes>"), "   ");
  EXPECT_EQ(sent_body("<-3 bytes>"), "<-3 bytes>");
}

TEST(HttpLine, OnlyTheFieldsThatWereAskedForAreKept) {
  const auto reply = reply_from(200, "HTTP/1.1 200 OK\r\nDate: today\r\nretry-AFTER:  7 ", "a\nb",
                                {"Retry-After"}, 100);
  EXPECT_EQ(to_line(reply), "200 [Retry-After: 7] a\\x0ab");
}

TEST(HttpLine, WhatNoCheckAcceptsIsSaidAsInAScript) {
  const HttpReply stub{501, {}, R"(not implemented: f at my/x.cpp:3\x0a)"};
  EXPECT_EQ(answer_line(stub, false), "not-implemented f at my/x.cpp:3");
  EXPECT_EQ(answer_line({500, {}, "out of range"}, false), "threw out of range");
  EXPECT_EQ(answer_line({204, {}, ""}, true), "ok");
  EXPECT_EQ(answer_line({404, {}, "{}"}, true), "error unknown operation: answered with 404");
  EXPECT_EQ(answer_line({404, {}, "{}"}, false), "404 {}");
  EXPECT_EQ(answer_line({400, {}, "{}"}, true), "400 {}");
}

}  // namespace
}  // namespace assay::grade
