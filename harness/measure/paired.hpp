// Speed as a ratio to the reference, timed in one run, in slices interleaved so that what disturbs
// the machine disturbs both. measure() collects slices and needs a clock; judge() is a pure
// function of them. Thread-safe, but for the callables handed in, which are called one at a time.
//
// The ratio is the median over pairs (A B B A) of the geometric mean of a pair's two ratios:
// a burst of other work spoils a pair or two, not the median. Its interval is a bootstrap's
// (statistics.hpp). The same is measured of the reference against itself, in between: if that does
// not come out as 1, or only vaguely, this machine can't tell now.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "measure/samples.hpp"

namespace assay::measure {

// Wider than the usual 95 %, as the interval is looked at repeatedly while pairs are added.
inline constexpr double kConfidence = 0.98;
inline constexpr int kFewestPairs = 8;
inline constexpr int kPairsPerControl = 2;
inline constexpr int kPairsBetweenLooks = 4;
// A difference smaller than this is none: code that is the same, laid out otherwise, differs so.
inline constexpr double kDeadBand = 0.02;
// Of the control: high / low. While another process uses half of each core, 1.1 is usual.
inline constexpr double kWidestControl = 1.5;

// What a slice gives whose rate can't be trusted: whoever made its load was late, for example. Its
// pair does not count, and if more than one pair in ten is such a pair, the figure is noisy.
inline constexpr double kNoRate = std::numeric_limits<double>::quiet_NaN();
inline constexpr std::size_t kPairsPerUnusable = 10;

// From this ratio on, this share of a check's points: {{0.8, 1}, {0.4, 0.5}}. Below all: none.
struct Boundary {
  double ratio = 0;
  double share = 0;
};

struct Figure {
  double ratio = 0;  // of the subject's rate to the reference's: 0.9 is slower
  double low = 0;
  double high = 0;
  int pairs = 0;
  double control_low = 0;
  double control_high = 0;
  bool decided = false;   // the whole interval earns the same share, and nothing is noisy
  double share = 0;       // of the points, if decided; 0 otherwise
  std::string why_noisy;  // a sentence, unless decided

  // Told from the reference. Both false: the same as far as can be told, or noisy.
  bool slower() const;
  bool faster() const;
};

Figure judge(const Samples& samples, const std::vector<Boundary>& boundaries);

// "0.91 of the reference's speed (0.89 to 0.93; 12 pairs; the reference itself 0.98 to 1.02)".
std::string in_words(const Figure& figure);

// Times one slice and gives its rate. All slices should take about as long; some 50 ms is best:
// with less, the scheduler's own slices show, and with more, there are too few. Where the work uses
// one core alone, operations per second of CPU time are many times closer than of time by the
// clock, which includes the work of others.
using Slice = std::function<double()>;

struct Plan {
  Slice reference;
  Slice subject;
  Slice control;  // the reference once more: another instance of it if the subject is one too
  std::function<std::chrono::nanoseconds()> now;  // never goes back
  std::chrono::nanoseconds time{};                // for everything, warm-up included
  std::vector<Boundary> boundaries;
  std::uint64_t seed = 0;
  // More for a closer figure, whatever is decided; kPairLimit: as many as there is time for.
  int fewest_pairs = kFewestPairs;
};

// Rounds of a pair, every other with a control, after a warm-up of a slice each, until the figure
// is decided. No round is begun that would end after the time, going by the longest so far (the
// first, by the warm-up). What a slice throws passes through.
Samples measure(const Plan& plan);

}  // namespace assay::measure
