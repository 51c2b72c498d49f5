// Tries every order, for histories of a few operations: the answer that the searches are held to.
#pragma once

#include <string_view>

#include "check/history.hpp"
#include "support/service.hpp"

namespace assay::check::support {

// Not const: replaying operations may make new values.
bool is_linearizable_by_force(History& history, std::string_view model, Bucket bucket);
bool is_sequential_by_force(History& history, std::string_view model, Bucket bucket);

}  // namespace assay::check::support
