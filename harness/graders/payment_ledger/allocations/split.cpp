#include "graders/payment_ledger/allocations/split.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/text.hpp"
#include "grade/http_line.hpp"

namespace assay::graders::payment_ledger {
namespace {

namespace json = boost::json;
using enum SplitMistake;
__extension__ using WideAmount = __int128;

constexpr std::int64_t one_in_basis_points = 10'000;

std::vector<std::string> words_of(const std::vector<std::int64_t>& numbers) {
  std::vector<std::string> words;
  for (const auto number : numbers) words.push_back(std::to_string(number));
  return words;
}

std::int64_t fee_of(const SplitRequest& request, SplitMistake mistake) {
  const WideAmount half = mistake == fee_rounded_down ? 0 : one_in_basis_points / 2;
  const WideAmount part =
      (WideAmount{request.amount} * request.basis_points + half) / one_in_basis_points;
  const WideAmount fee = part + request.fixed;
  if (mistake == fee_above_amount) return static_cast<std::int64_t>(fee);
  return static_cast<std::int64_t>(std::min(fee, WideAmount{request.amount}));
}

// By weight, with what is left over still to be given away.
std::vector<std::int64_t> floors_of(const SplitRequest& request, std::int64_t rest,
                                    SplitMistake mistake) {
  const std::int64_t all =
      std::accumulate(request.weights.begin(), request.weights.end(), std::int64_t{0});
  std::vector<std::int64_t> shares;
  for (const auto weight : request.weights) {
    const WideAmount product = WideAmount{rest} * weight;
    if (mistake == in_doubles) {
      const double share =
          static_cast<double>(rest) * static_cast<double>(weight) / static_cast<double>(all);
      shares.push_back(static_cast<std::int64_t>(std::min(std::round(share), 9e18)));
    } else if (mistake == rounds_each) {
      shares.push_back(static_cast<std::int64_t>((2 * product + all) / (WideAmount{2} * all)));
    } else {
      shares.push_back(static_cast<std::int64_t>(product / all));
    }
  }
  return shares;
}

// The places of shares, those that lost most before the others.
std::vector<std::size_t> by_loss(const SplitRequest& request, std::int64_t rest) {
  const WideAmount all =
      std::accumulate(request.weights.begin(), request.weights.end(), WideAmount{0});
  std::vector<std::size_t> places(request.weights.size());
  std::iota(places.begin(), places.end(), std::size_t{0});
  const auto loss = [&](std::size_t place) {
    return WideAmount{rest} * request.weights[place] % all;
  };
  std::ranges::stable_sort(places, [&](auto a, auto b) { return loss(a) > loss(b); });
  return places;
}

}  // namespace

std::string_view in_words(SplitMistake mistake) {
  switch (mistake) {
    case none:
      return "";
    case in_doubles:
      return "shares are computed in doubles and rounded";
    case rounds_each:
      return "each share is rounded by itself";
    case last_takes_the_rest:
      return "the last share takes all that is left over";
    case first_takes_the_rest:
      return "the first share takes all that is left over";
    case fee_rounded_down:
      return "the fee is rounded down";
    case fee_above_amount:
      return "the fee may be more than the amount";
    case remainder_in_order:
      return "what is left over goes to the first shares, not to those that lost most";
  }
  return "";
}

Split split(const SplitRequest& request, SplitMistake mistake) {
  Split split{fee_of(request, mistake), {}};
  const std::int64_t rest = request.amount - split.fee;
  split.shares = floors_of(request, rest, mistake);
  if (mistake == in_doubles || mistake == rounds_each) return split;
  std::int64_t left = rest - std::accumulate(split.shares.begin(), split.shares.end(), 0L);
  if (mistake == last_takes_the_rest || mistake == first_takes_the_rest) {
    (mistake == last_takes_the_rest ? split.shares.back() : split.shares.front()) += left;
    return split;
  }
  const auto places = by_loss(request, rest);
  for (std::size_t i = 0; left > 0 && i < places.size(); ++i, --left) {
    ++split.shares[mistake == remainder_in_order ? i : places[i]];
  }
  return split;
}

std::string to_line(const SplitRequest& request) {
  return fmt::format(R"(POST {} {{"amount":{},"basis_points":{},"fixed":{},"weights":[{}]}})",
                     split_target, request.amount, request.basis_points, request.fixed,
                     base::join(words_of(request.weights), ","));
}

SplitRequest parse_split_request(const std::string& line) {
  const auto ask = grade::parse_http_ask(line);
  if (ask.target != split_target) throw std::runtime_error("not an allocation: " + line);
  const json::value body = json::parse(ask.body);
  const auto number = [&](const char* name) { return body.at(name).as_int64(); };
  SplitRequest request{number("amount"), number("basis_points"), number("fixed"), {}};
  for (const auto& weight : body.at("weights").as_array()) {
    request.weights.push_back(weight.as_int64());
  }
  return request;
}

std::optional<Split> parse_split(const std::string& line) {
  try {
    const auto reply = grade::parse_http_reply(line);
    if (reply.status != 200) return std::nullopt;
    std::string text = reply.body;
    for (const char* const space : {"\\x0a", "\\x0d", "\\x09"}) {
      base::replace_all(text, space, " ");
    }
    const json::value body = json::parse(text);
    Split split{body.at("fee").as_int64(), {}};
    for (const auto& share : body.at("shares").as_array()) split.shares.push_back(share.as_int64());
    return split;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

std::string in_words(const SplitRequest& request) {
  return fmt::format("{}: fee {} bp + {}; weights {}", base::thousands(request.amount),
                     request.basis_points, request.fixed,
                     base::join(words_of(request.weights), " "));
}

std::string in_words(const Split& split) {
  std::vector<std::string> shares;
  for (const auto share : split.shares) shares.push_back(base::thousands(share));
  return fmt::format("fee {}; {}", base::thousands(split.fee), base::join(shares, " "));
}

}  // namespace assay::graders::payment_ledger
