// A crash test's result, for people and for programs. Pure.
#pragma once

#include <string>

#include "fault/disk/crash_test.hpp"

namespace assay::disk {

std::string result_as_text(const CrashOptions& options, const CrashResult& result);
std::string result_as_json(const CrashOptions& options, const CrashResult& result);

}  // namespace assay::disk
