// Explanations: small, made of operations that do contradict each other, and drawn so that nothing
// in a history can break the drawing.
#include <gtest/gtest.h>

#include <boost/property_tree/xml_parser.hpp>
#include <sstream>

#include "check/explain.hpp"
#include "check/linearizability.hpp"
#include "check/picture.hpp"
#include "support/brute_force.hpp"
#include "support/random_history.hpp"
#include "support/text_history.hpp"

namespace assay::check {
namespace {

using support::brief;

Explanation explain(const History& history, std::string_view model,
                    const Parameters& parameters = {}) {
  const ModelKind& kind = *model_named(model);
  const Verdict verdict = check_linearizability(history, kind, parameters, {});
  EXPECT_EQ(verdict.answer, Answer::violated);
  const auto explanation = explain_violation(history, kind, parameters, *verdict.blame, {});
  EXPECT_TRUE(explanation);
  return explanation.value_or(Explanation{});
}

TEST(Explanation, LeavesOutWhatDoesNotMatter) {
  const History history = brief(R"(0 write(1) 0-1
                                   1 read() 2-3 -> 1
                                   0 write(2) 4-5
                                   1 read() 6-7 -> 2
                                   2 read() 8-9 -> 1
                                   0 write(3) 10-11)");
  const Explanation explanation = explain(history, "register");
  EXPECT_LE(explanation.operations.size(), 3U);
  EXPECT_EQ(explanation.impossible, 4U);
  EXPECT_NE(explanation.summary.find("read() -> 1 by 2 (line 5)"), std::string::npos)
      << explanation.summary;
}

TEST(Explanation, OfALargeHistoryIsSmall) {
  for (const std::string_view model :
       {"register", "kv", "counter", "set", "queue", "token-bucket"}) {
    support::Workload workload;
    workload.model = model;
    workload.operations = 1500;
    workload.clients = 6;
    workload.cas_share = 0.3;
    workload.values = model == "set" ? 8 : 0;
    workload.mistakes = 3;
    workload.bucket = {5, 20};
    const Parameters parameters{workload.bucket.capacity, workload.bucket.interval_ns, 0};
    const Explanation explanation = explain(support::random_history(workload), model, parameters);
    EXPECT_LE(explanation.operations.size(), 12U) << model;
    EXPECT_FALSE(explanation.reasons.empty()) << model;
  }
}

TEST(Explanation, OfTheGivenFiles) {
  for (const std::string name : {"c01-bad.txt", "c10-bad.txt"}) {
    const History history = read_history_file(std::string(ASSAY_TEST_DATA) + "/" + name);
    EXPECT_LE(explain(history, "kv").operations.size(), 4U);
  }
}

TEST(Explanation, WithoutTimeThereIsNone) {
  const History history = brief("0 write(1) 0-1\n0 read() 2-3 -> 7");
  const ModelKind& kind = *model_named("register");
  const Verdict verdict = check_linearizability(history, kind, {}, {});
  const Budget none{std::chrono::nanoseconds(0), std::size_t{1} << 30};
  EXPECT_FALSE(explain_violation(history, kind, {}, *verdict.blame, none));
}

// Parses as XML, and says how many rectangles it has.
std::size_t bars(const std::string& svg) {
  std::istringstream stream(svg);
  boost::property_tree::ptree tree;
  boost::property_tree::read_xml(stream, tree);
  return tree.get_child("svg").count("rect") - 1;  // the paper
}

TEST(Picture, HasABarPerOperation) {
  const History history = brief("0 write(1) 0-1\n0 write(2) 2-3\n1 read() 4-5 -> 1");
  const Explanation explanation = explain(history, "register");
  const std::string svg = picture_of(history, explanation);
  EXPECT_EQ(bars(svg), explanation.operations.size());
  EXPECT_NE(svg.find("prefers-color-scheme: dark"), std::string::npos);
}

TEST(Picture, EscapesEverything) {
  const std::string evil = "<script>&\\\"'</text>\\u0000\\u001b[31m\xff";
  const History history = read_history("{\"process\":\"" + evil + "\",\"f\":\"put\",\"key\":\"" +
                                       evil + "\",\"value\":\"" + evil +
                                       "\",\"call\":0,\"return\":1}\n{\"process\":1,\"f\":\"get\","
                                       "\"key\":\"" +
                                       evil + "\",\"call\":2,\"return\":3,\"result\":\"x\"}\n");
  Explanation explanation = explain(history, "kv");
  explanation.operations = {0, 1};
  explanation.summary = explanation.summary + evil;
  const std::string svg = picture_of(history, explanation);
  EXPECT_EQ(bars(svg), 2U);
  EXPECT_EQ(svg.find("<script"), std::string::npos);
  EXPECT_EQ(svg.find('\x1b'), std::string::npos);
  EXPECT_EQ(svg.find('\xff'), std::string::npos);
}

TEST(Picture, HugeExplanationsAreCut) {
  support::Workload workload;
  workload.operations = 500;
  const History history = support::random_history(workload);
  Explanation explanation;
  explanation.summary = std::string(5000, 'x');
  for (std::size_t index = 0; index < 500; ++index) explanation.operations.push_back(index);
  EXPECT_LE(bars(picture_of(history, explanation)), 60U);
}

}  // namespace
}  // namespace assay::check
