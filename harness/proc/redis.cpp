#include "proc/redis.hpp"

namespace assay::proc {
namespace {

constexpr int most_connections = 10'000;
constexpr int own_files = 32;  // that Redis keeps for itself, besides connections

Command command_for(RedisKeeps keeps, const std::filesystem::path& folder,
                    const net::Endpoint& endpoint) {
  Command command;
  // Options on the command line: then it reads no configuration file.
  command.argv = {"redis-server", "--dir", folder, "--save", "", "--loglevel", "warning"};
  const auto add = [&](std::initializer_list<std::string> words) {
    command.argv.insert(command.argv.end(), words);
  };
  add({"--port", std::to_string(endpoint.port()), "--bind", "127.0.0.1"});
  if (endpoint.family() == AF_UNIX) {
    add({"--unixsocket", endpoint.text().substr(5), "--unixsocketperm", "700"});
  }
  if (keeps == RedisKeeps::every_write) add({"--appendonly", "yes", "--appendfsync", "always"});
  return command;
}

}  // namespace

ServerKind redis_server(RedisKeeps keeps) {
  ServerKind redis;
  redis.program = "redis-server";
  redis.package = "redis-server";
  redis.socket_name = "redis.sock";
  redis.port = 6379;
  redis.command = [keeps](const std::filesystem::path& folder, const net::Endpoint& endpoint) {
    return command_for(keeps, folder, endpoint);
  };
  redis.question = "PING\r\n";
  redis.answer = "+PONG";
  redis.limits.cpu = std::chrono::hours(1);  // it may serve a long run
  redis.limits.open_files = most_connections + own_files;
  redis.limits.file_bytes = 1ULL << 30;
  return redis;
}

}  // namespace assay::proc
