#include "grade/rounds.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>

#include <fmt/format.h>

#include "base/text.hpp"

namespace assay::grade {
namespace {

constexpr std::string_view no_operations = "-";

std::string section(const Operations& operations) {
  return operations.empty() ? std::string(no_operations) : base::join(operations, "; ");
}

Operations operations_of(const std::string& section) {
  return section == no_operations ? Operations{} : base::split(section, "; ");
}

std::string line_of(const std::string& schedule, const Program& program) {
  std::string line = "round " + schedule + " | " + section(program.first);
  for (const auto& thread : program.threads) line += " | " + section(thread);
  return line + " | " + section(program.last);
}

// Reads an item from its front; each step says whether it found what it wants.
class Item {
 public:
  explicit Item(std::string_view text) : rest_(text) {}

  bool word(std::string_view expected) {
    if (!rest_.starts_with(expected)) return false;
    rest_.remove_prefix(expected.size());
    return true;
  }

  bool number(std::int64_t& value) {
    const auto end = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
    const auto read = base::to_integer(rest_.substr(0, end));
    if (!read) return false;
    value = *read;
    rest_.remove_prefix(end);
    return true;
  }

  bool thread(int& value) {
    if (word("first")) return value = first_part, true;
    if (word("last")) return value = last_part, true;
    std::int64_t read = 0;
    if (!number(read)) return false;
    value = static_cast<int>(read);
    return true;
  }

  std::string rest() const { return std::string(rest_); }

 private:
  std::string_view rest_;
};

// " at 4f3a<51c0", at the end of `text`, is taken off it.
void take_code(RoundEvent& event) {
  const auto at = event.text.rfind(" at ");
  if (at == std::string::npos) return;
  event.code = base::split(std::string_view(event.text).substr(at + 4), '<');
  event.text.resize(at);
}

// "12~1 at 4f3a", "12^1 waits for a mutex held by 0 at 4f3a" or "12? at 4f3a", after the thread and
// the dot.
bool read_switch(Item& item, RoundEvent& event) {
  std::int64_t point = 0;
  int to = 0;
  if (!item.number(point)) return false;
  if (item.word("?")) {
    event.kind = RoundEvent::Kind::fails;
  } else {
    event.kind = item.word("~") ? RoundEvent::Kind::gives_way : RoundEvent::Kind::waits;
    const bool willing = event.kind == RoundEvent::Kind::gives_way;
    if ((!willing && !item.word("^")) || !item.thread(to)) return false;
  }
  event.text = item.rest();
  take_code(event);
  event.text.erase(0, std::min(event.text.find_first_not_of(' '), event.text.size()));
  return true;
}

bool read_event(std::string_view text, RoundEvent& event) {
  Item item(text);
  if (!item.thread(event.thread)) return false;
  if (item.word(".")) return read_switch(item, event);
  if (item.word(">")) return item.rest().empty();
  if (item.word("< ")) {
    event.kind = RoundEvent::Kind::returns;
    event.text = item.rest();
    return true;
  }
  if (!item.word("! ")) return false;
  event.kind = RoundEvent::Kind::is_stuck;
  event.text = item.rest();
  take_code(event);
  return true;
}

// "points 0=34 1=28"
bool read_points(const std::string& text, std::vector<std::int64_t>& points) {
  const auto words = base::split(text, ' ');
  if (words[0] != "points") return false;
  for (std::size_t i = 1; i < words.size(); ++i) {
    const auto equals = words[i].find('=');
    const auto count =
        equals == std::string::npos ? std::nullopt : base::to_integer(words[i].substr(equals + 1));
    if (!count) return false;
    points.push_back(*count);
  }
  return true;
}

// How far a part of a program has come.
struct Advance {
  std::size_t operations = 0;  // that there are
  std::size_t begun = 0;
  std::size_t returned = 0;
};

std::map<int, Advance> advances_of(const Program& program) {
  std::map<int, Advance> advances{{first_part, {program.first.size()}},
                                  {last_part, {program.last.size()}}};
  for (std::size_t i = 0; i < program.threads.size(); ++i) {
    advances[static_cast<int>(i)] = {program.threads[i].size()};
  }
  return advances;
}

}  // namespace

std::string round_line(std::uint64_t seed, const Program& program) {
  return line_of(fmt::format("seed:{}", seed), program);
}

std::string round_line(const Switches& switches, const Program& program) {
  return line_of("switches:" + base::join(switches, ","), program);
}

Program program_of(std::string_view line) {
  const auto sections = base::split(line, " | ");
  if (sections.size() < 4 || !line.starts_with("round ")) {
    throw std::runtime_error("this is no round: " + std::string(line));
  }
  Program program{operations_of(sections[1]), {}, operations_of(sections.back())};
  for (std::size_t i = 2; i + 1 < sections.size(); ++i) {
    program.threads.push_back(operations_of(sections[i]));
  }
  return program;
}

std::string without_switches(const std::string& answer) {
  std::vector<std::string> kept;
  for (auto& item : base::split(answer, "; ")) {
    RoundEvent event;
    const bool is_event = read_event(item, event);
    const bool switches =
        item.starts_with("switches ") ||
        (is_event && event.kind != RoundEvent::Kind::begins &&
         event.kind != RoundEvent::Kind::returns && event.kind != RoundEvent::Kind::is_stuck);
    if (!switches) kept.push_back(std::move(item));
  }
  return base::join(kept, "; ");
}

std::optional<RoundReport> parse_report(std::string_view answer) {
  const auto items = base::split(answer, "; ");
  RoundReport report;
  report.outcome = items[0];
  if (report.outcome != "finished" && report.outcome != "deadlock" &&
      report.outcome != "livelock") {
    return std::nullopt;
  }
  for (std::size_t i = 1; i < items.size(); ++i) {
    RoundEvent event;
    if (items[i].starts_with("switches ")) {
      const std::string list = items[i].substr(9);
      if (list != "...") report.switches = list.empty() ? Switches{} : base::split(list, ',');
    } else if (items[i].starts_with("points ")) {
      if (!read_points(items[i], report.points)) return std::nullopt;
    } else if (items[i].starts_with("outsiders ")) {
      report.has_outsiders = true;
    } else if (items[i] == "...") {
      continue;
    } else if (read_event(items[i], event)) {
      report.events.push_back(std::move(event));
    } else {
      return std::nullopt;
    }
  }
  return report;
}

bool fits(const RoundReport& report, const Program& program) {
  auto advances = advances_of(program);
  for (const auto& event : report.events) {
    const bool begins = event.kind == RoundEvent::Kind::begins;
    if (!begins && event.kind != RoundEvent::Kind::returns) continue;
    const auto found = advances.find(event.thread);
    if (found == advances.end()) return false;
    Advance& part = found->second;
    const bool busy = part.begun > part.returned;
    if (begins == busy || (begins && part.begun == part.operations)) return false;
    ++(begins ? part.begun : part.returned);
  }
  if (report.outcome != "finished") return true;
  return std::all_of(advances.begin(), advances.end(), [](const auto& numbered) {
    return numbered.second.returned == numbered.second.operations;
  });
}

}  // namespace assay::grade
