// What the compiler calls before each load and store (GCC's tsan.cc): a point, unless only this
// thread can notice.
#include "threads/hook.hpp"
#include "threads/replacements.hpp"

namespace assay::host::threads {
namespace {

inline void access(const void* address, PointKind kind, void* pc) {
  const Task* const task = current;
  if (task == nullptr || task->inside || task->owns(address)) return;
  Entry entry(pc);
  scheduler().point(entry.task(), kind);
}

}  // namespace

void keep_memory_replacements() {}

}  // namespace assay::host::threads

using assay::host::threads::access;
using assay::host::threads::PointKind;

#define ASSAY_PC __builtin_return_address(0)
#define ASSAY_ACCESSES(size)                                                                     \
  void __tsan_read##size(void* at) { access(at, PointKind::read, ASSAY_PC); }                    \
  void __tsan_write##size(void* at) { access(at, PointKind::write, ASSAY_PC); }                  \
  void __tsan_unaligned_read##size(void* at) { access(at, PointKind::read, ASSAY_PC); }          \
  void __tsan_unaligned_write##size(void* at) { access(at, PointKind::write, ASSAY_PC); }        \
  void __tsan_volatile_read##size(void* at) { access(at, PointKind::read, ASSAY_PC); }           \
  void __tsan_volatile_write##size(void* at) { access(at, PointKind::write, ASSAY_PC); }         \
  void __tsan_unaligned_volatile_read##size(void* at) { access(at, PointKind::read, ASSAY_PC); } \
  void __tsan_unaligned_volatile_write##size(void* at) { access(at, PointKind::write, ASSAY_PC); }

extern "C" {

ASSAY_ACCESSES(1)
ASSAY_ACCESSES(2)
ASSAY_ACCESSES(4)
ASSAY_ACCESSES(8)
ASSAY_ACCESSES(16)

void __tsan_read_range(void* at, unsigned long /*bytes*/) { access(at, PointKind::read, ASSAY_PC); }
void __tsan_write_range(void* at, unsigned long /*bytes*/) {
  access(at, PointKind::write, ASSAY_PC);
}
void __tsan_vptr_read(void** at) { access(at, PointKind::read, ASSAY_PC); }
void __tsan_vptr_update(void** at, void* /*table*/) { access(at, PointKind::write, ASSAY_PC); }

void __tsan_init() {}
void __tsan_func_entry(void* /*caller*/) {}
void __tsan_func_exit() {}
}
