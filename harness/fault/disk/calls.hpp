// What each followed system call means for the log: looked at when it is made, and when it has
// returned. The recorder lets no other thread in between.
#pragma once

#include <sys/stat.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>

#include "fault/disk/filter.hpp"
#include "fault/disk/follower.hpp"
#include "fault/disk/recorder.hpp"
#include "fault/disk/tracee.hpp"

namespace assay::disk {

class Calls {
 public:
  // `output` is the pipe that what the program prints goes to.
  Calls(const RecordOptions& options, Follower& follower, const struct stat& output);

  enum class Next {
    go_on,       // nothing more to see
    see_return,  // the call is made now
    pay,         // it was a sync, and has been answered; it goes on once the sync's cost has passed
  };
  Next begin(const Tracee& tracee);
  void end(const Tracee& tracee);

  // What lies outside the folder, and is still there, makes the log doubtful.
  void finish();

 private:
  struct Place {  // of a name
    FileId folder = root_folder;
    std::string name;
  };

  Next begin_write(const Tracee& tracee, int descriptor);
  Next begin_sync(const Tracee& tracee);
  Next begin_names(const Tracee& tracee);
  Next begin_map(const Tracee& tracee);
  Next begin_sync_map(const Tracee& tracee);
  Next answer_sync(const Tracee& tracee, const std::function<void(bool)>& tell);
  bool break_write(const Tracee& tracee);
  void note_outside(const Tracee& tracee, int descriptor, const struct stat& status);

  void end_write(const Tracee& tracee, std::int64_t result);
  void end_copy(const Tracee& tracee, std::int64_t result);
  void end_open(const Tracee& tracee, std::int64_t result);
  void end_names(const Tracee& tracee);
  std::optional<FileId> adopt(const std::string& path, const Place& place, const std::string& call);

  std::optional<Place> place_of(const Tracee& tracee, int folder, std::uint64_t path) const;
  static bool opens_a_fifo(const Tracee& tracee);
  bool is_on_our_disk(const Tracee& tracee) const;
  std::string printed_by(const Tracee& tracee) const;
  std::int64_t flags_of_open(const Tracee& tracee) const;

  const RecordOptions& options_;
  Follower& follower_;
  const struct stat output_;

  // The call that is being made.
  CallInfo info_;
  std::optional<Tracee> made_;  // as it began
  FileId file_ = root_folder;
  std::optional<Place> from_;
  std::optional<Place> to_;
  std::string to_path_;  // through /proc

  std::set<FileId> appended_;  // opened so at least once
  std::set<FileId> durable_;   // opened with O_DSYNC or O_SYNC at least once
  std::set<std::string> outside_;
  std::size_t sync_count_ = 0;
  std::size_t write_count_ = 0;
};

}  // namespace assay::disk
