#include "grade/interleaving_check.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/text.hpp"
#include "grade/broken_answer.hpp"
#include "grade/interleaving_story.hpp"
#include "proc/code_places.hpp"
#include "sim/shrink.hpp"

namespace assay::grade {
namespace {

constexpr int seeds_per_program = 600;
constexpr int thorough_seeds_per_program = 6'000;
constexpr int seeds_per_candidate = 40;
constexpr int seeds_of_smallest = 300;
constexpr std::size_t switches_max = 400;  // a run with more of them isn't shrunk
constexpr std::int64_t largest_seed = 999'999'999;
constexpr std::string_view planned_name = "planned";
constexpr std::string_view code_name = "code";

using Rounds = std::vector<std::string>;

// Lines of rounds as scripts for a talk: each is a setup by itself.
std::vector<Script> as_scripts(const Rounds& rounds) {
  std::vector<Script> scripts;
  for (const auto& line : rounds) scripts.push_back({line, {}});
  return scripts;
}

Rounds seeded_rounds(const Program& program, int count, base::Random& random) {
  Rounds rounds;
  for (int i = 0; i < count; ++i) {
    const auto seed = static_cast<std::uint64_t>(random.between(1, largest_seed));
    rounds.push_back(round_line(seed, program));
  }
  return rounds;
}

// The first of the rounds that fails, if any does; else the first that could not be decided.
std::optional<FailedRound> first_failure(const InterleavingCheck& check, const Conversation& talk) {
  std::optional<FailedRound> first_undecided;
  for (std::size_t i = 0; i < talk.exchanges.size(); ++i) {
    auto failure = judge_round(check, talk, i);
    if (failure && failure->violation.kind != undecided) return failure;
    if (failure && !first_undecided) first_undecided = std::move(failure);
  }
  return first_undecided;
}

class InterleavingShrinker {
 public:
  InterleavingShrinker(const InterleavingCheck& check, const SubjectSpec& subject,
                       const FailedRound& planned, std::uint64_t seed)
      : check_(check),
        subject_(subject),
        kind_(planned.violation.kind),
        program_(planned.program),
        random_(seed, "shrinking") {}

  // A talk of the one smallest round, or nothing if it doesn't fail again.
  std::optional<Conversation> run() {
    const auto operations = operations_in(program_);
    program_ = smallest_program();
    const auto failing = fewest_switches(talk(seeded_rounds(program_, seeds_of_smallest, random_)));
    if (!failing) return std::nullopt;
    const Rounds last{smallest_schedule(*failing)};
    auto told = converse(subject_, as_scripts(last), fmt::format("shrunk from {}", operations),
                         Pace::stepwise);
    const auto again = judge_round(check_, told, 0);
    return again && again->violation.kind == kind_ ? std::optional(std::move(told)) : std::nullopt;
  }

 private:
  // An operation, and the part of the program that it is in.
  struct Placed {
    int part = 0;
    std::string operation;
  };
  using Candidate = std::vector<Placed>;

  Candidate flat() const {
    Candidate all;
    const auto add = [&](int part, const Operations& operations, std::size_t from) {
      for (std::size_t i = from; i < operations.size(); ++i) all.push_back({part, operations[i]});
    };
    add(first_part, program_.first, 1);
    for (std::size_t i = 0; i < program_.threads.size(); ++i) {
      add(static_cast<int>(i), program_.threads[i], 0);
    }
    add(last_part, program_.last, 0);
    return all;
  }

  Program rebuilt(const Candidate& candidate) const {
    Program program{{program_.first[0]}, {}, {}};
    program.threads.resize(program_.threads.size());
    for (const auto& [part, operation] : candidate) {
      Operations& into = part == first_part  ? program.first
                         : part == last_part ? program.last
                                             : program.threads[static_cast<std::size_t>(part)];
      into.push_back(operation);
    }
    return program;
  }

  Conversation talk(const Rounds& rounds) const {
    return converse(subject_, as_scripts(rounds), "candidates", Pace::stepwise);
  }

  Program smallest_program() {
    sim::ShrinkLimits limits;
    limits.batches = 60;
    limits.batch_candidates = 6;
    sim::Shrinker<Placed> shrinker(
        [this](const std::vector<Candidate>& candidates) {
          Rounds rounds;
          for (const auto& candidate : candidates) {
            const auto more = seeded_rounds(rebuilt(candidate), seeds_per_candidate, random_);
            rounds.insert(rounds.end(), more.begin(), more.end());
          }
          return first_of_kind(talk(rounds), seeds_per_candidate);
        },
        [this](const Placed& placed) {
          Candidate forms;
          for (const auto& form : check_.simpler(placed.operation)) {
            forms.push_back({placed.part, form});
          }
          return forms;
        },
        limits);
    return rebuilt(shrinker.shrink(flat()));
  }

  // The candidate, of `rounds_each`, that fails first and as the original did.
  std::optional<std::size_t> first_of_kind(const Conversation& talk, int rounds_each) const {
    const auto failure = first_failure(check_, talk);
    if (!failure || failure->violation.kind != kind_) return std::nullopt;
    return failure->exchange / static_cast<std::size_t>(rounds_each);
  }

  std::optional<FailedRound> fewest_switches(const Conversation& talk) const {
    std::optional<FailedRound> fewest;
    for (std::size_t i = 0; i < talk.exchanges.size(); ++i) {
      auto failure = judge_round(check_, talk, i);
      if (!failure || failure->violation.kind != kind_) continue;
      const auto switches = [](const FailedRound& round) {
        return round.report && round.report->switches ? round.report->switches->size()
                                                      : switches_max;
      };
      if (!fewest || switches(*failure) < switches(*fewest)) fewest = std::move(failure);
    }
    return fewest;
  }

  // The round with the fewest switches that still fails; as it was if it can't be repeated so.
  std::string smallest_schedule(const FailedRound& failing) {
    if (!failing.report || !failing.report->switches) return failing.asked;
    const Switches& all = *failing.report->switches;
    const auto fails = [this](const std::vector<Switches>& candidates) {
      Rounds rounds;
      for (const auto& switches : candidates) rounds.push_back(round_line(switches, program_));
      return first_of_kind(talk(rounds), 1);
    };
    if (all.size() > switches_max || !fails({all})) return failing.asked;
    if (fails({Switches{}})) return round_line(Switches{}, program_);
    sim::Shrinker<std::string> shrinker(fails, [](const std::string&) { return Switches{}; });
    return round_line(shrinker.shrink(all), program_);
  }

  const InterleavingCheck& check_;
  const SubjectSpec& subject_;
  const std::string kind_;
  Program program_;
  base::Random random_;
};

// Of the rounds that nobody will ask about; else a run would be stored with megabytes of them.
void drop_switches(Conversation& talk, const std::optional<FailedRound>& but) {
  for (std::size_t i = 0; i < talk.exchanges.size(); ++i) {
    auto& answered = talk.exchanges[i].answered;
    const bool is_told = but && but->exchange == i;
    if (answered && !is_told) answered = without_switches(*answered);
  }
}

// Where the code of the told round was when it was switched, for the story.
Conversation places_of(const Conversation& told, const SubjectSpec& subject) {
  Conversation places{std::string(code_name), {}, "", ""};
  const auto& answered = told.exchanges.front().answered;
  const auto report = answered ? parse_report(*answered) : std::nullopt;
  if (!report) return places;
  std::set<std::string> offsets;
  for (const auto& event : report->events) {
    offsets.insert(event.code.begin(), event.code.end());
  }
  const auto found = proc::code_places(subject.files.begin()->second,
                                       {offsets.begin(), offsets.end()}, subject.shown_as);
  for (const auto& [offset, place] : found) places.exchanges.push_back({offset, place});
  return places;
}

// The scheduler can't switch them, so that its rounds would mean little.
bool starts_threads(const Conversation& talk) {
  return std::any_of(talk.exchanges.begin(), talk.exchanges.end(), [](const Exchange& exchange) {
    const auto report = exchange.answered ? parse_report(*exchange.answered) : std::nullopt;
    return report && report->has_outsiders;
  });
}

std::int64_t points_in(const Conversation& talk) {
  std::int64_t points = 0;
  for (const auto& exchange : talk.exchanges) {
    const auto report = exchange.answered ? parse_report(*exchange.answered) : std::nullopt;
    if (!report) continue;
    for (const auto count : report->points) points += count;
  }
  return points;
}

}  // namespace

std::vector<std::string> InterleavingCheck::simpler(const std::string& /*operation*/) const {
  return {};
}

std::vector<std::string> InterleavingCheck::look_alikes(const Program& /*program*/,
                                                        const RoundReport& /*report*/) const {
  return {};
}

// The shrunk one, if there is one.
const Conversation& InterleavingCheck::told(const Evidence& evidence) const {
  const auto& talks = evidence.conversations;
  const bool has_places = talks.back().name == code_name;
  return has_places ? talks[talks.size() - 2] : talks.back();
}

Evidence InterleavingCheck::collect(Workbench& workbench, std::uint64_t seed) const {
  const SubjectSpec& subject = workbench.subject(flavour());
  base::Random random(seed, info().slug);
  const int seeds = workbench.is_thorough() ? thorough_seeds_per_program : seeds_per_program;
  Rounds rounds;
  for (const auto& program : programs(random)) {
    const auto more = seeded_rounds(program, seeds, random);
    rounds.insert(rounds.end(), more.begin(), more.end());
  }
  // What isn't there at all shows in one round, and would take its time in thousands.
  Evidence evidence{
      {converse(subject, as_scripts({rounds.front()}), std::string(planned_name), Pace::stepwise)}};
  const auto at_once = first_failure(*this, evidence.conversations[0]);
  if (at_once && at_once->violation.kind == not_implemented_kind) return evidence;
  evidence.conversations[0] =
      converse(subject, as_scripts(rounds), std::string(planned_name), Pace::stepwise);
  const auto failure = first_failure(*this, evidence.conversations[0]);
  drop_switches(evidence.conversations[0], failure);
  if (!failure || !failure->worth_shrinking) return evidence;
  if (auto shrunk = InterleavingShrinker(*this, subject, *failure, seed).run()) {
    evidence.conversations.push_back(std::move(*shrunk));
    evidence.conversations.push_back(places_of(evidence.conversations.back(), subject));
  }
  return evidence;
}

Evidence InterleavingCheck::repeat(Workbench& workbench, const Evidence& before,
                                   std::uint64_t /*seed*/) const {
  const SubjectSpec& subject = workbench.subject(flavour());
  Evidence evidence;
  evidence.conversations.push_back(
      converse(subject, scripts_of(told(before)), "replayed", Pace::stepwise));
  evidence.conversations.push_back(places_of(evidence.conversations.back(), subject));
  return evidence;
}

CheckResult InterleavingCheck::judge(const Evidence& evidence) const {
  CheckResult result = blank_result(info());
  if (evidence.conversations.empty() || evidence.conversations[0].exchanges.empty()) {
    result.verdict = Verdict::unknown;
    result.reason = "no operations were seen";
    return result;
  }
  const Conversation& planned = evidence.conversations[0];
  result.metrics["interleavings"] = static_cast<double>(planned.exchanges.size());
  if (starts_threads(planned)) {
    result.verdict = Verdict::fail;
    result.reason = "starts a thread of its own, which the contract doesn't allow";
    return result;
  }
  const auto failure = first_failure(*this, planned);
  if (!failure && points_in(planned) == 0) {
    result.verdict = Verdict::unknown;
    result.reason = "the scheduler saw no access to memory in the solution";
    return result;
  }
  if (!failure) {
    result.verdict = Verdict::pass;
    result.points = info().points;
    return result;
  }
  if (failure->violation.kind == undecided) {
    result.verdict = Verdict::unknown;
    result.reason = "whether the answers of a round can be explained took too long to find out";
    return result;
  }
  result.verdict = Verdict::fail;
  const Conversation& smallest = told(evidence);
  const auto shrunk = first_failure(*this, smallest);
  CodePlaces places;
  for (const auto& talk : evidence.conversations) {
    if (talk.name != code_name) continue;
    for (const auto& [offset, place] : talk.exchanges) places[offset] = place.value_or("");
  }
  tell_round(*this, shrunk ? *shrunk : *failure, places, result);
  if (&smallest != &planned && shrunk) result.shrunk_from = operations_in(failure->program);
  result.output = smallest.output;
  return result;
}

}  // namespace assay::grade
