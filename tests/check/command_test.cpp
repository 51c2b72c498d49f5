// `assay check` as a user meets it: exit codes, what goes to which stream, and bad input.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "check/check.hpp"
#include "check/command.hpp"

namespace assay::check {
namespace {

class Command : public testing::Test {
 protected:
  void SetUp() override {
    const testing::TestInfo* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ =
        std::filesystem::temp_directory_path() / ("assay_command_" + std::string(test->name()));
    std::filesystem::create_directories(folder_);
    options_.file = folder_ / "history.jsonl";
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void write(std::string_view text) const { std::ofstream(options_.file) << text; }
  int run() {
    out_.str("");
    err_.str("");
    return check_command(options_, out_, err_);
  }

  static constexpr std::string_view right =
      "{\"process\":0,\"f\":\"write\",\"value\":1,\"call\":0,\"return\":1}\n"
      "{\"process\":0,\"f\":\"read\",\"result\":1,\"call\":2,\"return\":3}\n";
  static constexpr std::string_view wrong =
      "{\"process\":0,\"f\":\"write\",\"value\":1,\"call\":0,\"return\":1}\n"
      "{\"process\":0,\"f\":\"read\",\"result\":null,\"call\":2,\"return\":3}\n";

  std::filesystem::path folder_;
  CheckOptions options_;
  std::ostringstream out_;
  std::ostringstream err_;
};

TEST_F(Command, Holds) {
  write(right);
  EXPECT_EQ(run(), 0);
  EXPECT_NE(out_.str().find("linearizable register: holds"), std::string::npos) << out_.str();
  EXPECT_EQ(err_.str(), "");
}

TEST_F(Command, Violated) {
  write(wrong);
  options_.model = "register";
  EXPECT_EQ(run(), 1);
  EXPECT_EQ(out_.str().find("returned"), std::string::npos) << "not asked to explain";
  options_.explain = true;
  EXPECT_EQ(run(), 1);
  EXPECT_NE(out_.str().find("> read() -> nil by 0"), std::string::npos) << out_.str();
}

TEST_F(Command, Unknown) {
  write(right);
  options_.model = "convergence";
  EXPECT_EQ(run(), 75);
  EXPECT_NE(out_.str().find("unknown, because"), std::string::npos);
}

TEST_F(Command, Unreadable) {
  EXPECT_EQ(run(), 2);
  EXPECT_NE(err_.str().find("can't open"), std::string::npos);
  write(std::string(right) + "{\"process\":\n");
  EXPECT_EQ(run(), 2);
  EXPECT_NE(err_.str().find("line 3: "), std::string::npos) << err_.str();
  EXPECT_EQ(out_.str(), "");
}

TEST_F(Command, ForeignOperations) {
  write(right);
  options_.model = "queue";
  EXPECT_EQ(run(), 2);
  EXPECT_NE(err_.str().find("line 1: the model queue has no operation write"), std::string::npos);
}

TEST_F(Command, MistypedModel) {
  write(right);
  options_.model = "regsiter";
  EXPECT_EQ(run(), 2);
  EXPECT_NE(err_.str().find("did you mean register?"), std::string::npos) << err_.str();
}

TEST_F(Command, OneDocument) {
  write(wrong);
  options_.json = true;
  options_.explain = true;
  EXPECT_EQ(run(), 1);
  const auto document = boost::json::parse(out_.str()).as_object();
  EXPECT_EQ(document.at("schema").as_string(), "assay-check/1");
  EXPECT_EQ(document.at("verdict").as_string(), "violated");
  EXPECT_EQ(document.at("explanation").at("operations").as_array().size(), 2U);
}

TEST_F(Command, WritesAPicture) {
  write(wrong);
  options_.picture = folder_ / "why.svg";
  EXPECT_EQ(run(), 1);
  EXPECT_GT(std::filesystem::file_size(options_.picture), 500U);
  options_.picture = folder_ / "no" / "such" / "folder.svg";
  EXPECT_EQ(run(), 2);
  EXPECT_NE(err_.str().find("can't write"), std::string::npos);
}

TEST_F(Command, TheHeaderChoosesTheModel) {
  write(
      "{\"model\":\"token-bucket:capacity=1,interval_ns=5\"}\n"
      "{\"process\":0,\"f\":\"take\",\"value\":[1,0],\"result\":true,\"call\":0,\"return\":1}\n"
      "{\"process\":0,\"f\":\"take\",\"value\":[1,4],\"result\":true,\"call\":2,\"return\":3}\n");
  EXPECT_EQ(run(), 1);
  write("{\"model\":\"nonsense\"}\n" + std::string(right));
  EXPECT_EQ(run(), 2);
}

TEST_F(Command, ABucketNeedsItsPolicy) {
  write("{\"process\":0,\"f\":\"take\",\"value\":[1,0],\"result\":true,\"call\":0,\"return\":1}\n");
  EXPECT_EQ(run(), 2);
  EXPECT_NE(err_.str().find("policy"), std::string::npos) << err_.str();
}

TEST(Choices, AreParsed) {
  EXPECT_EQ(parse_choice("register").type, "register");
  EXPECT_EQ(parse_choice("sequential:type=queue").type, "queue");
  EXPECT_EQ(parse_choice("bounded-staleness:ms=100").parameters.staleness_ns, 100'000'000);
  for (const char* bad :
       {"", "bounded-staleness", "bounded-staleness:ms", "token-bucket", "bounded-staleness:ms=0",
        "bounded-staleness:ms=x", "register:speed=3", "sequential:type=x",
        "token-bucket:capacity=1000000000,"
        "interval_ns=1000000000000000000"}) {
    EXPECT_THROW(parse_choice(bad), std::invalid_argument) << bad;
  }
}

TEST(Budgets, AreParsed) {
  EXPECT_EQ(parse_budget("10s").time, std::chrono::seconds(10));
  EXPECT_EQ(parse_budget("250ms,2G").memory_bytes, std::size_t{2} << 30);
  EXPECT_EQ(parse_budget("512M").memory_bytes, std::size_t{512} << 20);
  for (const char* bad : {"", "10", "s", "-1s", "10x", "10s,", "99999999999s"}) {
    EXPECT_THROW(parse_budget(bad), std::invalid_argument) << bad;
  }
}

}  // namespace
}  // namespace assay::check
