// Bash completion, from the command tree.
#pragma once

#include <string>
#include <vector>

namespace assay::cli {

struct CommandWords {
  std::string name;
  std::vector<std::string> options;  // "--json"
  bool takes_exercise = false;
};

// A script for `source <(assay completion bash)`. Exercises are asked for when Tab is pressed.
std::string bash_completion(const std::vector<CommandWords>& commands,
                            const std::vector<std::string>& general_options);

}  // namespace assay::cli
