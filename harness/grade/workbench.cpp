#include "grade/workbench.hpp"

#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "grade/http_subject.hpp"
#include "grade/session.hpp"

namespace assay::grade {
namespace fs = std::filesystem;
namespace {

constexpr std::chrono::seconds cpu_limit{3};
constexpr std::chrono::seconds watched_cpu_limit{20};
// Of a program that is asked whether it speaks a protocol.
constexpr std::chrono::seconds first_word_limit{5};
constexpr std::size_t round_report_bytes = 64U << 10;

// What is watched takes its time; sanitizers reserve terabytes that they never touch; and a round
// of threads is answered at length.
void loosen(SubjectSpec& subject, proc::Flavour flavour) {
  using enum proc::Flavour;
  if (flavour == threads || flavour == addresses) subject.limits.address_space_bytes = 0;
  if (flavour != plain && flavour != debugger && flavour != http)
    subject.limits.cpu = watched_cpu_limit;
  if (flavour == scheduled) subject.answer_bytes_max = round_report_bytes;
}

// The files that a command line names, as "../limiter.py": it can read them wherever they lie, in
// a temporary folder too.
std::vector<fs::path> named_files(const std::string& command) {
  std::vector<fs::path> files;
  for (auto word : base::split(command, ' ')) {
    std::erase_if(word, [](char letter) { return letter == '\'' || letter == '"'; });
    std::error_code error;
    const fs::path path = fs::canonical(word, error);
    if (!error && fs::is_regular_file(path, error)) files.push_back(path);
  }
  return files;
}

}  // namespace

Workbench::Workbench(Solution solution, const Exercise& exercise, int contract_version,
                     proc::Builder& builder, std::function<void()> pause)
    : solution_(std::move(solution)),
      exercise_(exercise),
      contract_version_(contract_version),
      builder_(builder),
      pause_(std::move(pause)) {}

std::optional<std::string> Workbench::left_out_of(int number) {
  const Level* level = exercise_.level(number);
  if (level == nullptr || solution_.info.language == "c++") return std::nullopt;
  if (level->protocol == "threads") {
    return fmt::format(
        "level {} runs the solution's own code in several threads: it is for C++ only", number);
  }
  // A file that is there for this level is an attempt, whatever is wrong with it.
  if (solution_.files.count(level->python_file) > 0) return std::nullopt;
  for (const auto& other : exercise_.levels) {
    if (other.protocol == level->protocol || other.protocol == "threads") continue;
    if (speaks(*level) || !speaks(other)) continue;
    return fmt::format("level {} is for programs that speak the protocol {}: this one speaks {}",
                       number, level->protocol, other.protocol);
  }
  return std::nullopt;
}

bool Workbench::speaks(const Level& level) {
  const std::string& protocol = level.protocol;
  if (const auto found = speaks_.find(protocol); found != speaks_.end()) return found->second;
  const bool serves = protocol == "http";
  SubjectSpec spec = subject(serves ? proc::Flavour::http : proc::Flavour::plain);
  spec.silence_limit = first_word_limit;
  spec.env.insert(level.environment.begin(), level.environment.end());
  const auto try_it = [&] {
    if (serves) {
      HttpSubject(spec).start();
    } else {
      Session greeted(spec);
    }
  };
  bool spoke = true;
  try {
    try_it();
  } catch (const SubjectTrouble&) {
    spoke = false;
  }
  return speaks_[protocol] = spoke;
}

const Readied& Workbench::ready(proc::Flavour flavour) {
  auto found = readied_.find(flavour);
  if (found == readied_.end()) found = readied_.emplace(flavour, make_ready(flavour)).first;
  return found->second;
}

const SubjectSpec& Workbench::subject(proc::Flavour flavour) {
  const Readied& readied = ready(flavour);
  if (!readied.subject) throw DoesNotBuild(readied.build.messages);
  return *readied.subject;
}

std::chrono::milliseconds Workbench::build_time() const {
  std::chrono::milliseconds sum{0};
  for (const auto& [flavour, readied] : readied_) sum += readied.build.took_ms;
  return sum;
}

Workbench Workbench::reference() const {
  return {find_solution(builder_.root(), exercise_, "reference"), exercise_, contract_version_,
          builder_, pause_};
}

// The one that the flavour's levels name; or the only one, whatever its name.
std::string Workbench::python_file(proc::Flavour flavour) const {
  std::string wanted = "solution.py";
  for (const auto& level : exercise_.levels) {
    const bool serves = level.protocol == "http";
    if (serves == (flavour == proc::Flavour::http)) wanted = level.python_file;
  }
  return solution_.files.size() == 1 ? solution_.files.begin()->first : wanted;
}

Readied Workbench::make_ready(proc::Flavour flavour) const {
  Readied readied;
  SubjectSpec subject;
  subject.exercise = exercise_.slug;
  subject.contract_version = contract_version_;
  subject.limits.cpu = cpu_limit;
  if (solution_.info.kind == "exec") {
    subject.argv = {"sh", "-c", solution_.info.path};
    subject.directory = fs::current_path();
    subject.reach = named_files(solution_.info.path);
    readied.subject = std::move(subject);
    return readied;
  }
  const fs::path path = fs::absolute(solution_.info.path);
  subject.shown_as = shown(fs::is_directory(path) ? path : path.parent_path());
  if (solution_.info.language == "python") {
    subject.files = solution_.files;
    subject.argv = {"python3", "{cell}/" + python_file(flavour)};
  } else {
    loosen(subject, flavour);
    readied.build = builder_.build(
        {exercise_.slug, solution_.sources, subject.shown_as, flavour, exercise_.libraries},
        pause_);
    if (!readied.build.built) return readied;
    subject.files = {{"subject", readied.build.program}};
    subject.argv = {"{cell}/subject"};
  }
  readied.subject = std::move(subject);
  return readied;
}

}  // namespace assay::grade
