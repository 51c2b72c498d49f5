// Writes the log of a run, call by call, and keeps the folder's files as they are now, so that at
// the end both can be compared: what was changed without being seen makes the log doubtful. Files
// are known by their inodes, which are held open, so that no number is used twice.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "fault/disk/log.hpp"

namespace assay::disk {

class Follower {
 public:
  // An empty folder. Throws std::runtime_error if it can't be read.
  explicit Follower(std::filesystem::path folder);
  ~Follower();
  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;

  std::optional<FileId> known(const struct stat& status) const;
  std::optional<FileId> known(const std::string& path) const;  // also of /proc
  std::optional<FileId> named(FileId folder, const std::string& name) const;

  // A new file, that `path` leads to. It has no name before named_now.
  std::optional<FileId> add(const std::string& path, const struct stat& status,
                            const std::string& shown_as);
  void named_now(FileId file, FileId folder, const std::string& name, const std::string& call);
  void unnamed_now(FileId folder, const std::string& name, const std::string& call);
  void renamed_now(FileId folder, const std::string& name, FileId to_folder,
                   const std::string& to_name, const std::string& call);

  // Bytes that are in the file by now. `synced`: by the write itself.
  void wrote(FileId file, std::int64_t offset, std::int64_t size, const std::string& call,
             bool synced);
  void resized(FileId file, const std::string& call);
  // Whatever isn't as it was, as writes.
  void changed(FileId file, const std::string& call);
  void synced(FileId file, const std::string& call, bool worked);
  void synced_all(const std::string& call);
  void printed(std::string bytes);
  void mapped(FileId file) { mapped_.insert(file); }

  void doubt(const std::string& why);
  std::size_t step_count() const { return log_.steps.size(); }
  std::int64_t size_of(FileId file) const;
  std::int64_t bytes_in_all() const { return bytes_; }
  const std::string& path_of(FileId file) const { return log_.files[file].path; }
  const std::filesystem::path& folder() const { return folder_; }

  // How it is in the end.
  Log finish();

  static constexpr std::int64_t kBytesMax = 1LL << 30;  // of a log; more makes it doubtful
  static constexpr std::size_t kFilesMax = 10'000;

 private:
  using Inode = std::pair<dev_t, ino_t>;

  void store_what_was_mapped();
  bool read(FileId file, std::int64_t offset, std::string& bytes) const;
  std::string now(FileId file) const;
  void compare(FileId folder, const std::filesystem::path& place);
  Step& add_step(Step::Kind kind, const std::string& call, FileId file);

  const std::filesystem::path folder_;
  Log log_;
  std::map<Inode, FileId> ids_;
  std::vector<int> descriptors_;       // by file; -1 if it can't be read
  std::vector<std::string> contents_;  // by file
  std::map<std::pair<FileId, std::string>, FileId> entries_;
  std::set<FileId> mapped_;  // by the program, to be written through
  std::int64_t bytes_ = 0;
};

}  // namespace assay::disk
