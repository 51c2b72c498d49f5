// What a program did to the files of its folder, in order: enough to make the disk as it would be
// after a power loss at any moment of the run. Values, no behaviour of their own.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace assay::disk {

using FileId = std::size_t;  // an index of Log::files

inline constexpr FileId root_folder = 0;

// A file, folder or symbolic link, whatever its names.
struct FileInfo {
  enum class Kind { file, folder, link };
  Kind kind = Kind::file;
  mode_t mode = 0644;
  std::string target;  // of a link
  std::string path;    // the first one that it had, for people
};

struct Step {
  enum class Kind {
    write,        // `data` at `offset` of `file`
    resize,       // `file` gets `size`
    link,         // `file` gets the name `name` in `folder`; also how it is made
    unlink,       // it loses that name
    rename,       // it has the name `to_name` in `to_folder` instead
    sync,         // `file` is synced, with all that was done to it
    sync_all,     // everything is
    failed_sync,  // `file` wasn't, and what was pending may never be (as Linux does it)
    output,       // `data` was printed: what it says has been promised
  };

  Kind kind = Kind::write;
  std::string call;  // "pwrite64", or "a store to a mapping"
  FileId file = root_folder;
  std::int64_t offset = 0;
  std::int64_t size = 0;
  std::string data;
  FileId folder = root_folder;
  std::string name;
  FileId to_folder = root_folder;
  std::string to_name;
  bool synced = false;  // a write that was synced by itself (O_DSYNC)
};

bool changes_names(const Step& step);  // what is in a folder
bool changes_bytes(const Step& step);  // what is in a file

struct Log {
  std::vector<FileInfo> files{{FileInfo::Kind::folder, 0755, "", "."}};
  std::vector<Step> steps;

  // Why it is not the whole truth, if it isn't: then nothing can be said about what would survive.
  std::vector<std::string> doubts;

  // "append() at log.cpp:27", from the innermost on, where there is debug information; if asked
  // for, and gdb is there.
  std::vector<std::string> stack;

  std::string ending;  // "exited with 3", "was ended after 60 s"; empty for exit 0
};

struct LogCounts {
  std::size_t writes = 0;  // and changes of size and of names
  std::size_t syncs = 0;
};

LogCounts counts_of(const Log& log);

// "write of 12 bytes to data.log", "fsync of data.log", "rename of data.tmp to data".
std::string in_words(const Log& log, const Step& step);

}  // namespace assay::disk
