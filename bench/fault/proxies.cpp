#include "proxies.hpp"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <ctime>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#include "net/sockets.hpp"

extern char** environ;

namespace assay::fault {
namespace {

constexpr int proxy_core = 0;
constexpr int traffic_core = 1;
constexpr int inherited = 3;  // the descriptor that haproxy finds its listener at

// Children and their threads inherit it.
void stay_on(int core) {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  CPU_SET(static_cast<std::size_t>(core), &cores);
  if (::sched_setaffinity(0, sizeof cores, &cores) != 0) {
    throw std::runtime_error("there is no core " + std::to_string(core));
  }
}

// `inherits` becomes descriptor 3, `out` becomes stdout; -1: neither.
pid_t started(std::vector<std::string> words, int inherits, int out) {
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  if (out >= 0) ::posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
  if (inherits >= 0) ::posix_spawn_file_actions_adddup2(&files, inherits, inherited);
  pid_t process = -1;
  stay_on(proxy_core);
  const int error =
      ::posix_spawnp(&process, words[0].c_str(), &files, nullptr, arguments.data(), environ);
  stay_on(traffic_core);
  ::posix_spawn_file_actions_destroy(&files);
  if (error != 0) throw std::runtime_error("can't start " + words[0]);
  return process;
}

std::string first_line(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> out(::popen(command.c_str(), "r"), ::pclose);
  char line[200] = "";
  if (!out || std::fgets(line, sizeof line, out.get()) == nullptr) return "";
  return line;
}

}  // namespace

ProxyProcess::ProxyProcess(pid_t process, net::Endpoint endpoint)
    : process_(process), endpoint_(endpoint) {}

ProxyProcess::ProxyProcess(ProxyProcess&& other) noexcept
    : process_(std::exchange(other.process_, -1)), endpoint_(other.endpoint_) {}

ProxyProcess::~ProxyProcess() {
  if (process_ < 0) return;
  ::kill(process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
}

ProxyProcess ProxyProcess::gate(const net::Endpoint& upstream) {
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("can't make a pipe");
  const net::Descriptor out(ends[0]);
  net::Descriptor in(ends[1]);
  const pid_t process = started({ASSAY_PROXY, "0", upstream.text()}, -1, in.get());
  in.close();
  std::string line;
  for (char letter = 0; ::read(out.get(), &letter, 1) == 1 && letter != '\n';) line += letter;
  const std::string head = "listens on ";
  if (!line.starts_with(head)) throw std::runtime_error("assay-proxy said '" + line + "'");
  const auto place = line.substr(head.size(), line.find(',') - head.size());
  return {process, net::Endpoint::parse(place)};
}

ProxyProcess ProxyProcess::haproxy(const net::Endpoint& upstream,
                                   const std::filesystem::path& folder) {
  const auto listener = net::listen_on(net::Endpoint::loopback(0), SOMAXCONN);
  const auto place = net::endpoint_of(listener.get());
  const auto file = folder / "haproxy.cfg";
  std::ofstream(file) << "global\n  nbthread 1\n  maxconn 2000\n"
                         "defaults\n  mode tcp\n  timeout connect 5s\n  timeout client 5m\n"
                         "  timeout server 5m\n"
                         "frontend front\n  bind fd@3\n  default_backend back\n"
                         "backend back\n  server one "
                      << upstream.text() << '\n';
  return {started({"haproxy", "-db", "-q", "-f", file.string()}, listener.get(), -1), place};
}

std::chrono::nanoseconds ProxyProcess::cpu_time() const {
  clockid_t clock{};
  timespec time{};
  const bool read =
      ::clock_getcpuclockid(process_, &clock) == 0 && ::clock_gettime(clock, &time) == 0;
  if (!read) throw std::runtime_error("a proxy has ended by itself");
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

bool haproxy_is_installed() { return !haproxy_version().empty(); }

std::string haproxy_version() {
  std::string line = first_line("haproxy -v 2>/dev/null");
  line.erase(line.find_last_not_of('\n') + 1);
  return line;
}

}  // namespace assay::fault
