#ifdef ASSAY_SCHEDULED

#include "host/round_text.hpp"

#include <algorithm>
#include <charconv>

#include "host/rounds.hpp"

namespace assay::host {
namespace {

using threads::Choice;
using threads::EventKind;
using threads::WaitKind;

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto end = text.find(separator);
    parts.push_back(trimmed(text.substr(0, end)));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

// A number at the front of `text`, taken off it together with `mark` behind it (0 for none).
template <typename Number>
Number take_number(std::string_view& text, char mark) {
  Number number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  const bool marked = mark == 0 ? rest == end : rest != end && *rest == mark;
  if (error != std::errc{} || !marked) {
    throw BadRequest{"not a schedule, from here on: " + std::string(text)};
  }
  text.remove_prefix(static_cast<std::size_t>(rest - text.data()) + (mark == 0 ? 0 : 1));
  return number;
}

// 0.12>1, or 0.12? for a weak compare-exchange that fails.
Choice read_choice(std::string_view text) {
  Choice choice;
  choice.thread = take_number<int>(text, '.');
  if (text.ends_with('?')) {
    choice.point = take_number<std::uint64_t>(text, '?');
    choice.to = choice.thread;
  } else {
    choice.point = take_number<std::uint64_t>(text, '>');
    choice.to = take_number<int>(text, 0);
  }
  return choice;
}

threads::Schedule read_schedule(std::string_view text) {
  threads::Schedule schedule;
  if (text.starts_with("seed:")) {
    text.remove_prefix(5);
    const bool expects = text.find(':') != std::string_view::npos;
    schedule.seed = take_number<std::uint64_t>(text, expects ? ':' : '\0');
    if (expects) schedule.expected_points = take_number<std::uint64_t>(text, 0);
    return schedule;
  }
  if (!text.starts_with("switches:")) {
    throw BadRequest{"a schedule is seed:N or switches:LIST, not " + std::string(text)};
  }
  text.remove_prefix(9);
  if (text.empty()) return schedule;
  const auto choices = split(text, ',');
  if (choices.size() > round_choices_max) throw BadRequest{"a schedule of too many switches"};
  for (const auto choice : choices) schedule.choices.push_back(read_choice(choice));
  return schedule;
}

Script read_script(std::string_view text) {
  Script script;
  if (text == "-") return script;
  script.text = text;
  for (const auto operation : split(text, ';')) {
    if (operation.empty()) throw BadRequest{"an empty operation in " + std::string(text)};
    script.operations.push_back(words_of(operation));
  }
  if (script.operations.size() > round_operations_max) {
    throw BadRequest{"a thread of more than " + std::to_string(round_operations_max) +
                     " operations"};
  }
  return script;
}

std::string_view name_of(WaitKind kind) {
  switch (kind) {
    case WaitKind::nothing:
      return "nothing";
    case WaitKind::mutex:
      return "a mutex";
    case WaitKind::read_lock:
      return "a shared mutex, to read,";
    case WaitKind::write_lock:
      return "a shared mutex, to write,";
    case WaitKind::spin_lock:
      return "a spin lock";
    case WaitKind::condition:
      return "a condition variable";
    case WaitKind::semaphore:
      return "a semaphore";
    case WaitKind::barrier:
      return "a barrier";
    case WaitKind::once:
      return "a call_once";
    case WaitKind::thread_end:
      return "the end of a thread";
    case WaitKind::futex:
      return "a value to change";
  }
  return "something";
}

std::string describe(const threads::Wait& wait) {
  std::string words = "waits for " + std::string(name_of(wait.kind));
  if (wait.kind == WaitKind::thread_end) return words + ' ' + std::to_string(wait.holder);
  if (wait.holder >= 0) return words + " held by " + std::to_string(wait.holder);
  return wait.holder == threads::outsider ? words + " held outside the round" : words;
}

// at 4f3a<51c0<5204: the innermost call first, then its callers.
std::string describe(const threads::Frames& frames) {
  std::string words;
  for (std::size_t i = 0; i < frames.count; ++i) {
    char digits[16];
    const auto end = std::to_chars(digits, digits + sizeof digits, frames.offsets.at(i), 16).ptr;
    words.append(i == 0 ? " at " : "<").append(digits, end);
  }
  return words;
}

std::string describe(const threads::Event& event) {
  const std::string place = std::to_string(event.thread) + '.' + std::to_string(event.point);
  const std::string to = std::to_string(event.to);
  switch (event.kind) {
    case EventKind::mark:
      return {};
    case EventKind::preempted:
      return place + '~' + to + describe(event.at);
    case EventKind::failed_weakly:
      return place + '?' + describe(event.at);
    case EventKind::blocked:
      return place + '^' + to + ' ' + describe(event.wait) + describe(event.at);
    case EventKind::yielded:
      return place + '^' + to + " yields" + describe(event.at);
    case EventKind::spun:
      return place + '^' + to + " spins" + describe(event.at);
    case EventKind::ended:
      return place + '^' + to + " ended";
  }
  return {};
}

std::string_view name_of(threads::Kind kind) {
  switch (kind) {
    case threads::Kind::finished:
      return "finished";
    case threads::Kind::deadlock:
      return "deadlock";
    case threads::Kind::livelock:
      return "livelock";
  }
  return "unknown";
}

// As a schedule, so that it can be asked for again.
std::string in_words(const std::vector<Choice>& choices) {
  if (choices.size() > round_choices_max) return "...";
  std::string words;
  for (const Choice& choice : choices) {
    if (!words.empty()) words += ',';
    words += std::to_string(choice.thread) + '.' + std::to_string(choice.point);
    words += choice.to == choice.thread ? "?" : '>' + std::to_string(choice.to);
  }
  return words;
}

}  // namespace

std::size_t Round::operation_count() const {
  std::size_t count = first.operations.size() + last.operations.size();
  for (const Script& script : threads) count += script.operations.size();
  return count;
}

Round read_round(std::string_view line) {
  auto parts = split(line, '|');
  if (parts.size() < 4) {
    throw BadRequest{"a round is: round SCHEDULE | FIRST | THREAD | THREAD... | LAST"};
  }
  if (parts.size() - 3 > round_threads_max) {
    throw BadRequest{"a round of more than " + std::to_string(round_threads_max) + " threads"};
  }
  const auto head = words_of(parts.front());
  if (head.size() != 2) throw BadRequest{"a round wants one schedule"};
  Round round;
  round.schedule = read_schedule(head[1]);
  round.first = read_script(parts[1]);
  for (std::size_t i = 2; i + 1 < parts.size(); ++i) round.threads.push_back(read_script(parts[i]));
  round.last = read_script(parts.back());
  return round;
}

RoundText::RoundText(std::size_t operations) : switches_left_(round_items_max - 2 * operations) {}

void RoundText::add_start(std::string_view who) { add(std::string(who) + '>'); }

// A semicolon separates items.
void RoundText::add_return(std::string_view who, std::string answer) {
  std::replace(answer.begin(), answer.end(), ';', ',');
  add(std::string(who) + "< " + answer);
}

void RoundText::add_switch(const threads::Event& event) {
  if (switches_left_ > 0) {
    --switches_left_;
    add(describe(event));
  } else if (!cut_) {
    cut_ = true;
    add("...");
  }
}

void RoundText::add_stuck(const threads::Stuck& stuck) {
  const bool waits = stuck.wait.kind != WaitKind::nothing;
  const std::string what = waits ? describe(stuck.wait) : "runs";
  add(std::to_string(stuck.thread) + "! " + what + describe(stuck.at));
}

void RoundText::add_totals(const threads::Outcome& outcome) {
  if (outcome.outsiders > 0) add("outsiders " + std::to_string(outcome.outsiders));
  add("switches " + in_words(outcome.choices));
  std::string points = "points";
  for (std::size_t i = 0; i < outcome.threads.size(); ++i) {
    points += ' ' + std::to_string(i) + '=' + std::to_string(outcome.threads[i].points);
  }
  add(points);
}

void RoundText::add(std::string_view item) { items_.append("; ").append(item); }

std::string RoundText::line(threads::Kind kind) const {
  return std::string(name_of(kind)) + items_;
}

}  // namespace assay::host

#endif
