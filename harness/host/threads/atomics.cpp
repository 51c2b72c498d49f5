// What the compiler calls for each atomic operation (GCC's tsan.cc): a point, and the operation,
// sequentially consistent whatever its memory order was. Built with -mcx16: without it GCC leaves
// 16 bytes to a library.
#include "threads/hook.hpp"
#include "threads/replacements.hpp"

namespace assay::host::threads {
namespace {

__extension__ using Int128 = unsigned __int128;
using Int8 = unsigned char;
using Int16 = unsigned short;
using Int32 = unsigned int;
using Int64 = unsigned long;

// Wherever it lies: a thread may wait for another to change an atomic on its own stack.
void before(void* pc) {
  Entry entry(pc);
  if (entry) scheduler().point(entry.task(), PointKind::atomic);
}

// A right solution tries again, so now and then it has to.
bool fails_weakly(void* pc) {
  Entry entry(pc);
  return entry && scheduler().fails_weakly(entry.task());
}

template <typename T>
bool swap_if(volatile T* at, T& expected, T desired) {
  if constexpr (sizeof(T) == sizeof(Int128)) {
    const T found = __sync_val_compare_and_swap(at, expected, desired);
    const bool swapped = found == expected;
    expected = found;
    return swapped;
  } else {
    return __atomic_compare_exchange_n(at, &expected, desired, false, __ATOMIC_SEQ_CST,
                                       __ATOMIC_SEQ_CST);
  }
}

template <typename T>
T load(const volatile T* at) {
  if constexpr (sizeof(T) == sizeof(Int128)) {
    return __sync_val_compare_and_swap(const_cast<volatile T*>(at), T{0}, T{0});
  } else {
    return __atomic_load_n(at, __ATOMIC_SEQ_CST);
  }
}

// Any read-modify-write; gives what was there before.
template <typename T, typename Change>
T update(volatile T* at, const Change& change) {
  T found = load(at);
  while (!swap_if(at, found, static_cast<T>(change(found)))) {
  }
  return found;
}

}  // namespace

void keep_atomic_replacements() {}

}  // namespace assay::host::threads

using namespace assay::host::threads;

#define ASSAY_PC __builtin_return_address(0)

#define ASSAY_UPDATE(bits, name, expression)                                             \
  Int##bits __tsan_atomic##bits##_##name(volatile Int##bits* at, Int##bits value, int) { \
    before(ASSAY_PC);                                                                    \
    return update(at, [value]([[maybe_unused]] Int##bits found) { return expression; }); \
  }

#define ASSAY_ATOMIC(bits)                                                                         \
  Int##bits __tsan_atomic##bits##_load(const volatile Int##bits* at, int) {                        \
    before(ASSAY_PC);                                                                              \
    return load(at);                                                                               \
  }                                                                                                \
  void __tsan_atomic##bits##_store(volatile Int##bits* at, Int##bits value, int) {                 \
    before(ASSAY_PC);                                                                              \
    update(at, [value](Int##bits) { return value; });                                              \
  }                                                                                                \
  ASSAY_UPDATE(bits, exchange, value)                                                              \
  ASSAY_UPDATE(bits, fetch_add, found + value)                                                     \
  ASSAY_UPDATE(bits, fetch_sub, found - value)                                                     \
  ASSAY_UPDATE(bits, fetch_and, found& value)                                                      \
  ASSAY_UPDATE(bits, fetch_or, found | value)                                                      \
  ASSAY_UPDATE(bits, fetch_xor, found ^ value)                                                     \
  ASSAY_UPDATE(bits, fetch_nand, ~(found & value))                                                 \
  int __tsan_atomic##bits##_compare_exchange_strong(volatile Int##bits* at, Int##bits* expected,   \
                                                    Int##bits desired, int, int) {                 \
    before(ASSAY_PC);                                                                              \
    return swap_if(at, *expected, desired) ? 1 : 0;                                                \
  }                                                                                                \
  int __tsan_atomic##bits##_compare_exchange_weak(volatile Int##bits* at, Int##bits* expected,     \
                                                  Int##bits desired, int, int) {                   \
    before(ASSAY_PC);                                                                              \
    const Int##bits found = load(at);                                                              \
    if (found != *expected || fails_weakly(ASSAY_PC)) {                                            \
      *expected = found;                                                                           \
      return 0;                                                                                    \
    }                                                                                              \
    return swap_if(at, *expected, desired) ? 1 : 0;                                                \
  }                                                                                                \
  Int##bits __tsan_atomic##bits##_compare_exchange_val(volatile Int##bits* at, Int##bits expected, \
                                                       Int##bits desired, int, int) {              \
    before(ASSAY_PC);                                                                              \
    swap_if(at, expected, desired);                                                                \
    return expected;                                                                               \
  }

extern "C" {

ASSAY_ATOMIC(8)
ASSAY_ATOMIC(16)
ASSAY_ATOMIC(32)
ASSAY_ATOMIC(64)
ASSAY_ATOMIC(128)

// One at a time runs, so a fence has nothing to order; but here another may run.
void __tsan_atomic_thread_fence(int) {
  before(ASSAY_PC);
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
}
void __tsan_atomic_signal_fence(int) {}
}
