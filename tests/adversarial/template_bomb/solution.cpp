// A type that never ends, and an error message that is as long as the compiler lets it be.
#include "api.hpp"

template <int depth, class... Types>
struct Bomb : Bomb<depth + 1, Types..., int>, Bomb<depth + 2, Types..., char> {};

Bomb<0> bomb;
