#include "fault/disk/explain.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"

namespace assay::disk {
namespace {

constexpr std::size_t story_lines_max = 12;

// The record as it may stand in a file: whole, or its longest word.
std::vector<std::string> traces_of(const std::string& record) {
  auto words = base::split(record, ' ');
  std::stable_sort(words.begin(), words.end(),
                   [](const auto& one, const auto& other) { return one.size() > other.size(); });
  words.insert(words.begin(), record);
  return words;
}

class Explainer {
 public:
  explicit Explainer(const Loss& loss)
      : loss_(loss),
        log_(loss.log),
        survival_(loss.log, loss.mode),
        pending_(survival_.pending(loss.point)) {}

  Explanation explain() {
    Explanation said;
    said.carried_by = carrier();
    if (!said.carried_by || survival_.is_durable(*said.carried_by, loss_.point)) {
      const auto culprit = pending_name(said.carried_by);
      if (culprit) said.carried_by = culprit;
    }
    said.missing = missing(said.carried_by);
    said.story = story(said.carried_by);
    return said;
  }

 private:
  bool is_pending(std::size_t step) const {
    return std::find(pending_.begin(), pending_.end(), step) != pending_.end();
  }

  // The last write before the promise that has the record in it; else the last that isn't durable.
  std::optional<std::size_t> carrier() const {
    for (const auto& trace : traces_of(loss_.gone.record)) {
      if (trace.empty()) continue;
      for (std::size_t i = loss_.gone.step; i-- > 0;) {
        const Step& step = log_.steps[i];
        if (step.kind == Step::Kind::write && step.data.find(trace) != std::string::npos) return i;
      }
    }
    return last_pending([](const Step& step) { return changes_bytes(step); });
  }

  template <class Wanted>
  std::optional<std::size_t> last_pending(Wanted wanted) const {
    for (auto each = pending_.rbegin(); each != pending_.rend(); ++each) {
      if (*each < loss_.gone.step && wanted(log_.steps[*each])) return *each;
    }
    return std::nullopt;
  }

  // A change of names that isn't durable: of the file that has the record, if there is one.
  std::optional<std::size_t> pending_name(const std::optional<std::size_t>& carried) const {
    if (carried) {
      const auto own = last_pending([&](const Step& step) {
        return changes_names(step) && step.file == log_.steps[*carried].file;
      });
      if (own) return own;
    }
    return last_pending([](const Step& step) { return changes_names(step); });
  }

  std::string folder_in_words(FileId folder) const {
    return folder == root_folder ? "the folder" : "the folder " + log_.files[folder].path;
  }

  std::string missing(const std::optional<std::size_t>& carried) const {
    if (!carried || !is_pending(*carried)) {
      return "nothing: what was promised was on the disk, and a later write, of which the disk has "
             "kept a part, hides it. A record needs a checksum, so that recovery knows what is "
             "whole";
    }
    const Step& step = log_.steps[*carried];
    if (changes_names(step)) {
      const FileId folder = step.kind == Step::Kind::rename ? step.to_folder : step.folder;
      return fmt::format("an fsync of {} after the {}", folder_in_words(folder), step.call);
    }
    const std::string& path = log_.files[step.file].path;
    for (std::size_t i = *carried; i < loss_.gone.step; ++i) {
      const Step& later = log_.steps[i];
      if (later.kind == Step::Kind::failed_sync && later.file == step.file) {
        return fmt::format("{} of {} failed, and what it was for wasn't written again", later.call,
                           path);
      }
    }
    const bool is_mapped = step.call.find("mapping") != std::string::npos;
    return fmt::format("{} of {} after the {}", is_mapped ? "an msync" : "an fsync or fdatasync",
                       path, is_mapped ? "store" : step.call);
  }

  std::vector<Explanation::Line> story(const std::optional<std::size_t>& carried) const {
    std::vector<Explanation::Line> lines;
    std::size_t from = loss_.point > story_lines_max ? loss_.point - story_lines_max : 0;
    if (carried) from = std::min(from, *carried);
    const auto add = [&](std::size_t i) {
      lines.push_back({i, in_words(log_, log_.steps[i]), fate_of(i), i == carried});
    };
    for (std::size_t i = from; i < loss_.point; ++i) {
      const bool near_end = loss_.point - i < story_lines_max;
      const bool matters = i == carried || i == loss_.gone.step || near_end;
      if (matters) {
        add(i);
      } else if (lines.empty() || lines.back().step) {
        lines.push_back({std::nullopt, "…", "", false});
      }
    }
    return lines;
  }

  std::string fate_of(std::size_t i) const {
    const Step& step = log_.steps[i];
    if (i == loss_.gone.step) return "acknowledged";
    if (!changes_names(step) && !changes_bytes(step)) return "";
    if (!is_pending(i)) return "on the disk";
    const bool drops = loss_.mode == Mode::drop_all || loss_.mode == Mode::strict;
    return drops ? "gone" : "unsure";
  }

  const Loss& loss_;
  const Log& log_;
  const Survival survival_;
  const std::vector<std::size_t> pending_;
};

}  // namespace

Explanation explain(const Loss& loss) { return Explainer(loss).explain(); }

}  // namespace assay::disk
