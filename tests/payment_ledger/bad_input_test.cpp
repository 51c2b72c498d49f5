// Goal: what nobody should send gets the right status and a reason, and changes nothing. Method:
// the reference, built and served as in a grading, is asked; after each bad request the books and
// the next good request are as before.
#include <filesystem>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "grade/http_client.hpp"
#include "grade/http_script_check.hpp"
#include "grade/http_subject.hpp"
#include "grade/solution.hpp"
#include "grade/workbench.hpp"
#include "graders/payment_ledger/json.hpp"

namespace assay::graders::payment_ledger {
namespace {

namespace fs = std::filesystem;

class BadInput : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    const fs::path root = ASSAY_SOURCE_FOLDER;
    static proc::Builder builder(root,
                                 fs::read_symlink("/proc/self/exe").parent_path().parent_path());
    static grade::Exercise exercise;
    for (auto& each : grade::load_exercises(root)) {
      if (each.slug == "payment_ledger") exercise = each;
    }
    grade::Workbench bench(grade::find_solution(root, exercise, "reference"), exercise, 1, builder,
                           [] {});
    subject_ =
        std::make_unique<grade::HttpSubject>(grade::serving(bench.subject(proc::Flavour::http)));
    subject_->start();
  }
  static void TearDownTestSuite() { subject_.reset(); }

  void SetUp() override {
    ASSERT_EQ(ask(R"(PUT /test/ledger {"level":1})").status, 204);
    ASSERT_EQ(ask(R"(POST /v1/accounts {"id":"a","currency":"USD"})").status, 201);
    ASSERT_EQ(ask(R"(POST /v1/accounts {"id":"b","currency":"USD"})").status, 201);
    ASSERT_EQ(ask("POST /v1/entries " + entry("5")).status, 201);
  }

  static std::string entry(const std::string& amount) {
    return R"({"legs":[{"account":"a","side":"debit","amount":)" + amount +
           R"(,"currency":"USD"},{"account":"b","side":"credit","amount":5,"currency":"USD"}]})";
  }

  static grade::HttpReply ask(const std::string& line) {
    grade::HttpClient client(subject_->endpoint(), subject_->sockets(), {});
    const auto outcome = client.ask(grade::parse_http_ask(line));
    EXPECT_TRUE(outcome.answered()) << line.substr(0, 200) << ": " << outcome.problem;
    return outcome.reply;
  }

  static void expect(const std::string& line, int status, const std::string& code) {
    const auto reply = ask(line);
    EXPECT_EQ(reply.status, status) << line.substr(0, 200) << ": " << reply.body;
    EXPECT_EQ(error_code_in(reply.body), code) << line.substr(0, 200) << ": " << reply.body;
    EXPECT_EQ(ask("GET /v1/accounts/a").body, R"({"debits":5,"credits":0})");
    EXPECT_EQ(ask("GET /v1/accounts/b").body, R"({"debits":0,"credits":5})");
  }

  static std::unique_ptr<grade::HttpSubject> subject_;
};
std::unique_ptr<grade::HttpSubject> BadInput::subject_;

TEST_F(BadInput, MoneyIsWrittenAsAWholeNumber) {
  for (const char* const amount : {"5.0", "5e0", "\"5\"", "null", "true", "[5]", "05", "+5", "5.",
                                   "9223372036854775808", "-9223372036854775809", "1e400"}) {
    expect("POST /v1/entries " + entry(amount), 400, "invalid_request");
  }
  expect("POST /v1/entries " + entry("-5"), 422, "amount_not_positive");
  expect("POST /v1/entries " + entry("0"), 422, "amount_not_positive");
  expect("POST /v1/entries " + entry("9223372036854775807"), 422, "unbalanced");
}

TEST_F(BadInput, TextThatIsNoJson) {
  for (const std::string& body :
       {std::string("{"), std::string("[]"), std::string("7"), std::string("{} {}"),
        std::string("{\"legs\":[]}x"), std::string("{'legs':[]}"), std::string("{\"legs\":[],}"),
        std::string("{\"legs\":[],\"legs\":[]}"), std::string("{\"legs\":\"\\ud800\"}"),
        std::string("{\"legs\":\"\xff\"}"), std::string(400, '['), std::string("<5 bytes>")}) {
    expect("POST /v1/entries " + body, 400, "invalid_request");
  }
  expect("POST /v1/entries", 400, "invalid_request");
}

TEST_F(BadInput, MembersThatAreMissingUnknownOrOfAnotherType) {
  for (const char* const body :
       {R"({})", R"({"legs":[],"memo":""})", R"({"legs":{}})", R"({"legs":[[]]})",
        R"({"legs":[{"account":"a","side":"debit","amount":5}]})",
        R"({"legs":[{"account":"a","side":"left","amount":5,"currency":"USD"}]})",
        R"({"legs":[{"account":"a","side":5,"amount":5,"currency":"USD"}]})",
        R"({"legs":[{"account":"","side":"debit","amount":5,"currency":"USD"}]})",
        R"({"legs":[{"account":"a b","side":"debit","amount":5,"currency":"USD"}]})",
        R"({"legs":[{"account":"a","side":"debit","amount":5,"currency":"usd"}]})"}) {
    expect(std::string("POST /v1/entries ") + body, 400, "invalid_request");
  }
  for (const char* const body :
       {R"({"id":"c"})", R"({"id":"c","currency":"USD","floor":1})",
        R"({"id":"c","currency":"USD","floor":0.5})", R"({"id":7,"currency":"USD"})"}) {
    expect(std::string("POST /v1/accounts ") + body, 400, "invalid_request");
  }
  expect("GET /v1/accounts/c", 404, "unknown_account");
}

TEST_F(BadInput, TooMuch) {
  expect("POST /v1/entries <10485760 bytes>", 413, "too_large");
  std::string legs;
  for (int i = 0; i < 101; ++i) {
    legs += std::string(i == 0 ? "" : ",") +
            R"({"account":"a","side":"debit","amount":5,"currency":"USD"})";
  }
  expect("POST /v1/entries {\"legs\":[" + legs + "]}", 400, "invalid_request");
}

TEST_F(BadInput, WhatIsNotThere) {
  expect("GET /v1/entries", 404, "not_found");
  expect("DELETE /v1/accounts/a", 404, "not_found");
  expect("POST /v2/entries {}", 404, "not_found");
  expect(R"(PUT /test/ledger {"level":9})", 501, "unknown_level");
}

TEST_F(BadInput, ChargesWithoutCallerOrKey) {
  ASSERT_EQ(ask(R"(PUT /test/ledger {"level":2})").status, 204);
  const std::string body = R"({"amount":5,"currency":"USD","card":"ok"})";
  expect("POST /v1/charges [Idempotency-Key: k] " + body, 401, "unauthenticated");
  expect("POST /v1/charges [Authorization: Bearer a] " + body, 400, "invalid_request");
  expect("POST /v1/charges [Authorization: Bearer a] [Idempotency-Key: " + std::string(256, 'k') +
             "] " + body,
         400, "invalid_request");
}

}  // namespace
}  // namespace assay::graders::payment_ledger
