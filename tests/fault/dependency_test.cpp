// Goal: the dependency of a grading has its slots and its service time, fails as it is asked to,
// and counts what is at it. Method: clients that wait, on sockets of their own; what must happen is
// waited for, and times are bounded from below only.
#include "fault/dependency.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "support/peer.hpp"

namespace assay::fault {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

std::string get(const std::string& target) {
  return "GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n";
}

const std::string served = "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nserved\n";

bool reaches(const Dependency& dependency, std::size_t at_once) {
  return eventually([&] { return dependency.counts().at_once == at_once; });
}

TEST(Dependency, AnswersOneRequestAfterTheOtherOnAConnection) {
  const Dependency dependency({});
  Peer client(dependency.endpoint());
  client.send(get("/a") + "POST /b HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc" +
              get("/c"));
  EXPECT_EQ(client.read(3 * served.size()).bytes, served + served + served);
  EXPECT_EQ(dependency.counts().arrived, 3U);
  EXPECT_EQ(dependency.counts().answered, 3U);
  EXPECT_EQ(dependency.counts().at_once_most, 1U);
}

TEST(Dependency, TakesItsTimeInEachOfItsSlots) {
  DependencyOptions options;
  options.slots = 2;
  options.service_time = milliseconds(20);
  const Dependency dependency(options);
  const auto began = steady_clock::now();
  std::vector<Peer> clients;
  for (int i = 0; i < 6; ++i) clients.emplace_back(dependency.endpoint());
  for (auto& client : clients) client.send(get("/"));
  for (auto& client : clients) EXPECT_EQ(client.read(served.size()).bytes, served);
  EXPECT_GE(steady_clock::now() - began, 3 * options.service_time);
  EXPECT_EQ(dependency.counts().answered, 6U);
  EXPECT_EQ(dependency.counts().at_once, 0U);
}

TEST(Dependency, KeepsWhatWaitsUntilItIsReleased) {
  Dependency dependency({});
  std::vector<Peer> clients;
  for (int i = 0; i < 3; ++i) clients.emplace_back(dependency.endpoint());
  for (auto& client : clients) client.send(get("/x?n=1&m") + get("/x?does=wait"));
  for (auto& client : clients) EXPECT_EQ(client.read(served.size()).bytes, served);
  EXPECT_TRUE(eventually([&] { return dependency.counts().waiting == 3; }));
  EXPECT_TRUE(clients[0].hears_nothing(milliseconds(20)));
  dependency.release();
  for (auto& client : clients) EXPECT_EQ(client.read(served.size()).bytes, served);
  EXPECT_EQ(dependency.counts().waiting, 0U);
  EXPECT_GE(dependency.counts().at_once_most, 3U);
}

TEST(Dependency, GivesTheSlotOfAClientThatLeavesToTheNext) {
  DependencyOptions options;
  options.slots = 1;
  const Dependency dependency(options);
  Peer hung(dependency.endpoint());
  hung.send(get("/?does=hang"));
  ASSERT_TRUE(reaches(dependency, 1));
  Peer given_up(dependency.endpoint());
  given_up.send(get("/"));
  Peer next(dependency.endpoint());
  next.send(get("/"));
  ASSERT_TRUE(reaches(dependency, 3));
  given_up.reset();
  ASSERT_TRUE(reaches(dependency, 2));
  hung.close();
  EXPECT_EQ(next.read(served.size()).bytes, served);
  EXPECT_TRUE(reaches(dependency, 0));
}

TEST(Dependency, FailsAsItIsAskedTo) {
  const Dependency dependency({});
  const auto end_of = [&](const std::string& habit) {
    Peer client(dependency.endpoint());
    client.send(get("/?does=" + habit));
    return client.read_to_end();
  };
  EXPECT_EQ(end_of("reset").end, StreamEnd::reset);
  EXPECT_FALSE(end_of("garbage").bytes.starts_with("HTTP"));
  EXPECT_EQ(end_of("break").end, StreamEnd::end);
  Peer client(dependency.endpoint());
  client.send(get("/?does=fail") + get("/"));
  EXPECT_TRUE(client.read(13).bytes.starts_with("HTTP/1.1 500 "));
  EXPECT_TRUE(eventually([&] { return dependency.counts().answered == 1; }));
  EXPECT_EQ(dependency.counts().arrived, 5U);
}

TEST(Dependency, SaysWhatReachedItWhenItIsAsked) {
  const Dependency dependency({});
  const std::string request =
      "PUT /a?does=echo&status=409&q=b%20c HTTP/1.1\r\nHost: a\r\nX-Trace: 7\r\n"
      "content-length: 5\r\n\r\nwhole";
  const std::string answer = "HTTP/1.1 409 Echo\r\nContent-Type: message/http\r\nContent-Length: " +
                             std::to_string(request.size()) + "\r\n\r\n" + request;
  Peer client(dependency.endpoint());
  client.send(request + get("/"));
  EXPECT_EQ(client.read(answer.size() + served.size()).bytes, answer + served);
  client.send(get("/?does=echo"));
  EXPECT_TRUE(client.read(15).bytes.starts_with("HTTP/1.1 200 "));
  EXPECT_TRUE(eventually([&] { return dependency.counts().answered == 3; }));
}

}  // namespace
}  // namespace assay::fault
