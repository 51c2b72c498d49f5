#include "cli/completion.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace assay::cli {

std::string bash_completion(const std::vector<CommandWords>& commands,
                            const std::vector<std::string>& general_options) {
  std::vector<std::string> names;
  std::string cases;
  for (const auto& command : commands) {
    names.push_back(command.name);
    cases += fmt::format(
        "    {}) words=\"{} {}\" ;;\n", command.name, base::join(command.options, " "),
        command.takes_exercise ? "$(\"${COMP_WORDS[0]}\" list --slugs 2>/dev/null)" : "");
  }
  return fmt::format(R"(# bash completion for assay:  source <(./assay completion bash)
_assay() {{
  local words current="${{COMP_WORDS[COMP_CWORD]}}"
  if [ "$COMP_CWORD" -eq 1 ]; then
    words="{} {}"
  else
    case "${{COMP_WORDS[1]}}" in
{}    esac
    case "${{COMP_WORDS[COMP_CWORD-1]}}" in
      --solution) words="reference stub" ; COMPREPLY=($(compgen -f -- "$current")) ;;
      --color) words="auto always never" ;;
      --lang) words="c++ python" ;;
    esac
  fi
  COMPREPLY+=($(compgen -W "$words" -- "$current"))
}}
complete -F _assay assay ./assay
)",
                     base::join(names, " "), base::join(general_options, " "), cases);
}

}  // namespace assay::cli
