// Where in the program's code a thread is.
#pragma once

#include "threads/threads.hpp"

namespace assay::host::threads {

// The calls that led to `pc`, a return address of the calling thread.
Frames frames_from(const void* pc);

}  // namespace assay::host::threads
