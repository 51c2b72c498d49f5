// The grader's side of one assay-guard: spawned with the constructor; told to clean up, waited for
// and reaped by the destructor. Not thread-safe.
#pragma once

#include <sys/types.h>

#include <filesystem>

#include "proc/descriptor.hpp"
#include "proc/wire.hpp"

namespace assay::proc {

// The guard would not have this tier; what() says why.
struct TierRefused : CellError {
  using CellError::CellError;
};

class GuardProcess {
 public:
  // Throws TierRefused, or CellError. `trial`: sets up everything once, to see if it works.
  GuardProcess(Tier tier, bool trial);
  ~GuardProcess();
  GuardProcess(const GuardProcess&) = delete;
  GuardProcess& operator=(const GuardProcess&) = delete;

  int control() const { return control_.get(); }
  const std::filesystem::path& folder() const { return folder_; }
  const Isolation& isolation() const { return isolation_; }

 private:
  void spawn();
  void open(Tier tier, bool trial);
  void end();

  Descriptor control_;
  pid_t process_ = -1;
  std::filesystem::path folder_;
  Isolation isolation_;
};

}  // namespace assay::proc
