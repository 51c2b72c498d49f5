// Turns the rate limiter's script operations into calls of api.hpp.
#include <memory>
#include <string>

#include "api.hpp"
#include "host/rate_limiter/limiters.hpp"
#include "host/script.hpp"

namespace {

using assay::host::BadRequest;
using assay::host::whole_number;

class ScriptClock final : public kit::Clock {
 public:
  kit::nanoseconds now() const override { return now_; }
  void set(kit::nanoseconds now) { now_ = now; }

 private:
  kit::nanoseconds now_{0};
};

std::string in_words(const rate_limiter::Decision& decision) {
  std::string words = decision.admitted ? "admitted " : "denied ";
  words += std::to_string(decision.remaining);
  if (decision.retry_after) return words + ' ' + std::to_string(decision.retry_after->count());
  return decision.admitted ? words : words + " never";
}

class RateLimiter final : public assay::host::Operations {
 public:
  std::string answer(const std::vector<std::string_view>& words) override {
    if (words[0] == "limiter" && (words.size() == 3 || words.size() == 4)) return make(words);
    if (words[0] == "acquire" && words.size() == 4) return acquire(words);
    throw BadRequest{"unknown operation: " + std::string(words[0])};
  }

 private:
  std::string make(const std::vector<std::string_view>& words) {
    clock_.set(kit::nanoseconds{0});
    limiter_.reset();
    limiter_ = rate_limiter::host::make(words, clock_);
    return "ok";
  }

  std::string acquire(const std::vector<std::string_view>& words) {
    if (!limiter_) throw BadRequest{"acquire before limiter"};
    clock_.set(kit::nanoseconds{whole_number(words[1])});
    return in_words(limiter_->acquire(words[2], whole_number(words[3])));
  }

  ScriptClock clock_;
  std::unique_ptr<rate_limiter::Limiter> limiter_;
};

}  // namespace

int main() {
  RateLimiter rate_limiter;
  return assay::host::serve("rate_limiter", rate_limiter::contract_version, rate_limiter);
}
