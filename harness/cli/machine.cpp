#include "cli/machine.hpp"

#include <sys/sysinfo.h>
#include <sys/utsname.h>

#include <fstream>
#include <thread>

#include <fmt/format.h>

namespace assay::cli {
namespace {

// The value of the first "name<separator>value" line of a file, without quotes and spaces around
// it.
std::string value_of(const char* file, const std::string& name, char separator) {
  std::ifstream lines(file);
  for (std::string line; std::getline(lines, line);) {
    const auto end = line.find(separator);
    if (!line.starts_with(name) || end == std::string::npos) continue;
    const auto first = line.find_first_not_of(" \t\"", end + 1);
    const auto last = line.find_last_not_of(" \t\"");
    return first == std::string::npos ? "" : line.substr(first, last - first + 1);
  }
  return "";
}

}  // namespace

grade::Machine this_machine() {
  grade::Machine machine;
  machine.cpu = value_of("/proc/cpuinfo", "model name", ':');
  machine.cores = static_cast<int>(std::thread::hardware_concurrency());
  struct sysinfo info = {};
  if (::sysinfo(&info) == 0) machine.memory_bytes = info.totalram * info.mem_unit;
  utsname kernel = {};
  ::uname(&kernel);
  machine.system = fmt::format("{}, {} {}", value_of("/etc/os-release", "PRETTY_NAME", '='),
                               kernel.sysname, kernel.release);
  machine.compiler = "g++ " __VERSION__;
  return machine;
}

}  // namespace assay::cli
