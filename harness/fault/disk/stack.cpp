#include "fault/disk/stack.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "fault/disk/audit.hpp"

namespace assay::disk {
namespace {

constexpr std::chrono::seconds patience{20};
constexpr std::size_t frames_max = 8;
constexpr const char* before_the_name = "#0123456789 ";

}  // namespace

// #3  0x00005581 in (anonymous namespace)::append (file=3, line="a") at log.cpp:27
std::vector<std::string> frames_in(const std::vector<std::string>& lines) {
  std::vector<std::string> frames;
  for (const auto& line : lines) {
    const auto place = line.rfind(" at ");
    if (!line.starts_with('#') || place == std::string::npos) continue;
    const auto in = line.find(" in ");
    const auto begin = in < place ? in + 4 : line.find_first_not_of(before_the_name);
    const auto end = std::min(line.find(" (", begin), place);
    const std::string file = line.substr(place + 4);
    frames.push_back(fmt::format("{}() at {}", line.substr(begin, end - begin),
                                 file.substr(file.rfind('/') + 1)));
    if (frames.back().starts_with('_'))
      frames.clear();  // the library's own, on the way to the call
    if (frames.size() == frames_max || line.substr(begin).starts_with("main ")) break;
  }
  return frames;
}

std::vector<std::string> stack_of(pid_t thread, const std::function<bool()>& stopped) {
  const auto said = run_audit(
      fmt::format("gdb -p {} -nx -batch -iex 'set debuginfod enabled off' -ex bt", thread), "/",
      patience, stopped);
  return frames_in(said.lines);
}

}  // namespace assay::disk
