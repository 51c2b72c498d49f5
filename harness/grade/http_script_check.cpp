#include "grade/http_script_check.hpp"

#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "grade/broken_answer.hpp"
#include "grade/http_subject.hpp"
#include "grade/session.hpp"
#include "grade/subject_link.hpp"

namespace assay::grade {
namespace {

constexpr std::string_view stub_says = "not implemented: ";
constexpr std::size_t quoted_request_bytes = 120;
constexpr std::chrono::seconds serving_cpu_limit{30};

// "what" of the first line of a body, which is printable already: "\x0a" ends it.
std::string first_line(const std::string& body) { return body.substr(0, body.find("\\x0a")); }

class HttpTalk {
 public:
  HttpTalk(HttpSubject& subject, HttpSurroundings* surroundings, HttpClientOptions options,
           Conversation& talk)
      : subject_(subject),
        surroundings_(surroundings),
        client_(subject.endpoint(), subject.sockets(), std::move(options)),
        talk_(talk) {}

  void hold(const std::vector<Script>& scripts) {
    for (const auto& script : scripts) {
      exchange(script.setup, true);
      for (const auto& line : script.operations) exchange(line, false);
    }
  }

 private:
  void exchange(const std::string& line, bool setup) {
    if (!talk_.trouble.empty()) return;
    talk_.exchanges.push_back({line, std::nullopt});
    if (surroundings_ != nullptr) {
      talk_.exchanges.back().answered = surroundings_->answer(line);
      if (talk_.exchanges.back().answered) return;
    }
    const HttpOutcome outcome = client_.ask(parse_http_ask(line));
    heed_interruptions();
    if (outcome.answered()) {
      talk_.exchanges.back().answered = answer_line(outcome.reply, setup);
      return;
    }
    const auto ending = subject_.ending();
    talk_.trouble = fmt::format("{} at \"{}\"", ending ? ending->in_words() : outcome.problem,
                                base::printable_line(line, quoted_request_bytes));
  }

  HttpSubject& subject_;
  HttpSurroundings* const surroundings_;
  HttpClient client_;
  Conversation& talk_;
};

}  // namespace

SubjectSpec serving(SubjectSpec subject) {
  subject.limits.cpu = serving_cpu_limit;
  subject.limits.processes = 512;
  subject.limits.open_files = 2'048;
  subject.limits.address_space_bytes = 16ULL << 30;
  return subject;
}

std::unique_ptr<HttpSurroundings> HttpScriptCheck::surround(HttpSubject& /*subject*/) const {
  return nullptr;
}

std::string answer_line(const HttpReply& reply, bool to_setup) {
  if (reply.status == 501 && reply.body.starts_with(stub_says)) {
    return fmt::format("{} {}", not_implemented_kind,
                       first_line(reply.body.substr(stub_says.size())));
  }
  if (reply.status == 500) return "threw " + first_line(reply.body);
  if (!to_setup) return to_line(reply);
  if (reply.status >= 200 && reply.status < 300) return "ok";
  const bool unknown = reply.status == 404 || reply.status == 405 || reply.status == 501;
  return unknown ? fmt::format("error unknown operation: answered with {}", reply.status)
                 : to_line(reply);
}

Conversation HttpScriptCheck::hold(const SubjectSpec& subject, const std::vector<Script>& scripts,
                                   std::string name, Pace /*pace*/) const {
  Conversation talk;
  talk.name = std::move(name);
  HttpClientOptions options;
  options.kept_fields = kept_fields();
  options.answer_limit = subject.silence_limit;
  options.goes_on = [] { return !interrupted(); };
  try {
    HttpSubject running(serving(subject));
    const auto surroundings = surround(running);
    running.start();
    HttpTalk(running, surroundings.get(), options, talk).hold(scripts);
    running.end();
    talk.output = running.output();
  } catch (const SubjectTrouble& trouble) {
    // What was never asked has no answer, and a talk has at least one exchange.
    if (talk.exchanges.empty()) talk.exchanges.push_back({scripts.at(0).setup, std::nullopt});
    talk.trouble = trouble.what();
    if (!talk.trouble.ends_with(before_ready)) talk.trouble += before_ready;
  }
  return talk;
}

Evidence HttpScriptCheck::repeat(Workbench& workbench, const Evidence& before,
                                 std::uint64_t /*seed*/) const {
  const Conversation& failed = told(before);
  return {{hold(workbench.subject(flavour()), scripts_of(failed), failed.name, Pace::stepwise)}};
}

}  // namespace assay::grade
