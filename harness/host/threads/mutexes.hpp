// A mutex taken and given back inside the runtime: waiting on a condition variable does both.
#pragma once

#include <pthread.h>

#include "threads/task.hpp"

namespace assay::host::threads {

int lock_mutex(Task& task, pthread_mutex_t* mutex, std::int64_t deadline_ns = -1);
int unlock_mutex(Task& task, pthread_mutex_t* mutex);

}  // namespace assay::host::threads
