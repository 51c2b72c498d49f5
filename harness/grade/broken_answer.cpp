#include "grade/broken_answer.hpp"

namespace assay::grade {

std::optional<BrokenAnswer> broken_answer(std::string_view answer) {
  const auto space = answer.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  BrokenAnswer broken{std::string(answer.substr(0, space)), "", ""};
  const std::string rest(answer.substr(space + 1));
  if (broken.kind == "threw") {
    broken.reason = "threw an exception: " + rest;
  } else if (broken.kind == "error") {
    broken.reason = "doesn't understand: " + rest;
  } else if (broken.not_implemented()) {
    const auto at = rest.rfind(" at ");
    broken.reason = rest.substr(0, at) + " is not implemented";
    if (at != std::string::npos) broken.where = rest.substr(at + 4);
  } else {
    return std::nullopt;
  }
  return broken;
}

}  // namespace assay::grade
