#include "nginx.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "base/text.hpp"
#include "net/sockets.hpp"

namespace assay::load::bench {
namespace {

constexpr int start_limit_ms = 5000;

// nginx.conf. A single process (no master), so that stopping it stops the server.
std::string configuration(const std::filesystem::path& folder, std::uint16_t port) {
  std::string text =
      "daemon off; master_process off; worker_processes 1; worker_rlimit_nofile 4096;\n"
      "error_log stderr crit; pid PREFIX/pid;\n"
      "events { worker_connections 2048; }\n"
      "http { access_log off; log_format times '$msec'; keepalive_requests 1000000000;\n"
      "client_body_temp_path PREFIX/1; proxy_temp_path PREFIX/2; fastcgi_temp_path PREFIX/3;\n"
      "uwsgi_temp_path PREFIX/4; scgi_temp_path PREFIX/5;\n"
      "server { listen 127.0.0.1:PORT; location / { return 200 'hello, world\\n'; }\n"
      "location /logged { access_log PREFIX/times times; return 200 'hello, world\\n'; } } }\n";
  base::replace_all(text, "PREFIX", folder.string());
  base::replace_all(text, "PORT", std::to_string(port));
  return text;
}

std::uint16_t free_port() {
  return net::endpoint_of(net::listen_on(net::Endpoint::loopback(0), 1).get()).port();
}

bool answers(const net::Endpoint& endpoint) {
  const net::Descriptor socket = net::begin_connecting(endpoint);
  pollfd waiting{socket.get(), POLLOUT, 0};
  return ::poll(&waiting, 1, 100) == 1 && net::pending_error(socket.get()) == 0;
}

// In the child. It ends with the parent.
[[noreturn]] void become(const std::vector<std::string>& words, int core, int output) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  cpu_set_t cores;
  CPU_ZERO(&cores);
  CPU_SET(static_cast<std::size_t>(core), &cores);
  ::sched_setaffinity(0, sizeof cores, &cores);
  if (output >= 0) ::dup2(output, STDOUT_FILENO);
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  ::execv(arguments[0], arguments.data());
  ::_exit(127);
}

std::string read_all(int descriptor) {
  std::string text;
  std::array<char, 4096> buffer{};
  for (;;) {
    const auto count = ::read(descriptor, buffer.data(), buffer.size());
    if (count <= 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

}  // namespace

Nginx::Nginx(const std::filesystem::path& program, int core) : port_(free_port()) {
  std::string folder = "/tmp/assay-nginx-XXXXXX";
  if (::mkdtemp(folder.data()) == nullptr) throw std::runtime_error("can't make a folder");
  folder_ = folder;
  std::ofstream(folder_ / "nginx.conf") << configuration(folder_, port_);
  try {
    start(program, core);
  } catch (...) {
    stop();
    throw;
  }
}

Nginx::~Nginx() { stop(); }

void Nginx::start(const std::filesystem::path& program, int core) {
  process_ = ::fork();
  if (process_ < 0) throw std::runtime_error("can't start nginx");
  if (process_ == 0) {
    become({program, "-p", folder_, "-c", (folder_ / "nginx.conf").string(), "-e", "stderr"}, core,
           -1);
  }
  for (int waited_ms = 0; waited_ms < start_limit_ms; waited_ms += 20) {
    if (answers(endpoint())) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  throw std::runtime_error("nginx doesn't listen on " + endpoint().text());
}

std::vector<double> Nginx::answer_times_s() const {
  std::ifstream log(folder_ / "times");
  std::vector<double> times;
  for (double time = 0; log >> time;) times.push_back(time);
  return times;
}

void Nginx::stop() {
  if (process_ > 0) {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::optional<std::filesystem::path> find_program(const std::string& name) {
  const char* const path = std::getenv("PATH");
  const std::string all = std::string(path == nullptr ? "" : path) + ":/usr/sbin:/usr/local/sbin";
  for (const std::string& folder : base::split(all, ':')) {
    const auto candidate = std::filesystem::path(folder) / name;
    if (!folder.empty() && ::access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  return std::nullopt;
}

Ran run(const std::vector<std::string>& words, int core) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("can't make a pipe");
  const net::Descriptor reading(ends[0]);
  net::Descriptor writing(ends[1]);
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("can't start " + words[0]);
  if (child == 0) become(words, core, writing.get());
  writing.close();
  Ran ran;
  ran.output = read_all(reading.get());
  int status = 0;
  rusage used{};
  ::wait4(child, &status, 0, &used);
  if (status != 0) throw std::runtime_error(words[0] + " failed");
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  ran.cpu_s = seconds(used.ru_utime) + seconds(used.ru_stime);
  return ran;
}

}  // namespace assay::load::bench
