// load_speed [record] [beside] [stall]: what the load generator costs, and whether it tells the
// truth.
//   record  ns that a histogram takes to record a value, and a clock to be read
//   beside  in turns with wrk (A B B A), against the same nginx on the other core: requests a
//           second, and CPU of the generator for each, as ratios with their intervals
//   stall   nginx stopped for 1 s of 10: p90 and p99 beside what follows from the schedule
//           and from nginx's own log
// Exit code 1 where a goal is missed. It says so where nginx or wrk is missing, or a second core.
#include <sched.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "base/histogram.hpp"
#include "base/random.hpp"
#include "load/fixed_request.hpp"
#include "load/load.hpp"
#include "measure/statistics.hpp"
#include "nginx.hpp"

namespace {

using namespace assay;
using namespace assay::load;
using bench::Nginx;

constexpr int server_core = 0;
constexpr int generator_core = 1;
constexpr int pairs = 12;
constexpr std::chrono::seconds slice{1};  // wrk's shortest
constexpr double confidence = 0.95;
constexpr double least_rate_ratio = 0.95;
constexpr double stall_error = 0.05;

// What one slice of a generator gives.
struct Figures {
  double requests_per_s = 0;
  double cpu_us = 0;  // of the generator, for each request
};

Figures run_ours(Load& load) {
  Plan plan;
  plan.warm_up = std::chrono::seconds(0);
  plan.duration = slice;
  const Result result = load.run(plan);
  if (result.errors() > 0) throw std::runtime_error("nginx gave errors");
  return {result.achieved_per_s(), result.cpu_us_per_exchange()};
}

double number_before(const std::string& text, const std::string& words) {
  const auto end = text.find(words);
  if (end == std::string::npos) throw std::runtime_error("wrk didn't say how many" + words);
  const auto begin = text.rfind('\n', end) + 1;
  return std::stod(text.substr(begin, end - begin));
}

Figures run_wrk(const std::string& program, const std::string& url, std::size_t connections) {
  const auto ran = bench::run({program, "-t1", "-c" + std::to_string(connections),
                               "-d" + std::to_string(slice.count()) + "s", url},
                              generator_core);
  const double requests = number_before(ran.output, " requests in");
  const auto rate = ran.output.find("Requests/sec:");
  if (rate == std::string::npos) throw std::runtime_error("wrk gave no rate");
  return {std::stod(ran.output.substr(rate + 13)), ran.cpu_s * 1e6 / requests};
}

// The median of the pairs' ratios, and where it lies with the confidence.
struct Ratio {
  double median = 0;
  measure::Interval interval;
};

Ratio ratio_of(const std::vector<double>& ratios) {
  return {measure::median(ratios), measure::interval_of_median(ratios, confidence, 1)};
}

bool compare(const Nginx& nginx, const std::string& wrk, std::size_t connections) {
  const Url url = parse_url(nginx.url());
  FixedRequest source(url, {});
  Settings settings;
  settings.connections = connections;
  Load load(url.endpoint, source, settings);
  run_ours(load);
  run_wrk(wrk, nginx.url(), connections);
  std::vector<double> rates, cpus, our_rates, wrk_rates, our_cpu, wrk_cpu;
  for (int pair = 0; pair < pairs; ++pair) {
    const Figures wrk_first = run_wrk(wrk, nginx.url(), connections);
    const Figures first = run_ours(load);
    const Figures second = run_ours(load);
    const Figures wrk_second = run_wrk(wrk, nginx.url(), connections);
    rates.push_back(std::sqrt(first.requests_per_s / wrk_first.requests_per_s *
                              second.requests_per_s / wrk_second.requests_per_s));
    cpus.push_back(std::sqrt(first.cpu_us / wrk_first.cpu_us * second.cpu_us / wrk_second.cpu_us));
    for (const Figures& ours : {first, second}) {
      our_rates.push_back(ours.requests_per_s);
      our_cpu.push_back(ours.cpu_us);
    }
    for (const Figures& theirs : {wrk_first, wrk_second}) {
      wrk_rates.push_back(theirs.requests_per_s);
      wrk_cpu.push_back(theirs.cpu_us);
    }
  }
  const Ratio rate = ratio_of(rates);
  const Ratio cpu = ratio_of(cpus);
  const bool good = cpu.interval.high < 1 && rate.median >= least_rate_ratio;
  std::printf("%zu connections, %d pairs A B B A of %d s, medians:\n", connections, pairs,
              static_cast<int>(slice.count()));
  std::printf("  CPU per request   %6.2f us, wrk %6.2f us: x %.3f (%.3f to %.3f)\n",
              measure::median(our_cpu), measure::median(wrk_cpu), cpu.median, cpu.interval.low,
              cpu.interval.high);
  std::printf("  requests per s   %7.0f,    wrk %7.0f:    x %.3f (%.3f to %.3f)\n  %s\n",
              measure::median(our_rates), measure::median(wrk_rates), rate.median,
              rate.interval.low, rate.interval.high, good ? "good" : "MISSED");
  std::fflush(stdout);
  return good;
}

// Keeps when the first request that counts was due.
class Timed : public FixedRequest {
 public:
  using FixedRequest::FixedRequest;
  void next(const Request& request, std::string& bytes) override {
    if (request.measured && first_due_ns == 0) first_due_ns = request.intended_ns;
    FixedRequest::next(request, bytes);
  }
  std::int64_t first_due_ns = 0;
};

double wall_clock_s() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration<double>(now).count();
}

// What users saw, without a word of the generator's about what came back: the nth of them came when
// the schedule says, and was served when nginx wrote its nth line, as all wait in one line.
std::vector<double> computed_waits_ms(std::vector<double> answered_s, double first_due_s,
                                      double rate_per_s, std::uint64_t offered) {
  if (answered_s.size() < offered) throw std::runtime_error("nginx answered too few");
  answered_s.erase(answered_s.begin(), answered_s.end() - static_cast<std::ptrdiff_t>(offered));
  std::vector<double> waits;
  for (std::size_t i = 0; i < answered_s.size(); ++i) {
    const double due_s = first_due_s + static_cast<double>(i) / rate_per_s;
    waits.push_back((answered_s[i] - due_s) * 1e3);
  }
  std::sort(waits.begin(), waits.end());
  return waits;
}

// Stops it for a second in the middle.
Result load_with_a_stop(const Nginx& nginx, RequestSource& source, const Plan& plan) {
  std::thread stopper([&] {
    std::this_thread::sleep_for(plan.warm_up + std::chrono::seconds(4));
    ::kill(nginx.process(), SIGSTOP);
    std::this_thread::sleep_for(std::chrono::seconds(1));
    ::kill(nginx.process(), SIGCONT);
  });
  Load load(nginx.endpoint(), source, {});
  Result result = load.run(plan);
  stopper.join();
  return result;
}

bool stall(const Nginx& nginx, double rate_per_s) {
  Timed source(parse_url(nginx.logged_url()), {});
  Plan plan;
  plan.rate_per_s = rate_per_s;
  const Result result = load_with_a_stop(nginx, source, plan);
  const double wall_ahead_s = wall_clock_s() - static_cast<double>(monotonic_ns()) / 1e9;
  const double first_due_s = static_cast<double>(source.first_due_ns) / 1e9 + wall_ahead_s;
  const auto waits =
      computed_waits_ms(nginx.answer_times_s(), first_due_s, rate_per_s, result.offered);
  bool good = result.errors() == 0 && result.accepted == result.offered;
  std::printf("nginx stopped for 1 s of 10, %.0f requests a second, 32 connections:\n", rate_per_s);
  for (const double percent : {90.0, 99.0}) {
    const double rank = std::ceil(percent / 100 * static_cast<double>(waits.size()));
    const double truth = waits[static_cast<std::size_t>(rank) - 1];
    const double given = static_cast<double>(result.latency.percentile_ns(percent)) / 1e6;
    const double error = given / truth - 1;
    good = good && std::abs(error) <= stall_error;
    std::printf("  p%.0f %7.1f ms, computed %7.1f ms: %+.2f %%\n", percent, given, truth,
                error * 100);
  }
  std::printf("  the generator was late by %.0f us (p99); %s\n",
              static_cast<double>(result.lateness.percentile_ns(99)) / 1e3,
              good ? "good" : "MISSED");
  return good;
}

template <class Action>
double ns_each(int count, Action action) {
  const std::int64_t begin_ns = monotonic_ns();
  for (int i = 0; i < count; ++i) action(i);
  return static_cast<double>(monotonic_ns() - begin_ns) / count;
}

void record() {
  constexpr int count = 1'000'000;
  constexpr int repetitions = 15;
  base::Random random(1);
  std::vector<std::int64_t> values;
  for (int i = 0; i < count; ++i) {
    values.push_back(random.between(0, std::int64_t{1} << random.between(12, 24)));
  }
  base::Histogram histogram;
  std::int64_t sum_ns = 0;
  std::vector<double> recordings;
  std::vector<double> readings;
  for (int i = 0; i < repetitions; ++i) {
    recordings.push_back(
        ns_each(count, [&](int n) { histogram.record(values[static_cast<std::size_t>(n)]); }));
    readings.push_back(ns_each(count, [&](int) { sum_ns += monotonic_ns(); }));
  }
  std::printf("a record takes %.1f ns, reading the clock %.1f ns (medians; %s)\n",
              measure::median(recordings), measure::median(readings),
              histogram.count() > 0 && sum_ns != 0 ? "good" : "MISSED");
}

void stay_on(int core) {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  CPU_SET(static_cast<std::size_t>(core), &cores);
  if (::sched_setaffinity(0, sizeof cores, &cores) != 0) {
    throw std::runtime_error("can't use core " + std::to_string(core) + ": two cores are needed");
  }
}

bool run_parts(const std::vector<std::string>& parts) {
  if (std::find(parts.begin(), parts.end(), "record") != parts.end()) record();
  const auto nginx_program = bench::find_program("nginx");
  const auto wrk = bench::find_program("wrk");
  if (!nginx_program) {
    std::printf("nginx is missing: nothing can be measured. apt-get install nginx-light wrk\n");
    return true;
  }
  const Nginx nginx(*nginx_program, server_core);
  stay_on(generator_core);
  bool good = true;
  for (const std::string& part : parts) {
    if (part == "beside" && !wrk) std::printf("wrk is missing: nothing to compare with\n");
    if (part == "beside" && wrk) {
      for (const std::size_t connections : {32U, 128U}) {
        good = compare(nginx, *wrk, connections) && good;
      }
    }
    if (part == "stall") good = stall(nginx, 4000) && good;
  }
  return good;
}

}  // namespace

int main(int count, char** words) {
  std::vector<std::string> parts(words + 1, words + count);
  if (parts.empty()) parts = {"record", "beside", "stall"};
  try {
    return run_parts(parts) ? 0 : 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "load_speed: %s\n", error.what());
    return 1;
  }
}
