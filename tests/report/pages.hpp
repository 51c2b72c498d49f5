// What pages are made of in tests: a load at three rates, of which the highest is too much, and a
// history that no register allows. Any text stands where a user's may.
#pragma once

#include <string>

#include "check/check.hpp"
#include "check/command.hpp"
#include "check/formats.hpp"
#include "load/report.hpp"
#include "report/history/page.hpp"

namespace assay::report {

inline load::Result load_at(double rate_per_s, std::int64_t latency_ns, std::uint64_t errors) {
  load::Result result;
  result.planned_rate_per_s = rate_per_s;
  result.connections = 32;
  result.duration_ns = 10'000'000'000;
  result.offered = static_cast<std::uint64_t>(rate_per_s) * 10;
  result.answered = result.offered;
  result.accepted = result.accepted_in_time = result.offered - errors;
  result.by_status[200] = result.accepted;
  result.by_status[503] = result.not_accepted[503] = errors;
  for (std::uint64_t i = 0; i < result.accepted; ++i) {
    const std::int64_t tail = i % 100 == 0 ? 20 : i % 10 == 0 ? 4 : 1;
    result.latency.record(latency_ns * tail);
  }
  for (std::uint64_t i = 0; i < 10; ++i) {
    load::Second second;
    second.offered = result.offered / 10;
    second.accepted = result.accepted / 10;
    second.errors = errors / 10;
    second.p50_ns = latency_ns;
    second.p99_ns = latency_ns * 20;
    second.max_ns = latency_ns * 25;
    result.seconds.push_back(second);
  }
  return result;
}

inline load::Report sample_load(const std::string& text) {
  load::Report report;
  report.url = "http://localhost:8080/" + text;
  report.steps = {load_at(1'000, 400'000, 0), load_at(4'000, 2'000'000, 300),
                  load_at(2'000, 600'000, 0)};
  load::FoundRate found;
  found.target = {99, 20'000'000};
  found.probes = {{1'000, true}, {4'000, false}, {2'000, true}};
  found.highest_met = 2'000;
  found.lowest_missed = 4'000;
  report.found = found;
  return report;
}

// JSON of a text.
inline std::string quoted(const std::string& text) {
  std::string json = "\"";
  for (const char letter : text) {
    constexpr std::string_view digits = "0123456789abcdef";
    const auto code = static_cast<unsigned char>(letter);
    json += std::string("\\u00") + digits[code >> 4U] + digits[code & 15U];
  }
  return json + "\"";
}

// One process reads what was overwritten before it began.
inline Document history_page(const std::string& text) {
  const auto event = [&](int process, const char* type, const char* function,
                         const std::string& value) {
    return "{\"process\": " + quoted(text + std::to_string(process)) + ", \"type\": \"" + type +
           "\", \"f\": \"" + function + "\"" + (value.empty() ? "" : ", \"value\": ") + value +
           "}\n";
  };
  const auto history =
      check::read_history(event(0, "invoke", "write", quoted(text)) + event(0, "ok", "write", "") +
                          event(1, "invoke", "write", "2") + event(2, "invoke", "read", "") +
                          event(1, "ok", "write", "") + event(2, "ok", "read", "2") +
                          event(0, "invoke", "read", "") + event(0, "ok", "read", quoted(text)));
  const auto judgement = check::check(history, check::parse_choice("register"), {}, true);
  return page_of({history, judgement.verdict, text, "{\"file\":" + quoted(text) + "}"});
}

}  // namespace assay::report
