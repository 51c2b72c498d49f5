#include "fault/disk/survival.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <functional>
#include <limits>
#include <stdexcept>

#include <fmt/format.h>

#include "base/random.hpp"

namespace assay::disk {
namespace {

namespace fs = std::filesystem;

struct ModeName {
  Mode mode;
  std::string_view name;
};

constexpr std::array<ModeName, 5> mode_names{{{Mode::drop_all, "drop-all"},
                                              {Mode::torn, "torn"},
                                              {Mode::reordered, "reordered"},
                                              {Mode::strict, "strict"},
                                              {Mode::keep_all, "keep-all"}}};

// The folder whose sync makes it last.
FileId folder_of(const Step& step) {
  return step.kind == Step::Kind::rename ? step.to_folder : step.folder;
}

void write_at(std::string& content, std::int64_t offset, std::string_view data,
              std::size_t size_after) {
  if (content.size() < size_after) content.resize(size_after, '\0');
  content.replace(static_cast<std::size_t>(offset), data.size(), data);
}

void apply(const Step& step, std::string_view data, Image& image) {
  switch (step.kind) {
    case Step::Kind::write:
      write_at(image.contents[step.file], step.offset, data,
               static_cast<std::size_t>(step.offset) + data.size());
      break;
    case Step::Kind::resize:
      image.contents[step.file].resize(static_cast<std::size_t>(step.size), '\0');
      break;
    case Step::Kind::link:
      image.entries[{step.folder, step.name}] = step.file;
      break;
    case Step::Kind::rename:
    case Step::Kind::unlink: {
      const auto old = image.entries.find({step.folder, step.name});
      if (old != image.entries.end() && old->second == step.file) image.entries.erase(old);
      if (step.kind == Step::Kind::rename) {
        image.entries[{step.to_folder, step.to_name}] = step.file;
      }
      break;
    }
    default:
      break;
  }
}

}  // namespace

std::string_view name_of(Mode mode) {
  for (const auto& each : mode_names) {
    if (each.mode == mode) return each.name;
  }
  return "";
}

Mode parse_mode(std::string_view name) {
  for (const auto& each : mode_names) {
    if (each.name == name) return each.mode;
  }
  throw std::invalid_argument(
      fmt::format("no mode {}: there are drop-all, torn, reordered and strict", name));
}

Survival::Survival(const Log& log, Mode mode)
    : log_(log), mode_(mode), covered_at_(log.steps.size(), kNever), lost_(log.steps.size()) {
  for (std::size_t i = 0; i < log.steps.size(); ++i) {
    const Step& step = log.steps[i];
    if (changes_names(step) || changes_bytes(step)) open_.push_back(i);
    if (step.synced) {
      cover_step(i, i);
      if (mode_ != Mode::strict) cover_names_of(i, step.file);
    }
    if (step.kind == Step::Kind::sync) cover(i, step.file);
    if (step.kind == Step::Kind::sync_all) {
      for (const std::size_t each : std::vector<std::size_t>(open_)) cover_step(each, i);
    }
    if (step.kind == Step::Kind::failed_sync) {
      for (const std::size_t each : open_) {
        if (changes_bytes(log.steps[each]) && log.steps[each].file == step.file) lost_[each] = true;
      }
    }
  }
}

void Survival::cover_step(std::size_t step, std::size_t from) {
  if (!lost_[step]) covered_at_[step] = from;
  open_.erase(std::remove(open_.begin(), open_.end(), step), open_.end());
}

void Survival::cover(std::size_t from, FileId file) {
  for (const std::size_t each : std::vector<std::size_t>(open_)) {
    const Step& step = log_.steps[each];
    const bool own = changes_bytes(step) ? step.file == file : folder_of(step) == file;
    if (own) cover_step(each, from);
  }
  if (mode_ != Mode::strict) cover_names_of(from, file);
}

void Survival::cover_names_of(std::size_t from, FileId file) {
  for (const std::size_t each : std::vector<std::size_t>(open_)) {
    const Step& step = log_.steps[each];
    if (!changes_names(step) || step.file != file || covered_at_[each] != kNever) continue;
    cover_step(each, from);
    if (folder_of(step) != file) cover_names_of(from, folder_of(step));
  }
}

std::vector<std::size_t> Survival::pending(std::size_t point) const {
  std::vector<std::size_t> steps;
  for (std::size_t i = 0; i < point; ++i) {
    const Step& step = log_.steps[i];
    if ((changes_names(step) || changes_bytes(step)) && covered_at_[i] >= point) steps.push_back(i);
  }
  return steps;
}

Image Survival::image(std::size_t point, std::uint64_t seed) const {
  base::Random random(seed, fmt::format("{} {}", name_of(mode_), point));
  const auto unsure = pending(point);
  const auto last = static_cast<std::int64_t>(unsure.size());
  // Torn: all before this one is kept, and some bytes of it. The last is where it usually happens.
  const std::int64_t torn = last == 0            ? 0
                            : random.chance(0.6) ? last - 1
                                                 : random.between(0, last - 1);
  const std::int64_t names_kept = random.between(0, last);
  Image image;
  std::int64_t place = -1;
  for (std::size_t i = 0; i < point; ++i) {
    const Step& step = log_.steps[i];
    if (!changes_names(step) && !changes_bytes(step)) continue;
    const bool durable = covered_at_[i] < point;
    if (!durable) ++place;
    bool kept = durable || mode_ == Mode::keep_all;
    std::string_view data = step.data;
    if (!durable && mode_ == Mode::torn) {
      kept = place <= torn;
      if (place == torn && !data.empty()) {
        data = data.substr(
            0, static_cast<std::size_t>(random.between(0, static_cast<std::int64_t>(data.size()))));
        // The length may be there before the bytes are.
        if (random.chance(0.5)) {
          write_at(image.contents[step.file], step.offset, "",
                   static_cast<std::size_t>(step.offset) + step.data.size());
        }
      }
    }
    // A journal keeps names in their order.
    if (!durable && mode_ == Mode::reordered) {
      kept = changes_names(step) ? place < names_kept : random.chance(0.5);
    }
    if (kept) apply(step, data, image);
  }
  return image;
}

std::size_t Image::digest(const Log& log) const {
  std::size_t sum = 0;
  const auto add = [&sum](std::string_view bytes) {
    sum = sum * 1'099'511'628'211U + std::hash<std::string_view>()(bytes);
  };
  const std::function<void(FileId)> add_folder = [&](FileId folder) {
    for (auto each = entries.lower_bound({folder, ""});
         each != entries.end() && each->first.first == folder; ++each) {
      add(each->first.second);
      const FileInfo& file = log.files[each->second];
      if (file.kind == FileInfo::Kind::folder) add_folder(each->second);
      add(file.target);
      if (const auto content = contents.find(each->second); content != contents.end()) {
        add(content->second);
      }
    }
    add("end");
  };
  add_folder(root_folder);
  return sum;
}

void Image::write_to(const Log& log, const fs::path& folder) const {
  std::map<FileId, fs::path> written;
  const std::function<void(FileId, const fs::path&)> write_folder = [&](FileId id,
                                                                        const fs::path& place) {
    for (auto each = entries.lower_bound({id, ""});
         each != entries.end() && each->first.first == id; ++each) {
      const FileInfo& file = log.files[each->second];
      const fs::path path = place / each->first.second;
      if (file.kind == FileInfo::Kind::folder) {
        fs::create_directory(path);
        write_folder(each->second, path);
      } else if (file.kind == FileInfo::Kind::link) {
        fs::create_symlink(file.target, path);
      } else if (const auto other = written.find(each->second); other != written.end()) {
        fs::create_hard_link(other->second, path);
      } else {
        std::ofstream out(path, std::ios::binary);
        if (const auto content = contents.find(each->second); content != contents.end()) {
          out.write(content->second.data(), static_cast<std::streamsize>(content->second.size()));
        }
        if (!out.flush()) {
          throw fs::filesystem_error("write the disk's image", path,
                                     std::make_error_code(std::errc::io_error));
        }
        out.close();
        fs::permissions(path, static_cast<fs::perms>(file.mode & 07777));
        written[each->second] = path;
      }
    }
  };
  write_folder(root_folder, folder);
}

}  // namespace assay::disk
