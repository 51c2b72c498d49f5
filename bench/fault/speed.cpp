// fault_gate_speed: what a gate that passes costs beside haproxy (TCP mode, one thread) in the same
// place, in one run, in interleaved slices: the proxy's CPU time per round trip, and the time that
// it adds to one. Proxies have one core, client and server the other.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "measure/paired.hpp"
#include "measure/statistics.hpp"
#include "proxies.hpp"
#include "traffic.hpp"

namespace {

using namespace assay;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr milliseconds slice_time(50);
constexpr std::chrono::seconds time_of_a_figure(15);
constexpr double least_added_ns = 100;  // below that it is noise
constexpr int fewest_pairs = 40;

// One proxy, and the clients that talk through it.
struct Candidate {
  fault::ProxyProcess& proxy;
  fault::Traffic& traffic;
  fault::Traffic::Clients clients;
  fault::Traffic::Clients direct;
  std::vector<double> cpu_ns;
  std::vector<double> added_ns;

  double trips_per_cpu_second() {
    const nanoseconds before = proxy.cpu_time();
    const fault::Trips trips = traffic.run(clients, slice_time);
    const nanoseconds used = proxy.cpu_time() - before;
    cpu_ns.push_back(static_cast<double>(used.count()) / static_cast<double>(trips.count));
    return 1e9 / cpu_ns.back();
  }

  // Direct trips before and after, so that what slows the machine is taken off.
  double inverse_of_added_time() {
    const double before = traffic.run(direct, slice_time / 4).ns_each();
    const double through = traffic.run(clients, slice_time / 2).ns_each();
    const double after = traffic.run(direct, slice_time / 4).ns_each();
    added_ns.push_back(std::max(least_added_ns, through - (before + after) / 2));
    return 1e9 / added_ns.back();
  }
};

struct Peers {
  fault::ProxyProcess& gate;
  fault::ProxyProcess& haproxy;
  fault::ProxyProcess& haproxy_again;
};

measure::Figure figure_of(const measure::Slice& reference, const measure::Slice& subject,
                          const measure::Slice& control) {
  measure::Plan plan;
  plan.reference = reference;
  plan.subject = subject;
  plan.control = control;
  plan.now = [] { return std::chrono::steady_clock::now().time_since_epoch(); };
  plan.time = time_of_a_figure;
  plan.seed = 1;
  plan.fewest_pairs = fewest_pairs;
  return measure::judge(measure::measure(plan), {});
}

// Ratios of rates are turned round: what the gate costs of what haproxy costs.
void print(const char* what, int connections, const measure::Figure& figure, double gate_ns,
           double haproxy_ns) {
  std::printf(
      "%-24s %3d connections: gate %7.0f ns, haproxy %7.0f ns; ratio %.2f (%.2f to %.2f; %d "
      "pairs; haproxy against itself %.2f to %.2f)%s%s\n",
      what, connections, gate_ns, haproxy_ns, 1 / figure.ratio, 1 / figure.high, 1 / figure.low,
      figure.pairs, figure.control_low, figure.control_high, figure.why_noisy.empty() ? "" : "; ",
      figure.why_noisy.c_str());
  std::fflush(stdout);
}

void compare(const Peers& peers, fault::Traffic& traffic, int connections) {
  const auto direct = traffic.connect(traffic.server(), connections);
  const auto through = [&](fault::ProxyProcess& proxy) {
    return Candidate{proxy,  traffic, traffic.connect(proxy.endpoint(), connections),
                     direct, {},      {}};
  };
  Candidate gate = through(peers.gate);
  Candidate haproxy = through(peers.haproxy);
  Candidate again = through(peers.haproxy_again);
  const auto cpu = figure_of([&] { return haproxy.trips_per_cpu_second(); },
                             [&] { return gate.trips_per_cpu_second(); },
                             [&] { return again.trips_per_cpu_second(); });
  print("CPU per round trip", connections, cpu, measure::median(gate.cpu_ns),
        measure::median(haproxy.cpu_ns));
  const auto added = figure_of([&] { return haproxy.inverse_of_added_time(); },
                               [&] { return gate.inverse_of_added_time(); },
                               [&] { return again.inverse_of_added_time(); });
  print("added per round trip", connections, added, measure::median(gate.added_ns),
        measure::median(haproxy.added_ns));
}

int run() {
  if (!fault::haproxy_is_installed()) {
    std::puts(
        "haproxy is not installed, so there is nothing to compare with: "
        "apt-get install --no-install-recommends haproxy");
    return 0;
  }
  std::string folder = (std::filesystem::temp_directory_path() / "assay-speed-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) throw std::runtime_error("can't make a folder");
  fault::Traffic traffic;
  {
    auto gate = fault::ProxyProcess::gate(traffic.server());
    auto haproxy = fault::ProxyProcess::haproxy(traffic.server(), folder);
    auto again = fault::ProxyProcess::haproxy(traffic.server(), folder);
    std::printf("%s\nmessages of %zu bytes, echoed\n", fault::haproxy_version().c_str(),
                fault::kMessageBytes);
    for (const int connections : {1, 32}) {
      compare({gate, haproxy, again}, traffic, connections);
    }
  }
  std::filesystem::remove_all(folder);
  return 0;
}

}  // namespace

int main() {
  try {
    return run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "fault_gate_speed: %s\n", error.what());
    return 1;
  }
}
