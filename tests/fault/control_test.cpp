// Goal: the control does what it is asked, and says what is wrong with anything else; whatever
// bytes come, it serves the next. Method: requests by hand, whole, in pieces, and drawn at random.
#include "fault/control.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <mutex>

#include "base/random.hpp"
#include "fault/request.hpp"
#include "support/peer.hpp"

namespace assay::fault {
namespace {

class Controls : public testing::Test {
 protected:
  std::string answer_to(const std::string& request) const {
    Peer peer(control_->endpoint());
    peer.send(request);
    return peer.read_to_end().bytes;
  }

  static std::string post(const std::string& path, const std::string& body) {
    return "POST " + path +
           " HTTP/1.1\r\nHost: a\r\ncontent-length: " + std::to_string(body.size()) + "\r\n\r\n" +
           body;
  }

  std::string done() {
    const std::scoped_lock lock(mutex_);
    return done_;
  }

 private:
  void apply(const Fault& fault) {
    if (fault.verb == Verb::refuse) throw std::runtime_error("the port is taken");
    const std::scoped_lock lock(mutex_);
    done_ += to_text(fault) + ';';
  }

  std::mutex mutex_;
  std::string done_;

 protected:
  std::unique_ptr<Control> control_ = std::make_unique<Control>(
      net::Endpoint::loopback(0), ControlTarget{[this](const Fault& fault) { apply(fault); },
                                                [] { return "the state"; }, [] { return "{}"; }});
};

TEST_F(Controls, DoWhatTheyAreAsked) {
  EXPECT_TRUE(
      answer_to(post("/fault", "clog to the server\n")).ends_with("\nclog to the server\n"));
  EXPECT_TRUE(answer_to(post("/pass", "")).starts_with("HTTP/1.1 200 OK\r\n"));
  EXPECT_TRUE(answer_to("POST /pass HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 200 OK\r\n"));
  EXPECT_EQ(done(), "clog to the server;pass;pass;");
  EXPECT_TRUE(answer_to("GET / HTTP/1.1\r\n\r\n").ends_with("\r\n\r\nthe state"));
  EXPECT_TRUE(answer_to("GET /json HTTP/1.0\r\n\r\n").ends_with("\r\n\r\n{}"));
}

TEST_F(Controls, SayWhatIsWrong) {
  const auto status_of = [&](const std::string& request) {
    return answer_to(request).substr(0, std::string("HTTP/1.1 400").size());
  };
  EXPECT_EQ(status_of(post("/fault", "clogg")), "HTTP/1.1 400");
  EXPECT_NE(answer_to(post("/fault", "clogg")).find("did you mean 'clog'"), std::string::npos);
  EXPECT_EQ(status_of(post("/fault", "refuse")), "HTTP/1.1 500");
  EXPECT_EQ(status_of("GET /faults HTTP/1.1\r\n\r\n"), "HTTP/1.1 404");
  EXPECT_EQ(status_of("GET /fault HTTP/1.1\r\n\r\n"), "HTTP/1.1 405");
  EXPECT_EQ(status_of("DELETE /pass HTTP/1.1\r\n\r\n"), "HTTP/1.1 405");
  EXPECT_EQ(status_of("\x16\x03\x01 a b c d e"), "HTTP/1.1 400");
  EXPECT_EQ(status_of("GET /\r\n\r\n"), "HTTP/1.1 400");
  EXPECT_EQ(status_of("GET / HTTP/2\r\n\r\n"), "HTTP/1.1 400");
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nno colon\r\n\r\n"), "HTTP/1.1 400");
  EXPECT_EQ(status_of("POST /fault HTTP/1.1\r\nContent-Length: -1\r\n\r\n"), "HTTP/1.1 400");
  EXPECT_EQ(status_of("POST /fault HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"),
            "HTTP/1.1 411");
  EXPECT_EQ(status_of("POST /fault HTTP/1.1\r\nContent-Length: 4097\r\n\r\n"), "HTTP/1.1 413");
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nA: " + std::string(5000, 'a')), "HTTP/1.1 431");
  EXPECT_EQ(done(), "");
}

TEST_F(Controls, OutliveWhoGoesAway) {
  Peer(control_->endpoint()).reset();
  Peer(control_->endpoint()).send("GET / HT");
  EXPECT_TRUE(answer_to("GET / HTTP/1.1\r\n\r\n").ends_with("the state"));
}

TEST_F(Controls, EndWhileSomebodyIsTalking) {
  Peer peer(control_->endpoint());
  peer.send("GET / HT");
  control_.reset();
  EXPECT_NE(peer.read_to_end().end, StreamEnd::patience);
}

TEST(Requests, AreTheSameInPieces) {
  const std::string whole = "POST /fault HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nclog";
  for (std::size_t i = 0; i < whole.size(); ++i) {
    EXPECT_EQ(read_request(whole.substr(0, i)).status, 0) << i;
  }
  const Reading reading = read_request(whole);
  EXPECT_EQ(reading.status, 200);
  EXPECT_EQ(reading.request.body, "clog");
}

TEST(Requests, OfAnyBytesAreReadOrRejected) {
  base::Random random(5);
  const std::string alphabet = "GET /\r\n: HTP1.0Content-Length4\xff";
  for (int i = 0; i < 50'000; ++i) {
    std::string bytes = random.chance(0.5) ? "POST / HTTP/1.1\r\n" : "";
    const auto size = random.between(0, 60);
    for (int j = 0; j < size; ++j) bytes += random.one_of(alphabet);
    if (random.chance(0.5)) bytes += "\r\n\r\n";
    const Reading reading = read_request(bytes);
    ASSERT_TRUE(reading.status == 0 || reading.status == 200 || reading.status >= 400);
  }
  EXPECT_NE(read_request(std::string(8200, '\n')).status, 0);
}

}  // namespace
}  // namespace assay::fault
