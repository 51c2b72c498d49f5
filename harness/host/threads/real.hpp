// The C library's own functions, behind those that this runtime puts in their place.
// Found when first called, so that a program's static initialisers can already use them.
#pragma once

#include <dlfcn.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <ctime>

#include <atomic>
#include <cstdlib>

namespace assay::host::threads::real {

template <typename Function>
class Next;

template <typename Result, typename... Arguments>
class Next<Result(Arguments...)> {
 public:
  using Pointer = Result (*)(Arguments...);

  // `version` where the library keeps an older, incompatible function under the same name.
  explicit constexpr Next(const char* name, const char* version = nullptr)
      : name_(name), version_(version) {}

  template <typename... Given>
  Result operator()(Given... given) const {
    Pointer found = found_.load(std::memory_order_relaxed);
    if (found == nullptr) found = find();
    return found(static_cast<Arguments>(given)...);
  }

 private:
  Pointer find() const {
    void* symbol = version_ != nullptr ? dlvsym(RTLD_NEXT, name_, version_) : nullptr;
    if (symbol == nullptr) symbol = dlsym(RTLD_NEXT, name_);
    if (symbol == nullptr) std::abort();  // not the C library that this was written for
    const auto found = reinterpret_cast<Pointer>(symbol);
    found_.store(found, std::memory_order_relaxed);
    return found;
  }

  const char* name_;
  const char* version_;
  mutable std::atomic<Pointer> found_{nullptr};
};

inline constinit Next<int(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*)>
    pthread_create{"pthread_create"};
inline constinit Next<int(clockid_t, timespec*)> clock_gettime{"clock_gettime"};

// Six words whatever the call: the kernel doesn't look at those that it has no use for.
inline constinit Next<long(long, long, long, long, long, long, long)> syscall{"syscall"};

inline void futex(void* word, int operation, long value) {
  syscall(SYS_futex, reinterpret_cast<long>(word), operation, value, 0, 0, 0);
}

}  // namespace assay::host::threads::real
