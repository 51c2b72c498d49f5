// What a gateway's quotas have to say, as far as it can be known from outside: when a decision was
// made is known between the sending of a request and the coming of its answer, so a bucket's state
// is known between two bounds, and an answer is wrong only if it is wrong wherever it lies between
// them. A busy machine widens the bounds; it never makes a right answer wrong. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "graders/rate_limiter/gateway/setup.hpp"
#include "graders/rate_limiter/gateway/talk.hpp"

namespace assay::graders::rate_limiter {

// What a check compares.
struct GatewayAspects {
  bool admission = false;
  bool retry_after = false;
  bool fields = false;
};

struct GatewayDifference {
  std::string wrong;     // in a sentence: "denied, but both buckets have a token"
  std::string expected;  // "200"
  std::string mistake;   // that would do this; or empty
};

class GatewayModel {
 public:
  explicit GatewayModel(GatewaySetup setup) : setup_(std::move(setup)) {}

  // The first thing that is wrong with the answer, if any; then the answer counts as given.
  std::optional<GatewayDifference> take(const GatewayAsk& ask, const GatewayReply& reply,
                                        const GatewayAspects& aspects);

  // From when on the request may be admitted: the earliest time that the bounds allow.
  std::int64_t admitted_from_ns(const GatewayAsk& ask) const;

 private:
  struct Range {
    std::int64_t low = 0;
    std::int64_t high = 0;
  };
  // A bucket that a request asks.
  struct Bucket {
    GatewayQuota quota;
    Range full_at;
    Range wait;  // from the decision to when it has a token; below 0, since when it has
  };

  std::vector<Bucket> buckets_of(const GatewayAsk& ask, const GatewayReply& reply) const;
  void follow(const GatewayAsk& ask, const GatewayReply& reply);

  const GatewaySetup setup_;
  std::map<std::pair<std::string, std::string>, Range> full_at_;  // by key, and quota
};

}  // namespace assay::graders::rate_limiter
