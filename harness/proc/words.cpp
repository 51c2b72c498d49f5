// Endings and tiers in plain words.
#include <array>
#include <csignal>
#include <cstring>

#include "proc/cell.hpp"

namespace assay::proc {
namespace {

struct SignalWords {
  int signal;
  const char* name;
  const char* words;
};

constexpr std::array<SignalWords, 14> kSignals = {{
    {SIGSEGV, "SIGSEGV", "crashed: segmentation fault"},
    {SIGABRT, "SIGABRT", "crashed: aborted"},
    {SIGBUS, "SIGBUS", "crashed: bus error"},
    {SIGFPE, "SIGFPE", "crashed: arithmetic error, such as a division by zero"},
    {SIGILL, "SIGILL", "crashed: illegal instruction"},
    {SIGTRAP, "SIGTRAP", "crashed: trap"},
    {SIGSYS, "SIGSYS", "crashed: forbidden system call"},
    {SIGXFSZ, "SIGXFSZ", "wrote a file that is too large"},
    {SIGPIPE, "SIGPIPE", "wrote to something that was closed"},
    {SIGKILL, "SIGKILL", "was killed"},
    {SIGTERM, "SIGTERM", "was terminated"},
    {SIGINT, "SIGINT", "was interrupted"},
    {SIGHUP, "SIGHUP", "was hung up"},
    {SIGALRM, "SIGALRM", "ended by its own alarm"},
}};

std::string signalled_in_words(int signal) {
  for (const SignalWords& known : kSignals) {
    if (known.signal == signal) return std::string(known.words) + " (" + known.name + ")";
  }
  return "was ended by signal " + std::to_string(signal);
}

}  // namespace

std::string_view name_of(Tier tier) {
  switch (tier) {
    case Tier::namespaces:
      return "namespaces";
    case Tier::landlock:
      return "landlock";
    case Tier::processes:
      return "processes";
  }
  return "unknown";
}

std::string Ending::in_words() const {
  switch (kind) {
    case Kind::exited:
      return code == 0 ? "exited early with code 0" : "exited with code " + std::to_string(code);
    case Kind::signalled:
      return signalled_in_words(code);
    case Kind::out_of_memory:
      return "used more than " + detail + " of memory";
    case Kind::out_of_cpu:
      return "used more than " + detail + " of CPU time";
    case Kind::flooded:
      return "printed more than " + detail;
    case Kind::stopped:
      return "was still running and was stopped";
    case Kind::never_started:
      return "could not be started: " + detail;
  }
  return "ended";
}

}  // namespace assay::proc
