// Threads that begin together, for operations that make many calls at once.
#pragma once

#include <cstdint>
#include <functional>

namespace rate_limiter::host {

// Runs `body` in so many threads; what one of them throws is thrown here.
void in_threads(std::int64_t count, const std::function<void(std::int64_t thread)>& body);

}  // namespace rate_limiter::host
