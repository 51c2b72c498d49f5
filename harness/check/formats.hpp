// Reads histories. The format is found by looking: etcd logs and key-value files as Porcupine's
// tests have them, and our own JSON lines; docs/histories.md describes all three.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string_view>

#include "check/history.hpp"

namespace assay::check {

struct ReadLimits {
  std::size_t file_bytes = std::size_t{4} << 30;
  std::size_t line_bytes = std::size_t{64} << 20;
};

// Both throw HistoryError, with the line and what is wrong with it.
History read_history(std::string_view text, const ReadLimits& limits = {});
History read_history_file(const std::filesystem::path& file, const ReadLimits& limits = {});

}  // namespace assay::check
