// Goal: a program that isn't built here takes part at the levels whose protocol it speaks, is left
// out of the others, and is graded where it speaks none, so that its author hears what is wrong.
// Method: small Python programs, each of which speaks what its name says.
#include "grade/workbench.hpp"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

namespace assay::grade {
namespace {

constexpr const char* greets = R"(
import os, socket
channel = socket.socket(fileno=int(os.environ['ASSAY_FD']))
asked, answers = channel.makefile('r'), channel.makefile('w')
asked.readline()
answers.write('ready 1\n')
answers.flush()
asked.readline()
)";

constexpr const char* serves = R"(
import http.server, os
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header('Content-Length', '0')
        self.end_headers()
    def log_message(self, *_): pass
address = ('127.0.0.1', int(os.environ['ASSAY_PORT']))
http.server.ThreadingHTTPServer(address, Handler).serve_forever()
)";

Level level_of(int number, const std::string& protocol, const std::string& python_file) {
  Level level;
  level.number = number;
  level.protocol = protocol;
  level.python_file = python_file;
  return level;
}

class Protocols : public testing::Test {
 protected:
  Protocols() {
    std::filesystem::create_directories(folder_);
    exercise_.slug = "x";
    exercise_.levels = {level_of(1, "script", "solution.py"), level_of(2, "threads", "solution.py"),
                        level_of(3, "http", "server.py")};
  }
  ~Protocols() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path put(const std::string& name, const std::string& program) {
    std::ofstream(folder_ / name) << program;
    return folder_ / name;
  }

  // The levels that a solution is left out of.
  std::vector<int> left_out(const Solution& solution) {
    Workbench workbench(solution, exercise_, 1, builder_, [] {});
    std::vector<int> levels;
    for (const auto& level : exercise_.levels) {
      if (workbench.left_out_of(level.number)) levels.push_back(level.number);
    }
    return levels;
  }

  std::vector<int> left_out_at(const std::string& path) {
    return left_out(find_solution(folder_, exercise_, path));
  }

  std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("assay-workbench-" + std::to_string(::getpid()));
  Exercise exercise_;
  proc::Builder builder_{folder_, folder_};
};

TEST_F(Protocols, OfOneFileAreThoseThatItSpeaks) {
  EXPECT_EQ(left_out_at(put("a.py", greets)), (std::vector{2, 3}));
  EXPECT_EQ(left_out_at(put("b.py", serves)), (std::vector{1, 2}));
}

TEST_F(Protocols, OfAFolderAreThoseOfItsFiles) {
  put("solution.py", greets);
  EXPECT_EQ(left_out_at(folder_), (std::vector{2, 3}));
  put("server.py", serves);
  EXPECT_EQ(left_out_at(folder_), std::vector{2});
}

TEST_F(Protocols, OfACommandAreThoseThatItSpeaks) {
  put("c.py", serves);
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder_);  // a command is run here, and can read what lies here
  EXPECT_EQ(left_out(exec_solution("exec python3 c.py")), (std::vector{1, 2}));
  std::filesystem::current_path(before);
}

TEST_F(Protocols, AreAllGradedOfAProgramThatSpeaksNone) {
  EXPECT_EQ(left_out_at(put("d.py", "raise SystemExit('not today')")), std::vector{2});
}

TEST_F(Protocols, SaysWhichOnesTheyAre) {
  const Solution solution = find_solution(folder_, exercise_, put("e.py", serves));
  Workbench workbench(solution, exercise_, 1, builder_, [] {});
  EXPECT_EQ(workbench.left_out_of(1),
            "level 1 is for programs that speak the protocol script: this one speaks http");
}

}  // namespace
}  // namespace assay::grade
