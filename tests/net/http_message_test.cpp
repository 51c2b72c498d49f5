// Goal: requests are read as RFC 9112 wants it, however their bytes arrive, and what two servers
// could understand differently is refused; a response is one response. Method: each text is read at
// once and byte by byte, against expectations written by hand.
#include "net/http_message.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace assay::net {
namespace {

using State = HttpReader::State;

constexpr std::string_view host = "Host: a\r\n";

// "GET /|body" for each request, then the status that ends it: "400".
std::vector<std::string> seen(std::string_view bytes, std::size_t piece) {
  HttpReader reader({200, 20});
  std::vector<std::string> seen;
  for (;;) {
    State state = reader.read();
    if (bytes.empty() && !reader.begun()) return seen;
    if (state == State::reading && bytes.empty()) state = reader.end_of_input();
    if (state == State::failed) {
      seen.push_back(std::to_string(reader.problem().status));
      return seen;
    }
    if (state == State::complete) {
      const auto& request = reader.request();
      seen.push_back(std::string(request.method) + ' ' + std::string(request.target) + '|' +
                     std::string(request.body));
      reader.next();
      continue;
    }
    const auto room = reader.room();
    const std::size_t count = std::min({piece, room.size(), bytes.size()});
    std::copy_n(bytes.begin(), count, room.begin());
    reader.received(count);
    bytes.remove_prefix(count);
  }
}

void expect_seen(const std::string& bytes, const std::vector<std::string>& expected) {
  EXPECT_EQ(seen(bytes, bytes.size()), expected) << bytes;
  EXPECT_EQ(seen(bytes, 1), expected) << bytes;
}

// A POST with these headers, and what follows them.
std::string post(std::string_view headers, std::string_view rest = "") {
  std::string text = "POST / HTTP/1.1\r\n";
  text += host;
  text += headers;
  text += "\r\n";
  return text += rest;
}

TEST(HttpReader, ReadsRequestsOneAfterTheOther) {
  expect_seen("", {});
  expect_seen(post("Content-Length: 5\r\n", "hello") + post("") + "GET /a HTTP/1.0\r\n\r\n",
              {"POST /|hello", "POST /|", "GET /a|"});
}

TEST(HttpReader, ReadsChunks) {
  const std::string_view chunked = "Transfer-Encoding: chunked\r\n";
  expect_seen(post(chunked, "5;a=b\r\nhello\r\n3\r\n, h\r\n0\r\n\r\n"), {"POST /|hello, h"});
  expect_seen(post(chunked, "0\r\n\r\n") + post(""), {"POST /|", "POST /|"});
  expect_seen(post(chunked, "1\r\na\r\n0\r\nX-After: b\r\n\r\n"), {"POST /|a"});
  expect_seen(post(chunked, "5\r\nhello0\r\n\r\n"), {"400"});
  expect_seen(post(chunked, "hello\r\n\r\n"), {"400"});
  expect_seen(post(chunked, "ffffffffffffffffff\r\n"), {"400"});
}

TEST(HttpReader, HoldsRequestsToTheirLimits) {
  const std::string body(20, 'b');
  expect_seen(post("Content-Length: 20\r\n", body), {"POST /|" + body});
  expect_seen(post("Content-Length: 21\r\n", body + "b"), {"413"});
  expect_seen(post("Transfer-Encoding: chunked\r\n", "14\r\n" + body + "\r\n1\r\nb\r\n"), {"413"});
  const std::size_t around = post("X: \r\n").size();
  expect_seen(post("X: " + std::string(200 - around, 'x') + "\r\n"), {"POST /|"});
  expect_seen(post("X: " + std::string(201 - around, 'x') + "\r\n"), {"431"});
  expect_seen("GET /" + std::string(10'000, 'a'), {"431"});
}

TEST(HttpReader, RefusesWhatTwoServersCouldUnderstandDifferently) {
  const std::string_view chunks = "0\r\n\r\n";
  for (const auto* const headers :
       {"Content-Length: 1\r\nContent-Length: 2\r\n", "Content-Length: -1\r\n",
        "Content-Length: 1, 2\r\n", "Content-Length: 0x1\r\n", "Content-Length: \r\n",
        "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n", "Content-Length : 1\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "Host: b\r\n", "X\r\n",
        "X: a\nY: b\r\n", "X: \x01\r\n", ": a\r\n"}) {
    expect_seen(post(headers, chunks), {"400"});
  }
  for (const auto* const encoding : {"gzip", "gzip, chunked", "chunked, gzip", "xchunked", ""}) {
    const auto found =
        seen(post("Transfer-Encoding: " + std::string(encoding) + "\r\n", chunks), 1);
    EXPECT_TRUE(found.front() == "501" || found.front() == "400") << encoding;
  }
  expect_seen("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", {"400"});
  expect_seen("GET / HTTP/1.1\r\n\r\n", {"400"});
}

TEST(HttpReader, RefusesWhatIsNoRequest) {
  for (const auto* const bytes :
       {"\x16\x03\x01", "GET\r\n\r\n", "GET /\r\n\r\n", "GET  / HTTP/1.1\r\n\r\n",
        " GET / HTTP/1.1", "GET / HTTP/1.1 \r\n\r\n", "\r\n\r\n", "GET / http/1.1\r\n\r\n",
        "GET / HT"}) {
    const auto found = seen(bytes, 1);
    EXPECT_TRUE(found.front() == "400" || found.front() == "505") << bytes;
  }
  expect_seen("GET / HTTP/2.0\r\nHost: a\r\n\r\n", {"505"});
}

TEST(HttpReader, KnowsWhoWaitsForAWord) {
  HttpReader reader({200, 20});
  const std::string bytes = post("Expect: 100-continue\r\nContent-Length: 2\r\n");
  std::copy(bytes.begin(), bytes.end(), reader.room().begin());
  reader.received(bytes.size());
  EXPECT_EQ(reader.read(), State::continue_wanted);
  EXPECT_EQ(reader.read(), State::reading);  // it is said once
}

HttpForm form_for(const std::string& bytes) {
  HttpReader reader({200, 20});
  std::copy(bytes.begin(), bytes.end(), reader.room().begin());
  reader.received(bytes.size());
  EXPECT_EQ(reader.read(), State::complete);
  return reader.form();
}

TEST(HttpReader, KnowsHowToAnswer) {
  EXPECT_TRUE(form_for(post("")).keep_alive);
  EXPECT_FALSE(form_for(post("Connection: close\r\n")).keep_alive);
  EXPECT_FALSE(form_for("GET / HTTP/1.0\r\n\r\n").keep_alive);
  const auto old = form_for("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_TRUE(old.keep_alive && old.says_keep_alive && old.with_body);
  EXPECT_FALSE(form_for("HEAD / HTTP/1.0\r\n\r\n").with_body);
}

TEST(HttpRequest, FindsHeadersWhateverTheirCase) {
  const kit::HttpHeader headers[] = {{"X-A", "1"}, {"x-a", "2"}, {"Content-Type", "b"}};
  const kit::HttpRequest request{"GET", "/", headers, ""};
  EXPECT_EQ(request.header("x-A"), "1");
  EXPECT_EQ(request.header("content-type"), "b");
  EXPECT_FALSE(request.header("X-").has_value());
  EXPECT_FALSE(request.header("").has_value());
}

TEST(HttpResponse, IsWrittenAsOne) {
  const kit::HttpResponse response{201, {{"X-A", "b"}}, "body"};
  EXPECT_EQ(head_of(response, {true, false, true}),
            "HTTP/1.1 201 Created\r\nX-A: b\r\nContent-Length: 4\r\n\r\n");
  EXPECT_EQ(head_of({204, {}, ""}, {false, false, true}),
            "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(head_of({200, {}, ""}, {true, true, true}),
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n");
}

TEST(HttpResponse, IsReplacedIfItCantBeSent) {
  for (const auto& response :
       std::vector<kit::HttpResponse>{{100, {}, ""},
                                      {600, {}, ""},
                                      {204, {}, "body"},
                                      {200, {{"", "a"}}, ""},
                                      {200, {{"a b", "c"}}, ""},
                                      {200, {{"a", "b\r\nc: d"}}, ""},
                                      {200, {{"Connection", "close"}}, ""}}) {
    EXPECT_EQ(sendable(response).status, 500);
  }
  EXPECT_EQ(sendable({599, {{"a", "b\tc \xff"}, {"A", ""}}, "d"}).status, 599);
}

}  // namespace
}  // namespace assay::net
