#include "check/command.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <fstream>
#include <ostream>
#include <set>
#include <sstream>
#include <stdexcept>

#include "base/text.hpp"
#include "check/check.hpp"
#include "check/formats.hpp"
#include "check/picture.hpp"

namespace assay::check {
namespace {

namespace json = boost::json;
using Clock = std::chrono::steady_clock;

constexpr std::size_t shown_bytes = 400;  // of one line

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

std::string_view name_of(Answer answer) {
  switch (answer) {
    case Answer::holds:
      return "holds";
    case Answer::violated:
      return "violated";
    case Answer::unknown:
      break;
  }
  return "unknown";
}

int exit_code(Answer answer) {
  switch (answer) {
    case Answer::holds:
      return ExitCode::holds;
    case Answer::violated:
      return ExitCode::violated;
    case Answer::unknown:
      break;
  }
  return ExitCode::undecided;
}

// To about three digits.
std::string rounded(double seconds) {
  auto ns = static_cast<std::int64_t>(seconds * 1e9);
  std::int64_t unit = 1;
  while (ns / unit >= 1000) unit *= 10;
  return base::duration_ns(ns / unit * unit);
}

// All that one run has to say.
struct Result {
  History history;
  Judgement judgement;
  double read_seconds = 0;
  double check_seconds = 0;

  const History& judged() const { return judgement.shifted ? *judgement.shifted : history; }
  const Verdict& verdict() const { return judgement.verdict; }
};

std::size_t count_unknown(const History& history) {
  return static_cast<std::size_t>(std::count_if(history.operations.begin(),
                                                history.operations.end(),
                                                [](const Operation& op) { return op.unknown(); }));
}

std::size_t count_processes(const History& history) {
  std::set<Value> processes;
  for (const Operation& op : history.operations) processes.insert(op.process);
  return processes.size();
}

std::string printable(std::string_view text) { return base::printable_line(text, shown_bytes); }

json::object explanation_document(const History& history, const Explanation& explanation) {
  json::array operations;
  for (std::size_t operation : explanation.operations) {
    const Source& source = history.sources[operation];
    json::object each;
    each["operation"] = printable(history.describe(operation));
    each["call_line"] = source.call_line;
    if (source.return_line > 0) each["return_line"] = source.return_line;
    each["impossible"] = explanation.impossible == operation;
    operations.push_back(std::move(each));
  }
  json::array reasons;
  for (const std::string& reason : explanation.reasons) reasons.emplace_back(printable(reason));
  json::object document;
  document["summary"] = printable(explanation.summary);
  document["operations"] = std::move(operations);
  document["reasons"] = std::move(reasons);
  document["left_out"] = explanation.left_out;
  return document;
}

std::string document_of(const CheckOptions& options, const Result& result, bool explain) {
  const Verdict& verdict = result.verdict();
  json::object document;
  document["schema"] = "assay-check/1";
  document["file"] = printable(options.file.string());
  document["format"] = result.history.format;
  document["model"] = result.judgement.model;
  document["verdict"] = name_of(verdict.answer);
  if (!verdict.reason.empty()) document["reason"] = printable(verdict.reason);
  document["operations"] = result.history.operations.size();
  document["unknown_outcomes"] = count_unknown(result.history);
  document["processes"] = count_processes(result.history);
  document["parts"] = verdict.parts;
  document["configurations"] = verdict.configurations;
  document["read_seconds"] = result.read_seconds;
  document["check_seconds"] = result.check_seconds;
  if (explain && verdict.explanation) {
    document["explanation"] = explanation_document(result.judged(), *verdict.explanation);
  }
  return json::serialize(document);
}

void print_explanation(const History& history, const Explanation& explanation, std::ostream& out) {
  out << '\n' << printable(explanation.summary) << "\n\n";
  for (std::size_t operation : explanation.operations) {
    out << (explanation.impossible == operation ? "  > " : "    ")
        << printable(history.describe(operation)) << "   " << history.where(operation) << '\n';
  }
  if (!explanation.reasons.empty()) out << '\n';
  for (const std::string& reason : explanation.reasons) out << "  - " << printable(reason) << '\n';
}

std::string summary_of(const CheckOptions& options, const Result& result) {
  const Verdict& verdict = result.verdict();
  std::ostringstream out;
  out << printable(options.file.string()) << ": " << result.judgement.model << ": "
      << name_of(verdict.answer);
  if (!verdict.reason.empty()) out << ", because " << printable(verdict.reason);
  const auto operations = static_cast<std::int64_t>(result.history.operations.size());
  const auto processes = count_processes(result.history);
  out << " (" << result.history.format << ", " << base::thousands(operations) << " operations of "
      << processes << (processes == 1 ? " process, " : " processes, ")
      << rounded(result.check_seconds) << ")";
  return out.str();
}

void print_text(const CheckOptions& options, const Result& result, std::ostream& out) {
  const Verdict& verdict = result.verdict();
  out << summary_of(options, result) << '\n';
  if (!options.explain || verdict.answer != Answer::violated) return;
  if (verdict.explanation) {
    print_explanation(result.judged(), *verdict.explanation, out);
  } else {
    out << "No explanation within the budget.\n";
  }
}

// Whether there was none to write, or it is written.
bool write_picture(const CheckOptions& options, const Result& result, std::ostream& err) {
  if (options.picture.empty() || !result.verdict().explanation) return true;
  std::ofstream file(options.picture, std::ios::binary | std::ios::trunc);
  file << picture_of(result.judged(), *result.verdict().explanation);
  file.close();
  if (file) return true;
  err << "can't write the picture to " << printable(options.picture.string()) << '\n';
  return false;
}

Result judge(const CheckOptions& options, bool explain) {
  Result result;
  const Choice choice = options.model.empty() ? Choice{} : parse_choice(options.model);
  const auto begin = Clock::now();
  result.history = read_history_file(options.file);
  result.read_seconds = seconds_since(begin);
  const auto read = Clock::now();
  result.judgement = check(result.history, choice, options.budget, explain);
  result.check_seconds = seconds_since(read);
  return result;
}

}  // namespace

Budget parse_budget(std::string_view text) {
  Budget budget;
  for (const std::string& piece : base::split(text, ',')) {
    const std::size_t end = std::min(piece.find_first_not_of("0123456789"), piece.size());
    const auto number = base::to_integer(std::string_view(piece).substr(0, end));
    const std::string unit = piece.substr(end);
    constexpr std::int64_t most = 1'000'000;
    const bool usable = number && *number >= 1 && *number <= most;
    if (usable && unit == "ms") {
      budget.time = std::chrono::milliseconds(*number);
    } else if (usable && unit == "s") {
      budget.time = std::chrono::seconds(*number);
    } else if (usable && unit == "m") {
      budget.time = std::chrono::minutes(*number);
    } else if (usable && unit == "M") {
      budget.memory_bytes = static_cast<std::size_t>(*number) << 20;
    } else if (usable && unit == "G") {
      budget.memory_bytes = static_cast<std::size_t>(*number) << 30;
    } else {
      throw std::invalid_argument("a budget looks like 10s, 500ms, 2m, 512M, 2G or 10s,2G, not " +
                                  printable(piece));
    }
  }
  return budget;
}

std::string models_help() {
  std::string help;
  for (const Named& choice : choices()) {
    help += "  " + std::string(choice.name) + std::string(22 - choice.name.size(), ' ') +
            std::string(choice.meaning) + "\n";
  }
  return help;
}

int check_command(const CheckOptions& options, std::ostream& out, std::ostream& err,
                  const std::function<void(const Finding&)>& show) {
  try {
    const bool explain = options.explain || !options.picture.empty() || show;
    const Result result = judge(options, explain);
    if (show) {
      show({result.judged(), result.verdict(), summary_of(options, result),
            document_of(options, result, true)});
    }
    if (options.json) {
      out << document_of(options, result, options.explain) << '\n';
    } else {
      print_text(options, result, out);
    }
    if (!write_picture(options, result, err)) return ExitCode::unreadable;
    return exit_code(result.verdict().answer);
  } catch (const HistoryError& error) {
    err << printable(options.file.string());
    if (error.line > 0) err << ", line " << error.line;
    err << ": " << printable(error.what()) << '\n';
  } catch (const std::invalid_argument& error) {
    err << printable(error.what()) << '\n';
  } catch (const std::length_error& error) {
    err << printable(options.file.string()) << ": " << printable(error.what()) << '\n';
  }
  return ExitCode::unreadable;
}

}  // namespace assay::check
