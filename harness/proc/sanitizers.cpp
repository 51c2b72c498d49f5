#include "proc/sanitizers.hpp"

#include <chrono>
#include <stdexcept>

#include "base/text.hpp"
#include "proc/cell.hpp"

namespace assay::proc {
namespace {

constexpr std::chrono::seconds build_limit{30};
constexpr std::chrono::seconds run_limit{10};
constexpr std::chrono::milliseconds probe_poll_interval{20};
constexpr std::size_t program_bytes_max = 64U << 20;
constexpr std::size_t reason_bytes_max = 120;
constexpr const char* does_nothing =
    "#include <thread>\nint main() { std::thread([] {}).join(); }\n";

bool ends_well(Cell& cell, std::chrono::seconds limit, const std::function<void()>& pause) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (!cell.ending() && std::chrono::steady_clock::now() < deadline) {
    pause();
    cell.wait(probe_poll_interval);
  }
  return cell.stop().clean();
}

// The sanitizer's own words if it said any, else how the program ended.
std::string first_words(const Cell& cell) {
  for (const auto& line : base::split(cell.output().err, '\n')) {
    const bool says_something = line.find_first_not_of("= ") != std::string::npos;
    if (says_something) return base::printable_line(line, reason_bytes_max);
  }
  return cell.ending()->in_words();
}

std::string fix_for(const std::string& reason) {
  if (reason.find("memory mapping") != std::string::npos ||
      reason.find("shadow memory") != std::string::npos) {
    return "sudo sysctl vm.mmap_rnd_bits=28";
  }
  if (reason.find("cannot find -l") != std::string::npos) return "apt-get install --reinstall g++";
  return "allow ptrace and personality in this container";
}

}  // namespace

SanitizerProbe probe_sanitizer(Flavour flavour, const std::function<void()>& pause) {
  const bool threads = flavour == Flavour::threads;
  if (!threads && flavour != Flavour::addresses) throw std::logic_error("no sanitizer to probe");
  SanitizerProbe probe;
  probe.name = threads ? "ThreadSanitizer" : "AddressSanitizer";
  const std::string option = threads ? "-fsanitize=thread" : "-fsanitize=address,undefined";

  Limits limits;
  limits.address_space_bytes = 0;
  Cell building;
  building.put("probe.cpp", does_nothing);
  Command compile;
  compile.argv = {"g++", option, "-o", "probe", "probe.cpp", "-pthread"};
  building.start(compile, limits);
  if (!ends_well(building, build_limit, pause)) {
    probe.reason = "a program can't be built with it: " + first_words(building);
    probe.fix = fix_for(probe.reason);
    return probe;
  }
  Cell running;
  running.put("probe", building.take("probe", program_bytes_max).value_or(""), true);
  Command run;
  run.argv = {running.folder() / "probe"};
  running.start(run, limits);
  probe.available = ends_well(running, run_limit, pause);
  if (!probe.available) {
    probe.reason = "a program that does nothing doesn't run with it: " + first_words(running);
    probe.fix = fix_for(probe.reason);
  }
  return probe;
}

}  // namespace assay::proc
