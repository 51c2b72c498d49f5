// Porcupine as a process beside this one, for comparison. Its folder is named by ASSAY_PORCUPINE;
// nothing of it is part of this project.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "check/history.hpp"
#include "check/models.hpp"

namespace assay::check::bench {

class Peer {
 public:
  // Throws std::runtime_error, saying what is missing: the folder, or Go.
  Peer();
  ~Peer();
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  struct Answer {
    std::string verdict;  // Ok, Illegal, Unknown
    double seconds = 0;
  };

  // Writes a history for it; returns the file.
  std::filesystem::path store(const History& history, const std::string& name) const;

  // Nothing if it did not end within the time, or ran out of memory.
  std::optional<Answer> check(const std::filesystem::path& file, std::string_view model,
                              const Parameters& parameters, int budget_ms);

 private:
  void build(const std::filesystem::path& porcupine);
  void start();
  void stop();

  std::filesystem::path folder_;
  pid_t process_ = -1;
  int requests_ = -1;
  std::FILE* answers_ = nullptr;
};

}  // namespace assay::check::bench
