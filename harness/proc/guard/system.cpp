#include "system.hpp"

#include <dirent.h>
#include <poll.h>
#include <sys/syscall.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>

namespace assay::proc::guard {

void fail(const std::string& attempted) { throw Failure(attempted + ": " + std::strerror(errno)); }

std::string read_text(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return "";
  std::array<char, 4096> content{};
  const ssize_t size = ::read(file.get(), content.data(), content.size());
  return size <= 0 ? "" : std::string(content.data(), static_cast<std::size_t>(size));
}

void write_text(const std::string& path, std::string_view content) {
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  require(static_cast<bool>(file), "open " + path);
  const ssize_t written = ::write(file.get(), content.data(), content.size());
  require(written == static_cast<ssize_t>(content.size()), "write " + path);
}

std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> names;
  DIR* entries = ::opendir(folder.c_str());
  if (entries == nullptr) return names;
  while (const dirent* entry = ::readdir(entries)) {
    const std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(name);
  }
  ::closedir(entries);
  return names;
}

long number_in(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  long number = -1;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

long field_of(std::string_view status, std::string_view heading) {
  const auto at = status.find(heading);
  return at == std::string_view::npos ? -1 : number_in(status.substr(at + heading.size()));
}

std::vector<pid_t> all_processes() {
  std::vector<pid_t> found;
  for (const std::string& name : names_in("/proc")) {
    const long number = number_in(name);
    if (number > 0) found.push_back(static_cast<pid_t>(number));
  }
  return found;
}

pid_t fork_with(unsigned long flags) {
  // The C library's fork() would lose the flags; with one thread and no handlers to run, the raw
  // call is as good. s390 has its arguments the other way round and is not supported.
  return static_cast<pid_t>(::syscall(SYS_clone, flags | SIGCHLD, nullptr, nullptr, nullptr, 0));
}

bool wait_readable(int descriptor, int timeout_ms) {
  pollfd waiting{descriptor, POLLIN, 0};
  int ready = 0;
  do {
    ready = ::poll(&waiting, 1, timeout_ms);
  } while (ready < 0 && errno == EINTR);
  return ready > 0;
}

}  // namespace assay::proc::guard
