// Grades the grader. A proof is one solution whose verdict is known beforehand:
//
//   prove mutant SLUG FOLDER     the check named in the folder must fail
//   prove variant SLUG FOLDER    loses no point but for performance at the levels that its
//   variant.toml names
//                                (levels = [1, 2]), or at any if it has none
//   prove reference SLUG         loses nothing
//   prove stub SLUG              scores 0, and its first failure says "not implemented" and where
//
// A mutant is a whole solution beside a mutant.toml, or a mutation.toml with a text to find in the
// reference (exactly once) and its replacement; `of` names a variant that is mutated instead, and
// several texts are a list of `edit`s. Each run has a fresh seed, which is printed.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <set>
#include <stdexcept>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "base/random.hpp"
#include "grade/runner.hpp"
#include "grade/solution.hpp"
#include "graders/registry.hpp"
#include "proc/builder.hpp"

namespace {

namespace fs = std::filesystem;
using namespace assay;

struct Proof {
  std::string kind;
  std::string slug;
  fs::path folder;
};

std::string text_of(const toml::table& table, const char* key, const fs::path& file) {
  const auto text = table[key].value<std::string>();
  if (!text) throw std::runtime_error(fmt::format("{}: \"{}\" is missing", file.string(), key));
  return *text;
}

void mutate(std::map<std::string, std::string>& sources, const toml::table& mutation,
            const fs::path& file) {
  if (const auto* edits = mutation["edit"].as_array()) {
    for (const auto& edit : *edits) mutate(sources, *edit.as_table(), file);
    return;
  }
  const std::string find = text_of(mutation, "find", file);
  const std::string replace = text_of(mutation, "replace", file);
  int found = 0;
  for (auto& [name, source] : sources) {
    for (auto at = source.find(find); at != std::string::npos; at = source.find(find, at + 1)) {
      if (++found == 1) source.replace(at, find.size(), replace), at += replace.size();
    }
  }
  if (found != 1) {
    throw std::runtime_error(fmt::format(
        "{}: \"find\" occurs {} times in what it mutates, not once", file.string(), found));
  }
}

class Prover {
 public:
  Prover(Proof proof, fs::path root)
      : proof_(std::move(proof)),
        root_(std::move(root)),
        builder_(root_, fs::read_symlink("/proc/self/exe").parent_path().parent_path()) {
    for (auto& exercise : grade::load_exercises(root_)) {
      if (exercise.slug == proof_.slug) exercise_ = exercise;
    }
    grader_ = graders::make_grader(proof_.slug);
  }

  bool holds() {
    if (proof_.kind == "mutant") return mutant_is_caught();
    if (proof_.kind == "stub") return stub_helps();
    if (proof_.kind == "variant") return variant_is_spared();
    return loses_nothing(run(grade::find_solution(root_, exercise_, "reference"), grader_.infos()));
  }

 private:
  bool mutant_is_caught() {
    grade::Solution solution;
    fs::path file = proof_.folder / "mutant.toml";
    if (fs::exists(file)) {
      solution = grade::find_solution(root_, exercise_, proof_.folder.string());
    } else {
      file = proof_.folder / "mutation.toml";
      const toml::table mutation = toml::parse_file(file.string());
      const auto of = mutation["of"].value<std::string>();
      const fs::path variants = proof_.folder.parent_path().parent_path() / "variants";
      solution = grade::find_solution(root_, exercise_,
                                      of ? (variants / *of).string() : std::string("reference"));
      mutate(solution.sources, mutation, file);
    }
    const std::string named = text_of(toml::parse_file(file.string()), "check", file);
    text_of(toml::parse_file(file.string()), "mistake", file);
    std::vector<grade::CheckInfo> checks;
    for (const auto& check : grader_.infos()) {
      if (check.slug == named) checks.push_back(check);
    }
    if (checks.empty()) throw std::runtime_error(fmt::format("there is no check {}", named));
    const auto result = run(solution, checks).at(0);
    // Else it would be caught for what it lacks, and not for its mistake.
    const bool lacks_it = result.reason.ends_with(not_implemented);
    return result.verdict == grade::Verdict::fail && !lacks_it;
  }

  bool variant_is_spared() {
    const fs::path file = proof_.folder / "variant.toml";
    std::vector<grade::CheckInfo> checks = grader_.infos();
    if (fs::exists(file)) {
      const auto levels = levels_in(file);
      std::erase_if(checks, [&](const auto& check) { return levels.count(check.level) == 0; });
    }
    std::erase_if(checks, [](const auto& check) { return check.category == "performance"; });
    return loses_nothing(
        run(grade::find_solution(root_, exercise_, proof_.folder.string()), checks));
  }

  std::set<int> levels_in(const fs::path& file) const {
    const toml::table table = toml::parse_file(file.string());
    std::set<int> levels;
    if (const auto* named = table["levels"].as_array()) {
      for (const auto& level : *named) levels.insert(level.value_or(0));
    }
    const bool all_exist = std::all_of(
        levels.begin(), levels.end(), [&](int level) { return exercise_.level(level) != nullptr; });
    if (levels.empty() || !all_exist) {
      throw std::runtime_error(file.string() + ": \"levels\" must name levels of the exercise");
    }
    return levels;
  }

  bool stub_helps() {
    const auto results = run(grade::find_solution(root_, exercise_, "stub"), grader_.infos());
    double points = 0;
    for (const auto& result : results) points += result.points;
    const auto& first = results.at(0);
    return points == 0 && first.verdict == grade::Verdict::fail &&
           first.reason.ends_with(not_implemented) && !first.where.empty();
  }

  // A busy machine may be too noisy to time anything, and a sanitizer may not understand a solution
  // (fences): neither costs a point.
  static bool loses_nothing(const std::vector<grade::CheckResult>& results) {
    return !results.empty() && std::all_of(results.begin(), results.end(), [](const auto& result) {
      return result.verdict == grade::Verdict::pass || result.verdict == grade::Verdict::noisy ||
             result.verdict == grade::Verdict::unavailable;
    });
  }

  std::vector<grade::CheckResult> run(const grade::Solution& solution,
                                      const std::vector<grade::CheckInfo>& checks) {
    grade::Workbench workbench(solution, exercise_, grader_.contract_version, builder_,
                               grade::heed_interruptions);
    workbench.subject();
    const std::uint64_t seed = base::fresh_seed();
    std::cout << "seed " << seed << '\n';
    const auto results = grade::run_checks(grader_, checks, workbench, seed,
                                           [](const auto&, std::size_t, std::size_t) {})
                             .checks;
    for (const auto& result : results) {
      std::cout << fmt::format("{} {} {} {}\n", result.id, result.slug,
                               grade::name_of(result.verdict), result.reason);
      for (const auto& mistake : result.mistakes) std::cout << "  looks like: " << mistake << '\n';
      if (result.steps.size() > told_steps_max) throw std::runtime_error("more than 12 steps");
    }
    return results;
  }

  static constexpr std::size_t told_steps_max = 12;
  static constexpr const char* not_implemented = "is not implemented";

  Proof proof_;
  fs::path root_;
  proc::Builder builder_;
  grade::Exercise exercise_;
  grade::Grader grader_;
};

}  // namespace

int main(int count, char** words) {
  const char* const root = std::getenv("ASSAY_ROOT");
  if (root == nullptr || count < 3 || count > 4) {
    std::cerr << "usage: ASSAY_ROOT=CHECKOUT prove mutant|variant|reference|stub SLUG [FOLDER]\n";
    return 2;
  }
  try {
    grade::note_interruptions();
    Prover prover({words[1], words[2], count == 4 ? fs::path(words[3]) : fs::path()}, root);
    const bool holds = prover.holds();
    std::cout << (holds ? "proved\n" : "NOT proved\n");
    return holds ? 0 : 1;
  } catch (const std::exception& error) {
    std::cerr << "prove: " << error.what() << '\n';
    return 1;
  }
}
