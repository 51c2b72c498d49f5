#include "grade/check.hpp"

#include <stdexcept>

namespace assay::grade {

CheckResult blank_result(const CheckInfo& info) {
  CheckResult result;
  result.id = info.id;
  result.slug = info.slug;
  result.level = info.level;
  result.title = info.title;
  result.category = info.category;
  result.max_points = info.points;
  return result;
}

Evidence Check::repeat(Workbench& workbench, const Evidence& before) const {
  if (before.conversations.empty()) throw std::logic_error("no evidence to repeat");
  return {{converse(workbench.subject(flavour()), scripts_of(before.conversations.back()),
                    "replayed", Pace::stepwise)}};
}

std::vector<CheckInfo> Grader::infos() const {
  std::vector<CheckInfo> all;
  for (const auto& check : checks) all.push_back(check->info());
  return all;
}

const Check* Grader::named(std::string_view slug) const {
  for (const auto& check : checks) {
    if (check->info().slug == slug) return check.get();
  }
  return nullptr;
}

}  // namespace assay::grade
