#include "report/scene.hpp"

#include <algorithm>
#include <cmath>

#include "report/text.hpp"

namespace assay::report {
namespace {

using grade::Timeline;

constexpr std::size_t kMostSpread = 12;  // calls at one moment that are drawn one by one
constexpr std::size_t kCallsAfterWrong = 3;
constexpr std::size_t kMostShown = 200;  // where they don't all fit
constexpr int kWidestLabel = 8;
constexpr int kTrailingColumns = 3;  // they show the level after the last call

bool has_bracket(const Timeline& timeline) {
  return !timeline.bracket_label.empty() || timeline.bracket_to_ns > timeline.bracket_from_ns;
}

bool look_alike(const Timeline::Call& a, const Timeline::Call& b) {
  return a.label == b.label && a.expected == b.expected && a.came == b.came && a.agrees == b.agrees;
}

std::vector<const Timeline::Call*> in_order(const Timeline& timeline) {
  std::vector<const Timeline::Call*> calls;
  for (const Timeline::Call& call : timeline.calls) calls.push_back(&call);
  std::stable_sort(calls.begin(), calls.end(),
                   [](const auto* a, const auto* b) { return a->at_ns < b->at_ns; });
  return calls;
}

void name_repeats(Mark& mark, const Style& style) {
  mark.label = clip(mark.call->label, kWidestLabel, glyphs(style).ellipsis);
  if (mark.last == mark.first) return;
  mark.label.append(glyphs(style).times).append(std::to_string(mark.last - mark.first + 1));
}

// Marks for the calls of one moment; with `folded`, one for each run of calls that look alike.
void add_marks(Scene::Group& group, const std::vector<const Timeline::Call*>& calls, bool folded,
               const Style& style) {
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const bool repeats =
        folded && !group.marks.empty() && look_alike(*group.marks.back().call, *calls[i]);
    if (repeats) {
      group.marks.back().last = i;
    } else {
      group.marks.push_back({.call = calls[i], .label = {}, .first = i, .last = i});
    }
  }
  for (Mark& mark : group.marks) name_repeats(mark, style);
}

// Gives the marks of a group their columns, counted from the group's first.
void spread(Scene::Group& group) {
  int column = 0;
  for (Mark& mark : group.marks) {
    mark.column = column;
    column += std::max(1, width(mark.label)) + 1;
  }
  group.columns = std::max(0, column - 1);
}

std::vector<Scene::Group> group_calls(const std::vector<const Timeline::Call*>& calls, bool folded,
                                      const Style& style) {
  std::vector<Scene::Group> groups;
  for (std::size_t begin = 0; begin < calls.size();) {
    std::size_t end = begin;
    while (end < calls.size() && calls[end]->at_ns == calls[begin]->at_ns) ++end;
    Scene::Group& group = groups.emplace_back();
    group.at_ns = calls[begin]->at_ns;
    using Offset = std::vector<const Timeline::Call*>::difference_type;
    add_marks(
        group,
        {calls.begin() + static_cast<Offset>(begin), calls.begin() + static_cast<Offset>(end)},
        folded || end - begin > kMostSpread, style);
    spread(group);
    begin = end;
  }
  return groups;
}

void add_moment(std::vector<Scene::Group>& groups, std::int64_t at_ns) {
  const auto place = std::find_if(groups.begin(), groups.end(), [at_ns](const Scene::Group& group) {
    return group.at_ns >= at_ns;
  });
  if (place != groups.end() && place->at_ns == at_ns) return;
  groups.insert(place, {.at_ns = at_ns, .columns = 0, .marks = {}});
}

bool place(Scene& scene, int columns, const Style& style) {
  std::vector<Moment> moments;
  for (const Scene::Group& group : scene.groups) {
    moments.push_back({group.at_ns, group.columns});
  }
  auto axis = lay_out(moments, columns - kTrailingColumns, style);
  if (!axis) return false;
  scene.axis = std::move(*axis);
  for (std::size_t i = 0; i < scene.groups.size(); ++i) {
    for (Mark& mark : scene.groups[i].marks) mark.column += scene.axis.places[i].column;
  }
  const int end_of_marks = scene.axis.places.back().column + scene.groups.back().columns;
  scene.columns = std::max(scene.axis.columns, end_of_marks + kTrailingColumns);
  return true;
}

void place_bracket(Scene& scene, const Timeline& timeline) {
  for (std::size_t i = 0; i < scene.groups.size(); ++i) {
    const Scene::Group& group = scene.groups[i];
    const int column = scene.axis.places[i].column;
    const int last = group.marks.empty() ? column : group.marks.back().column;
    if (group.at_ns == timeline.bracket_from_ns) scene.bracket_from = column;
    if (group.at_ns == timeline.bracket_to_ns) scene.bracket_to = last;
  }
}

// A bracket that began before what is shown begins where that begins.
void add_bracket_moments(Scene& scene, Timeline& timeline) {
  if (!scene.groups.empty() && scene.first_call > 0) {
    timeline.bracket_from_ns = std::max(timeline.bracket_from_ns, scene.groups.front().at_ns);
  }
  if (!has_bracket(timeline) || timeline.bracket_from_ns > timeline.bracket_to_ns) return;
  add_moment(scene.groups, timeline.bracket_from_ns);
  add_moment(scene.groups, timeline.bracket_to_ns);
}

// The calls from `first` up to but not including `end`.
struct Shown {
  std::size_t first = 0;
  std::size_t end = 0;
  bool folded = false;
};

std::optional<Scene> try_scene(Timeline timeline, const Shown& shown, int columns,
                               const std::vector<const Timeline::Call*>& calls,
                               const Style& style) {
  const auto begin = calls.begin();
  Scene scene;
  scene.groups = group_calls({begin + static_cast<std::ptrdiff_t>(shown.first),
                              begin + static_cast<std::ptrdiff_t>(shown.end)},
                             shown.folded, style);
  scene.first_call = shown.first;
  scene.last_call = shown.end == 0 ? 0 : shown.end - 1;
  add_bracket_moments(scene, timeline);
  if (scene.groups.empty() || !place(scene, columns, style)) return std::nullopt;
  if (has_bracket(timeline)) place_bracket(scene, timeline);
  for (const Scene::Group& group : scene.groups) {
    scene.labelled = scene.labelled || std::any_of(group.marks.begin(), group.marks.end(),
                                                   [](const Mark& m) { return !m.label.empty(); });
  }
  return scene;
}

// The level as a function of time.
class Levels {
 public:
  explicit Levels(const Timeline& timeline) : levels_(timeline.levels) {
    std::stable_sort(levels_.begin(), levels_.end(),
                     [](const auto& a, const auto& b) { return a.at_ns < b.at_ns; });
  }

  // Just before the call number `index` of those at this moment.
  double before(std::int64_t at_ns, std::size_t index) const {
    const Timeline::Level* level = find(at_ns, index);
    return level != nullptr ? level->before : between(at_ns, at_ns, 0);
  }
  double after(std::int64_t at_ns, std::size_t index) const {
    const Timeline::Level* level = find(at_ns, index);
    return level != nullptr ? level->after : between(at_ns, at_ns, 0);
  }

  // At a fraction of the way between two moments.
  double between(std::int64_t from_ns, std::int64_t to_ns, double fraction) const {
    const double duration = distance(from_ns, to_ns);
    const Timeline::Level* left = nullptr;
    for (const Timeline::Level& level : levels_) {
      const bool passed =
          level.at_ns <= from_ns || distance(from_ns, level.at_ns) <= fraction * duration;
      if (!passed)
        return left == nullptr ? level.before : line(*left, level, from_ns, fraction * duration);
      left = &level;
    }
    return left == nullptr ? 0 : left->after;
  }

 private:
  static double distance(std::int64_t from_ns, std::int64_t to_ns) {
    return static_cast<double>(static_cast<std::uint64_t>(to_ns) -
                               static_cast<std::uint64_t>(from_ns));
  }

  static double line(const Timeline::Level& left, const Timeline::Level& right,
                     std::int64_t from_ns, double offset_ns) {
    const double passed = left.at_ns <= from_ns ? distance(left.at_ns, from_ns) + offset_ns
                                                : offset_ns - distance(from_ns, left.at_ns);
    return std::lerp(left.after, right.before, passed / distance(left.at_ns, right.at_ns));
  }

  const Timeline::Level* find(std::int64_t at_ns, std::size_t index) const {
    for (const Timeline::Level& level : levels_) {
      if (level.at_ns == at_ns && index-- == 0) return &level;
    }
    return nullptr;
  }

  std::vector<Timeline::Level> levels_;
};

void fill(std::vector<std::optional<double>>& values, int from, int to, double value) {
  for (int column = from; column < to; ++column) values[static_cast<std::size_t>(column)] = value;
}

}  // namespace

Scene set_scene(const Timeline& timeline, int columns, const Style& style) {
  const auto calls = in_order(timeline);
  for (const bool folded : {false, true}) {
    if (auto scene = try_scene(timeline, {0, calls.size(), folded}, columns, calls, style)) {
      return *scene;
    }
  }
  // The first call that went wrong is what the picture is for: give up later ones, then earlier.
  const auto wrong =
      std::find_if(calls.begin(), calls.end(), [](const auto* call) { return !call->agrees; });
  const auto after_wrong = static_cast<std::size_t>(wrong - calls.begin()) + 1 + kCallsAfterWrong;
  const std::size_t end = std::min(calls.size(), after_wrong);
  for (std::size_t first = end - std::min(end, kMostShown); first < end; ++first) {
    if (auto scene = try_scene(timeline, {first, end, true}, columns, calls, style)) return *scene;
  }
  return {};
}

std::vector<std::optional<double>> levels_of(const Timeline& timeline, const Scene& scene) {
  std::vector<std::optional<double>> values(static_cast<std::size_t>(scene.columns));
  if (timeline.levels.empty()) return values;
  const Levels levels(timeline);
  for (std::size_t i = 0; i < scene.groups.size(); ++i) {
    const Scene::Group& group = scene.groups[i];
    const Axis::Place& here = scene.axis.places[i];
    const bool last = i + 1 == scene.groups.size();
    const int end = last ? scene.columns : scene.axis.places[i + 1].column;
    const int marks_end = here.column + std::max(1, group.columns);
    fill(values, here.column, end, levels.between(group.at_ns, group.at_ns, 0));
    for (const Mark& mark : group.marks) {
      const double after = levels.after(group.at_ns, mark.last);
      fill(values, mark.column, mark.column + 1, levels.before(group.at_ns, mark.first));
      fill(values, mark.column + 1, end, after);
    }
    if (last) continue;
    for (int column = marks_end; column < end; ++column) {
      const double fraction = static_cast<double>(column - marks_end + 1) / (end - marks_end + 1);
      values[static_cast<std::size_t>(column)] =
          levels.between(group.at_ns, scene.groups[i + 1].at_ns, fraction);
    }
  }
  return values;
}

}  // namespace assay::report
