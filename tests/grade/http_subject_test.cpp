// Goal: a subject that speaks HTTP is started, found ready, reached, broken and ended, and one that
// isn't ready is told why in plain words. Method: small Python programs, each with one habit, in
// every tier that this machine has; and answers as they come over the wire, without a subject.
#include "grade/http_subject.hpp"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <thread>

#include "grade/session.hpp"

namespace assay::grade {
namespace {

using proc::Ending;
using std::chrono::milliseconds;

constexpr std::chrono::seconds patience{30};     // for what must happen, on a busy machine
constexpr std::chrono::milliseconds brief{300};  // for what must not

// Says its process id at /pid, and is healthy.
const std::string server = R"(
import http.server, os, sys, time, threading
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def do_GET(self):
        body = str(os.getpid()).encode()
        self.send_response(status)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)
status = 200
http.server.ThreadingHTTPServer.handle_error = lambda *_: None
def serve():
    address = ('127.0.0.1', int(os.environ['ASSAY_PORT']))
    http.server.ThreadingHTTPServer(address, Handler).serve_forever()
)";

// Answers each connection with bytes as they are.
const std::string plain_server = R"(
import os, socket, time
listener = socket.create_server(('127.0.0.1', int(os.environ['ASSAY_PORT'])))
def answer_all(data):
    while True:
        connection = listener.accept()[0]
        connection.recv(4096)
        connection.sendall(data)
        connection.close()
)";

SubjectSpec python(const std::string& program, milliseconds limit = patience) {
  SubjectSpec subject;
  subject.exercise = "any";
  subject.argv = {"python3", "-c", program};
  subject.silence_limit = limit;
  return subject;
}

bool no_child_is_left() {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (std::chrono::steady_clock::now() < deadline) {
    const pid_t reaped = ::waitpid(-1, nullptr, WNOHANG);
    if (reaped < 0 && errno == ECHILD) return true;
    if (reaped == 0) std::this_thread::sleep_for(milliseconds(1));
  }
  return false;
}

class HttpSubjects : public testing::TestWithParam<proc::Tier> {
 protected:
  void SetUp() override {
    ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    proc::harden_this_process();
    for (const auto& probe : proc::probe_tiers()) {
      if (probe.tier == GetParam() && !probe.available) GTEST_SKIP() << probe.reason;
    }
    if (!std::filesystem::exists("/usr/bin/python3")) GTEST_SKIP() << "python3 is not installed";
  }
  void TearDown() override { EXPECT_TRUE(no_child_is_left()); }

  static std::string trouble_of(const SubjectSpec& spec) {
    HttpSubject subject(spec, GetParam());
    try {
      subject.start();
      return "ready";
    } catch (const SubjectTrouble& trouble) {
      return trouble.what();
    }
  }
  static std::string trouble_of(const std::string& program, milliseconds limit = patience) {
    return trouble_of(python(program, limit));
  }

  // The body of an answer; "" if none comes within the limit.
  static std::string get(const HttpSubject& subject, milliseconds limit = patience) {
    const proc::Patience within{std::chrono::steady_clock::now() + limit, [] { return true; }};
    const auto answer = proc::ask(subject.endpoint(), subject.sockets(), "GET / HTTP/1.1\r\n\r\n",
                                  is_whole_response, within);
    const auto head_end = answer.bytes.find("\r\n\r\n");
    return head_end == std::string::npos ? "" : answer.bytes.substr(head_end + 4);
  }

  static std::string port_of(proc::Tier tier) {
    return tier == proc::Tier::namespaces ? "8080" : "2";  // elsewhere one from 20000 to 29999
  }
};

INSTANTIATE_TEST_SUITE_P(Tiers, HttpSubjects,
                         testing::Values(proc::Tier::namespaces, proc::Tier::landlock,
                                         proc::Tier::processes),
                         [](const auto& tier) { return std::string(proc::name_of(tier.param)); });

TEST_P(HttpSubjects, AreReadyWhenTheyAreHealthyAndEndWhenAsked) {
  HttpSubject subject(python(server + "print('hello', file=sys.stderr)\nserve()"), GetParam());
  subject.start();
  EXPECT_TRUE(std::to_string(subject.endpoint().port()).starts_with(port_of(GetParam())));
  EXPECT_NE(get(subject), "");
  EXPECT_GT(subject.memory_bytes().value_or(0), 1U << 20);
  EXPECT_EQ(subject.output().substr(0, 5), "hello");
  const Ending ending = subject.end();
  EXPECT_EQ(ending.in_words(), "was terminated (SIGTERM)");
}

TEST_P(HttpSubjects, ThatDoNotEndWhenAskedAreEnded) {
  HttpSubject subject(
      python(server + "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nserve()"),
      GetParam());
  subject.start();
  EXPECT_EQ(subject.end().kind, Ending::Kind::stopped);
}

TEST_P(HttpSubjects, AreOfAnyLanguageAndAnyShell) {
  SubjectSpec spec = python("");
  spec.argv = {"sh", "-c", "echo starting; python3 -c \"$PROGRAM\"; echo over"};
  spec.env["PROGRAM"] = server + "serve()";
  HttpSubject subject(spec, GetParam());
  subject.start();
  EXPECT_NE(get(subject), "");
  subject.pause();
  EXPECT_EQ(subject.end().in_words(), "was terminated (SIGTERM)");
}

TEST_P(HttpSubjects, MayListenLate) {
  HttpSubject subject(python(server + "time.sleep(0.4)\nserve()"), GetParam());
  subject.start();
  EXPECT_NE(get(subject), "");
}

TEST_P(HttpSubjects, MayBecomeHealthyLate) {
  HttpSubject subject(python(server + R"(
def recover():
    global status
    time.sleep(0.4)
    status = 200
status = 503
threading.Thread(target=recover).start()
serve())"),
                      GetParam());
  subject.start();
  EXPECT_NE(get(subject), "");
}

TEST_P(HttpSubjects, MayFork) {
  HttpSubject subject(python(server + R"(
if os.fork() == 0:
    os.setsid()
    serve()
time.sleep(1000))"),
                      GetParam());
  subject.start();
  EXPECT_NE(get(subject), "");
  subject.kill();
  EXPECT_EQ(get(subject), "");
}

TEST_P(HttpSubjects, ArePausedKilledAndRestarted) {
  HttpSubject subject(python(server + R"(
with open('lives', 'a') as file: file.write('x')
print('life', os.path.getsize('lives'), flush=True)
Handler.log_message = lambda *_: None
serve())"),
                      GetParam());
  subject.start();
  subject.pause();
  EXPECT_EQ(get(subject, milliseconds(100)), "");
  subject.resume();
  EXPECT_NE(get(subject), "");
  subject.kill();
  EXPECT_EQ(subject.ending()->in_words(), "was killed (SIGKILL)");
  subject.launch();
  subject.wait_until_ready();
  EXPECT_FALSE(subject.ending());
  subject.restart();
  EXPECT_NE(get(subject), "");
  EXPECT_EQ(subject.output(), "life 1\nlife 2\nlife 3");
}

TEST_P(HttpSubjects, AreTroubleWhenTheyNeverListen) {
  const std::string trouble = trouble_of("import time; time.sleep(1000)", brief);
  EXPECT_EQ(trouble.find("time-out: not ready after 0.3 s: nothing listens on port "), 0U)
      << trouble;
}

TEST_P(HttpSubjects, AreTroubleWhenTheyEnd) {
  EXPECT_EQ(trouble_of("exit(3)"), "exited with code 3 before it was ready");
  EXPECT_EQ(trouble_of("import os; os.abort()"), "crashed: aborted (SIGABRT) before it was ready");
  SubjectSpec missing = python("");
  missing.argv = {"no-such-program"};
  EXPECT_EQ(trouble_of(missing),
            "could not be started: no-such-program: not found in PATH before it was ready");
}

TEST_P(HttpSubjects, LeaveTheirOutputWhenTheyEnd) {
  HttpSubject subject(python("raise ValueError('no such table')"), GetParam());
  EXPECT_THROW(subject.start(), SubjectTrouble);
  EXPECT_NE(subject.output().find("ValueError: no such table"), std::string::npos);
}

TEST_P(HttpSubjects, AreTroubleWhenTheyAnswerSomethingElse) {
  EXPECT_EQ(trouble_of(server + "status = 404\nserve()"),
            "answered GET /healthz with 404, where 200 is due");
  EXPECT_EQ(trouble_of(plain_server + "answer_all(b'\\x00ready\\n')"),
            "answered GET /healthz with \"\\x00ready\\x0a\", which is not a whole HTTP response");
}

TEST_P(HttpSubjects, AreTroubleWhenTheyListenAndAreNotReady) {
  using Case = std::pair<std::string, std::string>;
  for (const auto& [habit, words] :
       {Case{"answer_all(b'HTTP/1.1 503 No\\r\\n\\r\\n')",
             "answered GET /healthz with 503, where 200 is due"},
        Case{"answer_all(b'')", "closed the connection instead of answering GET /healthz"},
        Case{"time.sleep(1000)", "accepts a connection but does not answer GET /healthz"}}) {
    HttpSubject subject(python(plain_server + "print('up', flush=True)\n" + habit, brief),
                        GetParam());
    subject.launch();
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (subject.output().empty() && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(milliseconds(5));
    }
    try {
      subject.wait_until_ready();
      ADD_FAILURE() << "ready: " << habit;
    } catch (const SubjectTrouble& trouble) {
      EXPECT_EQ(trouble.what(), "time-out: not ready after 0.3 s: " + words);
    }
  }
}

Health::Kind kind_of(proc::Answer::Kind how, const std::string& bytes) {
  return health_in({how, bytes}, 80).kind;
}

TEST(Health, IsAWholeAnswerOf200) {
  using enum proc::Answer::Kind;
  const std::string ok = "HTTP/1.1 200 OK\r\nCONTENT-LENGTH: 2\r\n\r\nok";
  EXPECT_EQ(kind_of(whole, ok), Health::Kind::healthy);
  EXPECT_EQ(kind_of(whole, "HTTP/1.0 200\r\n\r\n"), Health::Kind::healthy);
  EXPECT_EQ(kind_of(closed, ok), Health::Kind::healthy);
  for (const std::string other :
       {"HTTP/1.1 2000 OK\r\n\r\n", "HTTP/1.1 20\r\n\r\n", "HTTP/2 200\r\n\r\n",
        "HTTP/1.1 -200\r\n\r\n", "HTTP/1.1  200\r\n\r\n", "200 OK\r\n\r\n",
        "HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 404 N\r\n\r\n"}) {
    EXPECT_EQ(kind_of(whole, other), Health::Kind::sick) << other;
  }
  for (std::size_t size = 1; size < ok.size(); ++size) {
    EXPECT_FALSE(is_whole_response(ok.substr(0, size))) << size;
    EXPECT_EQ(kind_of(closed, ok.substr(0, size)), Health::Kind::sick) << size;
    EXPECT_EQ(kind_of(silent, ok.substr(0, size)), Health::Kind::not_yet) << size;
  }
}

}  // namespace
}  // namespace assay::grade
