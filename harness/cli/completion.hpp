// Bash completion, from the command tree itself.
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace assay::cli {

// A script for `source <(assay completion bash)`. Exercises are asked for when Tab is pressed.
std::string bash_completion(const CLI::App& app);

}  // namespace assay::cli
