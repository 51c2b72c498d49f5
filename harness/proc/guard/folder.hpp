// The cell's folder, from its making to its removal, whatever a subject has left in it.
#pragma once

#include <string>

#include "user.hpp"

namespace assay::proc::guard {

// A new folder "assay-XXXXXX" in `preferred` or the machine's temporary folder: the first that the
// subject can enter and run programs in. Throws Failure.
std::string make_folder(const std::string& preferred, const User& user);

// Removes a folder with all that is in it; never follows a symbolic link.
void remove_folder(const std::string& path);

// Removes what a user owns in the folders that anybody may write to.
void remove_traces(uid_t uid);

}  // namespace assay::proc::guard
