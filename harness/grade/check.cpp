#include "grade/check.hpp"

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

const Conversation& Check::told(const Evidence& evidence) const {
  return evidence.conversations.back();
}

Evidence Check::repeat(Workbench& workbench, const Evidence& before, std::uint64_t seed) const {
  if (live()) return collect(workbench, seed);
  return {{converse(workbench.subject(flavour()), scripts_of(told(before)), "replayed",
                    Pace::stepwise)}};
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
