// A gateway that runs, the service behind it, and clients that ask it. Several threads may ask at
// once; making and ending it is for one.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "fault/dependency.hpp"
#include "grade/http_subject.hpp"
#include "grade/workbench.hpp"
#include "graders/rate_limiter/gateway/setup.hpp"
#include "graders/rate_limiter/gateway/talk.hpp"

namespace assay::graders::rate_limiter {

// A service that has no limits of its own, so that it shows what the gateway lets through.
inline constexpr std::size_t service_slots_max = 1'000;

class GatewayWorld {
 public:
  // Starts both. Throws grade::SubjectTrouble, Interrupted and proc::CellError.
  GatewayWorld(const grade::SubjectSpec& subject, const GatewaySetup& setup,
               std::size_t service_slots = service_slots_max,
               std::chrono::nanoseconds service_time = {});

  // Sends a request on a connection of its own, and waits for the answer; as long as `goes_on`
  // says, then it leaves. Throws Interrupted.
  GatewayReply ask(
      const GatewayAsk& ask, const std::function<bool()>& goes_on = [] { return true; }) const;

  std::int64_t now_ns() const;  // since it was made; as in replies
  void sleep_until(std::int64_t time_ns) const;

  fault::Dependency& service() { return *service_; }
  // Nobody listens at its address until it is back; its counts begin anew.
  void take_service_away();
  void bring_service_back();
  grade::HttpSubject& subject() { return subject_; }

  static constexpr std::chrono::seconds kAnswerLimit{10};

 private:
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  grade::HttpSubject subject_;
  fault::DependencyOptions service_options_;
  std::unique_ptr<fault::Dependency> service_;
};

// Requests that are under way at the same time, each in a thread of its own.
class GatewayCrowd {
 public:
  explicit GatewayCrowd(const GatewayWorld& world) : world_(world) {}
  ~GatewayCrowd() { leave(); }
  GatewayCrowd(const GatewayCrowd&) = delete;
  GatewayCrowd& operator=(const GatewayCrowd&) = delete;

  // The clients leave when they have stayed so long without an answer.
  void send(const GatewayAsk& ask, int count,
            std::chrono::milliseconds stay = GatewayWorld::kAnswerLimit);
  int under_way() const { return static_cast<int>(members_.size()) - answered(); }
  // How many have an answer; of that status.
  int answered() const;
  int answered(int status) const;
  // Until it holds; false if it doesn't within the limit.
  static bool within(std::chrono::milliseconds limit, const std::function<bool()>& holds);
  // Waits for all, and gives their replies in the order in which they were sent.
  std::vector<GatewayReply> replies();
  // The clients close their connections, and don't wait any longer.
  void leave();

 private:
  struct Member {
    GatewayReply reply;
    std::atomic<int> status{0};
    std::atomic<bool> done{false};
    std::thread thread;
  };

  const GatewayWorld& world_;
  std::atomic<bool> stays_{true};
  std::vector<std::unique_ptr<Member>> members_;
};

// What a check's subject may use: a thread for each request that waits, and a connection.
grade::SubjectSpec gateway_subject(grade::Workbench& workbench);

}  // namespace assay::graders::rate_limiter
