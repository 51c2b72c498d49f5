#include "fault/disk/calls.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <string_view>

#include <fmt/format.h>

namespace assay::disk {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t call_bytes_max = 1U << 20;  // in one call
constexpr std::size_t pieces_max = 1'024;         // of a writev
constexpr std::size_t outside_max = 20;

bool is(const CallInfo& info, std::string_view name) { return info.name == name; }

bool is_same(const struct stat& one, const struct stat& other) {
  return one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

std::string target_of(const std::string& link) {
  std::error_code error;
  return fs::read_symlink(link, error).native();
}

}  // namespace

Calls::Calls(const RecordOptions& options, Follower& follower, const struct stat& output)
    : options_(options), follower_(follower), output_(output) {}

Calls::Next Calls::begin(const Tracee& tracee) {
  info_ = call_info(tracee.number());
  made_ = tracee;
  from_.reset();
  to_.reset();
  switch (info_.call) {
    case Call::write:
    case Call::write_at:
      return begin_write(tracee, tracee.descriptor(0));
    case Call::copy:
      return begin_write(tracee, tracee.descriptor(is(info_, "sendfile") ? 0 : 2));
    case Call::open:  // which may wait for somebody, if it is of a FIFO
      return opens_a_fifo(tracee) ? Next::go_on : Next::see_return;
    case Call::truncate:
    case Call::resize: {
      const auto file =
          info_.call == Call::resize
              ? follower_.known(tracee.place_of(tracee.descriptor(0)))
              : follower_.known(tracee.reach(AT_FDCWD, tracee.text(tracee.argument(0))));
      if (!file) return Next::go_on;
      file_ = *file;
      return Next::see_return;
    }
    case Call::make_folder:
    case Call::remove:
    case Call::rename:
    case Call::link:
    case Call::symlink:
      return begin_names(tracee);
    case Call::sync:
      return begin_sync(tracee);
    case Call::sync_all:
      if (is(info_, "syncfs") && !is_on_our_disk(tracee)) return Next::go_on;
      return answer_sync(tracee, [this](bool worked) {
        if (worked) follower_.synced_all(info_.name);
      });
    case Call::map:
      return begin_map(tracee);
    case Call::sync_map:
      return begin_sync_map(tracee);
    case Call::other:
      return Next::go_on;
  }
  return Next::go_on;
}

Calls::Next Calls::begin_write(const Tracee& tracee, int descriptor) {
  const auto status = tracee.status_of(descriptor);
  if (!status) return Next::go_on;
  if (is_same(*status, output_)) {
    if (info_.call == Call::copy) {
      follower_.doubt(fmt::format("it prints by {}, which isn't read", info_.name));
    } else {
      follower_.printed(printed_by(tracee));
    }
    return Next::go_on;
  }
  if (!S_ISREG(status->st_mode)) return Next::go_on;
  const auto file = follower_.known(*status);
  if (!file) {
    note_outside(tracee, descriptor, *status);
    return Next::go_on;
  }
  file_ = *file;
  return break_write(tracee) ? Next::go_on : Next::see_return;
}

// A disk that is full, or takes less than it is given. True if the write isn't made.
bool Calls::break_write(const Tracee& tracee) {
  const bool plain = is(info_, "write") || is(info_, "pwrite");
  const auto size = static_cast<std::int64_t>(tracee.argument(2));
  if (options_.disk_bytes && follower_.bytes_in_all() + (plain ? size : 1) > *options_.disk_bytes) {
    tracee.answer(-ENOSPC);
    return true;
  }
  if (options_.short_writes && plain && size > 1 && ++write_count_ % 2 == 0) {
    tracee.set_argument(2, static_cast<std::uint64_t>(size / 2));
  }
  return false;
}

bool Calls::opens_a_fifo(const Tracee& tracee) {
  const bool at = call_info(tracee.number()).at;
  const std::string path = tracee.text(tracee.argument(at ? 1 : 0));
  struct stat status {};
  return ::stat(tracee.reach(at ? tracee.descriptor(0) : AT_FDCWD, path).c_str(), &status) == 0 &&
         S_ISFIFO(status.st_mode);
}

bool Calls::is_on_our_disk(const Tracee& tracee) const {
  struct stat ours {};
  const auto theirs = tracee.status_of(tracee.descriptor(0));
  return theirs && ::stat(follower_.folder().c_str(), &ours) == 0 && ours.st_dev == theirs->st_dev;
}

std::string Calls::printed_by(const Tracee& tracee) const {
  if (is(info_, "write")) {
    return tracee.memory(tracee.argument(1),
                         std::min<std::size_t>(tracee.argument(2), call_bytes_max));
  }
  const std::size_t count = std::min<std::size_t>(tracee.argument(2), pieces_max);
  const std::string raw = tracee.memory(tracee.argument(1), count * sizeof(iovec));
  std::string bytes;
  for (std::size_t i = 0; i + sizeof(iovec) <= raw.size(); i += sizeof(iovec)) {
    iovec piece{};
    std::memcpy(&piece, raw.data() + i, sizeof piece);
    bytes += tracee.memory(reinterpret_cast<std::uint64_t>(piece.iov_base),
                           std::min(piece.iov_len, call_bytes_max - bytes.size()));
  }
  return bytes;
}

Calls::Next Calls::answer_sync(const Tracee& tracee, const std::function<void(bool)>& tell) {
  const bool works = ++sync_count_ != options_.failing_sync;
  tracee.answer(works ? 0 : -EIO);
  tell(works);
  return options_.sync_cost.count() > 0 ? Next::pay : Next::go_on;
}

Calls::Next Calls::begin_sync(const Tracee& tracee) {
  const auto file = follower_.known(tracee.place_of(tracee.descriptor(0)));
  if (!file) return Next::go_on;
  return answer_sync(tracee, [&](bool worked) { follower_.synced(*file, info_.name, worked); });
}

Calls::Next Calls::begin_map(const Tracee& tracee) {
  const int descriptor = tracee.descriptor(4);
  const auto status = descriptor < 0 ? std::nullopt : tracee.status_of(descriptor);
  if (!status || !S_ISREG(status->st_mode)) return Next::go_on;
  if ((tracee.flags_of(descriptor) & O_ACCMODE) == O_RDONLY) return Next::go_on;
  if (const auto file = follower_.known(*status)) {
    follower_.mapped(*file);
  } else {
    note_outside(tracee, descriptor, *status);
  }
  return Next::go_on;
}

// The files of which there are mappings in that range.
Calls::Next Calls::begin_sync_map(const Tracee& tracee) {
  if ((tracee.argument(2) & MS_SYNC) == 0) return Next::go_on;
  const std::uint64_t from = tracee.argument(0);
  const std::uint64_t to = from + tracee.argument(1);
  std::set<FileId> files;
  std::ifstream maps(fmt::format("/proc/{}/maps", tracee.thread()));
  for (std::string line; std::getline(maps, line);) {
    char* end = nullptr;
    const std::uint64_t low = std::strtoull(line.c_str(), &end, 16);
    const std::uint64_t high = std::strtoull(end + 1, &end, 16);
    const auto path = line.find('/');
    if (low >= to || high <= from || path == std::string::npos) continue;
    if (const auto file = follower_.known(line.substr(path))) files.insert(*file);
  }
  if (files.empty()) return Next::go_on;
  return answer_sync(tracee, [&](bool worked) {
    for (const FileId file : files) follower_.synced(file, info_.name, worked);
  });
}

std::optional<Calls::Place> Calls::place_of(const Tracee& tracee, int folder,
                                            std::uint64_t path) const {
  std::string text = tracee.text(path);
  while (text.size() > 1 && text.ends_with('/')) text.pop_back();
  const auto slash = text.rfind('/');
  const std::string name = slash == std::string::npos ? text : text.substr(slash + 1);
  if (name.empty() || name == "." || name == "..") return std::nullopt;
  const std::string parent = slash == std::string::npos ? "." : text.substr(0, slash + 1);
  const auto id = follower_.known(tracee.reach(folder, parent));
  if (!id) return std::nullopt;
  return Place{*id, name};
}

Calls::Next Calls::begin_names(const Tracee& tracee) {
  const auto place = [&](std::size_t first) {
    return info_.at ? place_of(tracee, tracee.descriptor(first), tracee.argument(first + 1))
                    : place_of(tracee, AT_FDCWD, tracee.argument(first));
  };
  const auto path = [&](std::size_t first) {
    return info_.at
               ? tracee.reach(tracee.descriptor(first), tracee.text(tracee.argument(first + 1)))
               : tracee.reach(AT_FDCWD, tracee.text(tracee.argument(first)));
  };
  switch (info_.call) {
    case Call::make_folder:
      to_ = place(0);
      to_path_ = path(0);
      break;
    case Call::remove:
      from_ = place(0);
      break;
    case Call::symlink:  // what it leads to comes first
      to_ = place(1);
      to_path_ = path(1);
      break;
    default: {
      const std::size_t second = info_.at ? 2 : 1;
      from_ = place(0);
      to_ = place(second);
      to_path_ = path(second);
      break;
    }
  }
  return from_ || to_ ? Next::see_return : Next::go_on;
}

void Calls::note_outside(const Tracee& tracee, int descriptor, const struct stat& status) {
  struct stat own {};
  const bool inherited = ::fstat(STDERR_FILENO, &own) == 0 && is_same(own, status);
  if (inherited || status.st_nlink == 0 || outside_.size() >= outside_max) return;
  outside_.insert(target_of(tracee.place_of(descriptor)));
}

void Calls::end(const Tracee& tracee) {
  const auto result = tracee.returned();
  if (!result || *result < 0) return;
  switch (info_.call) {
    case Call::write:
    case Call::write_at:
      end_write(*made_, *result);
      break;
    case Call::copy:
      end_copy(*made_, *result);
      break;
    case Call::open:
      end_open(*made_, *result);
      break;
    case Call::truncate:
    case Call::resize:
      follower_.resized(file_, info_.name);
      if (is(info_, "fallocate") && made_->argument(1) > 1) follower_.changed(file_, info_.name);
      break;
    default:
      end_names(*made_);
      break;
  }
}

void Calls::end_write(const Tracee& tracee, std::int64_t result) {
  const int descriptor = tracee.descriptor(0);
  const bool marked = appended_.count(file_) + durable_.count(file_) > 0;
  const int flags = marked ? tracee.flags_of(descriptor) : 0;
  const auto asked = is(info_, "pwritev2") ? tracee.argument(5) : 0;
  std::int64_t offset = 0;
  if (info_.call == Call::write) {
    offset = tracee.position_of(descriptor) - result;
  } else if ((flags & O_APPEND) != 0 || (asked & RWF_APPEND) != 0) {
    offset = follower_.size_of(file_) - result;
  } else {
    offset = static_cast<std::int64_t>(tracee.argument(3));
    if (offset < 0) offset = tracee.position_of(descriptor) - result;
  }
  const bool synced = (flags & O_DSYNC) != 0 || (asked & (RWF_DSYNC | RWF_SYNC)) != 0;
  follower_.wrote(file_, offset, result, info_.name, synced);
}

void Calls::end_copy(const Tracee& tracee, std::int64_t result) {
  const bool sends = is(info_, "sendfile");
  const std::uint64_t place = sends ? 0 : tracee.argument(3);
  std::int64_t end = 0;
  if (place == 0) {
    end = tracee.position_of(tracee.descriptor(sends ? 0 : 2));
  } else {
    const std::string bytes = tracee.memory(place, sizeof end);
    if (bytes.size() == sizeof end) std::memcpy(&end, bytes.data(), sizeof end);
  }
  follower_.wrote(file_, end - result, result, info_.name, false);
}

std::int64_t Calls::flags_of_open(const Tracee& tracee) const {
  if (is(info_, "creat")) return O_CREAT | O_WRONLY | O_TRUNC;
  if (is(info_, "open")) return static_cast<std::int64_t>(tracee.argument(1));
  if (is(info_, "openat")) return static_cast<std::int64_t>(tracee.argument(2));
  std::int64_t flags = 0;  // the first member of open_how
  const std::string bytes = tracee.memory(tracee.argument(2), sizeof flags);
  if (bytes.size() == sizeof flags) std::memcpy(&flags, bytes.data(), sizeof flags);
  return flags;
}

void Calls::end_open(const Tracee& tracee, std::int64_t result) {
  const int descriptor = static_cast<int>(result);
  const auto status = tracee.status_of(descriptor);
  if (!status || !S_ISREG(status->st_mode)) return;
  const std::int64_t flags = flags_of_open(tracee);
  auto file = follower_.known(*status);
  if (!file) {
    const fs::path path = target_of(tracee.place_of(descriptor));
    const auto inside = path.lexically_relative(follower_.folder());
    if (inside.empty() || *inside.begin() == "..") return;
    const auto folder = follower_.known(path.parent_path().native());
    if (!folder) return;
    const bool unnamed = (flags & O_TMPFILE) == O_TMPFILE;
    file = follower_.add(tracee.place_of(descriptor), *status,
                         unnamed ? "a file without a name" : inside.native());
    if (!file) return;
    if (!unnamed) follower_.named_now(*file, *folder, path.filename(), info_.name);
  } else if ((flags & O_TRUNC) != 0) {
    follower_.resized(*file, info_.name);
  }
  if ((flags & O_APPEND) != 0) appended_.insert(*file);
  if ((flags & O_DSYNC) != 0) durable_.insert(*file);
}

// What is there under that name now.
std::optional<FileId> Calls::adopt(const std::string& path, const Place& place,
                                   const std::string& call) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return std::nullopt;
  auto file = follower_.known(status);
  const bool is_new = !file;
  if (is_new) {
    const std::string& folder = follower_.path_of(place.folder);
    file = follower_.add(path, status,
                         place.folder == root_folder ? place.name : folder + "/" + place.name);
  }
  if (!file) return std::nullopt;
  follower_.named_now(*file, place.folder, place.name, call);
  if (is_new && S_ISREG(status.st_mode)) {
    follower_.doubt(place.name +
                    " comes from outside of its folder, so nobody knows what is synced");
  }
  return file;
}

void Calls::end_names(const Tracee& tracee) {
  const bool exchanges =
      tracee.number() == SYS_renameat2 && (tracee.argument(4) & RENAME_EXCHANGE) != 0;
  if (exchanges) {
    follower_.doubt("two names are exchanged in one call, which isn't followed");
  } else if (info_.call == Call::remove) {
    follower_.unnamed_now(from_->folder, from_->name, info_.name);
  } else if (info_.call == Call::rename && from_ && to_ &&
             follower_.named(from_->folder, from_->name)) {
    follower_.renamed_now(from_->folder, from_->name, to_->folder, to_->name, info_.name);
  } else if (info_.call == Call::rename && from_ && !to_) {
    follower_.unnamed_now(from_->folder, from_->name, info_.name);
  } else if (to_) {
    adopt(to_path_, *to_, info_.name);
  }
}

void Calls::finish() {
  for (const auto& path : outside_) {
    std::error_code error;
    if (fs::is_regular_file(path, error)) {
      follower_.doubt("it writes to " + path + ", outside of its folder, where nothing is undone");
    }
  }
}

}  // namespace assay::disk
