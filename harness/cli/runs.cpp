#include "cli/runs.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/context.hpp"
#include "proc/files.hpp"
#include "report/json.hpp"

namespace assay::cli {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kept_runs = 100;
constexpr std::uintmax_t kept_bytes = 200U << 20;
constexpr std::string_view transcript_extension = ".transcript";

fs::path runs_folder(const fs::path& root) { return root / ".assay" / "runs"; }

std::vector<std::string> run_ids(const fs::path& folder) {
  std::vector<std::string> ids;
  if (!fs::exists(folder)) return ids;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename();
    if (name.starts_with("r-")) ids.push_back(name);
  }
  // r-9999 comes before r-10000.
  std::sort(ids.begin(), ids.end(), [](const std::string& a, const std::string& b) {
    return std::pair(a.size(), a) < std::pair(b.size(), b);
  });
  return ids;
}

std::int64_t number_of(const std::string& id) { return base::to_integer(id.substr(2)).value_or(0); }

void name_run(grade::Scorecard& card, const std::string& id,
              const std::map<std::string, grade::Evidence>& evidence) {
  card.run = id;
  for (auto& check : card.checks) check.replay = replay_command(id, check, evidence);
}

std::string log_of(const std::map<std::string, grade::Evidence>& evidence) {
  std::string log;
  for (const auto& [slug, seen] : evidence) {
    for (const auto& talk : seen.conversations) {
      if (!talk.output.empty()) log += fmt::format("## {}, {}\n{}\n", slug, talk.name, talk.output);
    }
  }
  return log;
}

void write_run(const fs::path& folder, const grade::Scorecard& card,
               const std::map<std::string, grade::Evidence>& evidence) {
  fs::create_directories(folder / "evidence");
  for (const auto& [slug, seen] : evidence) {
    proc::write_atomically(folder / "evidence" / (slug + std::string(transcript_extension)),
                           grade::to_transcript(seen));
  }
  proc::write_atomically(folder / "subject.log", log_of(evidence));
  proc::write_atomically(folder / "result.json", report::to_json(card));
}

std::uintmax_t bytes_in(const fs::path& folder) {
  std::uintmax_t bytes = 0;
  std::error_code gone;  // another run may forget it meanwhile
  for (const auto& entry : fs::recursive_directory_iterator(folder, gone)) {
    const auto size = entry.file_size(gone);
    if (!gone) bytes += size;
  }
  return bytes;
}

// The newest stays, whatever its size.
void forget_oldest(const fs::path& folder) {
  auto ids = run_ids(folder);
  std::reverse(ids.begin(), ids.end());
  std::uintmax_t bytes = 0;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    bytes += bytes_in(folder / ids[i]);
    const bool beyond = i >= kept_runs || bytes > kept_bytes;
    if (i > 0 && beyond) fs::remove_all(folder / ids[i]);
  }
}

}  // namespace

std::string replay_command(const std::string& run, const grade::CheckResult& check,
                           const std::map<std::string, grade::Evidence>& evidence) {
  const auto seen = evidence.find(check.slug);
  const bool any = seen != evidence.end() && !seen->second.conversations.empty();
  if (check.verdict != grade::Verdict::fail || !any) return "";
  return fmt::format("./assay replay {} {}", run, check.id);
}

void save_run(const fs::path& root, grade::Scorecard& card,
              const std::map<std::string, grade::Evidence>& evidence,
              std::string (*tip_for)(const grade::Scorecard&)) {
  const fs::path folder = runs_folder(root);
  fs::create_directories(folder);
  const fs::path draft = folder / fmt::format(".draft-{}", ::getpid());
  auto ids = run_ids(folder);
  std::int64_t number = ids.empty() ? 1 : number_of(ids.back()) + 1;
  for (;; ++number) {
    const std::string id = fmt::format("r-{:04}", number);
    name_run(card, id, evidence);
    card.tip = tip_for(card);
    write_run(draft, card, evidence);
    std::error_code error;
    fs::rename(draft, folder / id, error);
    if (!error) break;
    // Another run took this number meanwhile.
    if (!fs::exists(folder / id)) throw fs::filesystem_error("can't store the run", folder, error);
  }
  forget_oldest(folder);
}

std::vector<grade::Scorecard> own_runs(const fs::path& root, const std::string& slug) {
  std::vector<grade::Scorecard> cards;
  const fs::path folder = runs_folder(root);
  auto ids = run_ids(folder);
  std::reverse(ids.begin(), ids.end());
  for (const auto& id : ids) {
    try {
      auto card = report::from_json(proc::read_file(folder / id / "result.json"));
      if (card.exercise == slug && card.solution.kind == "mine") cards.push_back(std::move(card));
    } catch (const std::runtime_error&) {
      continue;  // `judge` and `replay` say what is wrong with it
    }
  }
  return cards;
}

std::string first_points(const fs::path& root, const std::string& slug, int level) {
  std::string first;
  for (const auto& card : own_runs(root, slug)) {
    const bool some = std::any_of(card.checks.begin(), card.checks.end(), [&](const auto& check) {
      return check.level == level && check.points > 0;
    });
    if (some) first = card.run;
  }
  return first;
}

StoredRun load_run(const fs::path& root, const std::string& name) {
  const fs::path folder = runs_folder(root);
  const auto ids = run_ids(folder);
  std::string id = name;
  if (name == "last" && !ids.empty()) id = ids.back();
  if (const auto number = base::to_integer(name)) id = fmt::format("r-{:04}", *number);

  StoredRun run;
  run.folder = fs::is_directory(folder / id) && !id.empty() ? folder / id : fs::path(name);
  if (!fs::exists(run.folder / "result.json")) {
    const auto meant = base::did_you_mean(name, ids);
    const std::string hint = meant ? fmt::format(": did you mean '{}'?", *meant)
                             : ids.empty()
                                 ? ": nothing has been graded yet"
                                 : fmt::format(": {} to {} are kept", ids.front(), ids.back());
    throw UsageError(fmt::format("there is no run '{}'{}", base::printable_line(name, 60), hint));
  }
  try {
    run.card = report::from_json(proc::read_file(run.folder / "result.json"));
    for (const auto& check : run.card.checks) {
      const auto path = run.folder / "evidence" / (check.slug + std::string(transcript_extension));
      if (fs::exists(path))
        run.evidence[check.slug] = grade::from_transcript(proc::read_file(path));
    }
  } catch (const std::runtime_error& error) {
    throw UsageError(fmt::format("{} is damaged: {}", run.folder.string(), error.what()));
  }
  return run;
}

}  // namespace assay::cli
