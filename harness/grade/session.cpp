#include "grade/session.hpp"

namespace assay::grade {

Session::Session(const SubjectSpec& subject) : link_(subject) {
  link_.send(link_.greeting());
  const auto trouble = trouble_with_greeting(link_, next_line(std::string(before_ready)));
  if (!trouble.empty()) throw SubjectTrouble(trouble);
}

std::string Session::ask(const std::string& line) {
  link_.send(line + '\n');
  return next_line(" at \"" + shown_operation(line) + '"');
}

void Session::end() {
  const std::string goodbye = "end " + fresh_nonce();
  link_.send(goodbye + '\n');
  if (next_line(" at the end") != goodbye) throw SubjectTrouble("did not echo the last line");
  const auto& ending = link_.part();
  if (ending.kind == proc::Ending::Kind::signalled) {
    throw SubjectTrouble(ending.in_words() + " after its last answer");
  }
}

std::string Session::next_line(const std::string& during) {
  std::string line;
  while (!link_.next_line(line)) {
    if (const auto trouble = link_.trouble(); !trouble.empty()) {
      throw SubjectTrouble(trouble + during);
    }
    link_.step();
  }
  return line;
}

}  // namespace assay::grade
