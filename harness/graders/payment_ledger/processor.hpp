// A card processor that the subject asks over HTTP, so that what was really charged is counted by
// the grader, and not by who is graded. The card of a charge says what happens:
//
//   ok         charged
//   declined   402: the bank says no
//   failing    502: nobody can say why, but nothing was charged
//   busy_once  503 to the first charge with this reference: it did nothing. Then charged
//   slow       charged, once release() is called
//
// A thread for each connection. Thread-safe.
#pragma once

#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "net/sockets.hpp"

namespace assay::graders::payment_ledger {

struct MadeCharge {
  std::string caller;
  std::string reference;
};

class CardProcessor {
 public:
  // Listens once constructed. Throws net::NetError.
  explicit CardProcessor(const net::MakeSocket& make);
  ~CardProcessor();
  CardProcessor(const CardProcessor&) = delete;
  CardProcessor& operator=(const CardProcessor&) = delete;

  // {"processor": "127.0.0.1:40123"}: what a subject is told.
  std::string config() const;

  // Forgets all charges; the next one is ch_1.
  void forget();
  std::vector<MadeCharge> charges() const;
  std::size_t held() const;  // slow ones that wait for release()
  void release();            // also those that come later

  static constexpr std::size_t kConnectionsMax = 4'096;  // in its life

 private:
  struct Reply {
    int status;
    std::string body;
  };

  void accept_connections();
  void serve(net::Descriptor connection);
  Reply charge(const std::string& caller, const std::string& body);
  void hold();

  net::Descriptor listener_;
  std::atomic<bool> stopping_ = false;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<MadeCharge> charges_;
  std::map<std::string, int> busy_;  // by reference: how often it was told to come back
  std::size_t held_ = 0;
  bool released_ = false;
  std::vector<std::thread> connections_;  // of the accepting thread
  std::thread acceptor_;
};

}  // namespace assay::graders::payment_ledger
