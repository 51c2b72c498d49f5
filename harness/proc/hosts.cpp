#include "proc/hosts.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <stdexcept>
#include <thread>

#include <fmt/format.h>

#include "proc/descriptor.hpp"

namespace assay::proc {
namespace fs = std::filesystem;
namespace {

constexpr std::chrono::milliseconds poll_interval{20};

bool newer_than(const fs::path& folder, fs::file_time_type made) {
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file() && entry.last_write_time() > made) return true;
  }
  return false;
}

bool up_to_date(const fs::path& root, const fs::path& library) {
  std::error_code missing;
  const auto made = fs::last_write_time(library, missing);
  return !missing && !newer_than(root / "harness" / "host", made) &&
         !newer_than(root / "exercises", made);
}

// Runs ninja; its output goes to a log.
int build(const fs::path& build_folder, const std::string& target, const fs::path& log,
          const std::function<void()>& pause) {
  std::array<std::string, 4> words{"ninja", "-C", build_folder.string(), target};
  std::array<char*, 5> argv{words[0].data(), words[1].data(), words[2].data(), words[3].data(),
                            nullptr};
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, 1, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  ::posix_spawn_file_actions_adddup2(&actions, 1, 2);
  pid_t ninja = 0;
  const int error = ::posix_spawnp(&ninja, argv[0], &actions, nullptr, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw std::runtime_error(fmt::format("run ninja: {}", std::strerror(error)));
  int status = 0;
  try {
    while (::waitpid(ninja, &status, WNOHANG) == 0) {
      pause();
      std::this_thread::sleep_for(poll_interval);
    }
  } catch (...) {
    ::kill(ninja, SIGTERM);
    ::waitpid(ninja, &status, 0);
    throw;
  }
  return status;
}

}  // namespace

fs::path host_library(const fs::path& root, const fs::path& build_folder, const std::string& name,
                      const std::function<void()>& pause) {
  fs::path library = build_folder / "lib" / ("lib" + name + ".a");
  const Descriptor lock(
      ::open((build_folder / "hosts.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (lock) {
    while (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
      pause();
      std::this_thread::sleep_for(poll_interval);
    }
  }
  if (up_to_date(root, library)) return library;
  const fs::path log = build_folder / (name + ".log");
  if (build(build_folder, name, log, pause) != 0) {
    throw std::runtime_error(fmt::format(
        "the host that this check needs does not build (its output: {})", log.string()));
  }
  fs::last_write_time(library, fs::file_time_type::clock::now());
  return library;
}

}  // namespace assay::proc
