#include "grade/conversation.hpp"

#include <csignal>

#include <fmt/format.h>

#include "base/text.hpp"
#include "grade/subject_link.hpp"

namespace assay::grade {
namespace {

volatile std::sig_atomic_t interruption_seen = 0;

class Talk {
 public:
  Talk(const SubjectSpec& subject, const std::vector<Script>& scripts, std::string name, Pace pace)
      : pace_(pace), link_(subject) {
    talk_.name = std::move(name);
    for (const auto& script : scripts) {
      talk_.exchanges.push_back({script.setup, std::nullopt});
      for (const auto& line : script.operations) talk_.exchanges.push_back({line, std::nullopt});
    }
    send_all();
  }

  Conversation run() {
    exchange();
    part();
    talk_.output = link_.output();
    return std::move(talk_);
  }

 private:
  void send_all() {
    std::string lines = link_.greeting();
    if (pace_ == Pace::trace) lines += fmt::format("trace {}\n", talk_.exchanges.size());
    for (const auto& exchange : talk_.exchanges) lines += exchange.asked + '\n';
    link_.send(lines + "end " + nonce_ + '\n');
  }

  void exchange() {
    while (!complete_ && talk_.trouble.empty()) {
      link_.step();
      std::string line;
      while (!complete_ && talk_.trouble.empty() && link_.next_line(line)) take(line);
      if (complete_ || !talk_.trouble.empty()) return;
      if (const auto trouble = link_.trouble(); !trouble.empty())
        talk_.trouble = trouble + during();
    }
  }

  // A crash on the way out is a crash.
  void part() {
    const auto& ending = complete_ ? link_.part() : link_.cell().stop();
    if (complete_ && ending.kind == proc::Ending::Kind::signalled && talk_.trouble.empty()) {
      talk_.trouble = ending.in_words() + " after its last answer";
    }
  }

  std::string during() const {
    if (!greeted_) return std::string(before_ready);
    if (answered_ == talk_.exchanges.size()) return " at the end of the script";
    if (pace_ == Pace::trace) return " during the trace";
    return fmt::format(" at \"{}\"", shown_operation(talk_.exchanges[answered_].asked));
  }

  void take(const std::string& said) {
    if (!greeted_) {
      greeted_ = true;
      talk_.trouble = trouble_with_greeting(link_, said);
    } else if (answered_ < talk_.exchanges.size()) {
      talk_.exchanges[answered_++].answered = said;
    } else if (said == "end " + nonce_) {
      complete_ = true;
    } else {
      talk_.trouble = fmt::format(
          "said \"{}\" at the end, where the protocol wants \"end\" and the "
          "number that the grader sent last",
          said);
    }
  }

  const Pace pace_;
  const std::string nonce_ = fresh_nonce();
  SubjectLink link_;
  Conversation talk_;
  std::size_t answered_ = 0;
  bool greeted_ = false;
  bool complete_ = false;
};

}  // namespace

std::vector<Script> scripts_of(const Conversation& talk) {
  std::vector<Script> scripts;
  const auto verb = [](const std::string& line) { return line.substr(0, line.find(' ')); };
  for (const auto& exchange : talk.exchanges) {
    if (verb(exchange.asked) == verb(talk.exchanges[0].asked)) {
      scripts.push_back({exchange.asked, {}});
    } else {
      scripts.back().operations.push_back(exchange.asked);
    }
  }
  return scripts;
}

void note_interruptions() {
  struct sigaction action = {};
  action.sa_handler = [](int) { interruption_seen = 1; };
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) ::sigaction(signal, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

bool interrupted() { return interruption_seen != 0; }

void heed_interruptions() {
  if (interrupted()) throw Interrupted{};
}

Conversation converse(const SubjectSpec& subject, const std::vector<Script>& scripts,
                      std::string name, Pace pace) {
  return Talk(subject, scripts, std::move(name), pace).run();
}

}  // namespace assay::grade
