// The gateway's configuration, as ASSAY_CONFIG has it (docs/protocols.md). Pure.
#pragma once

#include <string_view>

#include "gateway.hpp"
#include "net/endpoint.hpp"

namespace rate_limiter::host {

struct GatewaySetup {
  GatewayConfig config;
  assay::net::Endpoint service;
};

// Throws std::exception that says what is wrong with it.
GatewaySetup parse_setup(std::string_view json);

}  // namespace rate_limiter::host
