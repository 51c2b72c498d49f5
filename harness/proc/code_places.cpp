#include "proc/code_places.hpp"

#include <chrono>

#include "base/text.hpp"
#include "proc/cell.hpp"

namespace assay::proc {
namespace {

constexpr std::chrono::seconds time_limit{10};
constexpr std::size_t offsets_max = 200;

// "0x00000000000012ab" and "12ab" are the same.
std::string without_zeros(std::string_view offset) {
  if (offset.starts_with("0x")) offset.remove_prefix(2);
  const auto first = offset.find_first_not_of('0');
  return std::string(first == std::string_view::npos ? "0" : offset.substr(first));
}

// "/cell/my/rate_limiter/shared.cpp:57 (discriminator 2)" as "my/rate_limiter/shared.cpp:57"; empty
// if it lies elsewhere.
std::string place_in(const std::string& folder, std::string line) {
  const std::string prefix = folder.starts_with('/') ? folder + "/" : "/" + folder + "/";
  const auto at = line.find(prefix);
  if (at == std::string::npos) return "";
  line.erase(0, at + prefix.size());
  return folder + "/" + line.substr(0, line.find(' '));
}

}  // namespace

std::map<std::string, std::string> code_places(const std::filesystem::path& program,
                                               const std::vector<std::string>& offsets,
                                               const std::string& folder) {
  std::map<std::string, std::string> places;
  if (offsets.empty()) return places;
  Cell cell;
  cell.put_copy("program", program);
  Command command;
  command.argv = {"addr2line", "-a", "-i", "-e", "program"};
  for (const auto& offset : offsets) {
    if (command.argv.size() < offsets_max) command.argv.push_back("0x" + offset);
  }
  cell.start(command, {});
  const auto deadline = std::chrono::steady_clock::now() + time_limit;
  while (!cell.ending() && std::chrono::steady_clock::now() < deadline) {
    cell.wait(std::chrono::milliseconds(50));
  }
  cell.stop();
  std::string current;
  for (const auto& line : base::split(cell.output().out, '\n')) {
    if (line.starts_with("0x")) {
      current = without_zeros(line);
    } else if (const auto place = place_in(folder, line); !place.empty()) {
      places.emplace(current, place);
    }
  }
  std::map<std::string, std::string> by_offset;
  for (const auto& offset : offsets) {
    if (const auto found = places.find(without_zeros(offset)); found != places.end()) {
      by_offset[offset] = found->second;
    }
  }
  return by_offset;
}

}  // namespace assay::proc
