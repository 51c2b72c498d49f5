#include "graders/rate_limiter/gateway/world.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "grade/conversation.hpp"
#include "proc/question.hpp"

namespace assay::graders::rate_limiter {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using GatewayTime = std::chrono::steady_clock;

constexpr std::chrono::seconds gateway_cpu_limit{30};
constexpr milliseconds look_again{2};
constexpr milliseconds doze{20};  // so that Ctrl-C is seen

// Sockets that a client at that address has: all of 127.0.0.0/8 is this machine.
net::MakeSocket from_address(net::MakeSocket make, const std::string& address) {
  return [make = std::move(make), address](int family) {
    net::Descriptor socket = make(family);
    const int later = 1;  // the port is chosen when it connects
    ::setsockopt(socket.get(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &later, sizeof later);
    sockaddr_in place{};
    place.sin_family = AF_INET;
    const bool bound =
        ::inet_pton(AF_INET, address.c_str(), &place.sin_addr) == 1 &&
        ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&place), sizeof place) == 0;
    if (!bound) throw net::NetError("bind to " + address + ": " + std::strerror(errno));
    return socket;
  };
}

std::string problem_in(const proc::Answer& answer) {
  using enum proc::Answer::Kind;
  if (answer.kind == not_listening) return "can't connect: " + answer.bytes;
  return answer.kind == silent ? "no answer" : "closed the connection without an answer";
}

}  // namespace

GatewayWorld::GatewayWorld(const grade::SubjectSpec& subject, const GatewaySetup& setup,
                           std::size_t service_slots, nanoseconds service_time)
    : subject_(subject) {
  service_options_.make_listener = subject_.sockets();
  service_options_.slots = service_slots;
  service_options_.service_time = service_time;
  service_ = std::make_unique<fault::Dependency>(service_options_);
  service_options_.listen = service_->endpoint();
  subject_.tell("ASSAY_CONFIG", to_json(setup, service_->endpoint().text()));
  subject_.start();
}

GatewayReply GatewayWorld::ask(const GatewayAsk& ask, const std::function<bool()>& goes_on) const {
  const std::int64_t sent_ns = now_ns();
  const proc::Patience patience{GatewayTime::now() + kAnswerLimit,
                                [&] { return !grade::interrupted() && goes_on(); }};
  const auto answer = proc::ask(subject_.endpoint(), from_address(subject_.sockets(), ask.from),
                                request_bytes(ask), is_whole_answer, patience);
  using enum proc::Answer::Kind;
  GatewayReply reply;
  if (answer.kind == whole || (answer.kind == closed && !answer.bytes.empty())) {
    reply = parse_response(answer.bytes);
  } else {
    reply.problem = problem_in(answer);
  }
  reply.sent_ns = sent_ns;
  reply.came_ns = now_ns();
  return reply;
}

void GatewayWorld::take_service_away() { service_.reset(); }

void GatewayWorld::bring_service_back() {
  service_ = std::make_unique<fault::Dependency>(service_options_);
}

std::int64_t GatewayWorld::now_ns() const {
  return nanoseconds(GatewayTime::now() - start_).count();
}

void GatewayWorld::sleep_until(std::int64_t time_ns) const {
  while (now_ns() < time_ns && !grade::interrupted()) {
    std::this_thread::sleep_for(std::min<nanoseconds>(doze, nanoseconds(time_ns - now_ns())));
  }
}

void GatewayCrowd::send(const GatewayAsk& ask, int count, milliseconds stay) {
  const auto leaves_at = GatewayTime::now() + stay;
  for (int i = 0; i < count; ++i) {
    members_.push_back(std::make_unique<Member>());
    Member& member = *members_.back();
    member.thread = std::thread([this, ask, leaves_at, &member] {
      try {
        member.reply =
            world_.ask(ask, [&] { return stays_.load() && GatewayTime::now() < leaves_at; });
      } catch (const std::exception& error) {
        member.reply.problem = error.what();
      }
      member.status = member.reply.status;
      member.done = true;
    });
  }
}

int GatewayCrowd::answered() const {
  return static_cast<int>(std::count_if(members_.begin(), members_.end(),
                                        [](const auto& each) { return each->done.load(); }));
}

int GatewayCrowd::answered(int status) const {
  return static_cast<int>(std::count_if(members_.begin(), members_.end(), [&](const auto& each) {
    return each->done.load() && each->status.load() == status;
  }));
}

bool GatewayCrowd::within(milliseconds limit, const std::function<bool()>& holds) {
  const auto deadline = GatewayTime::now() + limit;
  while (!holds()) {
    if (GatewayTime::now() >= deadline || grade::interrupted()) return false;
    std::this_thread::sleep_for(look_again);
  }
  return true;
}

std::vector<GatewayReply> GatewayCrowd::replies() {
  std::vector<GatewayReply> all;
  for (const auto& member : members_) {
    if (member->thread.joinable()) member->thread.join();
    all.push_back(member->reply);
  }
  return all;
}

void GatewayCrowd::leave() {
  stays_ = false;
  replies();
}

grade::SubjectSpec gateway_subject(grade::Workbench& workbench) {
  grade::SubjectSpec subject = workbench.subject(proc::Flavour::http);
  subject.limits.cpu = gateway_cpu_limit;
  subject.limits.processes = 512;
  subject.limits.open_files = 2'048;
  subject.limits.address_space_bytes = 16ULL << 30;
  return subject;
}

}  // namespace assay::graders::rate_limiter
