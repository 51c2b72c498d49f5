#include "view.hpp"

#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <set>

namespace assay::proc::guard {
namespace {

constexpr const char* kTemporaryOptions = "mode=1777,size=64m,nr_inodes=16k";
constexpr const char* kPassageOptions = "mode=0711,size=1m,nr_inodes=4k";

bool is_beneath(const std::string& path, const std::string& folder) {
  return path == folder || (path.starts_with(folder) && path[folder.size()] == '/');
}

std::string real_path(const std::string& path) {
  std::array<char, PATH_MAX> resolved{};
  return ::realpath(path.c_str(), resolved.data()) == nullptr ? "" : resolved.data();
}

// Nothing that is mounted from here on may show outside. In a plain chroot "/" is no mount point,
// so the true root of this namespace, which is private to us, is entered for this one call.
void make_private() {
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0) return;
  const Descriptor here(::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
  const Descriptor own(::open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC));
  require(here && own, "open the mount namespace in /proc");
  require(::setns(own.get(), CLONE_NEWNS) == 0, "reach the root of the mount namespace");
  const bool made = ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
  require(made, "make the mounts private");
  require(::fchdir(here.get()) == 0 && ::chroot(".") == 0, "go back to the root folder");
}

Descriptor copy_of_mount(const std::string& path, bool read_only) {
  Descriptor copy(
      ::open_tree(AT_FDCWD, path.c_str(), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE));
  require(static_cast<bool>(copy), "bind " + path);
  if (read_only) {
    mount_attr attributes{};
    attributes.attr_set = MOUNT_ATTR_RDONLY;
    const int set = ::mount_setattr(copy.get(), "", AT_EMPTY_PATH | AT_RECURSIVE, &attributes,
                                    sizeof attributes);
    require(set == 0, "make " + path + " read-only");
  }
  return copy;
}

void attach(const Descriptor& mount, const std::string& path) {
  const int moved = ::move_mount(mount.get(), "", AT_FDCWD, path.c_str(), MOVE_MOUNT_F_EMPTY_PATH);
  require(moved == 0, "mount on " + path);
}

// The topmost folder on the way to `path` that only its owner can enter; "" if there is none.
std::string topmost_closed(const std::string& path) {
  for (std::size_t end = path.find('/', 1); end != std::string::npos;
       end = path.find('/', end + 1)) {
    std::string ancestor = path.substr(0, end);
    struct stat status {};
    if (::stat(ancestor.c_str(), &status) == 0 && (status.st_mode & S_IXOTH) == 0) return ancestor;
  }
  return "";
}

// A path that stays visible although a folder above it gets hidden.
struct Exposure {
  std::string path;
  bool is_folder = true;
  Descriptor mount;
};

class View {
 public:
  explicit View(const Plan& plan) : plan_(plan) {
    for (const char* folder : kTemporaryFolders) {
      const std::string path = real_path(folder);
      if (!path.empty()) temporary_.insert(path);
    }
  }

  void build() {
    find_exposures();
    const Descriptor tree = copy_of_mount("/", true);
    attach(tree, "/");
    require(::fchdir(tree.get()) == 0 && ::chroot(".") == 0, "enter the read-only view");
    require(::mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) == 0,
            "mount a new /proc");
    for (const std::string& folder : temporary_) hide(folder, kTemporaryOptions);
    for (const std::string& folder : closed_) {
      if (!hidden(folder)) hide(folder, kPassageOptions);
    }
    for (const Exposure& exposure : exposures_) {
      if (hidden(exposure.path)) make_place(exposure);
      attach(exposure.mount, exposure.path);
    }
  }

 private:
  bool hidden(const std::string& path) const {
    const auto above = [&](const std::string& folder) { return is_beneath(path, folder); };
    return std::any_of(hidden_.begin(), hidden_.end(), above);
  }

  void hide(const std::string& folder, const char* options) {
    const int mounted = ::mount("tmpfs", folder.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, options);
    require(mounted == 0, "mount a new " + folder);
    hidden_.push_back(folder);
  }

  void find_exposures() {
    std::set<std::string> wanted;
    wanted.insert(real_path(plan_.command.directory));
    for (const auto& path : plan_.command.reach) wanted.insert(real_path(path));
    const std::vector<std::string>& argv = plan_.command.argv;
    if (!argv.empty() && argv[0].starts_with('/')) wanted.insert(real_path(argv[0]));
    for (const std::string& path : wanted) {
      if (path.empty() || is_beneath(path, plan_.folder)) continue;
      expose_if_needed(path);
    }
    exposures_.push_back({plan_.folder, true, copy_of_mount(plan_.folder, false)});
  }

  // `wanted` is sorted, so a folder comes before what is beneath it.
  void expose_if_needed(const std::string& path) {
    const auto covers = [&](const auto& exposed) { return is_beneath(path, exposed.path); };
    if (std::any_of(exposures_.begin(), exposures_.end(), covers)) return;
    const auto above = [&](const std::string& folder) { return is_beneath(path, folder); };
    const bool in_temporary = std::any_of(temporary_.begin(), temporary_.end(), above);
    const std::string closed = plan_.user->own ? topmost_closed(path) : "";
    if (!in_temporary && closed.empty()) return;
    if (!closed.empty()) closed_.insert(closed);
    struct stat status {};
    require(::stat(path.c_str(), &status) == 0, "look at " + path);
    exposures_.push_back({path, S_ISDIR(status.st_mode), copy_of_mount(path, true)});
  }

  void make_place(const Exposure& exposure) const {
    const std::string& path = exposure.path;
    for (std::size_t end = path.find('/', 1); end != std::string::npos;
         end = path.find('/', end + 1)) {
      make_folder_in_passage(path.substr(0, end));
    }
    if (exposure.is_folder) return make_folder_in_passage(path);
    const Descriptor file(::open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0644));
    require(static_cast<bool>(file), "make a place for " + path);
  }

  static void make_folder_in_passage(const std::string& path) {
    if (::mkdir(path.c_str(), 0711) == 0 || errno == EEXIST) return;
    struct stat status {};  // a read-only file system may say so before it says that it exists
    require(::stat(path.c_str(), &status) == 0, "make a place for " + path);
  }

  const Plan& plan_;
  std::set<std::string> temporary_;
  std::set<std::string> closed_;
  std::vector<std::string> hidden_;
  std::vector<Exposure> exposures_;
};

}  // namespace

unsigned long namespace_flags() { return CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS; }

void enter_view(const Plan& plan) {
  make_private();
  View(plan).build();
  require(::sethostname("cell", 4) == 0, "name the cell");
}

}  // namespace assay::proc::guard
