// What a disk holds after a power loss: a pure function of the log, the moment, and how kind the
// disk is. What a sync has covered is there; of the rest the disk may have kept anything.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fault/disk/log.hpp"

namespace assay::disk {

// What survives of what no sync has covered.
enum class Mode {
  drop_all,   // nothing
  torn,       // all up to some byte of some write, in order
  reordered,  // any of it
  strict,     // nothing; and a name lasts only if its folder was synced
  keep_all,   // everything, as after a kill without a power loss
};

std::string_view name_of(Mode mode);
// Throws std::invalid_argument for another name.
Mode parse_mode(std::string_view name);

struct Image {
  std::map<FileId, std::string> contents;                    // of files
  std::map<std::pair<FileId, std::string>, FileId> entries;  // of folders

  // The same for the same files and bytes, whatever the log.
  std::size_t digest(const Log& log) const;
  // Writes it into an empty folder. Throws std::filesystem::filesystem_error.
  void write_to(const Log& log, const std::filesystem::path& folder) const;
};

class Survival {
 public:
  // `log` has to outlive this.
  //
  // Except in mode strict, a sync of a file covers its own names too, and those of the folders
  // above it, as ext4's journal does. What is renamed or removed after it isn't covered by it.
  Survival(const Log& log, Mode mode);

  // After so many steps. `seed` decides what the disk has kept beyond what it had to.
  Image image(std::size_t point, std::uint64_t seed) const;

  // The steps before `point` that no sync before it has covered.
  std::vector<std::size_t> pending(std::size_t point) const;
  bool is_durable(std::size_t step, std::size_t point) const { return covered_at_[step] < point; }

  static constexpr std::size_t kNever = static_cast<std::size_t>(-1);

 private:
  void cover(std::size_t from, FileId file);
  void cover_names_of(std::size_t from, FileId file);
  void cover_step(std::size_t step, std::size_t from);

  const Log& log_;
  const Mode mode_;
  std::vector<std::size_t> covered_at_;  // by step: the step of the sync that covers it
  std::vector<bool> lost_;               // by step: a sync has failed on it
  std::vector<std::size_t> open_;        // what isn't covered so far
};

}  // namespace assay::disk
