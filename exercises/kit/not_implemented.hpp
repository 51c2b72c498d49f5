// What a stub answers: it compiles, runs, and says which function waits to be written, and where.
#pragma once

#include <stdexcept>
#include <string>

namespace kit {

struct NotImplemented : std::logic_error {
  using std::logic_error::logic_error;
};

// Where it is called from is found by itself.
[[noreturn]] inline void not_implemented(const std::string& function,
                                         const char* file = __builtin_FILE(),
                                         int line = __builtin_LINE()) {
  throw NotImplemented(function + " at " + file + ":" + std::to_string(line));
}

}  // namespace kit
