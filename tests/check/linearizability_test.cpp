// The searches against known answers: files whose answer is known, thousands of small random
// histories judged by force as well, large right and wrong ones, and budgets that end a search.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "check/formats.hpp"
#include "check/linearizability.hpp"
#include "check/sequential.hpp"
#include "support/brute_force.hpp"
#include "support/random_history.hpp"

namespace assay::check {
namespace {

Verdict judge(const History& history, std::string_view model, const Parameters& parameters = {},
              const Budget& budget = {}) {
  const ModelKind& kind = *model_named(model);
  refuse_foreign(kind, history);
  return check_linearizability(history, kind, parameters, budget);
}

TEST(KnownAnswers, KeyValueFiles) {
  for (const std::string name : {"c01", "c10"}) {
    const std::string folder = ASSAY_TEST_DATA;
    EXPECT_EQ(judge(read_history_file(folder + "/" + name + "-ok.txt"), "kv").answer,
              Answer::holds);
    EXPECT_EQ(judge(read_history_file(folder + "/" + name + "-bad.txt"), "kv").answer,
              Answer::violated);
  }
}

TEST(KnownAnswers, FolderNamedByTheEnvironment) {
  const char* folder = std::getenv("ASSAY_HISTORIES");
  if (folder == nullptr) GTEST_SKIP() << "ASSAY_HISTORIES names no folder";
  std::ifstream expected(std::string(folder) + "/expected.tsv");
  std::string line;
  std::getline(expected, line);
  int files = 0;
  while (std::getline(expected, line)) {
    std::istringstream fields(line);
    std::string name, model, answer;
    fields >> name >> model >> answer;
    const History history = read_history_file(std::string(folder) + "/" + name);
    EXPECT_EQ(judge(history, model == "kv" ? "kv" : "register").answer,
              answer == "true" ? Answer::holds : Answer::violated)
        << name;
    ++files;
  }
  EXPECT_GT(files, 0);
}

class ByForce : public testing::TestWithParam<std::string_view> {};

TEST_P(ByForce, AgreesOnRandomSmallHistories) {
  constexpr std::uint64_t histories = 3500;
  constexpr int operations = 7;
  int violated = 0;
  for (std::uint64_t seed = 1; seed <= histories; ++seed) {
    const auto workload = support::random_small_workload(GetParam(), operations, seed);
    History history = support::random_history(workload);
    const Parameters parameters{workload.bucket.capacity, workload.bucket.interval_ns, 0};
    const bool right = support::is_linearizable_by_force(history, GetParam(), workload.bucket);
    const bool ordered =
        right || support::is_sequential_by_force(history, GetParam(), workload.bucket);
    violated += right ? 0 : 1;
    EXPECT_EQ(judge(history, GetParam(), parameters).answer,
              right ? Answer::holds : Answer::violated)
        << "seed " << seed;
    EXPECT_EQ(check_sequential(history, *model_named(GetParam()), parameters, {}).answer,
              ordered ? Answer::holds : Answer::violated)
        << "seed " << seed;
  }
  EXPECT_GT(violated, 50) << "too few wrong histories to mean much";
}

INSTANTIATE_TEST_SUITE_P(AllModels, ByForce,
                         testing::Values("register", "kv", "counter", "set", "queue",
                                         "token-bucket"),
                         [](const auto& each) {
                           std::string name(each.param);
                           std::erase(name, '-');
                           return name;
                         });

TEST(Large, RightHistoriesHold) {
  for (const std::string_view model :
       {"register", "kv", "counter", "set", "queue", "token-bucket"}) {
    support::Workload workload;
    workload.model = model;
    workload.operations = 4000;
    workload.clients = 12;
    workload.cas_share = 0.3;
    workload.values = model == "queue" || model == "kv" ? 0 : 5;
    const Parameters parameters{workload.bucket.capacity, workload.bucket.interval_ns, 0};
    EXPECT_EQ(judge(support::random_history(workload), model, parameters).answer, Answer::holds)
        << model;
  }
}

TEST(Large, DistinctWritesNeedNoSearch) {
  support::Workload workload;
  workload.operations = 100'000;
  workload.clients = 32;
  workload.values = 0;
  workload.unknown_share = 0.001;
  const Verdict right = judge(support::random_history(workload), "register");
  EXPECT_EQ(right.answer, Answer::holds);
  EXPECT_EQ(right.configurations, 0U);
  workload.mistakes = 1;
  EXPECT_EQ(judge(support::random_history(workload), "register").answer, Answer::violated);
}

TEST(Large, ManyKeys) {
  support::Workload workload;
  workload.operations = 50'000;
  workload.keys = 20'000;
  workload.cas_share = 0.3;
  const Verdict verdict = judge(support::random_history(workload), "register");
  EXPECT_EQ(verdict.answer, Answer::holds);
  EXPECT_GT(verdict.parts, 15'000U);
}

// A queue whose values repeat has no shortcut, and its orders are beyond counting.
History hard() {
  support::Workload workload;
  workload.model = "queue";
  workload.operations = 4000;
  workload.clients = 24;
  workload.values = 40;
  workload.mistakes = 1;
  return support::random_history(workload);
}

TEST(Budgets, TimeEndsASearch) {
  const Verdict verdict =
      judge(hard(), "queue", {}, {std::chrono::milliseconds(50), std::size_t{1} << 32});
  EXPECT_EQ(verdict.answer, Answer::unknown);
  EXPECT_NE(verdict.reason.find("time"), std::string::npos);
}

TEST(Budgets, MemoryEndsASearch) {
  const Verdict verdict = judge(hard(), "queue", {}, {std::chrono::minutes(1), 8U << 20});
  EXPECT_EQ(verdict.answer, Answer::unknown);
  EXPECT_NE(verdict.reason.find("memory"), std::string::npos);
}

TEST(Budgets, AHardPartDoesNotHideAnEasyViolation) {
  HistoryBuilder builder;
  Values& values = builder.values();
  const auto add = [&](std::int64_t process, Function function, Value key, Value argument,
                       Value result) {
    Operation op;
    op.process = values.integer(process);
    op.function = function;
    op.key = key;
    op.argument = argument;
    builder.call(op, {1, std::nullopt});
    builder.finish(op.process, function, result, {1, std::nullopt});
  };
  const History difficult = hard();
  const Value easy = values.text("easy");
  for (PartEvent event : whole(difficult)) {
    const Operation& op = difficult.operations[event.operation()];
    const auto copied = [&](Value value) {
      const bool number = value != Value::unseen && difficult.values.kind(value) == Kind::integer;
      return number ? values.integer(difficult.values.integer_of(value)) : Value::nil;
    };
    Operation copy;
    copy.process = copied(op.process);
    copy.function = op.function;
    copy.key = values.text("hard");
    copy.argument = copied(op.argument);
    if (event.is_return()) {
      builder.finish(copy.process, op.function, copied(op.result), {1, std::nullopt});
    } else {
      builder.call(copy, {1, std::nullopt});
    }
  }
  add(9000, Function::enqueue, easy, values.integer(1), Value::nil);
  add(9000, Function::enqueue, easy, values.integer(1), Value::nil);
  add(9000, Function::dequeue, easy, Value::nil, Value::nil);
  const Verdict verdict = judge(builder.build("built", ""), "queue", {},
                                {std::chrono::seconds(20), std::size_t{1} << 30});
  EXPECT_EQ(verdict.answer, Answer::violated);
}

}  // namespace
}  // namespace assay::check
