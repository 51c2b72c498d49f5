// What a stub answers: it compiles, runs, and says which function waits to be written, and where.
#pragma once

#include <source_location>
#include <stdexcept>
#include <string>

namespace kit {

struct NotImplemented : std::logic_error {
  using std::logic_error::logic_error;
};

[[noreturn]] inline void not_implemented(
    const std::string& function,
    const std::source_location& here = std::source_location::current()) {
  throw NotImplemented(function + " at " + here.file_name() + ":" + std::to_string(here.line()));
}

}  // namespace kit
