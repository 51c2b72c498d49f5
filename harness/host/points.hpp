// In a scheduled host, where threads can be switched (threads/threads.hpp); elsewhere, nothing.
#pragma once

#ifdef ASSAY_SCHEDULED

#include "threads/threads.hpp"

namespace assay::host {
using threads::Points;
}

#else

namespace assay::host {

struct Points {
  enum class Are { off, on };
  explicit Points(Are /*are*/) {}
};

}  // namespace assay::host

#endif
