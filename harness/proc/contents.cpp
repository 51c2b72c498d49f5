#include "proc/contents.hpp"

#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

#include <algorithm>

namespace assay::proc {
namespace {

namespace fs = std::filesystem;

constexpr int kEnter = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
constexpr std::size_t kCopyStepBytes = 1U << 20;

// Inside the folder and nowhere else.
bool is_plain(const fs::path& name) {
  const auto outward = [](const fs::path& part) { return part.empty() || part == ".."; };
  return name.is_relative() && name.has_filename() &&
         std::none_of(name.begin(), name.end(), outward);
}

void write_all(int file, std::string_view content, const std::string& attempted) {
  while (!content.empty()) {
    const ssize_t written = ::write(file, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    require(written > 0, attempted);
    content.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

std::shared_mutex& programs_open_for_writing() {
  static std::shared_mutex programs;
  return programs;
}

Contents::Contents(const fs::path& folder, uid_t owner)
    : folder_(::open(folder.c_str(), kEnter)), owner_(owner) {
  require(static_cast<bool>(folder_), "open the cell's folder " + folder.native());
}

void Contents::hand_over(int descriptor) const {
  if (::geteuid() != 0) return;
  require(::fchown(descriptor, owner_, owner_) == 0, "give a file to the subject's user");
}

Descriptor Contents::enter(const fs::path& parent, bool make) const {
  Descriptor folder(::fcntl(folder_.get(), F_DUPFD_CLOEXEC, 0));
  for (const fs::path& part : parent) {
    const bool made = make && ::mkdirat(folder.get(), part.c_str(), 0755) == 0;
    Descriptor inner(::openat(folder.get(), part.c_str(), kEnter));
    if (!inner) return inner;
    if (made) hand_over(inner.get());
    folder = std::move(inner);
  }
  return folder;
}

Descriptor Contents::create(const fs::path& name, bool executable) const {
  const std::string attempted = "put " + name.native() + " into the cell";
  if (!is_plain(name)) throw CellError(attempted + ": not a plain relative path");
  const Descriptor parent = enter(name.parent_path(), true);
  require(static_cast<bool>(parent), attempted);
  const std::string file_name = name.filename();
  ::unlinkat(parent.get(), file_name.c_str(), 0);
  constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  const mode_t mode = executable ? 0755 : 0644;
  Descriptor file(::openat(parent.get(), file_name.c_str(), kFlags, mode));
  require(static_cast<bool>(file), attempted);
  hand_over(file.get());
  require(::fchmod(file.get(), mode) == 0, attempted);
  return file;
}

void Contents::put(const fs::path& name, std::string_view content, bool executable) const {
  const std::shared_lock lock(programs_open_for_writing());
  const Descriptor file = create(name, executable);
  write_all(file.get(), content, "write " + name.native() + " into the cell");
}

void Contents::put_copy(const fs::path& name, const fs::path& from, bool executable) const {
  const Descriptor source(::open(from.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  require(static_cast<bool>(source), "read " + from.native());
  struct stat status {};
  require(::fstat(source.get(), &status) == 0, "read " + from.native());
  if (!S_ISREG(status.st_mode)) throw CellError("read " + from.native() + ": not a plain file");
  const std::shared_lock lock(programs_open_for_writing());
  const Descriptor file = create(name, executable);
  ssize_t copied = 0;
  do {
    copied = ::sendfile(file.get(), source.get(), nullptr, kCopyStepBytes);
    require(copied >= 0 || errno == EINTR, "copy " + from.native() + " into the cell");
  } while (copied != 0);
}

std::optional<std::string> Contents::take(const fs::path& name, std::size_t limit_bytes) const {
  if (!is_plain(name)) return std::nullopt;
  const Descriptor parent = enter(name.parent_path(), false);
  if (!parent) return std::nullopt;
  constexpr int kFlags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
  const Descriptor file(::openat(parent.get(), name.filename().c_str(), kFlags));
  struct stat status {};
  if (!file || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  // A hard link would be a way around for what root can read and the subject can't.
  if (::geteuid() == 0 && status.st_uid != owner_) return std::nullopt;
  std::string content(std::min(limit_bytes, static_cast<std::size_t>(status.st_size)), '\0');
  std::size_t size = 0;
  while (size < content.size()) {
    const ssize_t got = ::read(file.get(), content.data() + size, content.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    size += static_cast<std::size_t>(got);
  }
  content.resize(size);
  return content;
}

}  // namespace assay::proc
