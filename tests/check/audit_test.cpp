// Goal: the auditor's questions are answered right both ways. Method: small books by hand, and sums
// that don't fit in 64 bits.
#include "check/audit.hpp"

#include <gtest/gtest.h>

namespace assay::check {
namespace {

TEST(Audit, BooksThatBalanceInEachCurrencyHaveNoImbalance) {
  const std::vector<AuditedAccount> books{
      {"a", "USD", 5, 0}, {"b", "USD", 0, 5}, {"c", "JPY", 7, 7}, {"d", "EUR", 0, 0}};
  EXPECT_TRUE(imbalances(books).empty());
}

TEST(Audit, AUnitOfOneCurrencyIsNoUnitOfAnother) {
  const std::vector<AuditedAccount> books{{"a", "USD", 5, 0}, {"b", "JPY", 0, 5}};
  const auto wrong = imbalances(books);
  ASSERT_EQ(wrong.size(), 2);
  EXPECT_EQ(wrong[0].currency, "JPY");
  EXPECT_EQ(in_words(wrong[0].credits), "5");
  EXPECT_EQ(in_words(wrong[1].debits), "5");
}

TEST(Audit, SumsDontWrapAround) {
  const std::vector<AuditedAccount> books{
      {"a", "USD", INT64_MAX, 0}, {"b", "USD", INT64_MAX, 0}, {"c", "USD", 2, 0}};
  const auto wrong = imbalances(books);
  ASSERT_EQ(wrong.size(), 1);
  EXPECT_EQ(in_words(wrong[0].debits), "18446744073709551616");
  EXPECT_EQ(in_words(AuditSum{INT64_MIN} * 2), "-18446744073709551616");
  EXPECT_EQ(in_words(0), "0");
}

TEST(Audit, WhatWasDoneTwiceIsFoundWithHowOften) {
  const std::vector<std::string> effects{"x", "y", "x", "z", "x"};
  const auto twice = repeated(effects);
  ASSERT_EQ(twice.size(), 1);
  EXPECT_EQ(twice[0].name, "x");
  EXPECT_EQ(twice[0].times, 3);
  EXPECT_TRUE(repeated(std::vector<std::string>{"x", "y"}).empty());
}

}  // namespace
}  // namespace assay::check
