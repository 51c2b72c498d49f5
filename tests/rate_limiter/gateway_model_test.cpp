// Goal: what a right gateway says is never wrong, however late its answers come and however it
// counts; and each mistake is. Method: a gateway of a few lines, on a clock that the test moves,
// which decides at some moment between the sending of a request and the coming of its answer; the
// second opinion is its own arithmetic, in tokens and floating point, where the model has bounds.
#include "graders/rate_limiter/gateway/model.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/random.hpp"

namespace assay::graders::rate_limiter {
namespace {

constexpr GatewayAspects all_aspects{.admission = true, .retry_after = true, .fields = true};
constexpr double second = 1e9;

GatewaySetup two_quotas() {
  GatewaySetup setup;
  setup.key = {"key", 4, 8};
  setup.routes = {{"/s", GatewayQuota{"s", 2, 10}, false}};
  return setup;
}

// A gateway with tokens as fractions; `spoil` may change an answer.
class SmallGateway {
 public:
  using Spoil = std::function<void(GatewayReply&, const std::vector<double>& tokens)>;

  explicit SmallGateway(Spoil spoil = {}) : spoil_(std::move(spoil)) {}

  GatewayReply decide(const GatewayAsk& ask, std::int64_t at_ns) {
    const auto quotas = setup_.quotas_of(ask.target);
    std::vector<double*> buckets;
    double wait_s = 0;
    for (const auto& quota : quotas) {
      auto& [tokens, filled_ns] = state_.try_emplace(quota.name, quota.requests, 0).first->second;
      const double grown =
          static_cast<double>(at_ns - filled_ns) / static_cast<double>(quota.token_ns());
      tokens = std::min(tokens + grown, static_cast<double>(quota.requests));
      filled_ns = at_ns;
      wait_s = std::max(wait_s, (1 - tokens) * static_cast<double>(quota.token_ns()) / second);
      buckets.push_back(&tokens);
    }
    GatewayReply reply;
    reply.status = wait_s > 0 ? 429 : 200;
    if (wait_s > 0) reply.fields["retry-after"] = fmt::format("{:.0f}", std::ceil(wait_s));
    std::vector<double> left;
    for (std::size_t i = 0; i < quotas.size(); ++i) {
      if (wait_s <= 0) *buckets[i] -= 1;
      left.push_back(*buckets[i]);
      const double more_s =
          (std::floor(left[i]) + 1 - left[i]) * static_cast<double>(quotas[i].token_ns()) / second;
      const char* const comma = i == 0 ? "" : ", ";
      reply.fields["ratelimit-policy"] += fmt::format("{}\"{}\";q={};w={}", comma, quotas[i].name,
                                                      quotas[i].requests, quotas[i].window_s);
      reply.fields["ratelimit"] += fmt::format("{}\"{}\";r={:.0f};t={:.0f}", comma, quotas[i].name,
                                               std::floor(left[i]), std::ceil(more_s));
    }
    if (spoil_) spoil_(reply, left);
    return reply;
  }

 private:
  GatewaySetup setup_ = two_quotas();
  Spoil spoil_;
  std::map<std::string, std::pair<double, std::int64_t>> state_;
};

// The first difference in many requests whose answers take up to `slow_ns`.
std::optional<GatewayDifference> first_difference(SmallGateway gateway, std::int64_t slow_ns,
                                                  std::uint64_t seed) {
  base::Random random(seed);
  GatewayModel model(two_quotas());
  std::int64_t now_ns = 1'000'000;
  for (int i = 0; i < 300; ++i) {
    const GatewayAsk ask = ask_with_key("a", random.chance(0.4) ? "/s/1" : "/");
    const std::int64_t sent_ns = now_ns;
    const std::int64_t decided_ns = sent_ns + random.between(0, slow_ns);
    now_ns = decided_ns + random.between(0, slow_ns);
    GatewayReply reply = gateway.decide(ask, decided_ns);
    reply.sent_ns = sent_ns;
    reply.came_ns = now_ns;
    EXPECT_EQ(to_line(parse_reply(to_line(reply))), to_line(reply));
    model.add(ask, reply);
    if (auto difference = model.difference(static_cast<std::size_t>(i), all_aspects)) {
      return difference;
    }
    now_ns += random.between(1'000, random.chance(0.2) ? 6'000'000'000 : 200'000'000);
  }
  return std::nullopt;
}

TEST(GatewayModel, AcceptsARightGatewayHoweverLateItsAnswersAre) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    for (const std::int64_t slow_ns : {1'000L, 3'000'000L, 400'000'000L, 5'000'000'000L}) {
      const auto difference = first_difference(SmallGateway(), slow_ns, seed);
      EXPECT_FALSE(difference) << difference->wrong << ", expected " << difference->expected;
    }
  }
}

struct Spoiled {
  const char* name;
  SmallGateway::Spoil spoil;
};

void set_time(GatewayReply& reply, const std::string& t) {
  auto& text = reply.fields["ratelimit"];
  text = text.substr(0, text.find(";t=")) + ";t=" + t;
}

TEST(GatewayModel, CatchesEachMistake) {
  const Spoiled spoiled[] = {
      {"denied as admitted", [](auto& reply, const auto&) { reply.status = 200; }},
      {"admitted as denied",
       [](auto& reply, const auto&) {
         reply.status = 429;
         reply.fields["retry-after"] = "1";
       }},
      {"overload",
       [](auto& reply, const auto&) {
         if (reply.status == 429) reply.status = 503;
       }},
      {"a second late",
       [](auto& reply, const auto&) {
         const auto s = reply.retry_after_s();
         if (s) reply.fields["retry-after"] = std::to_string(*s + 1);
       }},
      {"a second early",
       [](auto& reply, const auto&) {
         const auto s = reply.retry_after_s();
         if (s) reply.fields["retry-after"] = std::to_string(*s - 1);
       }},
      {"no Retry-After", [](auto& reply, const auto&) { reply.fields.erase("retry-after"); }},
      {"a date",
       [](auto& reply, const auto&) {
         if (reply.status == 429) reply.fields["retry-after"] = "Fri, 31 Dec 1999 23:59:59 GMT";
       }},
      {"t of 0", [](auto& reply, const auto&) { set_time(reply, "0"); }},
      {"t beyond a full bucket", [](auto& reply, const auto&) { set_time(reply, "30"); }},
      {"no fields", [](auto& reply, const auto&) { reply.fields.erase("ratelimit"); }},
      {"no policy", [](auto& reply, const auto&) { reply.fields.erase("ratelimit-policy"); }},
      {"the old names",
       [](auto& reply, const auto&) { reply.fields["ratelimit"] = "limit=4, remaining=3"; }},
      {"one more left",
       [](auto& reply, const auto& tokens) {
         reply.fields["ratelimit"] = fmt::format("\"key\";r={:.0f};t=1", std::floor(tokens[0]) + 1);
       }},
  };
  for (const auto& [name, spoil] : spoiled) {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
      EXPECT_TRUE(first_difference(SmallGateway(spoil), 1'000'000, seed)) << name;
    }
  }
}

struct UnderWay {
  GatewayAsk ask;
  GatewayReply reply;
  std::int64_t decided_ns = 0;
};

// Requests of which many are under way at the same time, decided by `decide` in some order.
std::optional<GatewayDifference> difference_among_many(
    std::uint64_t seed,
    const std::function<GatewayReply(const GatewayAsk&, std::int64_t decided_ns)>& decide) {
  constexpr std::int64_t slow_ns = 700'000'000;
  base::Random random(seed);
  std::vector<UnderWay> all(150);
  for (auto& each : all) {
    each.ask = ask_with_key("a", random.chance(0.4) ? "/s/1" : "/");
    each.reply.sent_ns = random.between(1, 40'000'000'000);
    each.decided_ns = each.reply.sent_ns + random.between(0, slow_ns);
  }
  std::ranges::sort(all, {}, &UnderWay::decided_ns);
  for (auto& each : all) {
    const auto sent_ns = each.reply.sent_ns;
    each.reply = decide(each.ask, each.decided_ns);
    each.reply.sent_ns = sent_ns;
    each.reply.came_ns = each.decided_ns + random.between(0, slow_ns);
  }
  GatewayModel model(two_quotas());
  for (const auto& each : all) model.add(each.ask, each.reply);
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (auto difference = model.difference(i, all_aspects)) return difference;
  }
  return std::nullopt;
}

TEST(GatewayModel, AcceptsARightGatewayThatIsAskedByManyAtOnce) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    SmallGateway gateway;
    const auto difference = difference_among_many(
        seed, [&](const auto& ask, std::int64_t at_ns) { return gateway.decide(ask, at_ns); });
    EXPECT_FALSE(difference) << difference->wrong << ", expected " << difference->expected;
  }
}

TEST(GatewayModel, CatchesATokenThatIsGivenTwice) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SmallGateway gateway;
    SmallGateway seen_before;  // who was decided just before isn't charged yet
    std::int64_t last_ns = 0;
    const auto difference = difference_among_many(seed, [&](const auto& ask, std::int64_t at_ns) {
      const SmallGateway stale = seen_before;
      seen_before = gateway;
      gateway = at_ns - std::exchange(last_ns, at_ns) < 200'000'000 ? stale : gateway;
      return gateway.decide(ask, at_ns);
    });
    EXPECT_TRUE(difference);
  }
}

TEST(GatewayModel, CatchesATokenThatComesBackWhenARequestFails) {
  GatewayModel model(two_quotas());
  constexpr GatewayAspects admission{.admission = true};
  std::size_t count = 0;
  const auto answered = [&](const char* target, int status, const char* key = "a") {
    GatewayReply reply;
    reply.status = status;
    reply.sent_ns = static_cast<std::int64_t>(++count) * 10'000'000;
    reply.came_ns = reply.sent_ns + 1'000'000;
    model.add(ask_with_key(key, target), reply);
    return model.difference(count - 1, admission);
  };
  EXPECT_FALSE(answered("/s?does=reset", 502));
  EXPECT_FALSE(answered("/s?does=hang", 504));
  EXPECT_FALSE(answered("/s", 429));
  EXPECT_FALSE(answered("/?does=fail", 500));
  const auto difference = answered("/s", 200);
  ASSERT_TRUE(difference);
  EXPECT_EQ(difference->mistake, "a token is given back when its request fails");
  EXPECT_EQ(answered("/?does=echo&status=404", 200, "b")->expected, "404 or 429");
}

TEST(GatewayModel, NamesTheMistake) {
  const auto epoch = first_difference(
      SmallGateway([](auto& reply, const auto&) { set_time(reply, "1790000000"); }), 1'000, 1);
  ASSERT_TRUE(epoch);
  EXPECT_EQ(epoch->mistake, "t is a time of day, not a time to wait");
}

TEST(GatewaySetup, TellsItsQuotasAndReadsThemBack) {
  auto setup = two_quotas();
  setup.routes.push_back({"/s/free", std::nullopt, false});
  const auto line = quotas_line(setup);
  EXPECT_EQ(line, "quotas key 4/8 /s:s 2/10 /s/free none");
  EXPECT_EQ(quotas_line(parse_quotas(line)), line);
  EXPECT_THROW(parse_quotas("quotas key 4"), std::runtime_error);
  EXPECT_EQ(setup.quotas_of("/s/1?x").size(), 2U);
  EXPECT_EQ(setup.quotas_of("/s/free/1").size(), 1U);
  EXPECT_EQ(setup.quotas_of("/other").size(), 1U);
}

TEST(GatewayTalk, ReadsAnAnswerAsItCameOverTheWire) {
  const auto reply = parse_response(
      "HTTP/1.1 429 Too Many\r\nRETRY-AFTER:  2 \r\nRateLimit: \"a\";r=0\r\nX: y\r\n"
      "ratelimit: \"b\";r=1\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(reply.status, 429);
  EXPECT_EQ(reply.retry_after_s(), 2);
  EXPECT_EQ(reply.field(limits_field), "\"a\";r=0, \"b\";r=1");
  EXPECT_EQ(parse_response("HELO\r\n\r\n").status, 0);
  const auto stub = parse_response(
      "HTTP/1.1 501 Not Implemented\r\n\r\nnot implemented: Gateway::handle at "
      "my/gateway.cpp:21\n");
  const auto trouble = trouble_with(ask_with_key("a", "/"), stub);
  ASSERT_TRUE(trouble);
  EXPECT_EQ(trouble->reason, "Gateway::handle is not implemented");
  EXPECT_EQ(trouble->where, "my/gateway.cpp:21");
}

TEST(GatewayTalk, ReadsABodyThatComesInChunksOrUntilTheEnd) {
  const std::string type = "HTTP/1.1 404 X\r\nContent-Type: message/http\r\n";
  const auto chunks = type + "Transfer-Encoding: chunked\r\n\r\n3\r\nGET\r\n2\r\n /\r\n0\r\n\r\n";
  EXPECT_EQ(parse_response(chunks).body, "GET /");
  EXPECT_TRUE(is_whole_answer(chunks));
  EXPECT_FALSE(is_whole_answer(chunks.substr(0, chunks.size() - 1)));
  EXPECT_EQ(parse_response(type + "\r\nGET /").body, "GET /");
  EXPECT_FALSE(parse_response(type + "Content-Length: 9\r\n\r\nGET /").problem.empty());
}

TEST(GatewayTalk, KeepsWhateverAGatewaySays) {
  GatewayReply reply;
  reply.status = 502;
  reply.fields[limits_field] = "\"a\";r=0 | x,\t\\x09 \xff";
  reply.body = "a\r\n | body: \\";
  const auto read = parse_reply(to_line(reply));
  EXPECT_EQ(read.fields, reply.fields);
  EXPECT_EQ(read.body, reply.body);
  EXPECT_EQ(to_line(reply).find('\n'), std::string::npos);
}

TEST(GatewayTalk, KeepsARequestInOneLine) {
  GatewayAsk ask = ask_with_key("alice", "/s?q=1");
  ask.from = "127.0.0.7";
  ask.headers.emplace_back("X-Forwarded-For", "10.0.0.1, 10.0.0.2");
  const auto line = to_line(ask);
  EXPECT_EQ(line,
            "GET /s?q=1 as alice from 127.0.0.7 | X-Api-Key: alice | X-Forwarded-For: 10.0.0.1, "
            "10.0.0.2");
  EXPECT_EQ(to_line(parse_ask(line)), line);
  ask.method = "PUT";
  ask.body = "one,\ntwo";
  EXPECT_EQ(to_line(ask), "PUT" + line.substr(3) + " | body: one,\\x0atwo");
  EXPECT_EQ(parse_ask(to_line(ask)).body, ask.body);
}

}  // namespace
}  // namespace assay::graders::rate_limiter
