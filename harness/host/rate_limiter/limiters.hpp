// Makes the limiter that a script asks for, of those that the solution has.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "api.hpp"
#include "shared.hpp"

namespace rate_limiter::host {

// `words` are those of a `limiter` operation. Throws assay::host::BadRequest for an algorithm that
// nobody knows, and kit::NotImplemented for a function that the solution doesn't define.
std::unique_ptr<Limiter> make(const std::vector<std::string_view>& words, const kit::Clock& clock);

// `words` are those of a `shared` operation. Throws likewise.
std::unique_ptr<SharedLimiter> make_shared(const std::vector<std::string_view>& words,
                                           const kit::Clock& clock);

}  // namespace rate_limiter::host
