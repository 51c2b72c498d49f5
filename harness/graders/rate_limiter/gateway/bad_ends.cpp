#include "graders/rate_limiter/gateway/bad_ends.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "graders/rate_limiter/gateway/probe.hpp"
#include "graders/rate_limiter/gateway/slots.hpp"
#include "measure/canary.hpp"

namespace assay::graders::rate_limiter {
namespace {

using grade::CheckResult;
using std::chrono::milliseconds;

enum class Told { at_once, after_the_queue, after_the_service };

// A way for a request to end, and what it is told then.
struct BadEnd {
  std::string_view name;
  const char* target;
  int status;  // 0: nobody is there to be told
  Told when;
  const char* in_words;
};

constexpr std::string_view left_end = "gone";
constexpr std::string_view away_end = "away";
constexpr std::array<BadEnd, 8> bad_ends{{
    {"reset", "/bad?does=reset", 502, Told::at_once, "the service resets the connection"},
    {"garbage", "/bad?does=garbage", 502, Told::at_once, "the service answers what is no HTTP"},
    {"half", "/bad?does=break", 502, Told::at_once, "the service breaks off in its answer"},
    {"error", "/bad?does=fail", 500, Told::at_once, "the service answers with 500"},
    {left_end, held_target, 0, Told::at_once, "the client leaves before the answer"},
    {away_end, "/", 502, Told::at_once, "the service can't be connected to"},
    {"shed", "/", 503, Told::after_the_queue, "no slot becomes free in time"},
    {"hang", "/bad?does=hang", 504, Told::after_the_service, "the service doesn't answer in time"},
}};

std::string line_of(const BadEnd& end) { return fmt::format("storm {}", end.name); }

constexpr const char* limits_fact = "of a key at once; ms in the queue; ms for the service";
constexpr std::string_view probe_line_verb = "probe ";
constexpr const char* unsure = "unsure";
constexpr const char* missing_retry = "503, without a Retry-After";
constexpr const char* a_key = "alice";
constexpr const char* another_key = "anna";
constexpr milliseconds end_patience{800};
// A wait of its limit is right, and twice that is wrong, whatever the machine does.
constexpr double too_early = 0.9;
constexpr double too_late = 1.5;

class EndsTalk {
 public:
  EndsTalk(GatewayWorld& world, const GatewaySetup& setup) : world_(world), setup_(setup) {}

  grade::Conversation run() {
    grade::Conversation talk{"ends", {}, "", ""};
    talk.exchanges.push_back(
        {limits_fact, fmt::format("{} {} {}", setup_.at_once, setup_.queue_ms, setup_.limit_ms)});
    const auto probe_now = [&] {
      const auto seen =
          probe_patiently(world_, {ask_with_key(a_key, held_target)}, setup_.at_once, end_patience);
      talk.exchanges.push_back(
          {fmt::format("{}{} with {}", probe_line_verb, a_key, setup_.at_once), to_line(seen)});
      return seen.good();
    };
    if (!probe_now()) return talk;
    for (const auto& end : bad_ends) {
      talk.exchanges.push_back({line_of(end), meet(end)});
      if (!probe_now()) break;
    }
    return talk;
  }

 private:
  std::string meet(const BadEnd& end) {
    if (end.name == left_end) return client_leaves();
    if (end.status == 503) return all_slots_taken();
    if (end.name == away_end) world_.take_service_away();
    const measure::Canary canary;
    const auto before = end.name == away_end ? 0 : world_.service().counts().arrived;
    GatewayCrowd crowd(world_);
    crowd.send(ask_with_key(a_key, end.target), setup_.at_once);
    auto told = told_in(crowd);
    if (end.name == away_end) {
      world_.bring_service_back();
    } else {
      told += fmt::format("; sent on {}", world_.service().counts().arrived - before);
    }
    // Whatever failed before, the next one is sent, and at once.
    const auto next = world_.ask(ask_with_key(another_key, "/")).status;
    return told + fmt::format("; then {}", next) + late_in(canary);
  }

  std::string client_leaves() {
    GatewayCrowd crowd(world_);
    crowd.send(ask_with_key(a_key, held_target), setup_.at_once);
    GatewayCrowd::within(end_patience, [&] {
      return static_cast<int>(world_.service().counts().waiting) == setup_.at_once;
    });
    crowd.leave();
    world_.service().release();
    return "left";
  }

  // As often as it takes for others to hold them until the requests are told. Critical ones, of
  // another key, wait as well.
  std::string all_slots_taken() {
    bool ever_taken = false;
    for (int i = 0; i < tries_max; ++i) {
      const measure::Canary canary;
      GatewayCrowd others(world_);
      const bool began = SlotHolders::take_all(world_, others, setup_.slots, end_patience);
      GatewayCrowd crowd(world_);
      crowd.send(ask_with_key(a_key, "/"), setup_.at_once);
      GatewayCrowd critical(world_);
      critical.send(ask_with_key(another_key, critical_prefix), setup_.at_once);
      const milliseconds far_too_long(3 * setup_.queue_ms);
      GatewayCrowd::within(far_too_long,
                           [&] { return crowd.under_way() + critical.under_way() == 0; });
      const bool lasted = began && SlotHolders::are_all_taken(world_, setup_.slots);
      const auto in_vain = crowd.under_way() + critical.under_way();
      world_.service().release();
      std::string came = told_in(crowd) + " and " + told_in(critical) + late_in(canary);
      if (in_vain > 0) came = fmt::format("waits {}", in_vain);
      if (lasted) return came;
      ever_taken = ever_taken || began;
    }
    return ever_taken ? unsure : SlotHolders::none_taken;
  }

  // "503+/312 503+/311": status, a + with a Retry-After of 1 or more, and after how many ms.
  static std::string told_in(GatewayCrowd& crowd) {
    std::vector<std::string> words;
    for (const auto& reply : crowd.replies()) {
      const bool retry = reply.status == 503 && reply.retry_after_s().value_or(0) >= 1;
      words.push_back(fmt::format("{}{}/{}", reply.status, retry ? "+" : "",
                                  (reply.came_ns - reply.sent_ns) / 1'000'000));
    }
    return base::join(words, " ");
  }

  static std::string late_in(const measure::Canary& canary) {
    return fmt::format("; late {}", canary.p99_ns() / 1'000'000);
  }

  GatewayWorld& world_;
  const GatewaySetup& setup_;
};

// What is judged of a storm's line.
class EndsJudge {
 public:
  EndsJudge(const grade::Conversation& talk, CheckResult result)
      : talk_(talk), result_(std::move(result)) {
    const auto words = base::split(fact_in(talk, limits_fact), ' ');
    if (words.size() != 3) return;
    at_once_ = base::to_integer(words[0]).value_or(0);
    queue_ms_ = base::to_integer(words[1]).value_or(0);
    limit_ms_ = base::to_integer(words[2]).value_or(0);
  }

  std::optional<CheckResult> judge() {
    if (at_once_ == 0 || talk_.exchanges.size() < 2) return too_little();
    result_.situation = fmt::format("at most {} of a key's requests at once", at_once_);
    const auto first = parse_probe(talk_.exchanges[1].answered.value_or(""));
    if (!first.good()) return tell_probe(first, "before anything fails, ", "", result_);
    for (std::size_t i = 2; i + 1 < talk_.exchanges.size(); i += 2) {
      const auto* const end = end_of(talk_.exchanges[i].asked);
      const auto line = talk_.exchanges[i].answered.value_or("");
      if (end == nullptr || line == unsure) return too_little();
      if (line == SlotHolders::none_taken) return fail(SlotHolders::none_taken_words);
      if (auto wrong = judge_storm(*end, line)) return wrong;
      const auto after = parse_probe(talk_.exchanges[i + 1].answered.value_or(""));
      if (after.good()) continue;
      return tell_probe(after, fmt::format("after requests where {}, ", end->in_words),
                        "a slot isn't given back when a request ends badly", result_);
    }
    if (!met_all_ends(talk_)) return too_little();
    return std::nullopt;
  }

 private:
  static const BadEnd* end_of(const std::string& line) {
    const auto* const found = std::find_if(bad_ends.begin(), bad_ends.end(),
                                           [&](const BadEnd& end) { return line == line_of(end); });
    return found == bad_ends.end() ? nullptr : found;
  }

  std::optional<CheckResult> judge_storm(const BadEnd& end, const std::string& line) {
    const auto parts = base::split(line, "; ");
    if (line.starts_with("waits ")) {
      return tell(end, fmt::format("no answer in {} ms", 3 * queue_ms_));
    }
    std::int64_t late_ms = 0;
    std::int64_t sent_on = -1;  // not known
    std::int64_t next = 200;
    for (const auto& part : parts) {
      const auto number = base::to_integer(part.substr(part.rfind(' ') + 1)).value_or(0);
      if (part.starts_with("late ")) late_ms = number;
      if (part.starts_with("sent on ")) sent_on = number;
      if (part.starts_with("then ")) next = number;
    }
    for (const auto& group : base::split(parts[0], " and ")) {
      if (auto wrong = judge_group(end, base::split(group, ' '), late_ms)) return wrong;
    }
    if (sent_on >= 0 && sent_on != at_once_) return tell_sum(end, sent_on);
    if (next != 200) return tell_next(end, next);
    result_.steps.push_back({"", fmt::format("{} requests, and {}", at_once_, end.in_words), "",
                             in_words(parts[0]), true, ""});
    return std::nullopt;
  }

  // "503+/312 503+/310" as "503, 503".
  static std::string in_words(const std::string& told) {
    auto words = base::split(told, ' ');
    for (auto& word : words) word = word.substr(0, word.find_first_of("+/"));
    return base::join(words, ", ");
  }

  // Requests of one kind, which are told the same at about the same time.
  std::optional<CheckResult> judge_group(const BadEnd& end, const std::vector<std::string>& told,
                                         std::int64_t late_ms) {
    if (end.status == 0) return std::nullopt;
    std::int64_t quickest_ms = -1;
    for (const auto& word : told) {
      const auto slash = std::min(word.find('/'), word.size() - 1);
      const auto status = word.substr(0, slash);
      if (status != (end.status == 503 ? "503+" : std::to_string(end.status))) {
        return tell(end, status == "503" && end.status == 503 ? missing_retry
                                                              : status.substr(0, status.find('+')));
      }
      const auto ms = base::to_integer(word.substr(slash + 1)).value_or(0);
      quickest_ms = quickest_ms < 0 ? ms : std::min(quickest_ms, ms);
    }
    if (end.when == Told::at_once) return std::nullopt;
    const auto limit_ms = static_cast<double>(limit_of(end));
    const auto shown = fmt::format("{} after {} ms", end.status, quickest_ms);
    if (static_cast<double>(quickest_ms) < too_early * limit_ms) return tell(end, shown);
    if (static_cast<double>(quickest_ms - 2 * late_ms) > too_late * limit_ms) {
      return tell(end, shown);
    }
    return std::nullopt;
  }

  std::int64_t limit_of(const BadEnd& end) const {
    return end.when == Told::after_the_queue ? queue_ms_ : limit_ms_;
  }

  CheckResult tell(const BadEnd& end, const std::string& came) {
    grade::Step step;
    step.did = fmt::format("a request, and {}", end.in_words);
    step.expected = std::to_string(end.status);
    if (end.when != Told::at_once) step.expected += fmt::format(" after {} ms", limit_of(end));
    if (end.status == 503) step.expected += ", with a Retry-After of 1 or more";
    step.came = came;
    step.agrees = false;
    result_.steps.push_back(step);
    if (end.status == 503 && came == "429") {
      result_.mistakes.emplace_back("429 for overload: the client did nothing wrong");
    }
    return fail(
        fmt::format("{}: answered with {}, where {} is due", end.in_words, came, step.expected));
  }

  CheckResult tell_sum(const BadEnd& end, std::int64_t sent_on) {
    grade::Step step;
    step.did = fmt::format("{} requests, and {}", at_once_, end.in_words);
    step.expected = fmt::format("{} reach the service", at_once_);
    step.came = fmt::format("{} reach the service", sent_on);
    step.agrees = false;
    result_.mistakes.emplace_back(sent_on > at_once_
                                      ? "a request that failed is sent again: it may be done twice"
                                      : "the service isn't asked, because it failed before");
    const auto reason = fmt::format("{}: {}", step.did, step.came);
    result_.steps.push_back(std::move(step));
    return fail(reason);
  }

  CheckResult tell_next(const BadEnd& end, std::int64_t next) {
    grade::Step step;
    step.did = fmt::format("{} requests, and {}; then another", at_once_, end.in_words);
    step.expected = "the service is asked again, which answers with 200";
    step.came = std::to_string(next);
    step.agrees = false;
    result_.steps.push_back(std::move(step));
    return fail(fmt::format("after requests where {}, the next one is answered with {}",
                            end.in_words, next));
  }

  CheckResult fail(const std::string& reason) {
    result_.verdict = grade::Verdict::fail;
    result_.reason = reason;
    return result_;
  }

  CheckResult too_little() {
    result_.verdict = grade::Verdict::unknown;
    result_.reason = "saw too little to tell";
    return result_;
  }

  const grade::Conversation& talk_;
  CheckResult result_;
  std::int64_t at_once_ = 0;
  std::int64_t queue_ms_ = 0;
  std::int64_t limit_ms_ = 0;
};

}  // namespace

GatewaySetup setup_of_bad_ends(base::Random& random) {
  GatewaySetup setup;
  setup.routes = {{critical_prefix, std::nullopt, true}};
  setup.at_once = static_cast<int>(random.between(3, 5));
  setup.slots = setup.at_once + 1;
  setup.queue_ms = random.between(250, 330);
  setup.limit_ms = random.between(1'300, 1'500);
  return setup;
}

grade::Conversation meet_bad_ends(GatewayWorld& world, const GatewaySetup& setup) {
  return EndsTalk(world, setup).run();
}

bool met_all_ends(const grade::Conversation& talk) {
  return talk.exchanges.size() == 2 + 2 * bad_ends.size() &&
         parse_probe(talk.exchanges.back().answered.value_or("")).good();
}

std::optional<CheckResult> judge_bad_ends(const grade::Conversation& talk, CheckResult result) {
  return EndsJudge(talk, std::move(result)).judge();
}

}  // namespace assay::graders::rate_limiter
