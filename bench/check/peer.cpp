#include "peer.hpp"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <stdexcept>

namespace assay::check::bench {
namespace {

constexpr rlim_t address_space_bytes = rlim_t{6} << 30;

std::string field(const Values& values, Value value) {
  if (value != Value::unseen && values.kind(value) == Kind::text) {
    return std::string(values.text_of(value));
  }
  return values.describe(value);
}

}  // namespace

Peer::Peer() {
  const char* porcupine = std::getenv("ASSAY_PORCUPINE");
  if (porcupine == nullptr) throw std::runtime_error("ASSAY_PORCUPINE doesn't name its folder");
  if (!std::filesystem::exists(std::filesystem::path(porcupine) / "checker.go")) {
    throw std::runtime_error(std::string(porcupine) + " has no checker.go");
  }
  std::string name = (std::filesystem::temp_directory_path() / "assay-bench-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("can't make a folder in /tmp");
  folder_ = name;
  build(std::filesystem::absolute(porcupine));
  start();
}

Peer::~Peer() {
  stop();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void Peer::build(const std::filesystem::path& porcupine) {
  std::filesystem::copy_file(ASSAY_BENCH_GO, folder_ / "main.go");
  std::ofstream(folder_ / "go.mod") << "module assay/bench/porcupine\n\ngo 1.16\n\n"
                                       "require github.com/anishathalye/porcupine v0.0.0\n\n"
                                       "replace github.com/anishathalye/porcupine => "
                                    << porcupine.string() << '\n';
  const std::string command = "cd '" + folder_.string() +
                              "' && GOCACHE=$PWD/cache GOFLAGS=-mod=mod GOPROXY=off "
                              "go build -o driver . >build.log 2>&1";
  if (std::system(command.c_str()) != 0) {
    throw std::runtime_error("Go can't build it (is golang-go installed?)");
  }
}

void Peer::start() {
  std::array<int, 2> to_peer{};
  std::array<int, 2> from_peer{};
  if (::pipe(to_peer.data()) != 0 || ::pipe(from_peer.data()) != 0) {
    throw std::runtime_error("can't make a pipe");
  }
  const std::string driver = (folder_ / "driver").string();
  process_ = ::fork();
  if (process_ == 0) {
    ::dup2(to_peer[0], STDIN_FILENO);
    ::dup2(from_peer[1], STDOUT_FILENO);
    ::close(STDERR_FILENO);
    ::close(to_peer[1]);
    ::close(from_peer[0]);
    ::setenv("GOMAXPROCS", "1", 1);
    const rlimit limit{address_space_bytes, address_space_bytes};
    ::setrlimit(RLIMIT_AS, &limit);
    ::execl(driver.c_str(), driver.c_str(), nullptr);
    ::_exit(127);
  }
  ::close(to_peer[0]);
  ::close(from_peer[1]);
  requests_ = to_peer[1];
  answers_ = ::fdopen(from_peer[0], "r");
}

void Peer::stop() {
  if (process_ < 0) return;
  ::close(requests_);
  std::fclose(answers_);
  ::kill(process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
  process_ = -1;
}

std::filesystem::path Peer::store(const History& history, const std::string& name) const {
  const std::filesystem::path path = folder_ / name;
  std::ofstream file(path);
  const Values& values = history.values;
  for (PartEvent event : whole(history)) {
    const Operation& op = history.operations[event.operation()];
    if (event.is_return()) {
      file << "r\t" << event.operation() << '\t' << field(values, op.result) << '\n';
      continue;
    }
    file << "c\t" << event.operation() << '\t' << name_of(op.function) << '\t'
         << field(values, op.key) << '\t' << field(values, op.argument) << '\t'
         << field(values, op.second) << '\n';
  }
  // Porcupine takes an outcome that nobody saw as one that comes at the very end.
  for (std::size_t index = 0; index < history.operations.size(); ++index) {
    if (history.operations[index].unknown()) file << "r\t" << index << "\t?\n";
  }
  return path;
}

std::optional<Peer::Answer> Peer::check(const std::filesystem::path& file, std::string_view model,
                                        const Parameters& parameters, int budget_ms) {
  const std::string request = std::string(model) + " " + std::to_string(budget_ms) + " " +
                              std::to_string(parameters.capacity) + " " +
                              std::to_string(parameters.interval_ns) + " " + file.string() + "\n";
  const ssize_t written = ::write(requests_, request.data(), request.size());
  std::array<char, 256> line{};
  std::array<char, 32> verdict{};
  double ns = 0;
  const bool answered = written == static_cast<ssize_t>(request.size()) &&
                        std::fgets(line.data(), line.size(), answers_) != nullptr &&
                        std::sscanf(line.data(), "%31s %lf", verdict.data(), &ns) == 2;
  if (!answered) {
    stop();
    start();
    return std::nullopt;
  }
  if (std::string_view(verdict.data()) == "Unknown") return std::nullopt;
  return Answer{verdict.data(), ns / 1e9};
}

}  // namespace assay::check::bench
