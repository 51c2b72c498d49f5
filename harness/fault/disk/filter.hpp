// The system calls that matter to a disk: a filter of the kernel's makes the program stop at these,
// and at no others, so that what it computes costs nothing.
#pragma once

#include <cstdint>
#include <string>

namespace assay::disk {

enum class Call {
  other,
  write,        // write, writev: at the position of the descriptor
  write_at,     // pwrite64, pwritev, pwritev2: at an offset
  copy,         // sendfile, splice, copy_file_range
  open,         // with a flag that creates, empties, or makes writes durable or append
  truncate,     // of a path
  resize,       // ftruncate, fallocate
  make_folder,  // mkdir, mkdirat
  remove,       // unlink, unlinkat, rmdir
  rename,       // rename, renameat, renameat2
  link,         // link, linkat
  symlink,      // symlink, symlinkat
  sync,         // fsync, fdatasync, syncfs
  sync_all,     // sync
  map,          // mmap, shared
  sync_map,     // msync
};

struct CallInfo {
  Call call = Call::other;
  const char* name = "";
  bool at = false;  // its paths have a folder's descriptor before them
};

CallInfo call_info(std::uint64_t number);

// Into this process, for good, and into all that it starts. Calls that nothing could follow
// (io_uring, Linux's own asynchronous I/O, clones of a file's blocks) aren't there then. Returns
// false, with errno, if the kernel doesn't do it. To be called between fork and exec.
bool install_filter();

// Whether this machine's calls are known (x86-64, aarch64).
bool knows_this_machine();

}  // namespace assay::disk
