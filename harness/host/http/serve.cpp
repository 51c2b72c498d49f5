#include "host/http/serve.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <optional>
#include <string>
#include <string_view>

#include "kit/not_implemented.hpp"
#include "net/sockets.hpp"

namespace assay::host {
namespace {

constexpr int threads_max = 256;
constexpr std::chrono::seconds stop_limit{5};

enum Exit { ended = 0, failed = 1, usage = 2 };

int complain(Exit code, const std::string& what) {
  std::fprintf(stderr, "%s\n", what.c_str());
  return code;
}

// The whole number in a variable of the environment; nothing if it isn't one from 1 to `most`.
std::optional<int> number_in(const char* variable, int most, std::optional<int> otherwise) {
  const char* const value = std::getenv(variable);
  if (value == nullptr) return otherwise;
  const std::string_view text = value;
  int number = 0;
  const auto [rest, error] = std::from_chars(text.begin(), text.end(), number);
  if (error != std::errc{} || rest != text.end() || number < 1 || number > most) return {};
  return number;
}

// Each connection takes a descriptor, and many a system gives a process 1,024 unless it asks.
void raise_limit_of_open_files() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

// SIGTERM and SIGINT wait here until somebody asks for them, in this thread and those it starts.
sigset_t hold_ending_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

// What is not written yet says so, request by request: a stub is a server too.
class Unwritten final : public kit::HttpService {
 public:
  explicit Unwritten(std::string what) : what_(std::move(what)) {}
  kit::HttpResponse handle(const kit::HttpRequest& /*request*/) override {
    throw kit::NotImplemented(what_);
  }

 private:
  const std::string what_;
};

std::unique_ptr<kit::HttpService> made(const MakeService& make) {
  try {
    return make();
  } catch (const kit::NotImplemented& missing) {
    return std::make_unique<Unwritten>(missing.what());
  }
}

kit::HttpResponse answer(kit::HttpService& service, const kit::HttpRequest& request) {
  try {
    return service.handle(request);
  } catch (const kit::NotImplemented& missing) {
    return net::plain_answer(501, std::string("not implemented: ") + missing.what());
  }
}

int serve_until_told(kit::HttpService& service, const net::HttpOptions& options,
                     const sigset_t& signals) {
  net::HttpServer server(
      options, [&service](const kit::HttpRequest& request) { return answer(service, request); });
  int signal = 0;
  while (sigwait(&signals, &signal) != 0) continue;
  const auto end = server.stop(stop_limit);
  if (!end.failure.empty()) complain(failed, "the host failed at a connection: " + end.failure);
  if (end.given_up == 0) return end.failure.empty() ? ended : failed;
  complain(failed, "gave up " + std::to_string(end.given_up) +
                       " connections with a request that did not end within " +
                       std::to_string(stop_limit.count()) + " s");
  std::fflush(nullptr);
  ::_exit(failed);  // a call that never returns can't be waited for
}

}  // namespace

int serve_http(const MakeService& make, net::HttpOptions options) {
  const auto port = number_in("ASSAY_PORT", 65'535, std::nullopt);
  if (!port) return complain(usage, "set ASSAY_PORT to the port to serve on, 1 to 65535");
  const auto threads = number_in("ASSAY_THREADS", threads_max, options.threads);
  if (!threads) {
    return complain(usage, "set ASSAY_THREADS to a number from 1 to " +
                               std::to_string(threads_max) + ", or not at all");
  }
  options.endpoint = net::Endpoint::loopback(static_cast<std::uint16_t>(*port));
  options.threads = *threads;
  raise_limit_of_open_files();
  const sigset_t signals = hold_ending_signals();
  try {
    const auto service = made(make);
    if (!service) return complain(failed, "the factory of the service returned null");
    return serve_until_told(*service, options, signals);
  } catch (const net::NetError& error) {
    return complain(failed, error.what());
  } catch (const std::exception& error) {
    return complain(failed, std::string("the service could not be made: ") + error.what());
  }
}

}  // namespace assay::host
