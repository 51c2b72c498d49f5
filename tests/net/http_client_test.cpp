// Goal: the client passes a request on as it is, gives the whole answer back, and says what went
// wrong if none came, within its time. Method: the server of this folder, and listeners that answer
// with bytes as they are told.
#include "net/http_client.hpp"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <string>
#include <thread>
#include <vector>

#include "net/http_server.hpp"
#include "net/sockets.hpp"

namespace assay::net {
namespace {

using Failed = kit::HttpFailure::Kind;
using std::chrono::milliseconds;

constexpr std::chrono::seconds long_enough{30};
constexpr milliseconds brief{50};

// Takes one connection and sends these bytes; then closes it, unless it is to hang.
class OneAnswer {
 public:
  explicit OneAnswer(std::string bytes, bool hangs = false)
      : thread_([this, bytes = std::move(bytes), hangs] {
          pollfd waiting{listener_.get(), POLLIN, 0};
          ::poll(&waiting, 1, 30'000);
          const Descriptor client(::accept(listener_.get(), nullptr, nullptr));
          char question[4096];
          if (::recv(client.get(), question, sizeof question, 0) <= 0) return;
          ::send(client.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
          while (hangs && ::recv(client.get(), question, sizeof question, 0) > 0) continue;
        }) {}
  ~OneAnswer() { thread_.join(); }
  OneAnswer(const OneAnswer&) = delete;
  OneAnswer& operator=(const OneAnswer&) = delete;

  Endpoint endpoint() const { return endpoint_of(listener_.get()); }

 private:
  const Descriptor listener_ = listen_on(Endpoint::loopback(0), 1);
  std::thread thread_;
};

kit::HttpRequest get() { return {"GET", "/a?b=c", {}, ""}; }

std::optional<Failed> failure_of(const Endpoint& server, std::chrono::nanoseconds limit) {
  try {
    HttpClient(server).send(get(), limit);
    return std::nullopt;
  } catch (const kit::HttpFailure& failure) {
    return failure.kind;
  }
}

TEST(HttpClient, PassesARequestOnButForWhatBelongsToOneConnection) {
  HttpServer server({}, [](const kit::HttpRequest& request) {
    kit::HttpResponse response{404, {}, std::string(request.method)};
    response.body.append(" ").append(request.target).append(" ").append(request.body);
    for (const auto& [name, value] : request.headers) {
      response.body.append("\n").append(name).append(": ").append(value);
    }
    response.headers.emplace_back("X-Twice", "1");
    response.headers.emplace_back("X-Twice", "2");
    return response;
  });
  const std::vector<kit::HttpHeader> headers{{"Host", "elsewhere"},
                                             {"X-Key", "k"},
                                             {"content-length", "99"},
                                             {"X-Key", "l"},
                                             {"Transfer-Encoding", "chunked"}};
  HttpClient client(server.endpoint());
  const auto answer = client.send({"POST", "/a?b=c", headers, "body"}, long_enough);
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(answer.body, "POST /a?b=c body\nHost: " + server.endpoint().text() +
                             "\nConnection: close\nX-Key: k\nX-Key: l\nContent-Length: 4");
  ASSERT_EQ(answer.headers.size(), 2U);
  EXPECT_EQ(answer.headers[1].second, "2");
  server.stop(long_enough);
}

TEST(HttpClient, ReadsAnswersOfEachLength) {
  const auto body_of = [](const std::string& bytes) {
    const OneAnswer server(bytes);
    return HttpClient(server.endpoint()).send(get(), long_enough).body;
  };
  EXPECT_EQ(body_of("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcdef"), "abc");
  EXPECT_EQ(body_of("HTTP/1.1 200 OK\r\n\r\nto the end"), "to the end");
  EXPECT_EQ(
      body_of(
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"),
      "abc");
  EXPECT_EQ(body_of("HTTP/1.1 204 No Content\r\n\r\n"), "");
}

TEST(HttpClient, SaysHowItFailed) {
  const auto kind_of = [](const std::string& bytes) {
    const OneAnswer server(bytes);
    return failure_of(server.endpoint(), long_enough);
  };
  EXPECT_EQ(kind_of("220 mail.example ESMTP\r\n\r\n"), Failed::broken);
  EXPECT_EQ(kind_of("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"), Failed::broken);
  EXPECT_EQ(kind_of(""), Failed::broken);
  Endpoint nobody = Endpoint::loopback(0);
  {
    const Descriptor listener = listen_on(Endpoint::loopback(0), 1);
    nobody = endpoint_of(listener.get());
  }
  EXPECT_EQ(failure_of(nobody, long_enough), Failed::unreachable);
}

TEST(HttpClient, GivesUpWhenItsTimeIsOver) {
  const OneAnswer silent("", true);
  EXPECT_EQ(failure_of(silent.endpoint(), brief), Failed::timed_out);
  const OneAnswer slow("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", true);
  EXPECT_EQ(failure_of(slow.endpoint(), brief), Failed::timed_out);
}

}  // namespace
}  // namespace assay::net
