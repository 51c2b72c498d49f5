// The host of a level whose protocol is HTTP: what an exercise's host calls from its main().
//
//   int main() { return assay::host::serve_http([&] { return make_service(clock); }); }
//
// It serves on 127.0.0.1, at the port that ASSAY_PORT says, with ASSAY_THREADS threads (4 if it
// says nothing), until it gets SIGTERM or SIGINT; then it answers what has begun, and returns.
#pragma once

#include <functional>
#include <memory>

#include "kit/http.hpp"
#include "net/http_server.hpp"

namespace assay::host {

using MakeService = std::function<std::unique_ptr<kit::HttpService>()>;

// Returns the subject's exit code. To be called before there are threads: signals are taken from
// all that come. Of the options, endpoint and threads are set here.
int serve_http(const MakeService& make, net::HttpOptions options = {});

}  // namespace assay::host
