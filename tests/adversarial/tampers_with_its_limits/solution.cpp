// Asks for more of everything than it was given: limits, priority, users, namespaces, mounts.
#include <grp.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>

#include "api.hpp"

namespace {

const bool tampered = [] {
  const rlimit all{RLIM_INFINITY, RLIM_INFINITY};
  int won = 0;
  for (const auto limit : {RLIMIT_AS, RLIMIT_CPU, RLIMIT_NPROC, RLIMIT_FSIZE}) {
    won += ::setrlimit(limit, &all) == 0 ? 1 : 0;
  }
  won += ::setuid(0) == 0 ? 1 : 0;
  won += ::setgroups(0, nullptr) == 0 ? 1 : 0;
  won += ::unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 ? 1 : 0;
  won += ::mount("/", "/mnt", nullptr, MS_BIND, nullptr) == 0 ? 1 : 0;
  won += ::setpriority(PRIO_PROCESS, 0, -20) == 0 ? 1 : 0;
  if (won > 0) std::printf("CHEAT: %d limits gave way\n", won);
  std::signal(SIGXCPU, SIG_IGN);
  for (volatile int turns = 0;;) turns = 1;
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
