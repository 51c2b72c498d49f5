// A server in a thread of the test, of any protocol: a function takes whole requests from what came
// and gives the answers. Its counters are readable meanwhile.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <string>
#include <thread>

#include "net/descriptor.hpp"
#include "net/endpoint.hpp"

namespace assay::fault {

// Takes what it has answered from the front of `inbox`; nothing else is kept of a connection.
using Answer = std::function<std::string(std::string& inbox)>;

class Server {
 public:
  explicit Server(Answer answer, const net::Endpoint& endpoint = net::Endpoint::loopback(0));
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server();

  net::Endpoint endpoint() const;
  int accepted() const { return accepted_; }
  int ends() const { return ends_; }      // clients that said they would send no more
  int resets() const { return resets_; }  // clients that were reset
  std::size_t received_bytes() const { return received_bytes_; }
  void hang_up_all();  // resets every connection

 private:
  struct Conversation {
    net::Descriptor socket;
    std::string inbox;
    std::string outbox;
    bool ended = false;
  };

  void run();
  void accept();
  // False once it is over.
  bool serve(Conversation& conversation);
  bool read(Conversation& conversation);

  const Answer answer_;
  net::Descriptor listener_;
  std::map<int, Conversation> conversations_;
  std::atomic<bool> stopping_ = false;
  std::atomic<bool> hanging_up_ = false;
  std::atomic<int> accepted_ = 0;
  std::atomic<int> ends_ = 0;
  std::atomic<int> resets_ = 0;
  std::atomic<std::size_t> received_bytes_ = 0;
  std::thread thread_;
};

}  // namespace assay::fault
