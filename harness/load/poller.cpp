#include "load/poller.hpp"

#include <sys/prctl.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <string>

#include "net/sockets.hpp"

namespace assay::load {
namespace {

constexpr std::int64_t ns_per_s = 1'000'000'000;
constexpr std::int64_t ns_per_ms = 1'000'000;

}  // namespace

Poller::Poller() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (!epoll_) throw net::NetError(std::string("make an epoll: ") + std::strerror(errno));
}

void Poller::add(int socket, std::uint64_t tag) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.u64 = tag;
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, socket, &event) != 0) {
    throw net::NetError(std::string("watch a socket: ") + std::strerror(errno));
  }
}

std::span<const epoll_event> Poller::wait(std::int64_t limit_ns) {
  const int count = wait_for_events(std::max<std::int64_t>(limit_ns, 0));
  return {events_.data(), static_cast<std::size_t>(std::max(count, 0))};
}

int Poller::wait_for_events(std::int64_t limit_ns) {
  if (counts_ns_) {
    const timespec limit{limit_ns / ns_per_s, limit_ns % ns_per_s};
    const int count = ::epoll_pwait2(epoll_.get(), events_.data(), kEvents, &limit, nullptr);
    // Kernels before 5.11 don't know it, and some sandboxes don't allow it.
    if (count >= 0 || (errno != ENOSYS && errno != EPERM)) return count;
    counts_ns_ = false;
  }
  // Rounded down: the last millisecond is spent asking again.
  return ::epoll_wait(epoll_.get(), events_.data(), kEvents,
                      static_cast<int>(limit_ns / ns_per_ms));
}

PromptWaking::PromptWaking() : before_ns_(::prctl(PR_GET_TIMERSLACK)) {
  ::prctl(PR_SET_TIMERSLACK, 1UL);
}

PromptWaking::~PromptWaking() {
  if (before_ns_ > 0) ::prctl(PR_SET_TIMERSLACK, static_cast<unsigned long>(before_ns_));
}

}  // namespace assay::load
