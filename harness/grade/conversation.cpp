#include "grade/conversation.hpp"

#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>

#include <fmt/format.h>

#include "base/text.hpp"

namespace assay::grade {
namespace {

constexpr std::size_t line_bytes_max = 4096;  // unless more of an answer is kept
constexpr std::size_t kept_output_lines = 8;
constexpr std::size_t kept_line_bytes = 200;
constexpr std::chrono::milliseconds poll_interval{50};
constexpr std::chrono::milliseconds goodbye_limit{2'000};

volatile std::sig_atomic_t interruption_seen = 0;

// Not from the seed: a nonce must not be known before it is sent.
std::string fresh_nonce() {
  std::uint64_t bits = 0;
  while (::getrandom(&bits, sizeof bits, 0) != sizeof bits) {
  }
  return fmt::format("{:016x}", bits);
}

std::string last_lines(const proc::Output& output) {
  auto lines = base::split(output.err.empty() ? output.out : output.err, '\n');
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  if (lines.size() > kept_output_lines) {
    lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(kept_output_lines));
  }
  for (auto& line : lines) line = base::printable_line(line, kept_line_bytes);
  return base::join(lines, "\n");
}

class Talk {
 public:
  Talk(const SubjectSpec& subject, const std::vector<Script>& scripts, std::string name, Pace pace)
      : subject_(subject), pace_(pace), nonce_(fresh_nonce()) {
    talk_.name = std::move(name);
    for (const auto& script : scripts) {
      talk_.exchanges.push_back({script.setup, std::nullopt});
      for (const auto& line : script.operations) talk_.exchanges.push_back({line, std::nullopt});
    }
    compose();
  }

  Conversation run() {
    start();
    exchange();
    part();
    talk_.output = last_lines(cell_.output());
    return std::move(talk_);
  }

 private:
  void compose() {
    to_send_ = fmt::format("assay 1 {} {}\n", subject_.exercise, subject_.contract_version);
    if (pace_ == Pace::trace) {
      to_send_ += fmt::format("trace {}\n", talk_.exchanges.size());
    }
    for (const auto& exchange : talk_.exchanges) to_send_ += exchange.asked + '\n';
    to_send_ += "end " + nonce_ + '\n';
  }

  void start() {
    for (const auto& [name, path] : subject_.files) {
      cell_.put_copy(name, path, ::access(path.c_str(), X_OK) == 0);
    }
    proc::Command command;
    for (std::string word : subject_.argv) {
      if (const auto at = word.find("{cell}"); at != std::string::npos) {
        word.replace(at, 6, cell_.folder().string());
      }
      command.argv.push_back(std::move(word));
    }
    command.directory = subject_.directory;
    command.env["ASSAY_FOLDER"] = subject_.shown_as;
    command.channel = true;
    command.terminal = subject_.interactive;
    cell_.start(command, subject_.limits);
  }

  void exchange() {
    auto last_progress = std::chrono::steady_clock::now();
    while (!complete_ && talk_.trouble.empty()) {
      heed_interruptions();
      const auto ready = cell_.wait(poll_interval, !to_send_.empty());
      const bool sent = ready.writable && !hung_up_ && send_some();
      const bool received = receive_all();
      const auto now = std::chrono::steady_clock::now();
      if (sent || received) {
        last_progress = now;
      } else if (ready.ended) {
        talk_.trouble = cell_.ending()->in_words() + during();
      } else if (hung_up_ && now - hung_up_at_ > goodbye_limit) {
        talk_.trouble = "closed its channel" + during();
      } else if (!subject_.interactive && now - last_progress > subject_.silence_limit) {
        talk_.trouble =
            fmt::format("time-out: no answer for {:.0f} s{}",
                        std::chrono::duration<double>(subject_.silence_limit).count(), during());
      }
    }
  }

  // Lets the subject end by itself; a crash on the way out is a crash.
  void part() {
    const auto deadline = std::chrono::steady_clock::now() + goodbye_limit;
    while (complete_ && !cell_.ending() &&
           (subject_.interactive || std::chrono::steady_clock::now() < deadline)) {
      heed_interruptions();
      cell_.wait(poll_interval);
    }
    const auto& ending = cell_.stop();
    if (complete_ && ending.kind == proc::Ending::Kind::signalled && talk_.trouble.empty()) {
      talk_.trouble = ending.in_words() + " after its last answer";
    }
  }

  std::string during() const {
    if (!greeted_) return " before it was ready";
    if (answered_ == talk_.exchanges.size()) return " at the end of the script";
    if (pace_ == Pace::trace) return " during the trace";
    return fmt::format(" at \"{}\"", talk_.exchanges[answered_].asked);
  }

  bool send_some() {
    const ssize_t sent = ::send(cell_.channel(), to_send_.data() + sent_, to_send_.size() - sent_,
                                MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) {
      if (errno != EAGAIN && errno != EINTR) to_send_.clear();  // its end shows when reading
      return false;
    }
    sent_ += static_cast<std::size_t>(sent);
    if (sent_ == to_send_.size()) to_send_.clear();
    return sent > 0;
  }

  // The channel has ended. Mostly so has the subject, or it is about to.
  void hang_up() {
    hung_up_ = true;
    hung_up_at_ = std::chrono::steady_clock::now();
    cell_.close_channel();
  }

  bool receive_all() {
    if (hung_up_) return false;
    bool any = false;
    char buffer[64U << 10];
    for (;;) {
      const ssize_t got = ::recv(cell_.channel(), buffer, sizeof buffer, MSG_DONTWAIT);
      if (got == 0 && !hung_up_) hang_up();
      if (got <= 0) return any;
      any = true;
      received_.append(buffer, static_cast<std::size_t>(got));
      std::size_t begin = 0;
      for (std::size_t end; (end = received_.find('\n', begin)) != std::string::npos;) {
        take_line(std::string_view(received_).substr(begin, end - begin));
        begin = end + 1;
        if (complete_ || !talk_.trouble.empty()) return true;
      }
      received_.erase(0, begin);
      if (const auto most = std::max(line_bytes_max, subject_.answer_bytes_max);
          received_.size() > most) {
        talk_.trouble = fmt::format("answered a line of more than {} bytes", most);
        return true;
      }
    }
  }

  void take_line(std::string_view line) {
    const std::string said = base::printable_line(line, subject_.answer_bytes_max);
    if (!greeted_) {
      greeted_ = true;
      const std::string expected = fmt::format("ready {}", subject_.contract_version);
      if (said == expected) return;
      talk_.trouble =
          said.starts_with("ready ")
              ? fmt::format("speaks version {} of the contract; this is version {}", said.substr(6),
                            subject_.contract_version)
              : fmt::format("said \"{}\" first, where the protocol wants \"{}\"", said, expected);
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

  const SubjectSpec& subject_;
  const Pace pace_;
  const std::string nonce_;
  proc::Cell cell_;
  Conversation talk_;
  std::string to_send_;
  std::size_t sent_ = 0;
  std::string received_;
  std::size_t answered_ = 0;
  bool greeted_ = false;
  bool complete_ = false;
  bool hung_up_ = false;
  std::chrono::steady_clock::time_point hung_up_at_;
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
