#include "fault/disk/crash_test.hpp"

#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <regex>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>

#include "base/random.hpp"
#include "base/text.hpp"
#include "sim/shrink.hpp"

namespace assay::disk {
namespace {

namespace fs = std::filesystem;
using std::chrono::steady_clock;

constexpr std::size_t shown_bytes = 80;
constexpr std::size_t matched_bytes = 4'096;  // of a line: std::regex needs stack for each
// Audits sync what they recover, which costs nothing in memory.
constexpr const char* memory_folder = "/dev/shm";

// Gone with all that is in it.
class TemporaryFolder {
 public:
  explicit TemporaryFolder(const fs::path& parent) {
    std::string pattern = (parent / "assay-crash-XXXXXX").native();
    if (::mkdtemp(pattern.data()) == nullptr) {
      throw std::system_error(errno, std::generic_category(), "make a folder like " + pattern);
    }
    path_ = fs::canonical(pattern);
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

// A folder that is empty now, and gone in the end.
class WorkFolder {
 public:
  explicit WorkFolder(fs::path path) : path_(std::move(path)) { fs::create_directory(path_); }
  ~WorkFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;

  const fs::path& path() const { return path_; }

 private:
  const fs::path path_;
};

bool is_sync(const Step& step) {
  return step.kind == Step::Kind::sync || step.kind == Step::Kind::sync_all || step.synced;
}

class CrashTest {
 public:
  explicit CrashTest(const CrashOptions& options) : options_(options) {
    if (::access(memory_folder, W_OK) == 0) memory_.emplace(memory_folder);
  }

  std::vector<std::string> stack_behind(const Loss& loss, std::size_t step) {
    const Log log = run_program(loss.workload, step + 1);
    const bool same = log.steps.size() > step && log.steps[step].data == loss.log.steps[step].data;
    return same ? log.stack : std::vector<std::string>();
  }

  CrashResult run() {
    const auto start = steady_clock::now();
    const Log log = run_program(options_.workload);
    result_.run_time = steady_clock::now() - start;
    const auto acks = acknowledged(log, options_.acked);
    result_.counts = counts_of(log);
    result_.acknowledged = acks.size();
    result_.points = options_.modes.size() * (log.steps.size() + 1);
    if (const auto why = why_not(log, acks); !why.empty()) {
      result_.reason = why;
      return result_;
    }
    result_.ending = log.ending;
    for (const Mode mode : options_.modes) {
      if (const auto loss = first_loss(log, acks, mode, points_of(log, acks, mode))) {
        result_.verdict = CrashResult::Verdict::lost;
        result_.loss = shrink(*loss);
        return result_;
      }
    }
    result_.verdict = CrashResult::Verdict::nothing_lost;
    if (!too_slow_.empty()) {
      result_.verdict = CrashResult::Verdict::cant_judge;
      result_.reason = too_slow_;
    }
    return result_;
  }

 private:
  // Up to a step, whose stack is wanted, if one is given.
  Log run_program(const std::vector<std::string>& workload,
                  std::optional<std::size_t> steps = std::nullopt) {
    const fs::path input = folder_->path() / "workload";
    {
      std::ofstream out(input, std::ios::binary);
      for (const auto& line : workload) out << line << '\n';
    }
    const WorkFolder place(folder_->path() / "run");
    RecordOptions record_options;
    record_options.command = options_.command;
    record_options.folder = place.path();
    record_options.input = input;
    record_options.limit = options_.limit;
    record_options.stopped = options_.stopped;
    record_options.sync_cost = options_.sync_cost;
    record_options.failing_sync = options_.failing_sync;
    record_options.disk_bytes = options_.disk_bytes;
    record_options.short_writes = options_.short_writes;
    record_options.killed_after = steps;
    record_options.stack_when_killed = steps.has_value();
    return record(record_options);
  }

  Audit audit(const Log& log, const Image& image) {
    if (options_.stopped()) throw RecordingInterrupted();
    const auto start = steady_clock::now();
    const WorkFolder place((memory_ ? memory_ : folder_)->path() / "disk");
    image.write_to(log, place.path());
    auto found = run_audit(options_.audit, place.path(), options_.audit_limit, options_.stopped);
    if (options_.stopped()) throw RecordingInterrupted();
    ++result_.audits;
    result_.audit_time += steady_clock::now() - start;
    return found;
  }

  // Why nothing can be said; empty if something can.
  std::string why_not(const Log& log, const std::vector<Acknowledgement>& acks) {
    if (!log.doubts.empty()) return base::join(log.doubts, "; ");
    if (acks.empty()) {
      return fmt::format("no line that the program printed matches '{}'{}", options_.acked,
                         log.ending.empty() ? "" : ", and it " + log.ending);
    }
    const auto image = Survival(log, Mode::keep_all).image(log.steps.size(), 0);
    auto found = audit(log, image);
    auto gone = first_gone(acks, log.steps.size(), found);
    if (gone && memory_) {  // some programs can't be there
      memory_.reset();
      found = audit(log, image);
      gone = first_gone(acks, log.steps.size(), found);
    }
    if (!gone) return "";
    return fmt::format("the audit doesn't print '{}' even where nothing was lost{}{}",
                       base::printable_line(gone->record, shown_bytes),
                       found.ending.empty() ? "" : ": it " + found.ending,
                       found.complaint.empty() ? "" : ": " + found.complaint);
  }

  static std::optional<Acknowledgement> first_gone(const std::vector<Acknowledgement>& acks,
                                                   std::size_t point, const Audit& found) {
    const std::unordered_set<std::string> there(found.lines.begin(), found.lines.end());
    for (const auto& ack : acks) {
      if (ack.step < point && there.count(ack.record) == 0) return ack;
    }
    return std::nullopt;
  }

  // All, or as many as there is time for: half of them right after something was promised.
  std::vector<std::size_t> points_of(const Log& log, const std::vector<Acknowledgement>& acks,
                                     Mode mode) const {
    const std::size_t room = std::max<std::size_t>(1, options_.points / options_.modes.size());
    std::set<std::size_t> chosen;
    if (log.steps.size() + 1 <= room) {
      for (std::size_t i = 0; i <= log.steps.size(); ++i) chosen.insert(i);
    } else {
      base::Random random(options_.seed, fmt::format("points of {}", name_of(mode)));
      const auto last = static_cast<std::int64_t>(log.steps.size());
      chosen.insert(log.steps.size());
      // First where something was promised, and not all that came before it is durable.
      const Survival survival(log, mode);
      for (const auto& ack : acks) {
        if (chosen.size() < room && !survival.pending(ack.step + 1).empty()) {
          chosen.insert(ack.step + 1);
        }
      }
      for (std::size_t tries = 0; chosen.size() < room && tries < 20 * room; ++tries) {
        chosen.insert(random.chance(0.5) ? random.one_of(acks).step + 1
                                         : static_cast<std::size_t>(random.between(0, last)));
      }
    }
    return {chosen.begin(), chosen.end()};
  }

  // Whether the disk may be another than a step before.
  static bool may_differ(const Log& log, const Survival& survival, Mode mode, std::size_t before,
                         std::size_t point) {
    const bool drops = mode == Mode::drop_all || mode == Mode::strict;
    if (!drops && !survival.pending(point).empty()) return true;
    return std::any_of(log.steps.begin() + static_cast<std::ptrdiff_t>(before),
                       log.steps.begin() + static_cast<std::ptrdiff_t>(point), is_sync);
  }

  std::optional<Loss> first_loss(const Log& log, const std::vector<Acknowledgement>& acks,
                                 Mode mode, const std::vector<std::size_t>& points) {
    const Survival survival(log, mode);
    std::unordered_map<std::size_t, Audit> audits;  // by the disk's digest
    std::optional<std::size_t> digest;
    std::size_t before = 0;
    for (const std::size_t point : points) {
      options_.progress(++result_.visited, result_.points);
      if (!digest || may_differ(log, survival, mode, before, point)) {
        const auto image = survival.image(point, options_.seed);
        digest = image.digest(log);
        if (audits.count(*digest) == 0) audits[*digest] = audit(log, image);
      }
      before = point;
      const Audit& found = audits[*digest];
      const auto gone = first_gone(acks, point, found);
      if (gone && found.late) {
        too_slow_ = "an audit " + found.ending;
      } else if (gone) {
        return Loss{log, {}, mode, point, options_.seed, *gone, found};
      }
    }
    return std::nullopt;
  }

  std::optional<Loss> loss_of(const std::vector<std::string>& workload, Mode mode) {
    const Log log = run_program(workload);
    const auto acks = acknowledged(log, options_.acked);
    if (acks.empty() || !log.doubts.empty()) return std::nullopt;
    auto loss = first_loss(log, acks, mode, points_of(log, acks, mode));
    if (loss) loss->workload = workload;
    return loss;
  }

  Loss shrink(Loss loss) {
    loss.workload = options_.workload;
    const auto visited = result_.visited;
    const auto end = steady_clock::now() + options_.shrink_time;
    using Shrinker = sim::Shrinker<std::string>;
    const auto fails = [&](const std::vector<Shrinker::Candidate>& candidates) {
      for (std::size_t i = 0; i < candidates.size() && steady_clock::now() < end; ++i) {
        if (auto smaller = loss_of(candidates[i], loss.mode)) {
          loss = std::move(*smaller);
          return std::optional<std::size_t>(i);
        }
      }
      return std::optional<std::size_t>();
    };
    const auto leave = [](const std::string&) { return std::vector<std::string>(); };
    sim::ShrinkLimits limits;
    limits.batch_candidates = 4;
    Shrinker(fails, leave, limits).shrink(loss.workload);
    result_.visited = visited;
    return loss;
  }

  const CrashOptions& options_;
  std::optional<TemporaryFolder> folder_{std::in_place, fs::temp_directory_path()};
  std::optional<TemporaryFolder> memory_;  // for the disks, if there is room and it works
  CrashResult result_;
  std::string too_slow_;  // an audit that would say that something is lost
};

}  // namespace

std::vector<Acknowledgement> acknowledged(const Log& log, const std::string& expression) {
  const std::regex pattern(expression);
  std::vector<Acknowledgement> acks;
  std::string line;
  for (std::size_t i = 0; i < log.steps.size(); ++i) {
    if (log.steps[i].kind != Step::Kind::output) continue;
    for (const char letter : log.steps[i].data) {
      if (letter != '\n') {
        line += letter;
        continue;
      }
      std::smatch match;
      const std::string begin = line.substr(0, matched_bytes);
      if (std::regex_search(begin, match, pattern)) {
        const bool has_group = match.size() > 1 && match[1].length() > 0;
        acks.push_back({has_group ? match[1].str() : line, i});
      }
      line.clear();
    }
  }
  return acks;
}

CrashResult crash_test(const CrashOptions& options) { return CrashTest(options).run(); }

std::vector<std::string> stack_behind(const CrashOptions& options, const Loss& loss,
                                      std::size_t step) {
  return CrashTest(options).stack_behind(loss, step);
}

}  // namespace assay::disk
