// What Cell and its guard say to each other: packets of numbers and texts over a SOCK_SEQPACKET
// pair, with descriptors attached. Header-only, because the guard links with nothing of the
// harness. Not thread-safe; a socket has one reader and one writer.
#pragma once

#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "proc/cell.hpp"

namespace assay::proc::wire {

inline constexpr int kControlDescriptor = 3;  // the guard's end
inline constexpr int kChannelDescriptor = 3;  // the subject's ASSAY_FD
inline constexpr std::size_t kPacketLimitBytes = 160U << 10;
inline constexpr std::size_t kDescriptorLimit = 4;

enum class Word : std::uint64_t {
  open,     // grader: tier, whether to try it, parent of the folder
  opened,   // guard: user, own user, folder, gaps
  refused,  // guard: why this tier, or a socket, can't be had
  start,    // grader: command, limits; stdin, stdout, stderr and the channel attached
  stop,     // grader: kind of ending to report
  memory,   // grader: a pipe attached, into which the supervisor writes a number of bytes
  signal,   // grader: a signal for all, and a pipe into which the supervisor writes it when done
  socket,   // grader: a family, and a socket attached over which the guard answers
  made,     // guard, over that: the socket attached
  ended,    // guard: ending
  broken,   // guard: what failed before the command could be started
};

class Writer {
 public:
  explicit Writer(Word word) { number(static_cast<std::uint64_t>(word)); }

  Writer& number(std::uint64_t value) {
    std::array<char, sizeof value> raw{};
    std::memcpy(raw.data(), &value, sizeof value);
    bytes_.append(raw.data(), raw.size());
    return *this;
  }
  Writer& text(std::string_view value) {
    number(value.size());
    bytes_.append(value);
    return *this;
  }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

struct Packet {
  std::string bytes;
  std::vector<int> descriptors;  // close-on-exec; the receiver owns them
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) { word_ = static_cast<Word>(number()); }

  Word word() const { return word_; }
  std::uint64_t number() {
    std::uint64_t value = 0;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }
  std::string text() { return std::string(take(number())); }

 private:
  std::string_view take(std::uint64_t size) {
    if (size > rest_.size()) throw std::runtime_error("a packet of the cell is cut short");
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  std::string_view rest_;
  Word word_{};
};

// False if the other side is gone, or the packet is too large (errno says which).
inline bool send(int socket, const Writer& packet, const std::vector<int>& descriptors = {}) {
  if (packet.bytes().size() > kPacketLimitBytes) {
    errno = EMSGSIZE;
    return false;
  }
  iovec part{const_cast<char*>(packet.bytes().data()), packet.bytes().size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(kDescriptorLimit * sizeof(int))> ancillary{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (!descriptors.empty()) {
    message.msg_control = ancillary.data();
    message.msg_controllen = CMSG_SPACE(descriptors.size() * sizeof(int));
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(descriptors.size() * sizeof(int));
    std::memcpy(CMSG_DATA(header), descriptors.data(), descriptors.size() * sizeof(int));
  }
  ssize_t sent = 0;
  do {
    sent = ::sendmsg(socket, &message, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  return sent >= 0;
}

// Blocks; nothing if the other side is gone.
inline std::optional<Packet> receive(int socket) {
  Packet packet;
  packet.bytes.resize(kPacketLimitBytes);
  iovec part{packet.bytes.data(), packet.bytes.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(kDescriptorLimit * sizeof(int))> ancillary{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = ancillary.data();
  message.msg_controllen = ancillary.size();
  ssize_t received = 0;
  do {
    received = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    // Said once, if the other side ended with something unread; its last words may still be there.
  } while (received < 0 && (errno == EINTR || errno == ECONNRESET));
  if (received <= 0) return std::nullopt;
  packet.bytes.resize(static_cast<std::size_t>(received));
  const cmsghdr* header = CMSG_FIRSTHDR(&message);
  if (header != nullptr && header->cmsg_type == SCM_RIGHTS) {
    packet.descriptors.resize((header->cmsg_len - CMSG_LEN(0)) / sizeof(int));
    std::memcpy(packet.descriptors.data(), CMSG_DATA(header), header->cmsg_len - CMSG_LEN(0));
  }
  return packet;
}

inline void write(Writer& packet, const Command& command) {
  packet.number(command.argv.size());
  for (const std::string& argument : command.argv) packet.text(argument);
  packet.number(command.env.size());
  for (const auto& [name, value] : command.env) packet.text(name).text(value);
  packet.number(command.reach.size());
  for (const auto& path : command.reach) packet.text(path.native());
  packet.text(command.directory.native()).number(command.channel).number(command.terminal);
}

inline Command read_command(Reader& packet) {
  Command command;
  for (auto left = packet.number(); left > 0; --left) command.argv.push_back(packet.text());
  for (auto left = packet.number(); left > 0; --left) {
    const std::string name = packet.text();
    command.env[name] = packet.text();
  }
  for (auto left = packet.number(); left > 0; --left) command.reach.emplace_back(packet.text());
  command.directory = packet.text();
  command.channel = packet.number() != 0;
  command.terminal = packet.number() != 0;
  return command;
}

inline void write(Writer& packet, const Limits& limits) {
  packet.number(static_cast<std::uint64_t>(limits.cpu.count())).number(limits.memory_bytes);
  packet.number(limits.address_space_bytes).number(limits.file_bytes);
  packet.number(static_cast<std::uint64_t>(limits.processes));
  packet.number(static_cast<std::uint64_t>(limits.open_files));
}

// What the grader counts itself (the output) stays with the grader.
inline Limits read_limits(Reader& packet) {
  Limits limits;
  limits.cpu = std::chrono::seconds(packet.number());
  limits.memory_bytes = packet.number();
  limits.address_space_bytes = packet.number();
  limits.file_bytes = packet.number();
  limits.processes = static_cast<int>(packet.number());
  limits.open_files = static_cast<int>(packet.number());
  return limits;
}

inline void write(Writer& packet, const Ending& ending) {
  packet.number(static_cast<std::uint64_t>(ending.kind));
  packet.number(static_cast<std::uint64_t>(ending.code)).text(ending.detail);
  packet.number(static_cast<std::uint64_t>(ending.cpu_ms.count())).number(ending.peak_memory_bytes);
}

inline Ending read_ending(Reader& packet) {
  Ending ending;
  ending.kind = static_cast<Ending::Kind>(packet.number());
  ending.code = static_cast<int>(packet.number());
  ending.detail = packet.text();
  ending.cpu_ms = std::chrono::milliseconds(packet.number());
  ending.peak_memory_bytes = packet.number();
  return ending;
}

}  // namespace assay::proc::wire
