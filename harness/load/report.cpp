#include "load/report.hpp"

#include <algorithm>
#include <iomanip>
#include <ostream>

#include "base/text.hpp"
#include "load/words.hpp"

namespace assay::load {
namespace {

constexpr std::size_t shown_seconds = 60;
constexpr std::size_t shown_url_bytes = 200;
constexpr double shortfall = 0.98;  // of the offered rate: less says that the server is behind

std::string counted(std::uint64_t number) {
  return base::thousands(static_cast<std::int64_t>(number));
}

// Right-aligned by characters, not bytes.
std::string padded(const std::string& text, std::size_t width) {
  const auto shown = static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0U) != 0x80;
  }));
  return std::string(width > shown ? width - shown : 0, ' ') + text;
}

void line(std::ostream& out, std::string_view name, const std::string& value) {
  out << "  " << std::left << std::setw(11) << name << padded(value, 10) << std::right;
}

std::string times(std::uint64_t number, std::string_view what) {
  return counted(number) + ' ' + std::string(what);
}

void print_errors(const Result& result, std::ostream& out) {
  line(out, "errors", counted(result.errors()));
  std::vector<std::string> kinds;
  for (std::size_t i = 0; i < kFailures.size(); ++i) {
    if (result.failed[i] > 0) kinds.push_back(times(result.failed[i], in_words(kFailures[i])));
  }
  for (std::size_t status = 0; status < result.not_accepted.size(); ++status) {
    const auto number = result.not_accepted[status];
    if (number > 0) kinds.push_back(times(number, "status " + std::to_string(status)));
  }
  if (!kinds.empty()) out << "   " << base::join(kinds, ", ");
  out << '\n';
  if (result.dropped > 0) {
    line(out, "dropped", counted(result.dropped));
    out << "   never sent: the backlog was full\n";
  }
  if (result.unfinished > 0) {
    line(out, "unfinished", counted(result.unfinished));
    out << "   waiting or under way when time was up\n";
  }
}

void print_latency(const Result& result, std::ostream& out) {
  out << "\n  latency of what was accepted, from when it was "
      << (result.closed_loop() ? "sent\n" : "due\n");
  if (result.latency.count() == 0) {
    out << "    nothing was\n";
    return;
  }
  const auto row = [&](const std::string& name, double ns) {
    out << "    " << std::left << std::setw(9) << name << padded(rounded_ns(ns), 10) << std::right
        << '\n';
  };
  for (const double percent : kPercents) {
    if (const auto ns = percentile_ns(result.latency, percent)) {
      row(percent_in_words(percent), static_cast<double>(*ns));
    }
  }
  row("max", static_cast<double>(result.latency.max_ns()));
  row("mean", result.latency.mean_ns());
}

void print_generator(const Result& result, std::ostream& out) {
  std::vector<std::string> parts;
  if (result.lateness.count() > 0) {
    const auto late = [&](double percent) {
      return rounded_ns(static_cast<double>(result.lateness.percentile_ns(percent)));
    };
    parts.push_back("late by " + late(50) + " (p50), " + late(99) + " (p99), at most " + late(100));
  }
  parts.push_back(rounded_ns(result.cpu_us_per_exchange() * 1e3) + " of CPU a request");
  parts.push_back(counted(result.connects) + (result.connects == 1 ? " connect" : " connects"));
  if (result.backlog_most > 0) parts.push_back("backlog up to " + counted(result.backlog_most));
  out << "\n  the generator: " << base::join(parts, "; ") << '\n';
}

void print_seconds(const Result& result, std::ostream& out) {
  out << "\n  second    offered   accepted     errors        p50        p99        max\n";
  const std::size_t shown = std::min(result.seconds.size(), shown_seconds);
  for (std::size_t i = 0; i < shown; ++i) {
    const Second& second = result.seconds[i];
    out << padded(second.after_the_end ? "after" : std::to_string(i + 1), 8);
    for (const auto number : {second.offered, second.accepted, second.errors}) {
      out << padded(counted(number), 11);
    }
    for (const auto ns : {second.p50_ns, second.p99_ns, second.max_ns}) {
      out << padded(second.accepted == 0 ? "-" : rounded_ns(static_cast<double>(ns)), 11);
    }
    out << '\n';
  }
  if (shown < result.seconds.size()) {
    out << "  and " << counted(result.seconds.size() - shown) << " more: see --json\n";
  }
}

void print_probes(const std::vector<Result>& steps, const FoundRate& found, std::ostream& out) {
  const double percent = found.target.percent;
  out << "  tried       accepted     errors        p50" << padded(percent_in_words(percent), 11)
      << "        max\n";
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const Result& step = steps[i];
    out << padded(rate_in_words(found.probes[i].rate_per_s), 9) << "/s"
        << padded(rate_in_words(step.achieved_per_s()), 9) << "/s"
        << padded(counted(step.errors()), 11);
    for (const double each : {50.0, percent, 100.0}) {
      const auto ns = static_cast<double>(step.latency.percentile_ns(each));
      out << padded(step.latency.count() == 0 ? "-" : rounded_ns(ns), 11);
    }
    out << (found.probes[i].met ? "   met" : "   missed") << '\n';
  }
}

std::string kind_of_load(const Result& result) {
  if (result.closed_loop()) return "closed loop";
  return "open loop, " + rate_in_words(result.planned_rate_per_s) + " a second" +
         (result.poisson ? ", at random" : "");
}

}  // namespace

bool kept_up(const Result& result) {
  return result.closed_loop() || result.achieved_per_s() >= shortfall * result.offered_per_s();
}

std::vector<std::string> doubts(const Result& result) {
  std::vector<std::string> found;
  if (result.generator_was_late()) {
    found.push_back(
        "the generator itself was late: these latencies are partly its own. Give it a core to "
        "itself, or a lower rate");
  }
  if (!kept_up(result) && result.offered > kFewestBeyond) {
    found.push_back(
        "the server did not keep up with the offered rate: what waits grows as long as this goes "
        "on, and so does the latency");
  }
  if (result.failures() + result.dropped + result.unfinished > 0) {
    found.push_back("requests without an answer have no latency, and are not in the percentiles");
  }
  if (result.stopped) found.emplace_back("stopped early: this is what was measured by then");
  return found;
}

void print(const Result& result, std::ostream& out) {
  out << kind_of_load(result) << "; " << result.connections
      << (result.connections == 1 ? " connection; " : " connections; ")
      << rounded_ns(static_cast<double>(result.duration_ns)) << " measured\n\n";
  line(out, "offered", counted(result.offered));
  out << padded(rate_in_words(result.offered_per_s()), 12) << "/s\n";
  line(out, "accepted", counted(result.accepted));
  out << padded(rate_in_words(result.achieved_per_s()), 12) << "/s\n";
  print_errors(result, out);
  print_latency(result, out);
  print_generator(result, out);
  print_seconds(result, out);
  const auto reasons = doubts(result);
  if (!reasons.empty()) out << '\n';
  for (const std::string& reason : reasons) out << "  ! " << reason << ".\n";
}

void print(const FoundRate& found, std::ostream& out) {
  const std::string target = percent_in_words(found.target.percent) + " of at most " +
                             rounded_ns(static_cast<double>(found.target.ns));
  if (!found.highest_met) {
    out << "no rate was found that has a " << target << '\n';
    return;
  }
  out << "the highest rate with a " << target << ": " << rate_in_words(*found.highest_met)
      << " a second";
  if (found.lowest_missed) {
    out << " (" << rate_in_words(*found.lowest_missed) << " missed it)\n";
  } else {
    out << ", and no rate that was tried missed it\n";
  }
}

void print(const Report& report, std::ostream& out) {
  const std::string url = base::printable_line(report.url, shown_url_bytes);
  for (const Result& step : report.steps) {
    if (report.found) continue;
    out << url << ": ";
    print(step, out);
    if (&step != &report.steps.back()) out << '\n';
  }
  if (!report.found) return;
  print_probes(report.steps, *report.found, out);
  out << '\n' << url << ": ";
  print(*report.found, out);
}

}  // namespace assay::load
