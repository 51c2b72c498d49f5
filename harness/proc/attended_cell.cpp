#include "proc/attended_cell.hpp"

#include <chrono>
#include <csignal>

namespace assay::proc {
namespace {

// A look costs microseconds, whatever the subject prints; 64 KB fit into a pipe between two.
constexpr std::chrono::milliseconds look_interval{20};

// Signals are for the threads of the program, which know what to do with them.
class SignalsElsewhere {
 public:
  SignalsElsewhere() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsElsewhere() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsElsewhere(const SignalsElsewhere&) = delete;
  SignalsElsewhere& operator=(const SignalsElsewhere&) = delete;

 private:
  sigset_t before_{};
};

}  // namespace

AttendedCell::AttendedCell(Tier strongest) : cell_(strongest) {
  const SignalsElsewhere during_its_birth;
  attendant_ = std::thread([this] { attend(); });
}

AttendedCell::~AttendedCell() {
  done_ = true;
  attendant_.join();
}

std::optional<Ending> AttendedCell::ending() {
  return use([](Cell& cell) {
    cell.wait(std::chrono::milliseconds(0));
    return cell.ending();
  });
}

Output AttendedCell::output() {
  return use([](Cell& cell) {
    cell.wait(std::chrono::milliseconds(0));
    return cell.output();
  });
}

net::MakeSocket AttendedCell::sockets() const {
  return [this](int family) { return cell_.make_socket(family); };
}

void AttendedCell::attend() {
  while (!done_) {
    {
      const std::lock_guard lock(mutex_);
      try {
        cell_.wait(std::chrono::milliseconds(0));
      } catch (...) {
        trouble_ = std::current_exception();
      }
    }
    std::this_thread::sleep_for(look_interval);
  }
}

}  // namespace assay::proc
