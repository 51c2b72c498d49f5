// A few lines that are 64 GB of source to the compiler.
#include "api.hpp"

#define TIMES_16(text) \
  text text text text text text text text text text text text text text text text
#define TIMES_256(text) TIMES_16(TIMES_16(text))
#define TIMES_65536(text) TIMES_256(TIMES_256(text))
#define BOMB TIMES_65536(TIMES_65536(+1234567890123))

const auto bomb = 0 BOMB;
