// Goal: the server answers what it should, refuses what is beyond its limits in words, and stops
// under load with every running request answered. Method: real sockets, a client that sends bytes;
// compiled with each sanitizer as well.
#include "net/http_server.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <future>
#include <latch>
#include <stdexcept>
#include <thread>
#include <vector>

#include "raw_client.hpp"

namespace assay::net {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds stop_patience{30'000};
constexpr std::string_view host_line = "Host: test\r\n";

kit::HttpResponse echo(const kit::HttpRequest& request) {
  if (request.target == "/throw") throw std::runtime_error("no luck");
  return {200, {}, std::string(request.method) + " " + std::string(request.body)};
}

std::string request_of(std::string_view method, std::string_view more, std::string_view body = "") {
  std::string text(method);
  text += " / HTTP/1.1\r\n";
  text += host_line;
  text += more;
  text += "\r\n";
  text += body;
  return text;
}

std::string status_of(const std::string& response) { return response.substr(0, 12); }

HttpOptions small_limits() {
  HttpOptions options;
  options.threads = 2;
  options.limits = {1'000, 100};
  return options;
}

TEST(HttpServer, AnswersRequestsAndFailures) {
  HttpServer server(HttpOptions(), echo);
  RawClient client(server.endpoint());
  EXPECT_EQ(client.get("/a"), "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nGET ");
  client.send(request_of("PUT", "Content-Length: 5\r\n", "hello"));
  EXPECT_TRUE(client.response().ends_with("\r\n\r\nPUT hello"));
  const auto failed = client.get("/throw");
  EXPECT_EQ(status_of(failed), "HTTP/1.1 500");
  EXPECT_TRUE(failed.ends_with("the service threw: no luck\n"));
  EXPECT_TRUE(client.get("/healthz").ends_with("ok\n"));
}

TEST(HttpServer, ServesOnAUnixSocket) {
  char folder[] = "/tmp/assay-http-XXXXXX";
  ASSERT_NE(::mkdtemp(folder), nullptr);
  HttpOptions options;
  options.endpoint = Endpoint::unix_socket(std::filesystem::path(folder) / "socket");
  {
    HttpServer server(options, echo);
    EXPECT_EQ(status_of(RawClient(server.endpoint()).get("/")), "HTTP/1.1 200");
  }
  std::filesystem::remove_all(folder);
}

TEST(HttpServer, RefusesWhatIsBeyondItsLimitsAndCloses) {
  HttpServer server(small_limits(), echo);
  const auto answer = [&](const std::string& bytes) {
    RawClient client(server.endpoint());
    client.send(bytes);
    return client.rest();  // there is an end
  };
  const std::string large(10U << 20, 'x');
  for (const auto& [bytes, status] : std::vector<std::pair<std::string, std::string>>{
           {request_of("POST", "Content-Length: 101\r\n"), "413"},
           {request_of("POST", "Content-Length: 10485760\r\n", large), "413"},
           {request_of("POST", "Transfer-Encoding: chunked\r\n", "65\r\nx"), "413"},
           {request_of("GET", "X: " + std::string(1'000, 'a') + "\r\n"), "431"},
           {"nonsense\r\n\r\n", "400"}}) {
    const auto response = answer(bytes);
    EXPECT_EQ(status_of(response), "HTTP/1.1 " + status) << bytes.substr(0, 100);
    EXPECT_NE(response.find("Connection: close\r\n"), std::string::npos);
  }
}

TEST(HttpServer, HearsOutWhoIsRefused) {
  HttpServer server(small_limits(), echo);
  RawClient client(server.endpoint());
  client.send(request_of("POST", "Content-Length: 50000\r\n", std::string(50'000, 'x')));
  EXPECT_EQ(status_of(client.rest()), "HTTP/1.1 413");
  EXPECT_FALSE(client.was_reset());
}

TEST(HttpServer, WaitsForARequestAsLongAsItsLimit) {
  auto options = small_limits();
  options.receive_limit = options.idle_limit = milliseconds(100);
  HttpServer server(options, echo);
  RawClient slow(server.endpoint());
  slow.send("GET / HT");
  EXPECT_EQ(status_of(slow.rest()), "HTTP/1.1 408");
  EXPECT_EQ(RawClient(server.endpoint()).rest(), "");  // idle: there is nothing to answer
}

TEST(HttpServer, TellsWhoComesTooMany) {
  auto options = small_limits();
  options.connections_max = 2;
  HttpServer server(options, echo);
  std::vector<RawClient> clients;
  for (int i = 0; i < 2; ++i) {
    clients.emplace_back(server.endpoint());
    EXPECT_EQ(status_of(clients.back().get("/")), "HTTP/1.1 200");
  }
  EXPECT_EQ(status_of(RawClient(server.endpoint()).rest()), "HTTP/1.1 503");
  EXPECT_EQ(status_of(clients.front().get("/")), "HTTP/1.1 200");
}

TEST(HttpServer, ClosesAConnectionAfterItsLastRequest) {
  auto options = small_limits();
  options.requests_max = 2;
  HttpServer server(options, echo);
  RawClient client(server.endpoint());
  EXPECT_EQ(client.get("/").find("Connection: close"), std::string::npos);
  EXPECT_NE(client.get("/").find("Connection: close"), std::string::npos);
  EXPECT_EQ(client.rest(), "");
}

// A handler that waits until it is let go.
struct Gate {
  std::latch entered{1};
  std::latch opened{1};
  HttpHandler handler() {
    return [this](const kit::HttpRequest&) {
      entered.count_down();
      opened.wait();
      return kit::HttpResponse{200, {}, "late"};
    };
  }
};

TEST(HttpServer, StopsAfterTheRunningRequests) {
  Gate gate;
  HttpServer server(HttpOptions(), gate.handler());
  RawClient client(server.endpoint());
  RawClient idle(server.endpoint());
  client.send(request_of("GET", ""));
  gate.entered.wait();
  auto stopped = std::async(std::launch::async, [&] { return server.stop(stop_patience); });
  EXPECT_EQ(idle.rest(), "");                            // closed at once
  EXPECT_EQ(RawClient(server.endpoint()).get("/"), "");  // and nobody new is let in
  gate.opened.count_down();
  const auto response = client.rest();
  EXPECT_TRUE(response.ends_with("\r\n\r\nlate"));
  EXPECT_NE(response.find("Connection: close"), std::string::npos);
  EXPECT_EQ(stopped.get().given_up, 0U);
}

TEST(HttpServer, StopsAfterRequestsThatStillArrive) {
  HttpServer server(HttpOptions(), echo);
  RawClient client(server.endpoint());
  RawClient idle(server.endpoint());
  client.send(request_of("PUT", "Expect: 100-continue\r\nContent-Length: 5\r\n"));
  EXPECT_EQ(status_of(client.response()), "HTTP/1.1 100");  // it has begun
  auto stopped = std::async(std::launch::async, [&] { return server.stop(stop_patience); });
  EXPECT_EQ(idle.rest(), "");
  client.send("hello");
  EXPECT_TRUE(client.rest().ends_with("\r\n\r\nPUT hello"));
  EXPECT_EQ(stopped.get().given_up, 0U);
}

TEST(HttpServer, GivesUpARequestThatDoesNotEnd) {
  Gate gate;
  HttpServer server(HttpOptions(), gate.handler());
  RawClient client(server.endpoint());
  client.send(request_of("GET", ""));
  gate.entered.wait();
  EXPECT_EQ(server.stop(milliseconds(50)).given_up, 1U);
  gate.opened.count_down();
}

// Clients that ask as fast as they can, and connect again, until the server is gone.
void ask_until_it_ends(const Endpoint& endpoint, std::atomic<int>& answered, int connections) {
  for (;;) {
    std::vector<RawClient> clients;
    for (int i = 0; i < connections; ++i) {
      clients.emplace_back(endpoint);
      if (!clients.back().connected()) return;
    }
    for (auto& client : clients) {
      const std::string response = client.get("/");
      if (response.empty()) continue;  // it was closed before the request was read
      EXPECT_TRUE(response.ends_with("\r\n\r\nGET ")) << response;
      ++answered;
    }
  }
}

TEST(HttpServer, StopsUnderLoadAgainAndAgain) {
  for (int round = 0; round < 5; ++round) {
    HttpServer server(HttpOptions(), echo);
    std::atomic<int> answered = 0;
    std::vector<std::thread> clients;
    for (int i = 0; i < 4; ++i) {
      clients.emplace_back([&] { ask_until_it_ends(server.endpoint(), answered, 16); });
    }
    while (answered < 200) std::this_thread::yield();
    const auto end = server.stop(stop_patience);
    EXPECT_EQ(end.given_up, 0U);
    EXPECT_EQ(end.failure, "");
    for (auto& client : clients) client.join();
  }
}

}  // namespace
}  // namespace assay::net
