// assay doctor: what is here, what can't run here and why, and what that costs.
#include <unistd.h>

#include <string>
#include <vector>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/machine.hpp"
#include "fault/disk/tracing.hpp"
#include "grade/conversation.hpp"
#include "proc/cell.hpp"
#include "proc/sanitizers.hpp"

namespace assay::cli {
namespace {

namespace json = boost::json;

struct Finding {
  std::string name;
  bool ok = false;
  std::string state;  // one line
  std::string fix;    // a command, or empty
};

struct Tool {
  std::string program;
  std::string package;
  std::string needed_by;
};

// What any exercise may need, and then what single levels do. (A server's package is named after
// its program.)
std::vector<Tool> tools_for(const std::vector<grade::Exercise>& exercises) {
  std::vector<Tool> tools{{"g++", "g++", "every solution in C++"},
                          {"python3", "python3", "solutions in Python"},
                          {"gdb", "gdb", "./assay replay --debug"},
                          {"clangd", "clangd", "editors that complete as you type"}};
  for (const auto& exercise : exercises) {
    for (const auto& level : exercise.levels) {
      for (const auto& package : level.packages) {
        tools.push_back(
            {package, package, fmt::format("level {} of {}", level.number, exercise.slug)});
      }
    }
  }
  return tools;
}

bool in_path(const std::string& program) {
  const char* const path = std::getenv("PATH");
  for (const auto& folder : base::split(path == nullptr ? "" : path, ':')) {
    if (::access((folder + "/" + program).c_str(), X_OK) == 0) return true;
  }
  return false;
}

Finding look_for(const Tool& tool) {
  const bool found = in_path(tool.program);
  return {tool.program, found,
          fmt::format("{}needed by {}", found ? "" : "not installed; ", tool.needed_by),
          found ? "" : fmt::format("apt-get install {}", tool.package)};
}

const char* worth_of(proc::Tier tier) {
  switch (tier) {
    case proc::Tier::namespaces:
      return "a submission sees neither your processes nor your files' changes";
    case proc::Tier::landlock:
      return "a submission can write nowhere but in its own folder";
    case proc::Tier::processes:
      return "a submission is limited and cleaned up, but can look around";
  }
  return "";
}

std::vector<Finding> examine(const std::vector<grade::Exercise>& exercises) {
  std::vector<Finding> findings;
  const auto machine = this_machine();
  findings.push_back({"machine", true,
                      fmt::format("{} cores, {} GB, {}", machine.cores, machine.memory_bytes >> 30U,
                                  machine.system),
                      ""});
  for (const auto& tool : tools_for(exercises)) findings.push_back(look_for(tool));
  for (const auto& probe : proc::probe_tiers()) {
    findings.push_back({"isolation: " + std::string(proc::name_of(probe.tier)), probe.available,
                        probe.available ? worth_of(probe.tier) : "can't be used: " + probe.reason,
                        probe.fix});
  }
  for (const auto flavour : {proc::Flavour::threads, proc::Flavour::addresses}) {
    const auto probe = proc::probe_sanitizer(flavour, grade::heed_interruptions);
    findings.push_back({probe.name, probe.available,
                        probe.available ? "works; needed by levels with threads"
                                        : "can't run here: " + probe.reason,
                        probe.fix});
  }
  const auto trouble = disk::why_no_tracing();
  findings.push_back(
      {"tracing", trouble.empty(),
       trouble.empty() ? "works; needed by ./assay crash"
                       : "./assay crash can't judge here: " + trouble,
       trouble.empty() ? "" : "sysctl kernel.yama.ptrace_scope=1, and no other tracer"});
  const bool root = ::geteuid() == 0;
  findings.push_back({"user", true,
                      root ? "root: each submission gets an unprivileged user of its own"
                           : "submissions run as you do, within the isolation above",
                      ""});
  return findings;
}

}  // namespace

int doctor(const Context& context, bool as_json) {
  const auto findings = examine(context.exercises());
  json::array entries;
  for (const auto& finding : findings) {
    if (as_json) {
      entries.push_back({{"name", finding.name},
                         {"ok", finding.ok},
                         {"state", finding.state},
                         {"fix", finding.fix}});
      continue;
    }
    const auto& glyph = report::glyphs(context.out);
    fmt::print(
        "  {} {:<24} {}\n",
        finding.ok ? report::green(context.out, glyph.yes) : report::yellow(context.out, glyph.no),
        finding.name, finding.state);
    if (!finding.fix.empty()) fmt::print("    {:<24} {} {}\n", "", glyph.arrow, finding.fix);
  }
  if (as_json) fmt::print("{}\n", json::serialize(entries));
  return exit_code::passed;
}

}  // namespace assay::cli
