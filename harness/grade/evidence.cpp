#include "grade/evidence.hpp"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "base/text.hpp"

namespace assay::grade {

std::string fact_in(const Conversation& facts, std::string_view asked) {
  const auto found = std::find_if(facts.exchanges.begin(), facts.exchanges.end(),
                                  [&](const Exchange& each) { return each.asked == asked; });
  return found == facts.exchanges.end() ? "" : found->answered.value_or("");
}

std::string to_transcript(const Evidence& evidence) {
  std::string text;
  for (const auto& conversation : evidence.conversations) {
    text += "## " + conversation.name + '\n';
    for (const auto& exchange : conversation.exchanges) {
      text += "> " + exchange.asked + '\n';
      if (exchange.answered) text += "< " + *exchange.answered + '\n';
    }
    if (!conversation.trouble.empty()) text += "! " + conversation.trouble + '\n';
    if (conversation.output.empty()) continue;
    for (const auto& line : base::split(conversation.output, '\n')) text += "| " + line + '\n';
  }
  return text;
}

Evidence from_transcript(std::string_view transcript) {
  Evidence evidence;
  int number = 0;
  for (const auto& line : base::split(transcript, '\n')) {
    ++number;
    if (line.empty()) continue;
    const std::string rest = line.size() > 2 ? line.substr(line[0] == '#' ? 3 : 2) : "";
    if (line.starts_with("## ")) {
      evidence.conversations.push_back({rest, {}, "", ""});
      continue;
    }
    auto* const talk = evidence.conversations.empty() ? nullptr : &evidence.conversations.back();
    if (talk != nullptr && line[0] == '>') {
      talk->exchanges.push_back({rest, std::nullopt});
    } else if (talk != nullptr && line[0] == '<' && !talk->exchanges.empty()) {
      talk->exchanges.back().answered = rest;
    } else if (talk != nullptr && line[0] == '!') {
      talk->trouble = rest;
    } else if (talk != nullptr && line[0] == '|') {
      talk->output += (talk->output.empty() ? "" : "\n") + rest;
    } else {
      throw std::runtime_error(fmt::format("line {} is not part of a transcript: \"{}\"", number,
                                           base::printable_line(line, 60)));
    }
  }
  return evidence;
}

}  // namespace assay::grade
