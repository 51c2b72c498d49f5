#include "fault/disk/follower.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>

#include <fmt/format.h>

#include "base/text.hpp"

namespace assay::disk {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t page_bytes = 4'096;
constexpr std::size_t doubts_max = 10;

}  // namespace

Follower::Follower(fs::path folder) : folder_(std::move(folder)) {
  struct stat status {};
  if (::stat(folder_.c_str(), &status) != 0 || !fs::is_empty(folder_)) {
    throw std::runtime_error("follow " + folder_.native() + ": it has to be an empty folder");
  }
  ids_[{status.st_dev, status.st_ino}] = root_folder;
  descriptors_.push_back(::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  contents_.emplace_back();
}

Follower::~Follower() {
  for (const int descriptor : descriptors_) {
    if (descriptor >= 0) ::close(descriptor);
  }
}

std::optional<FileId> Follower::known(const struct stat& status) const {
  const auto found = ids_.find({status.st_dev, status.st_ino});
  if (found == ids_.end()) return std::nullopt;
  return found->second;
}

std::optional<FileId> Follower::known(const std::string& path) const {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return known(status);
}

std::optional<FileId> Follower::named(FileId folder, const std::string& name) const {
  const auto found = entries_.find({folder, name});
  if (found == entries_.end()) return std::nullopt;
  return found->second;
}

std::optional<FileId> Follower::add(const std::string& path, const struct stat& status,
                                    const std::string& shown_as) {
  if (log_.files.size() >= kFilesMax) {
    doubt(fmt::format("it makes more than {} files", base::thousands(kFilesMax)));
    return std::nullopt;
  }
  FileInfo info;
  info.mode = status.st_mode;
  info.path = shown_as;
  int flags = O_RDONLY | O_CLOEXEC;
  if (S_ISDIR(status.st_mode)) info.kind = FileInfo::Kind::folder;
  if (S_ISLNK(status.st_mode)) {
    info.kind = FileInfo::Kind::link;
    flags = O_PATH | O_NOFOLLOW | O_CLOEXEC;
    info.target = fs::read_symlink(path);
  }
  const int descriptor = ::open(path.c_str(), flags);
  if (descriptor < 0) {
    doubt(fmt::format("{} can't be read while it is written ({})", shown_as,
                      errno == EMFILE ? "too many files are open" : "no permission"));
  }
  const FileId file = log_.files.size();
  log_.files.push_back(std::move(info));
  descriptors_.push_back(descriptor);
  contents_.emplace_back();
  ids_[{status.st_dev, status.st_ino}] = file;
  return file;
}

Step& Follower::add_step(Step::Kind kind, const std::string& call, FileId file) {
  Step& step = log_.steps.emplace_back();
  step.kind = kind;
  step.call = call;
  step.file = file;
  return step;
}

void Follower::named_now(FileId file, FileId folder, const std::string& name,
                         const std::string& call) {
  Step& step = add_step(Step::Kind::link, call, file);
  step.folder = folder;
  step.name = name;
  entries_[{folder, name}] = file;
}

void Follower::unnamed_now(FileId folder, const std::string& name, const std::string& call) {
  const auto file = named(folder, name);
  if (!file) return;
  store_what_was_mapped();
  Step& step = add_step(Step::Kind::unlink, call, *file);
  step.folder = folder;
  step.name = name;
  entries_.erase({folder, name});
}

void Follower::renamed_now(FileId folder, const std::string& name, FileId to_folder,
                           const std::string& to_name, const std::string& call) {
  const auto file = named(folder, name);
  if (!file) return;
  store_what_was_mapped();
  Step& step = add_step(Step::Kind::rename, call, *file);
  step.folder = folder;
  step.name = name;
  step.to_folder = to_folder;
  step.to_name = to_name;
  entries_.erase({folder, name});
  entries_[{to_folder, to_name}] = *file;
}

bool Follower::read(FileId file, std::int64_t offset, std::string& bytes) const {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t got = ::pread(descriptors_[file], bytes.data() + done, bytes.size() - done,
                                offset + static_cast<std::int64_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    done += static_cast<std::size_t>(got);
  }
  bytes.resize(done);
  return done > 0;
}

std::int64_t Follower::size_of(FileId file) const {
  struct stat status {};
  if (descriptors_[file] < 0 || ::fstat(descriptors_[file], &status) != 0) return 0;
  return status.st_size;
}

std::string Follower::now(FileId file) const {
  std::string bytes(static_cast<std::size_t>(std::min(size_of(file), kBytesMax)), '\0');
  read(file, 0, bytes);
  return bytes;
}

void Follower::wrote(FileId file, std::int64_t offset, std::int64_t size, const std::string& call,
                     bool synced) {
  if (descriptors_[file] < 0 || size <= 0) return;
  bytes_ += size;
  if (bytes_ > kBytesMax || offset + size > kBytesMax) {
    doubt("it writes more than 1 GiB, or to a file of more");
    return;
  }
  std::string data(static_cast<std::size_t>(size), '\0');
  read(file, offset, data);
  std::string& content = contents_[file];
  const auto end = static_cast<std::size_t>(offset) + data.size();
  if (content.size() < end) content.resize(end, '\0');
  content.replace(static_cast<std::size_t>(offset), data.size(), data);
  Step& step = add_step(Step::Kind::write, call, file);
  step.offset = offset;
  step.data = std::move(data);
  step.synced = synced;
}

void Follower::resized(FileId file, const std::string& call) {
  const std::int64_t size = size_of(file);
  if (size > kBytesMax) doubt("a file has more than 1 GiB");
  if (size > kBytesMax || static_cast<std::size_t>(size) == contents_[file].size()) return;
  contents_[file].resize(static_cast<std::size_t>(size), '\0');
  add_step(Step::Kind::resize, call, file).size = size;
}

void Follower::changed(FileId file, const std::string& call) {
  resized(file, call);
  const std::string present = now(file);
  std::size_t from = 0;
  const auto differs = [&](std::size_t at) {
    return present.compare(at, page_bytes, contents_[file], at, page_bytes) != 0;
  };
  while (from < present.size()) {
    if (!differs(from)) {
      from += page_bytes;
      continue;
    }
    std::size_t to = from;
    while (to < present.size() && differs(to)) to += page_bytes;
    to = std::min(to, present.size());
    wrote(file, static_cast<std::int64_t>(from), static_cast<std::int64_t>(to - from), call, false);
    from = to;
  }
}

void Follower::store_what_was_mapped() {
  for (const FileId file : mapped_) changed(file, "a store to a mapping");
}

void Follower::synced(FileId file, const std::string& call, bool worked) {
  store_what_was_mapped();
  add_step(worked ? Step::Kind::sync : Step::Kind::failed_sync, call, file);
}

void Follower::synced_all(const std::string& call) {
  store_what_was_mapped();
  add_step(Step::Kind::sync_all, call, root_folder);
}

void Follower::printed(std::string bytes) {
  store_what_was_mapped();
  add_step(Step::Kind::output, "write", root_folder).data = std::move(bytes);
}

void Follower::doubt(const std::string& why) {
  if (log_.doubts.size() < doubts_max && !base::contains(log_.doubts, why)) {
    log_.doubts.push_back(why);
  }
}

void Follower::compare(FileId folder, const fs::path& place) {
  std::size_t seen = 0;
  for (const auto& entry : fs::directory_iterator(place)) {
    const std::string name = entry.path().filename();
    const auto file = named(folder, name);
    struct stat status {};
    const bool same = file && ::lstat(entry.path().c_str(), &status) == 0 && known(status) == file;
    if (!same) {
      doubt(fmt::format("{} came to be by a call that isn't followed",
                        entry.path().lexically_relative(folder_).native()));
      continue;
    }
    ++seen;
    if (S_ISDIR(status.st_mode)) compare(*file, entry.path());
  }
  std::size_t expected = 0;
  for (auto each = entries_.lower_bound({folder, ""});
       each != entries_.end() && each->first.first == folder; ++each) {
    ++expected;
  }
  if (seen < expected) {
    doubt(fmt::format("a file of {} is gone by a call that isn't followed",
                      folder == root_folder ? "its folder" : path_of(folder)));
  }
}

Log Follower::finish() {
  store_what_was_mapped();
  compare(root_folder, folder_);
  for (FileId file = 0; file < log_.files.size(); ++file) {
    if (log_.files[file].kind != FileInfo::Kind::file || descriptors_[file] < 0) continue;
    if (now(file) != contents_[file]) {
      doubt(fmt::format("{} was changed by a call that isn't followed", path_of(file)));
    }
  }
  return std::move(log_);
}

}  // namespace assay::disk
