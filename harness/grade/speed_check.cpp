#include "grade/speed_check.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <stdexcept>
#include <thread>

#include <fmt/format.h>

#include "base/text.hpp"
#include "grade/broken_answer.hpp"
#include "grade/session.hpp"
#include "measure/statistics.hpp"
#include "proc/machine_load.hpp"

namespace assay::grade {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds time_limit{10};
constexpr std::chrono::seconds thorough_time_limit{60};
constexpr int thorough_pairs = 60;
constexpr std::chrono::seconds timed_cpu_limit{120};
constexpr double slice_seconds = 0.04;
constexpr std::int64_t first_count = 2'000;
constexpr std::int64_t count_max = 50'000'000;

constexpr std::string_view talk_name = "measured";
constexpr const char* samples_fact = "samples";
constexpr const char* count_fact = "units in a slice";
constexpr const char* cores_fact = "cores";
constexpr const char* load_fact = "load_average";
constexpr const char* stolen_fact = "stolen_share";
constexpr const char* agreement_fact = "answers that agree";

SubjectSpec patient(SubjectSpec subject) {
  subject.limits.cpu = timed_cpu_limit;
  return subject;
}

// One subject at work. Its n-th slice is the same work as everybody's n-th.
class Worker {
 public:
  enum class Whose { ours, the_solution };

  Worker(const SpeedCheck& check, const SubjectSpec& subject, Whose whose, std::uint64_t seed)
      : check_(check), subject_(patient(subject)), session_(subject_), whose_(whose), seed_(seed) {}

  std::string set_up() { return ask(check_.setup()); }

  // Seconds of a slice.
  double time_slice(std::int64_t count) {
    for (const auto& line : check_.reset()) ask(line);
    const std::string line = check_.slice(seed_ + answers_.size(), count);
    const auto began = steady_clock::now();
    answers_.push_back(ask(line));
    return std::chrono::duration<double>(steady_clock::now() - began).count();
  }

  const std::vector<std::string>& answers() const { return answers_; }
  void end() { session_.end(); }

 private:
  // Trouble with the reference is no fault of the solution's.
  std::string ask(const std::string& line) try {
    return session_.ask(line);
  } catch (const SubjectTrouble& trouble) {
    if (whose_ == Whose::the_solution) throw;
    throw std::runtime_error(std::string("the reference ") + trouble.what());
  }

  const SpeedCheck& check_;
  const SubjectSpec subject_;
  Session session_;
  const Whose whose_;
  const std::uint64_t seed_;
  std::vector<std::string> answers_;
};

// As many units as the slower of the two does in the time that a slice should take.
std::int64_t units_in_a_slice(Worker& reference, Worker& subject, Worker& control) {
  std::int64_t count = first_count;
  for (;;) {
    const double seconds = std::max(reference.time_slice(count), subject.time_slice(count));
    control.time_slice(count);
    if (seconds >= slice_seconds / 2 || count >= count_max) {
      return std::clamp(static_cast<std::int64_t>(static_cast<double>(count) * slice_seconds /
                                                  std::max(seconds, 1e-6)),
                        first_count, count_max);
    }
    count = std::min(count * 4, count_max);
  }
}

// The first slice in which the answers differ, told; or how many agree.
Exchange agreement(const Worker& reference, const Worker& subject) {
  const auto most = std::min(reference.answers().size(), subject.answers().size());
  for (std::size_t i = 0; i < most; ++i) {
    if (reference.answers()[i] == subject.answers()[i]) continue;
    return {fmt::format("slice {}: \"{}\" is right", i, reference.answers()[i]),
            subject.answers()[i]};
  }
  return {agreement_fact, std::to_string(most)};
}

void measure_pairs(const SpeedCheck& check, Worker& subject, Worker& reference, Worker& control,
                   measure::Plan plan, Conversation& talk) {
  const auto made = subject.set_up();
  talk.exchanges.push_back({check.setup(), made});
  if (made != "ok") return;
  reference.set_up();
  control.set_up();
  const std::int64_t count = units_in_a_slice(reference, subject, control);
  const auto rate_of = [count](Worker& worker) {
    return [count, &worker] { return static_cast<double>(count) / worker.time_slice(count); };
  };
  plan.reference = rate_of(reference);
  plan.subject = rate_of(subject);
  plan.control = rate_of(control);
  plan.now = [] { return steady_clock::now().time_since_epoch(); };
  const auto before = proc::machine_times();
  const auto samples = measure::measure(plan);
  const double stolen = proc::stolen_share(before, proc::machine_times());
  subject.end();
  talk.exchanges.push_back({load_fact, fmt::format("{:.2f}", proc::load_average())});
  talk.exchanges.push_back({stolen_fact, fmt::format("{:.3f}", stolen)});
  talk.exchanges.push_back({count_fact, std::to_string(count)});
  talk.exchanges.push_back(agreement(reference, subject));
  talk.exchanges.push_back({samples_fact, measure::to_text(samples)});
}

// What was timed, pair after pair.
Chart chart_of(const measure::Samples& samples, const std::string& unit) {
  Chart chart;
  chart.title = "Slices of work, by turns";
  chart.x = {"pair", "", Chart::Scale::linear};
  chart.y = {unit, "1/s", Chart::Scale::linear};
  Chart::Curve yours{"yours", {}, {}};
  Chart::Curve reference{"reference", {}, {}};
  for (const auto& pair : samples.pairs) {
    const double place = static_cast<double>(yours.x.size() + 1);
    yours.x.push_back(place);
    yours.y.push_back(std::sqrt(pair.subject_first * pair.subject_second));
    reference.x.push_back(place);
    reference.y.push_back(std::sqrt(pair.reference_before * pair.reference_after));
  }
  chart.curves = {yours, reference};
  return chart;
}

double middle_of(const Chart::Curve& curve) { return measure::median(curve.y); }

}  // namespace

SpeedCheck::SpeedCheck(CheckInfo info, std::string unit, std::vector<measure::Boundary> boundaries)
    : Check(std::move(info)), unit_(std::move(unit)), boundaries_(std::move(boundaries)) {}

Evidence SpeedCheck::collect(Workbench& workbench, std::uint64_t seed) const {
  Conversation talk{std::string(talk_name), {}, "", ""};
  const unsigned here = std::thread::hardware_concurrency();
  talk.exchanges.push_back({cores_fact, std::to_string(here)});
  if (here < cores()) return {{talk}};
  Workbench reference = workbench.reference();
  const SubjectSpec& model = reference.subject();
  measure::Plan plan;
  plan.time = workbench.is_thorough() ? thorough_time_limit : time_limit;
  plan.boundaries = boundaries_;
  plan.seed = seed;
  if (workbench.is_thorough()) plan.fewest_pairs = thorough_pairs;
  Worker first(*this, model, Worker::Whose::ours, seed);
  Worker second(*this, model, Worker::Whose::ours, seed);
  try {
    Worker subject(*this, workbench.subject(), Worker::Whose::the_solution, seed);
    measure_pairs(*this, subject, first, second, plan, talk);
  } catch (const SubjectTrouble& trouble) {
    talk.trouble = trouble.what();
  }
  return {{talk}};
}

Evidence SpeedCheck::repeat(Workbench& workbench, const Evidence& /*before*/,
                            std::uint64_t seed) const {
  return collect(workbench, seed);
}

CheckResult SpeedCheck::judge(const Evidence& evidence) const {
  CheckResult result = blank_result(info());
  if (evidence.conversations.empty()) {
    result.verdict = Verdict::unknown;
    result.reason = "nothing was measured";
    return result;
  }
  const Conversation& talk = evidence.conversations[0];
  const auto here = base::to_integer(fact_in(talk, cores_fact));
  if (here && *here < cores()) {
    result.verdict = Verdict::unavailable;
    result.reason = fmt::format("needs {} cores, and there is {}", cores(), *here);
    return result;
  }
  result.verdict = Verdict::fail;
  for (const auto& [asked, answered] : talk.exchanges) {
    if (const auto broken = broken_answer(answered.value_or(""))) {
      result.reason = broken->reason;
      result.where = broken->where;
      return result;
    }
    if (asked.starts_with("slice ")) {
      result.reason = fmt::format("wrong answers under load: {}, and \"{}\" came", asked,
                                  answered.value_or(""));
      return result;
    }
  }
  const auto samples = measure::samples_from_text(fact_in(talk, samples_fact));
  if (!talk.trouble.empty() || !samples) {
    result.reason = talk.trouble.empty() ? "could not be set up" : talk.trouble;
    return result;
  }
  const auto figure = measure::judge(*samples, boundaries_);
  result.charts = {chart_of(*samples, unit_)};
  result.metrics = {{"ratio_to_reference", figure.ratio}, {"ratio_low", figure.low},
                    {"ratio_high", figure.high},          {"pairs", figure.pairs},
                    {"control_low", figure.control_low},  {"control_high", figure.control_high}};
  result.metrics["per_second"] = middle_of(result.charts[0].curves[0]);
  result.metrics["per_second_of_reference"] = middle_of(result.charts[0].curves[1]);
  for (const char* name : {load_fact, stolen_fact}) {
    result.metrics[name] = std::strtod(fact_in(talk, name).c_str(), nullptr);
  }
  result.reason = fmt::format("{} a second: {}", unit_, measure::in_words(figure));
  if (!figure.decided) {
    result.verdict = Verdict::noisy;
    result.reason +=
        fmt::format("; {}; the machine's load was {}, and {} of its time was stolen",
                    figure.why_noisy, fact_in(talk, load_fact), fact_in(talk, stolen_fact));
    return result;
  }
  result.points = figure.share * info().points;
  if (figure.share < 1) {
    result.situation =
        fmt::format("full points from {} of the reference's speed", boundaries_.front().ratio);
    return result;
  }
  result.verdict = Verdict::pass;
  result.reason.clear();
  return result;
}

}  // namespace assay::grade
