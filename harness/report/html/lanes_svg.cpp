#include "report/html/lanes_svg.hpp"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "report/html/markup.hpp"
#include "report/text.hpp"

namespace assay::report {
namespace {

using grade::Lanes;

constexpr std::size_t kMostBars = 60;   // the last
constexpr std::size_t kMostLanes = 40;  // the first
constexpr int kWidestLabel = 44;        // in columns
constexpr double kColumn = 7.3;         // of the style sheet's font
constexpr double kBetweenEvents = 14;
constexpr double kWithinBar = 9;
constexpr double kAboveLanes = 8;
constexpr double kBarHeight = 40;
constexpr double kNoteHeight = 20;
constexpr double kBetweenLanes = 12;

std::string length(double value) { return fmt::format("{:.1f}", value); }

std::string label_of(const std::string& text) { return clip(text, kWidestLabel, "…"); }

double width_of(const std::string& text) { return kColumn * width(text); }

class LanesPicture {
 public:
  explicit LanesPicture(const Lanes& lanes) : lanes_(lanes) {
    const auto shown = std::min(lanes.bars.size(), kMostBars);
    bars_.assign(lanes.bars.end() - static_cast<std::ptrdiff_t>(shown), lanes.bars.end());
    std::erase_if(bars_, [&](const auto& bar) { return !is_shown(bar.lane); });
    for (const auto& note : lanes.notes) {
      if (!bars_.empty() && is_shown(note.lane) && note.at >= bars_.front().from) {
        notes_.push_back(note);
      }
    }
  }

  std::string markup() {
    if (bars_.empty()) return "";
    place_events();
    place_lanes();
    svg_.open("svg", {{"viewBox", fmt::format("0 0 {:.0f} {:.0f}", width_, height_)},
                      {"width", fmt::format("{:.0f}", width_)},
                      {"height", fmt::format("{:.0f}", height_)},
                      {"role", "img"},
                      {"class", "lanes"}});
    svg_.element("title", description());
    for (std::size_t i = 0; i < tops_.size(); ++i) draw_lane(i);
    for (const auto& bar : bars_) draw_bar(bar);
    for (const auto& note : notes_) draw_note(note);
    svg_.close();
    return svg_.take();
  }

 private:
  static std::string answer_of(const Lanes::Bar& bar) {
    const bool silent = bar.came.empty();
    const std::string came = silent ? (bar.to ? "returns" : "never returns") : bar.came;
    if (!bar.agrees) return label_of("✗ " + came);
    return label_of(silent || !bar.to ? came : "✓ " + came);
  }

  static std::string_view kind_of_answer(const Lanes::Bar& bar) {
    if (!bar.agrees) return "came wrong";
    return bar.came.empty() || !bar.to ? "quiet" : "came";
  }

  bool is_shown(std::int64_t lane) const {
    const auto most = std::min(lanes_.names.size(), kMostLanes);
    return lane >= 0 && lane < static_cast<std::int64_t>(most);
  }

  std::string description() const {
    const auto wrong =
        std::count_if(bars_.begin(), bars_.end(), [](const auto& bar) { return !bar.agrees; });
    return fmt::format("{} calls in {} lanes, in the order of events; {} came out wrong",
                       bars_.size(), lanes_.names.size(), wrong);
  }

  // How much room an event needs after an earlier one.
  struct Need {
    std::int64_t from;
    double width;
  };

  std::multimap<std::int64_t, Need> needs_of_events() {
    std::multimap<std::int64_t, Need> needs;
    for (const auto& bar : bars_) {
      x_[bar.from] = 0;
      if (!bar.to) continue;
      x_[*bar.to] = 0;
      needs.insert({*bar.to, {bar.from, width_of_bar(bar)}});
    }
    std::map<std::int64_t, const Lanes::Note*> last;  // by lane
    for (const auto& note : notes_) {
      x_[note.at] = 0;
      if (const auto* before = std::exchange(last[note.lane], &note)) {
        needs.insert({note.at, {before->at, width_of_note(*before)}});
      }
    }
    return needs;
  }

  // Each event as far to the right as what stands before it needs.
  void place_events() {
    const auto needs = needs_of_events();
    for (const auto& name : lanes_.names) begin_ = std::max(begin_, width_of(label_of(name)));
    begin_ += 2 * kWithinBar;
    double at = begin_ - kBetweenEvents;
    for (auto& [event, x] : x_) {
      at += kBetweenEvents;
      const auto [first, end] = needs.equal_range(event);
      for (auto need = first; need != end; ++need) {
        at = std::max(at, x_[need->second.from] + need->second.width);
      }
      x = at;
    }
    width_ = at + kBetweenEvents;
    for (const auto& bar : bars_) {
      if (!bar.to) width_ = std::max(width_, x_[bar.from] + width_of_bar(bar) + kBetweenEvents);
    }
    for (const auto& note : notes_) width_ = std::max(width_, x_[note.at] + width_of_note(note));
  }

  void place_lanes() {
    height_ = kAboveLanes;
    for (std::size_t i = 0; i < std::min(lanes_.names.size(), kMostLanes); ++i) {
      tops_.push_back(height_);
      const bool noted = std::any_of(notes_.begin(), notes_.end(), [&](const auto& note) {
        return note.lane == static_cast<std::int64_t>(i);
      });
      height_ += kBarHeight + (noted ? kNoteHeight : 0) + kBetweenLanes;
    }
  }

  static double width_of_bar(const Lanes::Bar& bar) {
    return std::max(width_of(label_of(bar.did)), width_of(answer_of(bar))) + 2 * kWithinBar;
  }
  static double width_of_note(const Lanes::Note& note) {
    return width_of(label_of(note.text)) + 2 * kWithinBar;
  }
  double top_of(std::int64_t lane) const { return tops_.at(static_cast<std::size_t>(lane)); }

  void words(double x, double y, std::string_view kind, std::string_view text) {
    svg_.element("text", {{"x", length(x)}, {"y", length(y)}, {"class", kind}}, text);
  }

  void draw_lane(std::size_t lane) {
    const double middle = tops_[lane] + kBarHeight / 2;
    words(0, middle + 4, "quiet", label_of(lanes_.names[lane]));
    svg_.element("line", {{"x1", length(begin_ - kWithinBar)},
                          {"y1", length(middle)},
                          {"x2", length(width_)},
                          {"y2", length(middle)},
                          {"class", "lane"}});
  }

  void draw_bar(const Lanes::Bar& bar) {
    const double x = x_[bar.from];
    const double top = top_of(bar.lane);
    const double end = bar.to ? x_[*bar.to] : width_ - 1;
    const std::string kind =
        std::string("call") + (bar.agrees ? "" : " wrong") + (bar.to ? "" : " open");
    svg_.element("rect", {{"x", length(x)},
                          {"y", length(top)},
                          {"width", length(std::max(end - x, 1.0))},
                          {"height", length(kBarHeight)},
                          {"rx", "4"},
                          {"class", kind}});
    words(x + kWithinBar, top + 16, "did", label_of(bar.did));
    words(x + kWithinBar, top + 32, kind_of_answer(bar), answer_of(bar));
  }

  void draw_note(const Lanes::Note& note) {
    const double x = x_[note.at];
    const double bottom = top_of(note.lane) + kBarHeight;
    svg_.element("path", {{"d", fmt::format("M{:.1f} {:.1f}v{:.1f}h5", x, bottom, kNoteHeight / 2)},
                          {"class", "note"}});
    words(x + kWithinBar, bottom + kNoteHeight / 2 + 4, "quiet", label_of(note.text));
  }

  const Lanes& lanes_;
  std::vector<Lanes::Bar> bars_;
  std::vector<Lanes::Note> notes_;
  std::map<std::int64_t, double> x_;  // by event
  std::vector<double> tops_;          // by lane
  double begin_ = 0;
  double width_ = 0;
  double height_ = 0;
  Markup svg_;
};

}  // namespace

std::string lanes_svg(const Lanes& lanes) { return LanesPicture(lanes).markup(); }

}  // namespace assay::report
