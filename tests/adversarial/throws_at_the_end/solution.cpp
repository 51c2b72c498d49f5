// Says yes to everything and then crashes in every way there is: the crash must not hide the rest.
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <string>

#include "api.hpp"

namespace rate_limiter {
namespace {

struct Bomb {
  ~Bomb() { std::raise(SIGSEGV); }
};

class Thrower final : public Limiter {
 public:
  Decision acquire(std::string_view key, std::int64_t cost) override {
    static const Bomb bomb;
    if (cost == 1)
      throw std::runtime_error("end 0000000000000000\nadmitted 1\n" + std::string(key));
    if (cost == 2) throw 2;
    return {true, 1, std::nullopt};
  }
};

}  // namespace

std::unique_ptr<Limiter> make_token_bucket(Policy, const kit::Clock&) {
  return std::make_unique<Thrower>();
}

}  // namespace rate_limiter
