// Goal: a gateway that loses or changes a part of a request, or of an answer, is told from one that
// passes all on, in whichever way HTTP allows. Method: what the service would have said that it
// got, written by hand.
#include "graders/rate_limiter/gateway/passing.hpp"

#include <gtest/gtest.h>

namespace assay::graders::rate_limiter {
namespace {

GatewayAsk ask() {
  GatewayAsk ask = ask_with_key("alice", "/a?does=echo&status=404&q=1");
  ask.method = "POST";
  ask.headers.emplace_back("X-Tag", "one");
  ask.headers.emplace_back("X-Tag", "two");
  ask.body = "words";
  return ask;
}

GatewayReply told(const std::string& what) {
  GatewayReply reply;
  reply.status = 404;
  reply.fields[echo_field] = echo_type;
  reply.body = what;
  return reply;
}

const std::string first_line = "POST /a?does=echo&status=404&q=1 HTTP/1.1\r\n";

TEST(GatewayPassing, AcceptsARequestThatCameWhole) {
  EXPECT_FALSE(wrong_passing(
      ask(),
      told(first_line + "X-Api-Key: alice\r\nX-Tag: one\r\nX-Tag: two\r\nHost: a\r\n\r\nwords")));
  // Names in another case, a list in one field, and fields of the gateway's own.
  EXPECT_FALSE(wrong_passing(
      ask(), told(first_line + "via: 1.1 a\r\nx-tag:one, two\r\nx-api-key: alice\r\n\r\nwords")));
}

TEST(GatewayPassing, CatchesWhatIsMissingOrChanged) {
  const std::string fields = "X-Api-Key: alice\r\nX-Tag: one\r\nX-Tag: two\r\n";
  const auto wrong = [](const std::string& what) {
    const auto difference = wrong_passing(ask(), told(what));
    return difference ? difference->wrong : "nothing";
  };
  EXPECT_EQ(wrong("GET" + first_line.substr(4) + fields + "\r\nwords"),
            "the service got GET /a?does=echo&status=404&q=1");
  EXPECT_EQ(wrong("POST /a?does=echo&status=404 HTTP/1.1\r\n" + fields + "\r\nwords"),
            "the service got POST /a?does=echo&status=404");
  EXPECT_EQ(wrong(first_line + "X-Tag: one, two\r\n\r\nwords"), "the service got no x-api-key");
  EXPECT_EQ(wrong(first_line + "X-Tag: one\r\nX-Api-Key: alice\r\n\r\nwords"),
            "the service got \"x-tag: one\"");
  EXPECT_EQ(wrong(first_line + fields + "\r\n"), "the service got the body \"\"");
  EXPECT_EQ(wrong("error\n"), "the body is not what the service sent: error\\x0a");
  auto bare = told(first_line + fields + "\r\nwords");
  bare.fields.clear();
  EXPECT_TRUE(wrong_passing(ask(), bare));
}

TEST(GatewayPassing, SaysNothingWhereTheServiceDidNot) {
  EXPECT_FALSE(wrong_passing(ask_with_key("a", "/"), {}));
  auto denied = told("");
  denied.status = 429;
  EXPECT_FALSE(wrong_passing(ask(), denied));
}

}  // namespace
}  // namespace assay::graders::rate_limiter
