#include "graders/payment_ledger/charges/at_once.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <latch>
#include <mutex>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "check/audit.hpp"
#include "grade/broken_answer.hpp"
#include "grade/http_script_check.hpp"
#include "grade/http_subject.hpp"
#include "grade/session.hpp"
#include "graders/payment_ledger/charges/script.hpp"
#include "graders/payment_ledger/json.hpp"
#include "graders/payment_ledger/processor.hpp"

namespace assay::graders::payment_ledger {
namespace {

using grade::Conversation;
using grade::Exchange;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int crowd = 40;
constexpr int quick_rounds = 8;
constexpr milliseconds answer_limit{10'000};
constexpr milliseconds look_again{2};
constexpr const char* slow_round = "slow";    // the first waits at the processor
constexpr const char* quick_round = "quick";  // nobody waits
constexpr const char* apart_round = "apart";  // everybody has a key of their own
constexpr const char* no_answer = "none: ";
constexpr const char* begun_fact = "BEGUN /charges";
constexpr const char* meanwhile_fact = "MEANWHILE /charges";  // answered while the first waits

std::string charge_line(const std::string& caller, const std::string& key, const std::string& card,
                        const std::string& reference) {
  ChargeOperation operation;
  operation.kind = ChargeOperation::Kind::charge;
  operation.caller = caller;
  operation.key = key;
  operation.body = fmt::format(R"({{"amount":700,"currency":"USD","card":"{}","reference":"{}"}})",
                               card, reference);
  return to_line(operation);
}

// A subject and the processor that it asks.
class ChargesWorld {
 public:
  explicit ChargesWorld(const grade::SubjectSpec& spec)
      : subject_(grade::serving(spec)), processor_(subject_.sockets()) {
    subject_.tell("ASSAY_CONFIG", processor_.config());
    subject_.start();
  }

  grade::HttpSubject& subject() { return subject_; }
  CardProcessor& processor() { return processor_; }

  // On a connection of its own.
  std::string ask(const std::string& line) {
    grade::HttpClientOptions options;
    options.kept_fields = {replayed_field};
    options.answer_limit = answer_limit;
    options.goes_on = [] { return !grade::interrupted(); };
    grade::HttpClient client(subject_.endpoint(), subject_.sockets(), options);
    const auto outcome = client.ask(grade::parse_http_ask(line));
    return outcome.answered() ? grade::answer_line(outcome.reply, line == charges_setup)
                              : no_answer + outcome.problem;
  }

  std::string charges_of(const std::string& prefix) const {
    const auto all = processor_.charges();
    return std::to_string(std::ranges::count_if(
        all, [&](const auto& one) { return one.reference.starts_with(prefix); }));
  }

 private:
  grade::HttpSubject subject_;
  CardProcessor processor_;
};

// Clients that begin together, each in a thread.
class Crowd {
 public:
  Crowd(ChargesWorld& world, std::vector<std::string> lines) : start_(1) {
    for (auto& line : lines) exchanges_.push_back({std::move(line), std::nullopt});
    for (auto& exchange : exchanges_) {
      threads_.emplace_back([this, &world, &exchange] {
        start_.wait();
        std::string said = said_by(world, exchange.asked);
        const std::lock_guard lock(mutex_);
        exchange.answered = std::move(said);
        ++answered_;
      });
    }
    start_.count_down();
  }
  ~Crowd() { join(); }
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;

  std::size_t answered() const {
    const std::lock_guard lock(mutex_);
    return answered_;
  }

  std::vector<Exchange> exchanges() {
    join();
    return exchanges_;
  }

 private:
  static std::string said_by(ChargesWorld& world, const std::string& line) {
    try {
      return world.ask(line);
    } catch (const std::exception& error) {
      return no_answer + std::string(error.what());
    }
  }

  void join() {
    for (auto& thread : threads_) {
      if (thread.joinable()) thread.join();
    }
  }

  std::latch start_;
  mutable std::mutex mutex_;
  std::size_t answered_ = 0;
  std::vector<Exchange> exchanges_;
  std::vector<std::thread> threads_;
};

bool within_limit(const std::function<bool()>& holds) {
  const auto deadline = steady_clock::now() + answer_limit;
  while (!holds()) {
    if (steady_clock::now() >= deadline || grade::interrupted()) return false;
    std::this_thread::sleep_for(look_again);
  }
  return true;
}

Conversation talk_slowly(ChargesWorld& world) {
  const std::string line = charge_line("alice", "slow-key", "slow", "slow");
  Crowd clients(world, std::vector<std::string>(crowd, line));
  const bool begun = within_limit([&] { return world.processor().held() > 0; });
  const bool told = within_limit([&] { return clients.answered() >= crowd - 1; });
  const std::string told_count = std::to_string(clients.answered());
  const std::string other = charge_line("bob", "other-key", "ok", "other");
  const std::string meanwhile = told ? world.ask(other) : std::string("not asked");
  world.processor().release();
  Conversation talk{slow_round, clients.exchanges(), "", ""};
  talk.exchanges.push_back({line, world.ask(line)});
  talk.exchanges.push_back({begun_fact, begun ? "yes" : "no"});
  talk.exchanges.push_back({meanwhile_fact, told_count});
  talk.exchanges.push_back({other, meanwhile});
  talk.exchanges.push_back({count_line, world.charges_of("slow")});
  return talk;
}

Conversation talk_quickly(ChargesWorld& world, int round) {
  const std::string name = fmt::format("quick-{}", round);
  Crowd clients(world, std::vector<std::string>(crowd, charge_line("alice", name, "ok", name)));
  Conversation talk{quick_round, clients.exchanges(), "", ""};
  talk.exchanges.push_back({count_line, world.charges_of(name)});
  return talk;
}

Conversation talk_apart(ChargesWorld& world) {
  std::vector<std::string> lines;
  for (int i = 0; i < crowd; ++i) {
    lines.push_back(charge_line("alice", fmt::format("apart-{}", i), "ok", "apart"));
  }
  Conversation talk{apart_round, Crowd(world, lines).exchanges(), "", ""};
  talk.exchanges.push_back({count_line, world.charges_of("apart")});
  return talk;
}

// What came of one round, counted.
struct Tally {
  int executed = 0;
  int replayed = 0;
  int in_use = 0;
  int silent = 0;
  std::string other;                // an answer that is none of these
  std::vector<std::string> bodies;  // of those executed and replayed, each once
  std::vector<std::string> ids;     // of those executed
};

Tally tally_of(const std::vector<Exchange>& exchanges) {
  Tally tally;
  for (const auto& [asked, answered] : exchanges) {
    if (!answered || answered->starts_with(no_answer)) {
      ++tally.silent;
      if (answered) tally.other = answered->substr(std::string_view(no_answer).size());
      continue;
    }
    if (const auto broken = grade::broken_answer(*answered)) {
      tally.other = broken->reason;
      continue;
    }
    const auto reply = grade::parse_http_reply(*answered);
    if (reply.status == 409) {
      ++tally.in_use;
    } else if (reply.status == 201) {
      ++(is_replayed(reply) ? tally.replayed : tally.executed);
      if (!is_replayed(reply)) tally.ids.push_back(text_in(reply.body, "id").value_or(""));
      if (std::ranges::find(tally.bodies, reply.body) == tally.bodies.end()) {
        tally.bodies.push_back(reply.body);
      }
    } else {
      tally.other = in_words(reply);
    }
  }
  return tally;
}

std::string counts_in_words(const Tally& tally) {
  std::string words =
      fmt::format("{} done, {} replayed, {} in use", tally.executed, tally.replayed, tally.in_use);
  if (tally.silent > 0) words += fmt::format(", {} without an answer", tally.silent);
  return words + (tally.other.empty() ? "" : "; " + tally.other);
}

class ChargesAtOnceCheck final : public grade::Check {
 public:
  using Check::Check;

  proc::Flavour flavour() const override { return proc::Flavour::http; }
  bool live() const override { return true; }

  grade::Evidence collect(grade::Workbench& workbench, std::uint64_t /*seed*/) const override {
    const auto& spec = workbench.subject(flavour());
    grade::Evidence evidence;
    try {
      ChargesWorld world(spec);
      evidence.conversations.push_back(
          {"setup", {{charges_setup, world.ask(charges_setup)}}, "", ""});
      if (*evidence.conversations[0].exchanges[0].answered != "ok") return evidence;
      evidence.conversations.push_back(talk_slowly(world));
      for (int round = 0; round < quick_rounds; ++round) {
        evidence.conversations.push_back(talk_quickly(world, round));
      }
      evidence.conversations.push_back(talk_apart(world));
      grade::heed_interruptions();
      const auto ending = world.subject().ending();
      if (ending) evidence.conversations[0].trouble = ending->in_words();
      evidence.conversations[0].output = world.subject().output();
    } catch (const grade::SubjectTrouble& trouble) {
      evidence.conversations = {{"setup", {{charges_setup, std::nullopt}}, trouble.what(), ""}};
    }
    return evidence;
  }

  grade::CheckResult judge(const grade::Evidence& evidence) const override {
    grade::CheckResult result = blank_result(info());
    if (evidence.conversations.empty()) return unknown(std::move(result));
    const Conversation& setup = evidence.conversations[0];
    result.output = setup.output;
    if (!setup.trouble.empty()) return failed(std::move(result), setup.trouble);
    if (const auto broken = grade::broken_answer(setup.exchanges.at(0).answered.value_or(""))) {
      result.where = broken->where;
      return failed(std::move(result), broken->reason);
    }
    if (evidence.conversations.size() < 2) {
      return failed(std::move(result), "the setup, PUT /test/ledger, was answered with " +
                                           setup.exchanges[0].answered.value_or("nothing"));
    }
    for (std::size_t i = 1; i < evidence.conversations.size(); ++i) {
      const std::string wrong = wrong_with(evidence.conversations[i], result);
      if (!wrong.empty()) return failed(std::move(result), wrong);
    }
    result.metrics["requests"] = static_cast<double>((quick_rounds + 2) * crowd);
    result.verdict = grade::Verdict::pass;
    result.points = info().points;
    result.output.clear();
    return result;
  }

 private:
  static grade::CheckResult unknown(grade::CheckResult result) {
    result.verdict = grade::Verdict::unknown;
    result.reason = "saw too little to tell";
    return result;
  }

  static grade::CheckResult failed(grade::CheckResult result, const std::string& reason) {
    result.verdict = grade::Verdict::fail;
    result.reason = reason;
    return result;
  }

  // Also writes the round's story; empty if nothing is wrong.
  static std::string wrong_with(const Conversation& talk, grade::CheckResult& result) {
    if (talk.name == slow_round) return wrong_when_slow(talk, result);
    const std::size_t clients = talk.exchanges.size() - 1;
    const Tally tally = tally_of({talk.exchanges.begin(), talk.exchanges.begin() + crowd});
    const std::string charges = talk.exchanges[clients].answered.value_or("");
    const bool apart = talk.name == apart_round;
    const std::string wanted = apart ? std::to_string(crowd) : "1";
    result.steps = {{"",
                     apart ? fmt::format("{} requests at once, a key each", crowd)
                           : fmt::format("the same request {} times at once", crowd),
                     apart ? fmt::format("{} done", crowd)
                           : "1 done, the others replayed or told that the key is in use",
                     counts_in_words(tally), true, ""},
                    {"", "charges at the processor", wanted, charges, charges == wanted, ""}};
    if (charges != wanted) {
      result.steps.back().why = "one charge for each key";
      return fmt::format("{} charges for {} keys", charges, wanted);
    }
    result.steps.pop_back();
    result.steps.back().agrees = false;
    if (tally.silent > 0) return "a request was never answered: " + tally.other;
    if (!tally.other.empty()) return "an answer that none of them should get: " + tally.other;
    if (apart) return wrong_when_apart(tally);
    if (tally.executed != 1) {
      return fmt::format("{} of the same requests are said to be the first", tally.executed);
    }
    return tally.bodies.size() == 1 ? "" : "a replay differs from the first answer";
  }

  static std::string wrong_when_apart(const Tally& tally) {
    if (tally.executed != crowd) return "a request with a key of its own was not done";
    return check::repeated(tally.ids).empty() ? "" : "two requests got the answer of one charge";
  }

  static std::string wrong_when_slow(const Conversation& talk, grade::CheckResult& result) {
    const auto fact = [&](std::size_t place) {
      return talk.exchanges[crowd + place].answered.value_or("");
    };
    const std::string again = fact(0);
    const std::string told = fact(2);
    const std::string meanwhile = fact(3);
    const std::string charges = fact(4);
    const Tally tally = tally_of({talk.exchanges.begin(), talk.exchanges.begin() + crowd});
    const bool others_told = told == std::to_string(crowd - 1);
    const bool other_done = meanwhile.starts_with("201");
    result.situation = "the processor keeps the first charge waiting until all others are answered";
    result.steps = {
        {"", fmt::format("the same request {} times at once", crowd),
         fmt::format("1 waits, {} are told that the key is in use", crowd - 1),
         fmt::format("{} answered while it waits", told), others_told, ""},
        {"", "another caller's request meanwhile", "201", meanwhile.substr(0, 40), other_done, ""},
        {"", "charges at the processor in the end", "1", charges, charges == "1",
         "one key, one charge"}};
    if (const auto broken = grade::broken_answer(again)) {
      result.where = broken->where;
      return broken->reason;
    }
    if (fact(1) != "yes") return "none of the requests reached the processor";
    if (charges != "1") return fmt::format("{} charges for one key", charges);
    if (!others_told) return "a request waits for the first one with its key: 409 is due at once";
    if (!other_done) return "another caller's request waits for a slow charge";
    if (tally.executed != 1 || tally.in_use != crowd - 1)
      return "not told: " + counts_in_words(tally);
    if (again.starts_with(no_answer)) return "the request was not answered when it came again";
    const auto reply = grade::parse_http_reply(again);
    const bool same = reply.body == tally.bodies.at(0) && is_replayed(reply);
    return same ? "" : "the request was not replayed once it had its answer";
  }
};

}  // namespace

std::unique_ptr<grade::Check> make_charges_at_once_check(grade::CheckInfo info) {
  return std::make_unique<ChargesAtOnceCheck>(std::move(info));
}

}  // namespace assay::graders::payment_ledger
