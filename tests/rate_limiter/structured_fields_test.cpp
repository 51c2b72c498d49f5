// Goal: header fields of the RateLimit draft are read as RFC 9651 has them, and what isn't such a
// list is refused. Method: the draft's own examples, the grammar's corners, and cut texts.
#include "graders/rate_limiter/gateway/structured_fields.hpp"

#include <gtest/gtest.h>

namespace assay::graders::rate_limiter {
namespace {

TEST(StructuredFields, ReadsTheExamplesOfTheDraft) {
  const auto policies = parse_field("\"burst\";q=100;w=60,\"daily\";q=1000;w=86400");
  ASSERT_TRUE(policies && policies->size() == 2);
  EXPECT_EQ(item_named(*policies, "daily")->integer("w"), 86'400);
  const auto limits = parse_field("\"default\";r=999;pk=:dHJpYWwxMjEzMjM=:");
  ASSERT_TRUE(limits && limits->size() == 1);
  EXPECT_EQ(limits->front().integer("r"), 999);
  EXPECT_EQ(limits->front().integer("pk"), std::nullopt);
  EXPECT_TRUE(limits->front().parameters.count("pk"));
}

TEST(StructuredFields, ReadsTokensAsNamesAndOtherTypesAsComments) {
  const auto good = parse_field("key;q=10; unit=requests;on;half=0.5;no=?0;at=@-9 ,\tb*/c:d;q=-3");
  ASSERT_TRUE(good && good->size() == 2);
  EXPECT_EQ(good->front().integer("q"), 10);
  EXPECT_EQ(good->front().parameters.size(), 6U);
  EXPECT_EQ(item_named(*good, "b*/c:d")->integer("q"), -3);
  EXPECT_EQ(item_named(*good, "b"), nullptr);
}

TEST(StructuredFields, TakesTheLastOfAParameterThatComesTwice) {
  EXPECT_EQ(parse_field("\"a\";r=1;r=2")->front().integer("r"), 2);
}

TEST(StructuredFields, RefusesWhatIsNoList) {
  for (const char* text :
       {"", "\"a\",", ",\"a\"", "\"a", "\"a\";", "\"a\";=1", "\"a\";r=", "\"a\" ;r=1", "\"a\";R=1",
        "\"a\";r= 1", "\"a\";r=1.", "\"a\";r=1 \"b\"", "10;r=1", "(\"a\");r=1", "\"a\";r=:ab",
        "limit=10, remaining=3, reset=5", "\"a\";r=1234567890123456", "\"\x07\";r=1"}) {
    EXPECT_FALSE(parse_field(text)) << text;
  }
}

}  // namespace
}  // namespace assay::graders::rate_limiter
