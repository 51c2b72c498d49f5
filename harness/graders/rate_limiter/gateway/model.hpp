// What a gateway's quotas have to say, as far as it can be known from outside: when a decision was
// made is known between the sending of a request and the coming of its answer, so a bucket's state
// is known between two bounds, and an answer is wrong only if it is wrong wherever it lies between
// them. A busy machine widens the bounds; it never makes a right answer wrong. Requests may be
// under way at the same time. Pure.
#pragma once

#include <cstddef>
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
  bool slots_are_taken = false;  // then what an admitted request is told isn't about quotas
};

struct GatewayDifference {
  std::string wrong;     // in a sentence: "denied, but both buckets have a token"
  std::string expected;  // "200"
  std::string mistake;   // that would do this; or empty
};

class GatewayModel {
 public:
  struct Range {
    std::int64_t low = 0;
    std::int64_t high = 0;
  };

  explicit GatewayModel(GatewaySetup setup) : setup_(std::move(setup)) {}

  // In any order; all that may have been under way together is there before one is judged.
  void add(const GatewayAsk& ask, const GatewayReply& reply);

  // The first thing that is wrong with the answer that was added as number `index`, if any.
  std::optional<GatewayDifference> difference(std::size_t index,
                                              const GatewayAspects& aspects) const;

  // From when on a request that is sent after all of these is admitted.
  Range admitted_from_ns(const GatewayAsk& ask) const;

 private:
  struct Answered {
    GatewayAsk ask;
    GatewayReply reply;
  };
  // A bucket that a request asks, as others have left it.
  struct Bucket {
    GatewayQuota quota;
    Range full_at;
    Range wait;                   // from the decision to when it has a token; below 0, since when
    std::int64_t beyond_ns = 0;   // so much more was taken from it than it can have had
    bool without_failed = false;  // not so, if those that failed had taken nothing
  };

  std::vector<Bucket> buckets_of(std::size_t index) const;
  std::optional<GatewayDifference> wrong_fields_of(std::size_t index,
                                                   const std::vector<Bucket>& buckets) const;

  const GatewaySetup setup_;
  std::vector<Answered> answered_;
  // By key, and quota: the numbers of those that took a token.
  std::map<std::pair<std::string, std::string>, std::vector<std::size_t>> taken_;
};

}  // namespace assay::graders::rate_limiter
