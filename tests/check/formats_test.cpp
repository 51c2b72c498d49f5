// Reading histories: each format is found by itself and read rightly, and whatever can't be a
// history is refused with its line and a reason that names the trouble.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "check/formats.hpp"

namespace assay::check {
namespace {

constexpr std::string_view invoke = R"({"process":0,"type":"invoke","f":"write","value":1})";
constexpr std::string_view ok = R"({"process":0,"type":"ok","f":"write"})";

std::string lines(std::initializer_list<std::string_view> all) {
  std::string text;
  for (std::string_view line : all) text.append(line).append("\n");
  return text;
}

void expect_refused(const std::string& text, std::int32_t line, std::string_view reason,
                    const ReadLimits& limits = {}) {
  try {
    read_history(text, limits);
    ADD_FAILURE() << "accepted: " << text.substr(0, 200);
  } catch (const HistoryError& error) {
    EXPECT_EQ(error.line, line) << error.what();
    EXPECT_NE(std::string(error.what()).find(reason), std::string::npos) << error.what();
  }
}

TEST(JsonLines, EventsWithKeysResultsAndTimes) {
  const History history = read_history(lines(
      {R"({"process": "a", "type": "invoke", "f": "read", "key": "x", "value": null, "time": 5})",
       R"({"process": 1, "type": "invoke", "f": "cas", "key": "x", "value": [1, 2], "time": 6})",
       R"({"process": "a", "type": "ok", "f": "read", "key": "x", "value": 1, "time": 7})",
       R"({"process": 1, "type": "ok", "f": "cas", "result": false, "time": 9, )"
       R"("more": {"a": [1]}})"}));
  EXPECT_EQ(history.format, "JSON lines");
  EXPECT_TRUE(history.timed);
  ASSERT_EQ(history.operations.size(), 2U);
  EXPECT_EQ(history.describe(0), "read(\"x\") -> 1 by \"a\"");
  EXPECT_EQ(history.describe(1), "cas(\"x\", 1, 2) -> false by 1");
  EXPECT_EQ(history.where(1), "lines 2 to 4");
  EXPECT_EQ(history.sources[1].returned_ns, 9);
}

TEST(JsonLines, WholeOperationsInAnyOrder) {
  const History history =
      read_history(lines({R"({"process":1,"f":"read","call":20,"return":30,"result":1})",
                          R"({"process":0,"f":"write","value":1,"call":10,"return":20})",
                          R"({"process":2,"f":"write","value":2,"call":15,"return":null})"}));
  ASSERT_EQ(history.operations.size(), 3U);
  EXPECT_EQ(history.describe(0), "write(1) by 0");
  EXPECT_TRUE(history.operations[1].unknown());
  EXPECT_LT(history.operations[2].called, history.operations[0].returned) << "they touch";
}

TEST(JsonLines, FailedOperationsDidNotHappenAndLostOnesMayHave) {
  const History history =
      read_history(lines({invoke, R"({"process":0,"type":"fail","f":"write"})", invoke,
                          R"({"process":0,"type":"info","f":"write"})", invoke}));
  ASSERT_EQ(history.operations.size(), 2U);
  EXPECT_TRUE(history.operations[0].unknown());
  EXPECT_TRUE(history.operations[1].unknown());
}

TEST(JsonLines, HeaderNamesTheModel) {
  EXPECT_EQ(read_history(lines({R"({"model": "register"})", invoke, ok})).model, "register");
}

TEST(JsonLines, EscapesInTexts) {
  const History history = read_history(
      R"({"process":0,"f":"put","key":"k","value":"\u00e9\ud83d\ude00\n\"","call":1,"return":2})");
  EXPECT_EQ(history.values.text_of(history.operations[0].argument), "\u00e9\U0001F600\n\"");
}

TEST(JsonLines, MalformedLines) {
  const auto after = [](std::string_view line) { return lines({invoke, ok, line}); };
  expect_refused(after("{"), 3, "expected");
  expect_refused(after("nonsense"), 3, "expected '{'");
  expect_refused(after(R"({"process":0,"type":"invoke","f":"write","value":1)"), 3, "expected '}'");
  expect_refused(after(R"({"process":0,"type":"invoke","f":"write","value":"abc)"), 3,
                 "ends within");
  expect_refused(after(R"({"process":0,"type":"start","f":"write"})"), 3, "\"invoke\"");
  expect_refused(after(R"({"process":0,"type":"invoke","f":"fly"})"), 3, "\"fly\"");
  expect_refused(after(R"({"type":"invoke","f":"read"})"), 3, "no process");
  expect_refused(after(R"({"process":0,"type":"invoke"})"), 3, "no function");
  expect_refused(after(R"({"process":0,"f":"read"})"), 3, "neither");
  expect_refused(after(R"({"process":0,"type":"invoke","f":"write"})"), 3, "without a value");
  expect_refused(after(R"({"process":0,"type":"invoke","f":"cas","value":3})"), 3, "two parts");
  expect_refused(after(R"({"process":0,"process":1,"type":"invoke","f":"read"})"), 3, "twice");
  expect_refused(after(R"({"process":1.5,"type":"invoke","f":"read"})"), 3, "not whole");
  expect_refused(after(R"({"process":99999999999999999999,"type":"invoke","f":"read"})"), 3,
                 "64 bits");
  expect_refused(after(R"({"process":"\ud800","type":"invoke","f":"read"})"), 3, "surrogate");
  expect_refused(after(R"({"process":"\q","type":"invoke","f":"read"})"), 3, "escape");
  expect_refused(after(R"({"process":0,"type":"invoke","f":"read"} x)"), 3, "end of the line");
  expect_refused(after(R"({"process":0,"type":"invoke","f":"read","x":)" + std::string(99, '[')), 3,
                 "too deep");
  expect_refused(
      after(R"({"process":0,"type":"invoke","f":"write","value":)" + std::string(99, '[')), 3,
      "too deep");
}

TEST(Contradictions, AreRefused) {
  expect_refused(lines({invoke, ok, ok}), 3, "without having called");
  expect_refused(lines({invoke, invoke}), 2, "still open");
  expect_refused(lines({invoke, R"({"process":0,"type":"ok","f":"read","value":1})"}), 2,
                 "was write");
  expect_refused(lines({R"({"process":0,"type":"invoke","f":"read","time":5})",
                        R"({"process":0,"type":"ok","f":"read","value":1,"time":4})"}),
                 2, "backwards");
  expect_refused(lines({R"({"process":0,"type":"invoke","f":"read"})",
                        R"({"process":0,"type":"ok","f":"read"})"}),
                 2, "but not what");
  expect_refused(lines({R"({"process":0,"f":"write","value":1,"call":5,"return":4})"}), 1,
                 "before it is called");
  expect_refused(lines({R"({"process":0,"f":"write","value":1,"call":1,"return":9})",
                        R"({"process":0,"f":"write","value":1,"call":8,"return":10})"}),
                 2, "line 1 was open");
  expect_refused(lines({invoke, ok, R"({"process":1,"f":"write","value":1,"call":8,"return":9})"}),
                 3, "one history");
}

TEST(Limits, EmptyAndGigantic) {
  expect_refused("", 0, "empty");
  expect_refused("\n  \n", 0, "empty");
  expect_refused("hello\nworld\n", 1, "not a history");
  expect_refused(R"({"model":"kv"})", 0, "no operation");
  expect_refused(std::string(5000, 'x'), 1, "more than", {.line_bytes = 4096});
  expect_refused(lines({invoke}) + std::string(5000, ' '), 2, "more than", {.line_bytes = 4096});
}

TEST(Limits, Files) {
  EXPECT_THROW(read_history_file("/no/such/file"), HistoryError);
  EXPECT_THROW(read_history_file("/"), HistoryError);
  EXPECT_THROW(read_history_file("/dev/null"), HistoryError);
  const auto file = std::filesystem::temp_directory_path() / "assay_formats_test.jsonl";
  std::ofstream(file) << invoke << '\n' << ok << '\n';
  EXPECT_EQ(read_history_file(file).operations.size(), 1U);
  EXPECT_THROW(read_history_file(file, {.file_bytes = 10}), HistoryError);
  std::filesystem::remove(file);
}

constexpr std::string_view log = "INFO  jepsen.util - ";

std::string etcd(std::initializer_list<std::string_view> all) {
  std::string text = "WARN  something else\n";
  for (std::string_view line : all) text.append(log).append(line).append("\n");
  return text;
}

TEST(EtcdLogs, AreRead) {
  const History history = read_history(
      etcd({"0\t:invoke\t:write\t3", "1 :invoke  :read   nil ", "0\t:ok\t:write\t3",
            "1\t:ok\t:read\tnil", "2\t:invoke\t:cas\t[1 2]", "2\t:fail\t:cas\t[1 2]",
            "3\t:invoke\t:cas\t[3 4]", "3\t:info\t:cas\t:timed-out", "4\t:invoke\t:read\tnil",
            "4\t:fail\t:read\t:timed-out", "5\t:invoke\t:write\t1"}));
  EXPECT_EQ(history.format, "etcd log");
  ASSERT_EQ(history.operations.size(), 5U);
  EXPECT_EQ(history.describe(1), "read() -> nil by 1");
  EXPECT_EQ(history.describe(2), "cas(1, 2) -> false by 2");
  EXPECT_EQ(history.describe(3), "cas(3, 4) -> ? by 3");
  EXPECT_EQ(history.where(4), "line 12, outcome unknown");
}

TEST(EtcdLogs, MalformedLines) {
  expect_refused(etcd({"0\t:invoke\t:write\t3", "0\t:ok\t:wri"}), 3, "expected :read");
  expect_refused(etcd({"0\t:invoke\t:write\t"}), 2, "whole number");
  expect_refused(etcd({"0\t:invoke\t:cas\t[1"}), 2, "whole number");
  expect_refused(etcd({"0\t:started\t:read\tnil"}), 2, "not an event");
  expect_refused(etcd({"0\t:invoke\t:read\tnil x"}), 2, "end of the line");
  expect_refused(etcd({"0\t:ok\t:read\t1"}), 2, "without having called");
  expect_refused(etcd({"0\t:invoke\t:read\tnil", "0\t:invoke\t:read\tnil"}), 3, "still open");
}

TEST(KeyValueFiles, AreRead) {
  const History history =
      read_history(lines({R"({:process 9, :type :invoke, :f :get, :key "0", :value nil})",
                          R"({:process 9, :type :ok, :f :get, :key "0", :value "x 9 \"0\" y"})"}));
  EXPECT_EQ(history.format, "key-value file");
  EXPECT_EQ(history.values.text_of(history.operations[0].result), "x 9 \"0\" y");
}

TEST(KeyValueFiles, MalformedLines) {
  expect_refused("{:process 9, :type :invoke, :f :get, :key \"0", 1, "within a text");
  expect_refused("{:process 9, :type :invoke, :f :get", 1, "within a map");
  expect_refused("{:process 9, :type :begin}", 1, ":invoke");
  expect_refused("{:process 9, :type :invoke, :f :got}", 1, ":got");
}

}  // namespace
}  // namespace assay::check
