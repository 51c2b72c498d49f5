// Appends each line that it reads to data.log, prints "ok LINE", and so promises that it is there.
// How it makes it last, if at all, is its argument. With "audit" it prints what is there.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <fstream>
#include <iostream>
#include <string>
#include <thread>

namespace {

constexpr const char* file_name = "data.log";
constexpr std::size_t mapped_bytes = 65'536;

void append(int file, const std::string& line) {
  if (::write(file, line.data(), line.size()) != static_cast<ssize_t>(line.size())) std::abort();
}

int open_file(int flags = 0) {
  return ::open(file_name, O_RDWR | O_CREAT | O_APPEND | flags, 0644);
}

class Appender {
 public:
  explicit Appender(std::string how) : how_(std::move(how)) {
    if (how_ == "printf") stream_ = std::fopen(file_name, "a");
    if (how_ == "store" || how_ == "msync") map();
    if (file_ < 0 && stream_ == nullptr) file_ = open_file(how_ == "dsync" ? O_DSYNC : 0);
  }

  void keep(const std::string& line) {
    if (stream_ != nullptr) {
      std::fprintf(stream_, "%s", line.c_str());
      std::fflush(stream_);
    } else if (memory_ != nullptr) {
      std::memcpy(memory_ + used_, line.data(), line.size());
      used_ += line.size();
      if (how_ == "msync") ::msync(memory_, mapped_bytes, MS_SYNC);
    } else if (how_ == "thread") {
      std::thread([&] { append_and_sync(line); }).join();
    } else if (how_ == "child") {
      if (::fork() == 0) {
        append_and_sync(line);
        ::_exit(0);
      }
      ::wait(nullptr);
    } else {
      append(file_, line);
      if (how_ == "fsync") ::fsync(file_);
      if (how_ == "fdatasync") ::fdatasync(file_);
      if (how_ == "sync") ::sync();
    }
  }

 private:
  void map() {
    file_ = ::open(file_name, O_RDWR | O_CREAT, 0644);
    if (::ftruncate(file_, mapped_bytes) != 0 || ::fsync(file_) != 0) std::abort();
    void* const at = ::mmap(nullptr, mapped_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file_, 0);
    if (at == MAP_FAILED) std::abort();
    memory_ = static_cast<char*>(at);
  }

  void append_and_sync(const std::string& line) const {
    append(file_, line);
    ::fsync(file_);
  }

  const std::string how_;
  int file_ = -1;
  std::FILE* stream_ = nullptr;
  char* memory_ = nullptr;
  std::size_t used_ = 0;
};

void audit() {
  std::ifstream in(file_name);
  for (std::string line; std::getline(in, line);)
    std::cout << line.substr(0, line.find('\0')) << '\n';
}

}  // namespace

int main(int count, char** arguments) {
  const std::string how = count > 1 ? arguments[1] : "write";
  if (how == "audit") {
    audit();
    return 0;
  }
  Appender appender(how);
  for (std::string line; std::getline(std::cin, line);) {
    appender.keep(line + '\n');
    std::cout << "ok " << line << std::endl;
  }
}
