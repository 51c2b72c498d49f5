#include "host/rate_limiter/words.hpp"

namespace rate_limiter::host {

std::string in_words(const Decision& decision) {
  std::string words = decision.admitted ? "admitted " : "denied ";
  words += std::to_string(decision.remaining);
  if (decision.retry_after) return words + ' ' + std::to_string(decision.retry_after->count());
  return decision.admitted ? words : words + " never";
}

}  // namespace rate_limiter::host
