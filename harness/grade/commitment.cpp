#include "grade/commitment.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "base/text.hpp"

namespace assay::grade {
namespace {

constexpr std::size_t comment_columns = 98;

std::string comment(const std::string& text) {
  std::string lines;
  std::string line = "#";
  for (const auto& word : base::split(text, ' ')) {
    if (line.size() + 1 + word.size() > comment_columns) {
      lines += line + '\n';
      line = "#";
    }
    line += ' ' + word;
  }
  return lines + line + '\n';
}

std::string answer_line(const Prediction& prediction, const Commitment& commitment) {
  const auto question = question_of(prediction, commitment.seed);
  const double answer = commitment.answers.at(prediction.slug);
  if (question.choices.empty()) {
    return fmt::format("answers.{} = {}  # {}\n", prediction.slug, answer, question.unit);
  }
  return fmt::format("answers.{} = \"{}\"\n", prediction.slug,
                     question.choices.at(static_cast<std::size_t>(answer)));
}

// Nothing, if the question has changed so much that this is no answer to it any more.
std::optional<double> stored_answer(const Prediction& prediction, std::uint64_t seed,
                                    const toml::node& node) {
  const auto question = question_of(prediction, seed);
  if (const auto number = node.value<double>(); number && question.choices.empty()) return *number;
  const auto text = node.value<std::string>();
  return text ? answer_from(question, *text).value : std::nullopt;
}

Commitment commitment_in(const toml::table& table, const std::vector<Prediction>& predictions) {
  Commitment commitment;
  commitment.level = table["level"].value_or(0);
  const auto seed = table["seed"].value<std::int64_t>();
  commitment.at = table["at"].value_or("");
  commitment.graded_before = table["graded_before"].value_or("");
  const auto* answers = table["answers"].as_table();
  if (commitment.level == 0 || !seed || answers == nullptr) {
    throw std::runtime_error("each [[committed]] has a level, a seed and answers");
  }
  commitment.seed = static_cast<std::uint64_t>(*seed);
  for (const auto& prediction : predictions) {
    const auto* node = answers->get(prediction.slug);
    if (node == nullptr || prediction.level != commitment.level) continue;
    const auto answer = stored_answer(prediction, commitment.seed, *node);
    if (answer) commitment.answers[prediction.slug] = *answer;
  }
  return commitment;
}

}  // namespace

std::string with_commitment(std::string file, const std::string& exercise,
                            const Commitment& commitment,
                            const std::vector<Prediction>& predictions) {
  if (file.empty()) {
    file = fmt::format(
        "# What you predicted of {0}, as it was committed, before it was measured.\n"
        "# ./assay predict {0} shows what came of it, and never changes an answer.\n",
        exercise);
  }
  file += fmt::format("\n[[committed]]\nlevel = {}\nseed = {}\nat = \"{}\"\n", commitment.level,
                      commitment.seed, commitment.at);
  if (!commitment.counts()) {
    file +=
        fmt::format("graded_before = \"{}\"  # so these don't count\n", commitment.graded_before);
  }
  for (const auto& prediction : predictions) {
    if (commitment.answers.count(prediction.slug) == 0) continue;
    file += '\n' + comment(question_of(prediction, commitment.seed).text) +
            answer_line(prediction, commitment);
  }
  return file;
}

std::vector<Commitment> commitments_in(std::string_view file, const std::string& where,
                                       const std::vector<Prediction>& predictions) {
  std::vector<Commitment> commitments;
  try {
    const toml::table document = toml::parse(file);
    const auto* entries = document["committed"].as_array();
    if (entries == nullptr) return commitments;
    for (const auto& entry : *entries) {
      if (!entry.is_table()) throw std::runtime_error("each [[committed]] is a table");
      commitments.push_back(commitment_in(*entry.as_table(), predictions));
      const int level = commitments.back().level;
      const auto same = [&](const Commitment& one) { return one.level == level; };
      if (std::count_if(commitments.begin(), commitments.end(), same) > 1) {
        throw std::runtime_error(fmt::format("level {} is committed twice", level));
      }
    }
  } catch (const toml::parse_error& error) {
    throw std::runtime_error(fmt::format("{}:{}: {}", where, error.source().begin.line,
                                         std::string_view(error.description())));
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(fmt::format("{}: {}", where, error.what()));
  }
  return commitments;
}

}  // namespace assay::grade
