// The other half of the tests of cells: started as "<program> --as-subject <deed>", the test
// program is a subject. It runs before main(), so that GoogleTest has no part in it.
#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>
#include <vector>

namespace {

using Arguments = std::vector<std::string>;

void touch_memory(std::size_t bytes) {
  constexpr std::size_t kStepBytes = 1U << 20;
  for (std::size_t done = 0; done < bytes; done += kStepBytes) {
    char* step = new char[kStepBytes];
    std::memset(step, 1, kStepBytes);
  }
}

[[noreturn]] void spin() {
  const volatile bool forever = true;
  while (forever) continue;
  ::abort();
}

[[noreturn]] void idle() {
  while (true) ::pause();
}

void write_file(const std::string& path, std::size_t bytes, bool keep_name) {
  const int file = ::open(path.c_str(), O_CREAT | O_RDWR, 0600);  // open until the end
  if (!keep_name) ::unlink(path.c_str());
  const std::string step(1U << 20, 'x');
  for (std::size_t done = 0; done < bytes; done += step.size()) {
    if (::write(file, step.data(), step.size()) < 0) ::abort();
  }
}

void fill_segment(std::size_t bytes) {
  const int segment = ::shmget(IPC_PRIVATE, bytes, 0600);
  void* memory = segment < 0 ? nullptr : ::shmat(segment, nullptr, 0);
  if (memory == nullptr) ::abort();
  std::memset(memory, 1, bytes);
  ::shmdt(memory);
}

void hold(const std::string& where, std::size_t bytes) {
  if (where == "memory") touch_memory(bytes);
  if (where == "folder") write_file("held", bytes, true);
  if (where == "temporary") write_file("/dev/shm/held", bytes, false);
  if (where == "segment") fill_segment(bytes);
  if (where == "child" && ::fork() == 0) {
    ::setsid();
    touch_memory(bytes);
    if (::write(std::atoi(std::getenv("ASSAY_FD")), "c", 1) != 1) ::_exit(1);
    idle();
  }
}

// Holds memory when it is told to, says so, and idles.
[[noreturn]] void hold_when_told(const std::string& where, std::size_t bytes) {
  const int channel = std::atoi(std::getenv("ASSAY_FD"));
  char told = 0;
  if (::read(channel, &told, 1) != 1) ::_exit(1);
  hold(where, bytes);
  if (where != "child" && ::write(channel, "h", 1) != 1) ::_exit(1);
  idle();
}

int a_variable = 0;

void print_addresses() {
  int local = 0;
  const int* on_the_heap = new int;
  std::printf("%p %p %p %p %p\n", static_cast<const void*>(&local),
              static_cast<const void*>(on_the_heap), static_cast<const void*>(&a_variable),
              reinterpret_cast<const void*>(&print_addresses),
              reinterpret_cast<const void*>(&std::memset));
}

// Grows, each process out of reach of its parent's group and session.
[[noreturn]] void bomb() {
  while (true) {
    if (::fork() != 0) continue;
    ::setsid();
    if (::fork() > 0) ::_exit(0);
  }
}

// Never more than two processes, and none of them lives long enough to be looked up.
[[noreturn]] void chain() {
  while (true) {
    const pid_t child = ::fork();
    if (child > 0) ::_exit(0);
    if (child == 0) ::setsid();
  }
}

void leave_daemon() {
  if (::fork() != 0) return;
  ::setsid();
  if (::fork() == 0) idle();
  ::_exit(0);
}

void flood() {
  const std::string line(4096, 'x');
  while (::write(STDOUT_FILENO, line.data(), line.size()) > 0) continue;
}

void echo() {
  const int channel = std::atoi(std::getenv("ASSAY_FD"));
  std::array<char, 256> heard{};
  ssize_t size = 0;
  while ((size = ::read(channel, heard.data(), heard.size())) > 0) {
    if (::write(channel, heard.data(), static_cast<std::size_t>(size)) != size) return;
  }
}

void print_open_descriptors() {
  for (int number = 0; number < 4096; ++number) {
    if (::fcntl(number, F_GETFD) >= 0) std::printf("%d ", number);
  }
}

// Prints which of a process's private files in /proc can be had.
void peek(const std::string& process) {
  const std::string folder = "/proc/" + process + "/";
  for (const char* file : {"mem", "environ", "maps", "auxv"}) {
    std::array<char, 16> content{};
    const int opened = ::open((folder + file).c_str(), O_RDONLY);
    if (opened >= 0 && ::read(opened, content.data(), content.size()) > 0) std::printf("%s ", file);
    if (opened >= 0 && std::string(file) == "mem") std::printf("mem ");
  }
  if (::opendir((folder + "fd").c_str()) != nullptr) std::printf("fd ");
  std::array<char, 256> target{};
  if (::readlink((folder + "cwd").c_str(), target.data(), target.size()) > 0) std::printf("cwd ");
}

int socket_and_address(const std::string& port, sockaddr_in& address) {
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(port.c_str())));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return ::socket(AF_INET, SOCK_STREAM, 0);
}

void say_back(int connection) {
  std::array<char, 256> heard{};
  ssize_t size = 0;
  while ((size = ::read(connection, heard.data(), heard.size())) > 0) {
    if (::write(connection, heard.data(), static_cast<std::size_t>(size)) != size) return;
  }
}

// A process for each connection, in a session of its own.
[[noreturn]] void serve(const std::string& port) {
  sockaddr_in address{};
  const int listener = socket_and_address(port, address);
  const int on = 1;
  ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const auto* const plain = reinterpret_cast<const sockaddr*>(&address);
  if (::bind(listener, plain, sizeof address) != 0 || ::listen(listener, 64) != 0) ::_exit(1);
  ::signal(SIGCHLD, SIG_IGN);
  while (true) {
    const int connection = ::accept(listener, nullptr, nullptr);
    if (::fork() == 0) {
      ::setsid();
      say_back(connection);
      ::_exit(0);
    }
    ::close(connection);
  }
}

// Says hello to who listens there, and prints the answer.
int call(const std::string& port) {
  sockaddr_in address{};
  const int connection = socket_and_address(port, address);
  const auto* const plain = reinterpret_cast<const sockaddr*>(&address);
  if (::connect(connection, plain, sizeof address) != 0) return 1;
  if (::write(connection, "hello", 5) != 5) return 1;
  std::array<char, 256> heard{};
  const ssize_t size = ::read(connection, heard.data(), heard.size());
  return size > 0 && ::write(STDOUT_FILENO, heard.data(), static_cast<std::size_t>(size)) == size
             ? 0
             : 1;
}

// Counts its lives in a file, says which this is, and idles.
[[noreturn]] void live_again() {
  const int file = ::open("lives", O_CREAT | O_WRONLY | O_APPEND, 0600);
  if (::write(file, "x", 1) != 1) ::_exit(1);
  std::printf("%ld\n", static_cast<long>(::lseek(file, 0, SEEK_END)));
  std::fflush(stdout);
  leave_daemon();
  idle();
}

int act(const Arguments& arguments) {
  const std::string& deed = arguments.at(0);
  if (deed == "exit") return std::atoi(arguments.at(1).c_str());
  if (deed == "segfault") ::raise(SIGSEGV);
  if (deed == "spin") spin();
  if (deed == "spin stubbornly") ::signal(SIGXCPU, SIG_IGN), spin();
  if (deed == "allocate") touch_memory(std::strtoull(arguments.at(1).c_str(), nullptr, 10));
  if (deed == "hold")
    hold_when_told(arguments.at(1), std::strtoull(arguments.at(2).c_str(), nullptr, 10));
  if (deed == "addresses") print_addresses();
  if (deed == "bomb") bomb();
  if (deed == "chain") chain();
  if (deed == "daemon") leave_daemon();
  if (deed == "flood") flood();
  if (deed == "echo") echo();
  if (deed == "descriptors") print_open_descriptors();
  if (deed == "peek") peek(arguments.at(1));
  if (deed == "kill") return ::kill(std::atoi(arguments.at(1).c_str()), 0) == 0 ? 1 : 0;
  if (deed == "serve") serve(arguments.at(1));
  if (deed == "call") return call(arguments.at(1));
  if (deed == "live again") live_again();
  if (deed == "idle") idle();
  std::fflush(stdout);
  return 0;
}

__attribute__((constructor)) void act_if_subject(int count, char** texts) {
  if (count < 3 || std::string_view(texts[1]) != "--as-subject") return;
  ::_exit(act(Arguments(texts + 2, texts + count)));
}

}  // namespace
