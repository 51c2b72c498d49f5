#include "load/command.hpp"

#include <poll.h>
#include <sys/resource.h>

#include <cstring>
#include <ostream>
#include <stdexcept>

#include "load/load.hpp"
#include "load/words.hpp"

namespace assay::load {
namespace {

constexpr double usual_rate_per_s = 1000;
constexpr std::chrono::seconds usual_time{10};
constexpr std::chrono::seconds usual_probe_time{3};
constexpr std::size_t connections_limit = 60'000;

void check_options(const LoadOptions& options) {
  const auto refuse = [](const std::string& why) { throw std::invalid_argument(why); };
  if (options.closed && !options.rates_per_s.empty()) {
    refuse("--closed has no --rate: its connections send as fast as the server answers");
  }
  if (options.closed && options.poisson) refuse("--closed has no arrivals: leave out --poisson");
  if (options.closed && options.find_rate) refuse("--find-rate needs an open loop, not --closed");
  if (options.find_rate && options.rates_per_s.size() > 1) {
    refuse("--find-rate takes one --rate, the first one to try");
  }
  if (options.connections < 1 || options.connections > connections_limit) {
    refuse("--connections takes 1 to " + std::to_string(connections_limit));
  }
  if (options.duration && options.duration->count() == 0) refuse("--duration is more than 0");
  if (options.timeout.count() == 0) refuse("--timeout is more than 0");
}

// A connection takes a descriptor, and the usual soft limit is 1,024.
void make_room_for(std::size_t connections) {
  constexpr rlim_t others = 64;
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const rlim_t needed = connections + others;
  if (limit.rlim_cur >= needed) return;
  if (limit.rlim_max < needed) {
    throw std::invalid_argument("--connections takes " + std::to_string(limit.rlim_max - others) +
                                " at most here: `ulimit -n` says how many files may be open");
  }
  limit.rlim_cur = needed;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

// One connection, before all else: a server that isn't there is a mistake, not a measurement.
void knock(const net::Endpoint& endpoint, std::chrono::nanoseconds timeout) {
  const net::Descriptor socket = net::begin_connecting(endpoint);
  const auto timeout_ms = std::chrono::duration_cast<std::chrono::milliseconds>(timeout);
  pollfd waiting{socket.get(), POLLOUT, 0};
  const int ready = ::poll(&waiting, 1, static_cast<int>(timeout_ms.count()) + 1);
  const int error = ready > 0 ? net::pending_error(socket.get()) : ETIMEDOUT;
  if (error != 0) {
    throw net::NetError("connect to " + endpoint.text() + ": " + std::strerror(error) +
                        ": is the server running?");
  }
}

class Session {
 public:
  Session(const LoadOptions& options, const std::atomic<bool>& stop, std::ostream& err)
      : options_(options), url_(parse_url(options.url)), source_(url_, options.request), err_(err) {
    check_options(options);
    make_room_for(options.connections);
    knock(url_.endpoint, options.timeout);
    plan_.poisson = options.poisson;
    plan_.warm_up = options.warm_up;
    plan_.seed = options.seed;
    plan_.stop = &stop;
    Settings settings;
    settings.connections = options.connections;
    settings.timeout = options.timeout;
    load_.emplace(url_.endpoint, source_, settings);
    report_.url = options.url;
    report_.warm_up = options.warm_up;
    report_.seed = options.seed;
  }

  Report run() {
    if (options_.find_rate) {
      find(*options_.find_rate);
    } else if (options_.closed) {
      step(0, options_.duration.value_or(usual_time));
    } else {
      for (const double rate : rates()) {
        if (!stopped()) step(rate, options_.duration.value_or(usual_time));
      }
    }
    return std::move(report_);
  }

 private:
  bool stopped() const { return plan_.stop->load(); }

  std::vector<double> rates() const {
    return options_.rates_per_s.empty() ? std::vector{usual_rate_per_s} : options_.rates_per_s;
  }

  const Result& step(double rate_per_s, std::chrono::nanoseconds duration) {
    plan_.rate_per_s = rate_per_s;
    plan_.duration = duration;
    const auto whole = static_cast<double>((plan_.warm_up + duration).count());
    err_ << "assay: "
         << (rate_per_s > 0 ? rate_in_words(rate_per_s) + " requests a second"
                            : std::string("as many requests as it takes"))
         << " for " << rounded_ns(whole) << '\n';
    report_.steps.push_back(load_->run(plan_));
    return report_.steps.back();
  }

  void find(const LatencyTarget& target) {
    FoundRate found;
    found.target = target;
    RateSearch search(rates().front());
    const auto asked = options_.duration.value_or(usual_probe_time);
    while (const auto rate = search.next()) {
      const Result& result = step(*rate, probe_time(target, *rate, asked));
      const bool met = meets(result, target);
      found.probes.push_back({*rate, met});
      if (stopped()) break;
      search.told(met);
    }
    found.highest_met = search.highest_met();
    found.lowest_missed = search.lowest_missed();
    report_.found = std::move(found);
  }

  const LoadOptions& options_;
  Url url_;
  FixedRequest source_;
  std::ostream& err_;
  Plan plan_;
  std::optional<Load> load_;
  Report report_;
};

}  // namespace

int load_command(const LoadOptions& options, const std::atomic<bool>& stop, std::ostream& out,
                 std::ostream& err, const std::function<void(const Report&)>& show) {
  try {
    Session session(options, stop, err);
    const Report report = session.run();
    if (show) show(report);
    if (options.json) {
      out << json_of(report) << '\n';
    } else {
      print(report, out);
    }
    out.flush();
    return stop.load() ? LoadExit::interrupted : LoadExit::loaded;
  } catch (const std::invalid_argument& error) {
    err << "assay: " << error.what() << '\n';
  } catch (const net::NetError& error) {
    err << "assay: " << error.what() << '\n';
  }
  return LoadExit::unusable;
}

}  // namespace assay::load
