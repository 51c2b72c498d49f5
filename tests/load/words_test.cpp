// Goal: what people type is understood, or refused in a line that says what it should look like.
// Method: tables of both.
#include "load/words.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <stdexcept>

#include "load/fixed_request.hpp"
#include "load/url.hpp"
#include "net/sockets.hpp"

namespace assay::load {
namespace {

using std::chrono_literals::operator""min;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using std::chrono_literals::operator""us;

std::string complaint_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const std::invalid_argument& error) {
    return error.what();
  } catch (const net::NetError& error) {
    return error.what();
  }
  return "none";
}

TEST(Durations, AreReadAsTheyAreWritten) {
  EXPECT_EQ(parse_duration("10s"), 10s);
  EXPECT_EQ(parse_duration("1.5s"), 1500ms);
  EXPECT_EQ(parse_duration("500ms"), 500ms);
  EXPECT_EQ(parse_duration("250us"), 250us);
  EXPECT_EQ(parse_duration("2m"), 2min);
  EXPECT_EQ(parse_duration("0s"), 0s);
  for (const auto* const text : {"", "10", "s", "-1s", "1e3s", "25h", "10 s", "nans", "infs"}) {
    EXPECT_EQ(complaint_of([&] { parse_duration(text); }),
              "a time looks like 10s, 1.5s, 500ms or 2m, of a day at most, not '" +
                  std::string(text) + "'");
  }
}

TEST(Rates, AreReadAsTheyAreWritten) {
  EXPECT_EQ(parse_rates("1000"), std::vector<double>{1000});
  EXPECT_EQ(parse_rates("0.5,2000"), (std::vector<double>{0.5, 2000}));
  for (const auto* const text : {"", "0", "-5", "1,", "1k", "3000000", "1;2"}) {
    EXPECT_NE(complaint_of([&] { parse_rates(text); }), "none") << text;
  }
}

TEST(Targets, AreReadAsTheyAreWritten) {
  const auto target = parse_target("p99.9=20ms");
  EXPECT_EQ(target.percent, 99.9);
  EXPECT_EQ(target.ns, 20'000'000);
  for (const auto* const text : {"", "p99", "99=20ms", "p100=20ms", "p0=20ms", "p99=0s", "px=1s"}) {
    EXPECT_EQ(complaint_of([&] { parse_target(text); }),
              "a target looks like p99=20ms, not '" + std::string(text) + "'");
  }
}

TEST(Times, AreShownWithThreeDigits) {
  EXPECT_EQ(rounded_ns(0), "0");
  EXPECT_EQ(rounded_ns(999), "999 ns");
  EXPECT_EQ(rounded_ns(123'456), "123 µs");
  EXPECT_EQ(rounded_ns(1'234'567), "1.23 ms");
  EXPECT_EQ(rounded_ns(9'996'000'000), "10 s");
}

TEST(Urls, AreReadAsTheyAreWritten) {
  const Url url = parse_url("http://127.0.0.1:8080/a/b?c=d#part");
  EXPECT_EQ(url.endpoint.text(), "127.0.0.1:8080");
  EXPECT_EQ(url.host, "127.0.0.1:8080");
  EXPECT_EQ(url.target, "/a/b?c=d");
  EXPECT_EQ(parse_url("127.0.0.1:8080").target, "/");
  EXPECT_EQ(parse_url("http://127.0.0.1").endpoint.port(), 80);
  EXPECT_EQ(parse_url("http://[::1]").endpoint.text(), "[::1]:80");
  EXPECT_EQ(parse_url("http://[::1]:81/x").endpoint.text(), "[::1]:81");
  EXPECT_EQ(parse_url("http://127.0.0.1?q").target, "/?q");
  const Url local = parse_url("http://unix:/tmp/app.sock:/items?x=1");
  EXPECT_EQ(local.endpoint.text(), "unix:/tmp/app.sock");
  EXPECT_EQ(local.target, "/items?x=1");
  EXPECT_EQ(local.host, "localhost");
  EXPECT_EQ(parse_url("unix:/tmp/app.sock").target, "/");
}

TEST(Urls, ThatAreWrongAreRefused) {
  EXPECT_EQ(complaint_of([] { parse_url("https://localhost/"); }),
            "'https://localhost/': https is not supported: load what stands behind the TLS, over "
            "http");
  EXPECT_EQ(complaint_of([] { parse_url("ftp://localhost/"); }),
            "'ftp://localhost/': write http://HOST:PORT/PATH");
  for (const auto* const text :
       {"", "http://", "http:///path", "http://:80/", "http://a b/", "http://127.0.0.1:http/",
        "http://user@127.0.0.1/", "http://no.such.host.invalid/", "http://127.0.0.1/a\nb"}) {
    EXPECT_NE(complaint_of([&] { parse_url(text); }), "none") << text;
  }
}

TEST(Requests, AreWhatTheOptionsSay) {
  const Url url = parse_url("http://127.0.0.1:81/x");
  EXPECT_EQ(
      FixedRequest(url, {}).bytes(),
      "GET /x HTTP/1.1\r\nHost: 127.0.0.1:81\r\nUser-Agent: assay-load\r\nAccept: */*\r\n\r\n");
  EXPECT_EQ(FixedRequest(url, {"POST", {"host: other", "Accept: text/plain"}, "hello"}).bytes(),
            "POST /x HTTP/1.1\r\nUser-Agent: assay-load\r\nContent-Length: 5\r\nhost: other\r\n"
            "Accept: text/plain\r\n\r\nhello");
}

TEST(Requests, ThatCantBeSentAreRefused) {
  const Url url = parse_url("http://127.0.0.1:81/x");
  EXPECT_EQ(complaint_of([&] {
              FixedRequest(url, {"GE T", {}, ""});
            }),
            "a method is a word, like POST, not 'GE T'");
  for (const auto* const header : {"no colon", ": x", "a b: c", "a: b\r\nc: d", "a: b\nc"}) {
    EXPECT_NE(complaint_of([&] { FixedRequest(url, {"GET", {header}, ""}); }), "none") << header;
  }
}

}  // namespace
}  // namespace assay::load
