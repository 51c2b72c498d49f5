#include "report/axis.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "report/figures.hpp"
#include "report/text.hpp"

namespace assay::report {
namespace {

constexpr int kMostColumnsPerStretch = 20;  // more would only be empty
constexpr int kCutColumns = 5;
constexpr double kTolerableDistortion = 4;  // how much wider than to scale, before others are cut

// The time between two neighbours.
struct Stretch {
  double duration_ns = 0;
  int fewest_columns = 0;
  bool cut = false;
  double weight = 0;
  double columns = 0;

  int needed() const { return fewest_columns + (cut ? kCutColumns : 0); }
};

// For each moment, the label in use is labels[i][chosen[i]].
class Labels {
 public:
  Labels(const std::vector<Moment>& moments, const Style& style) : chosen_(moments.size(), 0) {
    std::vector<std::int64_t> times_ns;
    for (const Moment& moment : moments) times_ns.push_back(moment.at_ns);
    texts_ = moment_labels(times_ns, style);
  }

  const std::string& text(std::size_t i) const { return texts_[i][chosen_[i]]; }
  const std::string& clearest(std::size_t i) const { return texts_[i].front(); }

  // Gives the longest label up for a shorter one. The last one, which names the unit, is never
  // given up altogether. False when there is nothing more to shorten.
  bool shorten() {
    std::optional<std::size_t> longest;
    for (std::size_t i = 0; i < texts_.size(); ++i) {
      const std::size_t kept = i + 1 == texts_.size() ? 2 : 1;
      if (chosen_[i] + kept >= texts_[i].size()) continue;
      if (!longest || width(text(i)) > width(text(*longest))) longest = i;
    }
    if (longest) ++chosen_[*longest];
    return longest.has_value();
  }

 private:
  std::vector<std::vector<std::string>> texts_;
  std::vector<std::size_t> chosen_;
};

int block(const Moment& moment, const std::string& label) {
  return std::max({moment.columns, width(label), 1});
}

int total_needed(const std::vector<Moment>& moments, const Labels& labels) {
  int total = static_cast<int>(moments.size()) - 1;  // a free column between neighbours
  for (std::size_t i = 0; i < moments.size(); ++i) total += block(moments[i], labels.text(i));
  return total;
}

int total_needed(const std::vector<Stretch>& stretches) {
  int total = 0;
  for (const Stretch& stretch : stretches) total += stretch.needed();
  return total;
}

// Shares the columns out in proportion to weight, but gives each stretch what it needs.
// Returns columns per weight.
double share_out(std::vector<Stretch>& stretches, int columns) {
  std::vector<bool> held(stretches.size(), false);
  double scale = 0;
  for (std::size_t round = 0; round <= stretches.size(); ++round) {
    double free_columns = columns;
    double free_weight = 0;
    for (std::size_t i = 0; i < stretches.size(); ++i) {
      if (held[i]) free_columns -= stretches[i].needed();
      if (!held[i]) free_weight += stretches[i].weight;
    }
    scale = free_weight > 0 ? free_columns / free_weight : scale;
    bool changed = false;
    for (std::size_t i = 0; i < stretches.size(); ++i) {
      if (held[i] || stretches[i].weight * scale >= stretches[i].needed()) continue;
      held[i] = changed = true;
    }
    if (!changed) break;
  }
  for (std::size_t i = 0; i < stretches.size(); ++i) {
    Stretch& stretch = stretches[i];
    stretch.columns = held[i] ? stretch.needed() : stretch.weight * scale;
  }
  return scale;
}

double longest_uncut(const std::vector<Stretch>& stretches) {
  double longest = 0;
  for (const Stretch& stretch : stretches) {
    if (!stretch.cut) longest = std::max(longest, stretch.duration_ns);
  }
  return longest;
}

void weigh(std::vector<Stretch>& stretches) {
  const double longest = longest_uncut(stretches);
  for (Stretch& stretch : stretches) stretch.weight = stretch.cut ? longest : stretch.duration_ns;
}

bool distorted(const std::vector<Stretch>& stretches, double scale) {
  return std::any_of(stretches.begin(), stretches.end(), [scale](const Stretch& stretch) {
    return !stretch.cut && stretch.columns > kTolerableDistortion * stretch.duration_ns * scale;
  });
}

// Cuts the longest stretches; false if nothing would be left to scale, or no room is left.
bool cut_longest(std::vector<Stretch>& stretches, int columns) {
  const double limit = longest_uncut(stretches) / 2;
  std::vector<Stretch> tried = stretches;
  for (Stretch& stretch : tried) stretch.cut = stretch.cut || stretch.duration_ns > limit;
  if (longest_uncut(tried) <= 0 || total_needed(tried) > columns) return false;
  stretches = std::move(tried);
  return true;
}

void proportion(std::vector<Stretch>& stretches, int columns) {
  for (std::size_t round = 0; round <= stretches.size(); ++round) {
    weigh(stretches);
    const double scale = share_out(stretches, columns);
    if (!distorted(stretches, scale) || !cut_longest(stretches, columns)) return;
  }
}

// Labels that were given up come back where there happens to be room.
void restore(Axis& axis, const Labels& labels, int columns) {
  const auto try_at = [&](std::size_t i) {
    Axis::Place& place = axis.places[i];
    const int end = place.column + width(labels.clearest(i));
    for (std::size_t j = 0; j < axis.places.size(); ++j) {
      const Axis::Place& other = axis.places[j];
      if (other.label.empty() || j == i) continue;
      const int other_end = other.column + width(other.label);
      if (j < i ? other_end >= place.column : end >= other.column) return;
    }
    if (!place.label.empty() || end > columns) return;
    place.label = labels.clearest(i);
    axis.columns = std::max(axis.columns, end);
  };
  for (std::size_t i = 0; i < axis.places.size(); ++i) try_at(i);
}

}  // namespace

std::optional<Axis> lay_out(const std::vector<Moment>& moments, int columns, const Style& style) {
  const auto fewest_columns = 2 * moments.size();
  if (moments.empty() || fewest_columns > static_cast<std::size_t>(std::max(columns, 0)) + 1) {
    return std::nullopt;
  }
  Labels labels(moments, style);
  while (total_needed(moments, labels) > columns) {
    if (!labels.shorten()) return std::nullopt;
  }
  std::vector<Stretch> stretches;
  for (std::size_t i = 0; i + 1 < moments.size(); ++i) {
    const auto duration_ns = static_cast<std::uint64_t>(moments[i + 1].at_ns) -
                             static_cast<std::uint64_t>(moments[i].at_ns);
    stretches.push_back({.duration_ns = static_cast<double>(duration_ns),
                         .fewest_columns = block(moments[i], labels.text(i)) + 1});
  }
  const int last = block(moments.back(), labels.text(moments.size() - 1));
  const int pleasant = static_cast<int>(stretches.size()) * kMostColumnsPerStretch;
  proportion(stretches, std::min(columns - last, std::max(total_needed(stretches), pleasant)));

  Axis axis;
  double column = 0;
  for (std::size_t i = 0; i < moments.size(); ++i) {
    const bool cut = i < stretches.size() && stretches[i].cut;
    axis.places.push_back({static_cast<int>(std::floor(column + 1e-6)), labels.text(i), cut});
    if (i < stretches.size()) column += stretches[i].columns;
  }
  axis.columns = axis.places.back().column + last;
  restore(axis, labels, columns);
  return axis;
}

}  // namespace assay::report
