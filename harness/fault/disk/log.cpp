#include "fault/disk/log.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace assay::disk {
namespace {

constexpr std::size_t shown_output_bytes = 40;

std::string name_in(const Log& log, FileId folder, const std::string& name) {
  const std::string& path = log.files[folder].path;
  return path == "." ? name : path + "/" + name;
}

}  // namespace

bool changes_names(const Step& step) {
  return step.kind == Step::Kind::link || step.kind == Step::Kind::unlink ||
         step.kind == Step::Kind::rename;
}

bool changes_bytes(const Step& step) {
  return step.kind == Step::Kind::write || step.kind == Step::Kind::resize;
}

LogCounts counts_of(const Log& log) {
  LogCounts counts;
  for (const Step& step : log.steps) {
    const bool is_sync = step.kind == Step::Kind::sync || step.kind == Step::Kind::sync_all ||
                         step.kind == Step::Kind::failed_sync;
    if (is_sync) {
      ++counts.syncs;
    } else if (step.kind != Step::Kind::output) {
      ++counts.writes;
    }
  }
  return counts;
}

std::string in_words(const Log& log, const Step& step) {
  const std::string& path = log.files[step.file].path;
  switch (step.kind) {
    case Step::Kind::write:
      return fmt::format("{} of {} bytes at {} of {}", step.call, step.data.size(), step.offset,
                         path);
    case Step::Kind::resize:
      return fmt::format("{} gives {} {} bytes", step.call, path, step.size);
    case Step::Kind::link:
      return fmt::format("{} makes {}", step.call, name_in(log, step.folder, step.name));
    case Step::Kind::unlink:
      return fmt::format("{} of {}", step.call, name_in(log, step.folder, step.name));
    case Step::Kind::rename:
      return fmt::format("{} of {} to {}", step.call, name_in(log, step.folder, step.name),
                         name_in(log, step.to_folder, step.to_name));
    case Step::Kind::sync:
      return fmt::format("{} of {}", step.call, path == "." ? "the folder" : path);
    case Step::Kind::sync_all:
      return step.call + " of everything";
    case Step::Kind::failed_sync:
      return fmt::format("{} of {}, which fails", step.call, path);
    case Step::Kind::output:
      return fmt::format("prints \"{}\"", base::printable_line(step.data, shown_output_bytes));
  }
  return "";
}

}  // namespace assay::disk
