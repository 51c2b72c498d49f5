// redis-server, as a private server.
#pragma once

#include "proc/server.hpp"

namespace assay::proc {

// What is still there after a crash.
enum class RedisKeeps {
  nothing,
  every_write,  // appendonly, with an fsync before each answer
};

ServerKind redis_server(RedisKeeps keeps = RedisKeeps::nothing);

}  // namespace assay::proc
