#include "cli/completion.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace assay::cli {
namespace {

std::string long_options(const CLI::App& app) {
  std::string names;
  for (const auto* option : app.get_options()) {
    for (const auto& name : option->get_lnames()) names += "--" + name + ' ';
  }
  return names;
}

}  // namespace

std::string bash_completion(const CLI::App& app) {
  std::string commands;
  std::string cases;
  for (const auto* command : app.get_subcommands({})) {
    commands += command->get_name() + ' ';
    const bool takes_exercise = command->get_option_no_throw("exercise") != nullptr;
    cases += fmt::format("    {}) words=\"{}{}\" ;;\n", command->get_name(), long_options(*command),
                         takes_exercise ? "$(\"${COMP_WORDS[0]}\" list --slugs 2>/dev/null)" : "");
  }
  return fmt::format(R"(# bash completion for assay:  source <(./assay completion bash)
_assay() {{
  local words current="${{COMP_WORDS[COMP_CWORD]}}"
  if [ "$COMP_CWORD" -eq 1 ]; then
    words="{}{}"
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
                     commands, long_options(app), cases);
}

}  // namespace assay::cli
