#include "graders/payment_ledger/allocations/check.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "check/audit.hpp"
#include "grade/http_script_check.hpp"
#include "graders/payment_ledger/allocations/split.hpp"
#include "graders/payment_ledger/charges/script.hpp"

namespace assay::graders::payment_ledger {
namespace {

constexpr std::int64_t largest_amount = std::numeric_limits<std::int64_t>::max();
constexpr int random_splits = 400;
constexpr std::size_t quoted_split_bytes = 60;

// "2.9 % + 30, three ways", small amounts, and the ends of the ranges.
std::vector<SplitRequest> known_splits(base::Random& random) {
  const std::int64_t amount = random.between(1'000, 99'999);
  return {{100, 0, 0, {1, 1, 1}},
          {amount * 3 + 1, 290, 30, {1, 1, 1}},
          {amount * 3 + 2, 290, 30, {1, 1, 1}},
          {50, 100, 0, {1}},  // half a unit of fee is rounded up
          {49, 100, 0, {1}},
          {29, 290, 30, {1, 1}},  // all of it is fee
          {0, 290, 30, {2, 1}},
          {10, 0, 0, {1, 2, 4}},
          {11, 0, 0, {3, 0, 4, 4}},
          {2, 0, 0, {1, 1, 1, 1, 1}},
          {largest_amount, 0, 0, {1, 1}},
          {largest_amount, 290, 30, {1'000'000, 999'999, 1}},
          {largest_amount - amount, 9'999, amount, {1, 1, 1}},
          {largest_amount, 10'000, largest_amount, {1}}};
}

SplitRequest random_split(base::Random& random) {
  SplitRequest request;
  request.amount = random.chance(0.1) ? largest_amount - random.between(0, 1'000'000)
                                      : random.between(0, random.chance(0.5) ? 200 : 9'999'999);
  request.basis_points = random.chance(0.5) ? 290 : random.between(0, 10'000);
  request.fixed = random.chance(0.5) ? 30 : random.between(0, 500);
  const auto shares = random.between(1, 7);
  for (std::int64_t i = 0; i < shares; ++i) {
    request.weights.push_back(random.between(0, random.chance(0.5) ? 3 : 1'000'000));
  }
  if (std::ranges::all_of(request.weights, [](auto weight) { return weight == 0; })) {
    request.weights.front() = 1;
  }
  return request;
}

check::AuditSum sum_of(const Split& split) {
  check::AuditSum sum = split.fee;
  for (const auto share : split.shares) sum += share;
  return sum;
}

std::string wrong_with(const SplitRequest& request, const Split& expected,
                       const std::optional<Split>& came) {
  if (!came) return "no answer that this request has";
  if (*came == expected) return "";
  const auto difference = sum_of(*came) - request.amount;
  if (difference < 0) return "units are lost";
  if (difference > 0) return "units come from nowhere";
  return came->fee != expected.fee ? "another fee" : "shares of other sizes";
}

class AllocationCheck final : public grade::HttpScriptCheck {
 public:
  using HttpScriptCheck::HttpScriptCheck;

  std::vector<grade::Script> plan(base::Random& random) const override {
    auto requests = known_splits(random);
    for (int i = 0; i < random_splits; ++i) requests.push_back(random_split(random));
    grade::Script script{charges_setup, {}};
    for (const auto& request : requests) script.operations.push_back(to_line(request));
    return {script};
  }

  std::optional<grade::Violation> violation(const grade::Performance& performance) const override {
    for (std::size_t i = 1; i < performance.exchanges.size(); ++i) {
      const auto& [asked, answered] = performance.exchanges[i];
      if (!answered) return std::nullopt;
      const SplitRequest request = parse_split_request(asked);
      const auto wrong = wrong_with(request, split(request), parse_split(*answered));
      if (!wrong.empty()) return grade::Violation{i, wrong};
    }
    return std::nullopt;
  }

  std::vector<std::string> simpler(const std::string& line) const override {
    const SplitRequest request = parse_split_request(line);
    std::vector<std::string> forms;
    const auto add = [&](auto change) {
      SplitRequest less = request;
      change(less);
      if (to_line(less) != line) forms.push_back(to_line(less));
    };
    add([](auto& less) { less.fixed = 0; });
    add([](auto& less) { less.basis_points = 0; });
    if (request.weights.size() > 1 && request.weights.front() > 0) {
      add([](auto& less) { less.weights.pop_back(); });
    }
    for (const std::int64_t amount : {1, 2, 10, 100}) {
      if (amount < request.amount) add([&](auto& less) { less.amount = amount; });
    }
    return forms;
  }

  void explain(const grade::Performance& performance, const grade::Violation& violation,
               grade::CheckResult& result) const override {
    result.situation = "an amount is split into a fee and shares";
    const auto& [asked, answered] = performance.exchanges[violation.index];
    if (violation.index == 0) return;
    const SplitRequest request = parse_split_request(asked);
    const auto came = answered ? parse_split(*answered) : std::nullopt;
    const std::string said =
        came ? in_words(*came) : base::printable_line(answered.value_or(""), quoted_split_bytes);
    result.steps = {{"", in_words(request), in_words(split(request)), said, false, ""}};
    if (came) {
      result.steps[0].why = fmt::format("yours add up to {} of {}", check::in_words(sum_of(*came)),
                                        base::thousands(request.amount));
    }
    result.reason = violation.kind;
  }

  std::vector<std::string> look_alikes(const grade::Performance& performance) const override {
    std::vector<std::string> names;
    if (performance.exchanges.size() < 2) return names;
    for (const SplitMistake mistake : all_split_mistakes) {
      bool all = true;
      for (std::size_t i = 1; i < performance.exchanges.size() && all; ++i) {
        const auto& [asked, answered] = performance.exchanges[i];
        all = answered && parse_split(*answered) == split(parse_split_request(asked), mistake);
      }
      if (all) names.emplace_back(in_words(mistake));
    }
    return names;
  }
};

}  // namespace

std::unique_ptr<grade::Check> make_allocation_check(grade::CheckInfo info) {
  return std::make_unique<AllocationCheck>(std::move(info));
}

}  // namespace assay::graders::payment_ledger
