// Sessions of `assay play` that were kept: my/<slug>/kept/<name>.txt has a setup and operations, as
// they are typed. Each is a check of the learner's own, worth no points, and whatever is graded is
// held to it: the learner's solution, a program in another language, the reference.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cli/context.hpp"
#include "grade/check.hpp"
#include "grade/conversation.hpp"

namespace assay::cli {

inline constexpr std::size_t kept_sessions_max = 100;
inline constexpr std::size_t kept_operations_max = 1'000;  // of a session

std::filesystem::path kept_folder(const Context& context, const std::string& slug);

// Throws grade::Misunderstood, with what was probably meant, if a typed line begins with no verb.
void expect_a_verb(const std::string& typed, const std::vector<std::string>& verbs);

// Writes a session; throws UsageError if the name can't be a file's, or there is one already.
std::filesystem::path keep(const Context& context, const std::string& slug, const grade::Play& play,
                           const grade::Script& script, const std::string& name);

// Adds a check for each, "yours.1" and so on, in the order of their names. Throws UsageError with
// file, line and reason.
void add_kept_checks(const Context& context, const std::string& slug, grade::Grader& grader);

// Whether a result is of such a check.
bool is_kept(const grade::CheckResult& result);

}  // namespace assay::cli
