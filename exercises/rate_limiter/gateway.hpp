// The contract of level 5: a gateway in front of one service. What goes on between a request and
// its answer is here; in other languages a gateway is a program that does the same
// (docs/protocols.md).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kit/http.hpp"
#include "kit/time.hpp"

namespace rate_limiter {

// A token bucket: it holds at most `requests`, starts full, and fills evenly, in `window` once it
// is empty.
//
// requests  1 to 1,000,000
// window    whole seconds, 1 to 3,600; divided by `requests`, it is a whole number of nanoseconds
struct RequestQuota {
  std::int64_t requests;
  kit::nanoseconds window;
};

// What holds for the targets that begin with `prefix`, letter by letter ("/searching" too). Of
// several, the longest holds, alone: what it has not, it doesn't take from a shorter one. They come
// in any order; no two have the same prefix, or the same name.
struct Route {
  std::string prefix;  // "/search"
  std::string name;    // of its quota, in header fields: a letter, then letters and digits
  std::optional<RequestQuota> quota;  // of each key on this route, beside the key's own
  bool critical = false;              // is shed last
};

struct GatewayConfig {
  RequestQuota key;  // of each key, over all routes; in header fields its name is "key"
  int at_once;       // of one key's requests, so many may be in the gateway
  std::vector<Route> routes;
  std::vector<std::string> trusted_proxies;  // addresses, as HttpRequest::peer has them
  int slots;                                 // so many requests may be at the service
  kit::nanoseconds queue_limit;              // a request waits so long for a slot
  kit::nanoseconds service_limit;            // and the service has so long to answer
};

// Who asks. The value of X-Api-Key is the key; without one it is the client's address, which is the
// peer's, unless that is a trusted proxy. Then it is, from the right of X-Forwarded-For, the first
// address that isn't a trusted proxy's; if there is none, the peer's. (Several such fields are one
// list, in their order. What a client puts into them stands on the left.)
//
// What happens, in this order; each request has one of these answers:
//
//   429  the key has `at_once` requests in the gateway already, over all routes. Those count from
//        their arrival to their answer, wherever they wait. No tokens are taken. This is told at
//        once, as is
//   429  a quota has no whole token left: the key's, or that of the key on the route. Both are
//        asked, and give one each, or neither gives any. With Retry-After. What they gave stays
//        taken, whatever follows.
//   503  all slots were taken for `queue_limit`, so long and no longer. A slot goes to the critical
//        requests that wait, and to others only if there are none; who comes just as it becomes
//        free may be quicker. None is free while somebody waits. With Retry-After: 1 or more.
//   504  the service didn't answer in time       (HttpFailure::Kind::timed_out)
//   502  it can't be reached, or broke off       (the other kinds)
//   else what the service answered, whatever its status: with its fields and its body. The request
//        was sent as it came (method, target, fields, body), and once, whatever became of others
//        before it. Fields of one connection aside, such as Host and Connection; more may be added,
//        both ways.
//
// Retry-After is in whole seconds, rounded up: after so long the same request has its tokens (if
// nobody else came), and a second earlier it didn't.
//
// Every answer to a request that the quotas were asked about, the second 429 included, says
//
//   RateLimit-Policy: "key";q=10;w=5, "search";q=3;w=6
//   RateLimit: "key";r=9;t=1, "search";r=2;t=2
//
// as in draft-ietf-httpapi-ratelimit-headers-10, an item for each quota that was asked. r: whole
// tokens left, at some moment from the decision to the answer. t: seconds to wait, rounded up to
// whole ones, until there are more than r if nobody asks meanwhile. When the next token is whole,
// there are; when the bucket is full, all are there: t may be either, or between them. (7.4 of 10
// tokens, two of which come in a second: r=7, the next in 0.3 s, full in 1.3 s. So t is 1 or 2.)
// In a quota that denied, t isn't later than Retry-After. With a full bucket t may be missing.
//
// A slot, of a key or of the service, is given back however a request ends.
//
// `clock` and `service` outlive the gateway, and may be used by all threads. The clock never goes
// back. Buckets fill with it to the millisecond; where a clock of milliseconds is all there is,
// that will do.
std::unique_ptr<kit::HttpService> make_gateway(GatewayConfig config, const kit::Clock& clock,
                                               kit::HttpPeer& service);

}  // namespace rate_limiter
