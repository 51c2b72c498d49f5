#include "host/rate_limiter/threads.hpp"

#include <exception>
#include <latch>
#include <mutex>
#include <thread>
#include <vector>

namespace rate_limiter::host {

void in_threads(std::int64_t count, const std::function<void(std::int64_t thread)>& body) {
  std::mutex failing;
  std::exception_ptr failure;
  std::latch all_are_here(count);
  {
    std::vector<std::jthread> threads;
    for (std::int64_t i = 0; i < count; ++i) {
      threads.emplace_back([&, i] {
        all_are_here.arrive_and_wait();
        try {
          body(i);
        } catch (...) {
          const std::lock_guard lock(failing);
          failure = std::current_exception();
        }
      });
    }
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace rate_limiter::host
