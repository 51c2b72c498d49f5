// The functions that take another's place come from an archive, and a shared library that calls one
// doesn't make the linker take it. So a run asks for each file of them.
#pragma once

namespace assay::host::threads {

void keep_clock_replacements();
void keep_memory_replacements();
void keep_atomic_replacements();
void keep_mutex_replacements();
void keep_rwlock_replacements();
void keep_condition_replacements();
void keep_semaphore_replacements();
void keep_once_replacements();
void keep_thread_replacements();
void keep_sleep_replacements();
void keep_futex_replacements();

inline void keep_replacements() {
  keep_clock_replacements();
  keep_memory_replacements();
  keep_atomic_replacements();
  keep_mutex_replacements();
  keep_rwlock_replacements();
  keep_condition_replacements();
  keep_semaphore_replacements();
  keep_once_replacements();
  keep_thread_replacements();
  keep_sleep_replacements();
  keep_futex_replacements();
}

// How many threads the program started outside any run.
int outsiders();

}  // namespace assay::host::threads
