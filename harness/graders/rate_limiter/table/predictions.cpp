// Level 3: what memory and threads make of the reference.
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "grade/session.hpp"
#include "graders/rate_limiter/predictions.hpp"
#include "graders/rate_limiter/table/bytes_check.hpp"
#include "graders/rate_limiter/table/script.hpp"
#include "measure/paired.hpp"

namespace assay::graders::rate_limiter {
namespace {

using grade::Measured;
using grade::PredictionQuestion;
using std::chrono::steady_clock;

constexpr double bytes_in_a_megabyte = 1e6;
constexpr std::size_t key_characters = 16;
constexpr double plain_state_bytes = 16;  // a bucket as credit and its time

Measured weigh_reference(grade::Workbench& reference, std::uint64_t seed, std::int64_t keys) {
  const auto check = make_bytes_check({"", "bytes_per_key", 3, "", "performance", 0});
  const auto weighed = check->judge(check->collect(reference, seed));
  const auto found = weighed.metrics.find("bytes_per_key");
  if (found == weighed.metrics.end()) return {std::nullopt, weighed.reason};
  const double megabytes = found->second * static_cast<double>(keys) / bytes_in_a_megabyte;
  const double least = static_cast<double>(key_characters) + plain_state_bytes;
  return {megabytes,
          fmt::format("A key took {:.1f} bytes (weighed as check 3.8 does), and {} of them {:.0f} "
                      "MB. The characters of a key and two numbers of 8 bytes would be {:.0f} "
                      "already, before anything finds them. The reference keeps one word for the "
                      "bucket, 16 bytes of a hash for a key of any length, and links of 4 bytes "
                      "instead of nodes. 'assay compare' shows what a map of strings takes.",
                      found->second, base::thousands(keys), megabytes, least)};
}

PredictionQuestion ask_memory(base::Random& random) {
  const std::int64_t keys = random.between(2, 18) * 250'000;
  const auto measure = [keys, seed = random.next()](grade::Workbench& reference) {
    return weigh_reference(reference, seed, keys);
  };
  return {
      fmt::format("The reference of level 3 is made for {} keys of {} characters, and knows all "
                  "of them. How much memory do they take, in MB (a million bytes)?",
                  base::thousands(keys), key_characters),
      "MB",
      1e6,
      {},
      measure};
}

// Choices, in the order of the boundaries below: of the rate of one thread, at least 1.6 times; at
// least 1.25; less.
const std::vector<std::string> hot_key_choices{"nearly twice as many", "about half as many again",
                                               "no more, or even fewer"};
const std::vector<measure::Boundary> hot_key_boundaries{{1.6, 2}, {1.25, 1}};
const std::vector<measure::Boundary> two_cores_boundaries{{1.5, 1}};
constexpr std::chrono::seconds hot_key_time{4};
constexpr std::chrono::seconds hot_key_cpu{60};
constexpr std::int64_t hot_key_calls = 400'000;
constexpr std::int64_t enough_tokens = 1'000'000'000'000;

// One key, which all threads ask.
class HotKey {
 public:
  HotKey(grade::Workbench& reference, std::int64_t tokens)
      : subject_(patient(reference)), session_(subject_) {
    session_.ask(setup_line(TablePolicy{tokens, 1, 16, true}));
  }

  // How two threads compare with one.
  measure::Figure two_threads(std::uint64_t seed, const std::vector<measure::Boundary>& of) {
    measure::Plan plan;
    plan.reference = plan.control = [this] { return rate(1); };
    plan.subject = [this] { return rate(2); };
    plan.now = [] { return steady_clock::now().time_since_epoch(); };
    plan.time = hot_key_time;
    plan.boundaries = of;
    plan.seed = seed;
    return measure::judge(measure::measure(plan), of);
  }

 private:
  static grade::SubjectSpec patient(grade::Workbench& reference) {
    auto subject = reference.subject();
    subject.limits.cpu = hot_key_cpu;
    return subject;
  }

  // Decisions a second, of all threads together.
  double rate(std::int64_t threads) {
    const auto began = steady_clock::now();
    session_.ask(fmt::format("load 1 {} {} 0", threads, hot_key_calls / threads));
    const std::chrono::duration<double> took = steady_clock::now() - began;
    return static_cast<double>(hot_key_calls) / took.count();
  }

  grade::SubjectSpec subject_;
  grade::Session session_;
};

// Denials only read, so two threads make twice as many of them, if they get two cores at all.
Measured ask_one_key(grade::Workbench& reference, std::uint64_t seed) {
  if (std::thread::hardware_concurrency() < 2) return {std::nullopt, "it needs two cores"};
  const auto denied = HotKey(reference, 1).two_threads(seed, two_cores_boundaries);
  const auto figure = HotKey(reference, enough_tokens).two_threads(seed, hot_key_boundaries);
  if (!figure.decided || !denied.decided || denied.share == 0) {
    return {std::nullopt,
            fmt::format("the machine is too busy to tell. Denials, which don't get in each other's "
                        "way, came {:.2f} times as fast from two threads as from one, so these did "
                        "not have two cores for themselves; ask again when less is going on",
                        denied.ratio)};
  }
  const double place = static_cast<double>(hot_key_choices.size()) - 1 - figure.share;
  return {place,
          fmt::format("Two threads made {:.2f} times the decisions of one ({:.2f} to {:.2f}, {} "
                      "pairs). No lock is in the way, but each admission has to write the same "
                      "word, and a word is in one core's cache at a time: it goes to and fro, and "
                      "an exchange that comes too late is made again. Calls that are denied only "
                      "read, and of those the two threads made {:.2f} times as many. A hot key is "
                      "split: each core gets a part of its tokens.",
                      figure.ratio, figure.low, figure.high, figure.pairs, denied.ratio)};
}

PredictionQuestion ask_hot_key(base::Random& random) {
  const auto measure = [seed = random.next()](grade::Workbench& reference) {
    return ask_one_key(reference, seed);
  };
  return {
      "The reference of level 3 takes no lock for a key that it remembers. One thread asks it "
      "for the same key again and again, and is always admitted. Then two threads on two cores "
      "do so for the same key. How many decisions a second do the two make together, beside "
      "the one?",
      "", 0, hot_key_choices, measure};
}

}  // namespace

void add_shared_predictions(Predictions& predictions) {
  predictions.push_back({"memory", 3, ask_memory});
  predictions.push_back({"hot_key", 3, ask_hot_key});
}

}  // namespace assay::graders::rate_limiter
