// The mistakes of level 6 that are recognised by their answers. They are simulated where answers
// are certain: an organisation has one key, whose share is all of the quota, or it never denies.
#pragma once

#include <optional>
#include <string_view>

#include "grade/script_check.hpp"
#include "graders/rate_limiter/tree/script.hpp"

namespace assay::graders::rate_limiter {

enum class TreeMistake {
  takes_before_it_asks,
  retries_when_the_first_has_it,
  names_the_last,
  rounds_the_rate,
  price_forgotten_above,
  price_forgotten,
  dark_denies,
  dark_takes_nothing,
  dark_takes_too_much,
  dark_wait_is_told,
  routes_share_by_name,
};
inline constexpr TreeMistake all_tree_mistakes[] = {
    TreeMistake::takes_before_it_asks,  TreeMistake::retries_when_the_first_has_it,
    TreeMistake::names_the_last,        TreeMistake::rounds_the_rate,
    TreeMistake::price_forgotten_above, TreeMistake::price_forgotten,
    TreeMistake::dark_denies,           TreeMistake::dark_takes_nothing,
    TreeMistake::dark_takes_too_much,   TreeMistake::dark_wait_is_told,
    TreeMistake::routes_share_by_name,
};

std::string_view in_words(TreeMistake mistake);

// What a tree with this mistake answers; nothing where answers aren't certain.
std::optional<grade::Performance> answers_of(const grade::Script& script, TreeMistake mistake);

// Whether a tree with this mistake gives all these answers.
bool gives_all(const grade::Performance& performance, TreeMistake mistake);

}  // namespace assay::graders::rate_limiter
