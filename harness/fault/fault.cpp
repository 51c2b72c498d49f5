#include "fault/fault.hpp"

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "base/text.hpp"
#include "fault/quantity.hpp"
#include "fault/words.hpp"

namespace assay::fault {
namespace {

using std::chrono::nanoseconds;

constexpr std::string_view to_the_server = "to the server";
constexpr std::string_view to_the_client = "to the client";
constexpr std::string_view in_both_directions = "in both directions";  // may be left out
constexpr std::size_t quoted_limit_bytes = 60;

struct Entry {
  Verb verb;
  std::string_view name;
  std::string_view example;
  std::string_view does;
  std::string_view cause;
};

constexpr std::array<Entry, kVerbCount> entries{{
    {Verb::pass, "pass", "pass", "ends all faults at once, or those of one direction",
     "the network works"},
    {Verb::delay, "delay", "delay 20ms jitter 5ms",
     "bytes arrive later, in order, on all connections",
     "a peer in another region, or a queue in front of a busy proxy or switch"},
    {Verb::bandwidth, "bandwidth", "bandwidth 100KB/s",
     "all connections together pass this much a second",
     "a saturated link, or a cloud instance that has used up its network credits"},
    {Verb::clog, "clog", "clog", "stops reading, on all connections; nothing is lost",
     "a peer whose process is stopped or whose disk stalls: its receive window closes"},
    {Verb::black_hole, "black hole", "black hole",
     "reads and drops, on all connections; those that lost bytes are reset by pass",
     "a hung worker or a broken middlebox: it takes all and answers nothing, not even an error"},
    {Verb::refuse, "refuse", "refuse", "nobody listens: new connections only, existing ones go on",
     "the server's process is down or restarts: the kernel answers for it"},
    {Verb::reset, "reset", "reset after 1000 bytes",
     "RST to both sides of each connection once it passed this much from now on",
     "a peer that crashed in mid-answer, or a load balancer that forgot the connection"},
    {Verb::half_close, "half-close", "half-close",
     "ends the stream of every connection, for good, and drops what still comes",
     "a peer that will send nothing more, but still reads: shutdown(), or a writer that died"},
    {Verb::slice, "slice", "slice 1 byte every 1ms", "passes small pieces, on all connections",
     "a path that cuts packets small, or a peer that writes byte by byte: a read is no message"},
}};

const Entry& entry_of(Verb verb) {
  return *std::find_if(entries.begin(), entries.end(),
                       [&](const Entry& entry) { return entry.verb == verb; });
}

std::vector<std::string> verb_names() {
  std::vector<std::string> names;
  for (const Entry& entry : entries) names.emplace_back(entry.name);
  return names;
}

[[noreturn]] void reject(std::string_view text, const std::string& why) {
  throw std::invalid_argument("'" + base::printable_line(text, quoted_limit_bytes) + "' " + why);
}

[[noreturn]] void reject_verb(std::string_view text) {
  const auto names = verb_names();
  const Words words(text);
  const std::string first = words.rest().substr(0, words.rest().find(' '));
  const auto near = base::did_you_mean(first, names);
  reject(text, std::string("is no fault: ") + (near ? "did you mean '" + *near + "'? " : "") +
                   "There are " + base::join(names, ", "));
}

Verb take_verb(Words& words, std::string_view text) {
  for (const Entry& entry : entries) {
    if (words.take(entry.name)) return entry.verb;
  }
  reject_verb(text);
}

template <class Read>
auto needed(Words& words, Read read, std::string_view text, Verb verb) {
  const auto value = words.take_quantity(read);
  if (!value) {
    reject(text, "can't be read: write it like '" + std::string(entry_of(verb).example) + "'");
  }
  return *value;
}

void take_parameters(Words& words, Fault& fault, std::string_view text) {
  switch (fault.verb) {
    case Verb::delay:
      fault.time = needed(words, to_duration, text, fault.verb);
      if (words.take("jitter")) fault.jitter = needed(words, to_duration, text, fault.verb);
      break;
    case Verb::bandwidth:
      fault.bytes = needed(words, to_rate, text, fault.verb);
      break;
    case Verb::reset:
      if (words.take("after")) fault.bytes = needed(words, to_bytes, text, fault.verb);
      break;
    case Verb::slice:
      fault.bytes = needed(words, to_bytes, text, fault.verb);
      if (!words.take("every")) reject(text, "can't be read: write 'slice 1 byte every 1ms'");
      fault.time = needed(words, to_duration, text, fault.verb);
      break;
    default:
      break;
  }
}

Direction take_direction(Words& words) {
  if (words.take(to_the_server)) return Direction::to_server;
  if (words.take(to_the_client)) return Direction::to_client;
  words.take(in_both_directions);
  return Direction::both;
}

std::string parameters_text(const Fault& fault) {
  const bool jitters = fault.jitter != nanoseconds::zero();
  switch (fault.verb) {
    case Verb::delay:
      return ' ' + duration_text(fault.time) +
             (jitters ? " jitter " + duration_text(fault.jitter) : "");
    case Verb::bandwidth:
      return ' ' + rate_text(fault.bytes);
    case Verb::reset:
      return " after " + bytes_text(fault.bytes);
    case Verb::slice:
      return ' ' + bytes_text(fault.bytes) + " every " + duration_text(fault.time);
    default:
      return "";
  }
}

// A fault says no more than its text does, so that equal texts are equal faults.
bool has_stray_parameters(const Fault& fault) {
  const bool timed = fault.verb == Verb::delay || fault.verb == Verb::slice;
  const bool counted =
      fault.verb == Verb::bandwidth || fault.verb == Verb::reset || fault.verb == Verb::slice;
  return (!timed && fault.time != nanoseconds::zero()) || (!counted && fault.bytes != 0) ||
         (fault.verb != Verb::delay && fault.jitter != nanoseconds::zero());
}

}  // namespace

std::string problem_with(const Fault& fault) {
  const bool counts = fault.verb == Verb::bandwidth || fault.verb == Verb::slice;
  const bool timed = fault.verb == Verb::delay || fault.verb == Verb::slice;
  if (has_stray_parameters(fault)) return "has a parameter that its verb doesn't take";
  if (fault.time < nanoseconds::zero() || fault.time > kLongestTime) {
    return "has a time that is not from 0s to 1h";
  }
  if (timed && fault.time == nanoseconds::zero()) return "has a time of 0: leave it out instead";
  if (fault.jitter < nanoseconds::zero() || fault.jitter > fault.time) {
    return "has a jitter that is more than the delay";
  }
  if (fault.bytes > kMostBytes) return "has more than 1000000GB";
  if (counts && fault.bytes == 0) return "would pass nothing: that is a clog";
  if (fault.verb == Verb::refuse && fault.direction != Direction::both) {
    return "has a direction, but a connection is refused as a whole";
  }
  return "";
}

Fault parse_fault(std::string_view text) {
  Words words(text);
  Fault fault;
  fault.verb = take_verb(words, text);
  take_parameters(words, fault, text);
  fault.direction = take_direction(words);
  if (!words.done()) {
    reject(text, "goes on with '" + base::printable_line(words.rest(), quoted_limit_bytes) +
                     "', where only 'to the server' or 'to the client' can be: '" +
                     std::string(entry_of(fault.verb).example) + " to the server'");
  }
  if (const std::string problem = problem_with(fault); !problem.empty()) reject(text, problem);
  return fault;
}

std::string to_text(const Fault& fault) {
  std::string text(name_of(fault.verb));
  text += parameters_text(fault);
  if (fault.direction == Direction::to_server) text.append(" ").append(to_the_server);
  if (fault.direction == Direction::to_client) text.append(" ").append(to_the_client);
  return text;
}

std::string_view name_of(Verb verb) { return entry_of(verb).name; }

std::string_view cause_of(Verb verb) { return entry_of(verb).cause; }

std::string verbs_help() {
  std::string help;
  for (const Entry& entry : entries) {
    help.append("  ").append(entry.example).append("\n      ").append(entry.does);
    help.append("\n      cause: ").append(entry.cause).append("\n");
  }
  return help +
         "Each in both directions, or with 'to the server' or 'to the client' behind it\n"
         "(but refuse). Several are in force together, until pass.\n";
}

}  // namespace assay::fault
