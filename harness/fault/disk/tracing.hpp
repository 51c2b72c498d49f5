// Whether programs can be traced here, for those who want to know before they try.
#pragma once

#include <string>

namespace assay::disk {

// Why not; empty if they can. Tries it on a process of its own.
std::string why_no_tracing();

}  // namespace assay::disk
