#include "support/talks.hpp"

#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <utility>

#include "net/sockets.hpp"
#include "proc/redis.hpp"

namespace assay::fault {
namespace {

std::string payload(int number) { return "number-" + std::to_string(number) + "-of-this-talk"; }

class LineTalk : public Talk {
 public:
  net::Endpoint endpoint() const override { return server_.endpoint(); }
  Exchange exchange(int number) const override {
    return {payload(number) + '\n', payload(number) + '\n'};
  }

 private:
  Server server_{lines};
};

constexpr std::string_view head_end = "\r\n\r\n";

std::string http_response(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string answer_http(std::string& inbox) {
  std::string answers;
  for (auto end = inbox.find(head_end); end != std::string::npos; end = inbox.find(head_end)) {
    const auto path = inbox.find('/');
    answers += http_response("you asked for " + inbox.substr(path, inbox.find(' ', path) - path));
    inbox.erase(0, end + head_end.size());
  }
  return answers;
}

class HttpTalk : public Talk {
 public:
  net::Endpoint endpoint() const override { return server_.endpoint(); }
  Exchange exchange(int number) const override {
    const std::string path = '/' + payload(number);
    return {"GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n",
            http_response("you asked for " + path)};
  }

 private:
  Server server_{answer_http};
};

// PostgreSQL's messages: a letter, but for a client's first ones; a length that counts itself.
std::string number_bytes(std::uint32_t number) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(number >> shift & 0xffU);
  return bytes;
}

std::string message(const std::string& letter, const std::string& body) {
  return letter + number_bytes(static_cast<std::uint32_t>(body.size() + 4)) + body;
}

const std::string zero(1, '\0');

std::string ask_for_tls() { return message("", number_bytes(80'877'103)); }
std::string start_up() {
  return message("", number_bytes(196'608) + "user" + zero + "assay" + zero + zero);
}
std::string ready_for_query() { return message("Z", "I"); }
std::string welcome() {
  return message("R", number_bytes(0)) + message("S", "server_version" + zero + "15.0" + zero) +
         message("K", number_bytes(7) + number_bytes(42)) + ready_for_query();
}
std::string row_of(const std::string& query) {
  return message("D",
                 zero + '\1' + number_bytes(static_cast<std::uint32_t>(query.size())) + query) +
         message("C", "SELECT 1" + zero) + ready_for_query();
}

std::string answer_postgresql(std::string& inbox) {
  std::string answers;
  for (;;) {
    const bool first = !inbox.empty() && inbox[0] == '\0';
    const std::size_t head = first ? 4 : 5;
    if (inbox.size() < head) return answers;
    std::size_t size = first ? 0 : 1;
    for (std::size_t i = head - 4, length = 0; i < head; ++i) {
      length = length << 8U | static_cast<unsigned char>(inbox[i]);
      if (i + 1 == head) size += length;
    }
    if (inbox.size() < size) return answers;
    const std::string whole = inbox.substr(0, size);
    inbox.erase(0, size);
    if (!first) answers += row_of(whole.substr(head, whole.size() - head - 1));
    if (first) answers += whole == ask_for_tls() ? "N" : welcome();
  }
}

class PostgresqlTalk : public Talk {
 public:
  net::Endpoint endpoint() const override { return server_.endpoint(); }
  std::vector<Exchange> opening() const override {
    return {{ask_for_tls(), "N"}, {start_up(), welcome()}};
  }
  Exchange exchange(int number) const override {
    const std::string query = "select '" + payload(number) + "'";
    return {message("Q", query + zero), row_of(query)};
  }

 private:
  Server server_{answer_postgresql};
};

std::string bulk(const std::string& text) {
  return '$' + std::to_string(text.size()) + "\r\n" + text + "\r\n";
}

class RedisTalk : public Talk {
 public:
  net::Endpoint endpoint() const override { return server_.endpoint(); }
  Exchange exchange(int number) const override {
    return {"*2\r\n" + bulk("ECHO") + bulk(payload(number)), bulk(payload(number))};
  }

 private:
  proc::PrivateServer server_{proc::redis_server(), proc::Transport::unix_socket};
};

}  // namespace

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "assay-fault-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("can't make a folder");
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string echo(std::string& inbox) { return std::exchange(inbox, ""); }

std::string lines(std::string& inbox) {
  const auto end = inbox.rfind('\n');
  if (end == std::string::npos) return "";
  std::string whole = inbox.substr(0, end + 1);
  inbox.erase(0, end + 1);
  return whole;
}

std::unique_ptr<Talk> make_talk(const std::string& protocol) {
  if (protocol == "tcp") return std::make_unique<LineTalk>();
  if (protocol == "http") return std::make_unique<HttpTalk>();
  if (protocol == "redis") return std::make_unique<RedisTalk>();
  if (protocol == "postgresql") return std::make_unique<PostgresqlTalk>();
  throw std::runtime_error("no protocol: " + protocol);
}

}  // namespace assay::fault
