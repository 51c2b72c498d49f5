// The limiters of levels 1 and 2, by hand: "limiter capacity 5 every 200ms", "acquire alice 1
// @0.5s".
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "grade/play.hpp"

namespace assay::graders::rate_limiter {

class LimiterPlay final : public grade::Play {
 public:
  std::string help() const override;
  std::vector<std::string> verbs() const override;
  std::string first_setup() const override;
  std::string to_line(const std::string& typed, const grade::Script& before) const override;
  bool is_setup(const std::string& line) const override;
  std::string to_typed(const std::string& line) const override;
  std::unique_ptr<grade::ScriptCheck> check(const grade::Script& script, std::string id,
                                            std::string slug, std::string title) const override;
};

}  // namespace assay::graders::rate_limiter
