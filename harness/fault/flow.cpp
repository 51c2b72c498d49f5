#include "fault/flow.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace assay::fault {
namespace {

using std::chrono::nanoseconds;

// A bandwidth is given out in portions of about this long, so that connections take turns.
constexpr std::uint64_t portiolink_ns_per_second = 100;
constexpr std::uint64_t link_ns_per_second = 1'000'000'000;
constexpr std::size_t kept_capacity_bytes = 4096;  // of an empty buffer

}  // namespace

Flow::Flow(Side& from, Side& to, Lane& lane, base::Random random)
    : from_(from), to_(to), lane_(lane), random_(random) {}

Flow::~Flow() {
  lane_.counters.held_bytes -= held();
  lane_.counters.dropped_bytes += held();
}

Flow::Outcome Flow::move(Time now, std::span<char> scratch) {
  if (!from_.socket || !to_.socket || !from_.connected || !to_.connected) return Outcome::waits;
  if (lane_.has(Verb::half_close)) cut_ = true;
  for (int turn = 0; turn < kTurnsAtOnce; ++turn) {
    wakes_at_.reset();
    const bool wrote = write_some(now);
    if (ends_with_) return *ends_with_;
    const bool read = read_some(now, scratch);
    if (!wrote && !read) return Outcome::waits;
  }
  return Outcome::again;
}

void Flow::on_fault(const Fault& fault) {
  if (fault.verb == Verb::reset) passed_since_fault_ = 0;
  if (fault.verb == Verb::bandwidth || fault.verb == Verb::pass) granted_bytes_ = 0;
  next_piece_at_ = {};
  if (fault.verb != Verb::pass) return;
  due_bytes_ = held();
  chunks_.clear();
  last_due_ = {};
}

// Writing.

bool Flow::write_some(Time now) {
  if (reset_is_due()) {
    ++lane_.counters.resets;
    ends_with_ = Outcome::reset;
    return false;
  }
  if (lane_.stands_still()) return false;
  if (held() == 0) return close_if_ended(now);
  if (!to_.writable || to_.gone) return false;
  const std::size_t count = allowed(now);
  if (count == 0) return false;
  const std::size_t sent = send(buffer_.data() + consumed_, count);
  if (sent == 0) return false;
  consume(sent);
  after_sending(now, sent);
  return true;
}

bool Flow::reset_is_due() const {
  const auto& reset = lane_.of(Verb::reset);
  return (reset && passed_since_fault_ >= reset->bytes) || (gap_ && !lane_.stands_still());
}

bool Flow::close_if_ended(Time now) {
  // A peer may still reset a connection whose end it has sent, by what it doesn't want to read.
  if (from_.gone && ending_ == Ending::end_of_stream) ending_ = Ending::reset;
  const bool nothing_to_tell = closed_ || (ending_ == Ending::none && !cut_);
  if (nothing_to_tell && ending_ != Ending::reset) return false;
  if (now < last_due_) {
    wake_at(last_due_);
    return false;
  }
  if (ending_ == Ending::reset) {
    ends_with_ = Outcome::carry_reset;
    return false;
  }
  // It fails if the other side is gone, which is then told by reading from it.
  ::shutdown(to_.socket.get(), SHUT_WR);
  closed_ = true;
  return true;
}

// How many of the held bytes may be sent now: 0, and wakes_at() says when.
std::size_t Flow::allowed(Time now) {
  release_due(now);
  std::size_t count = due_bytes_;
  if (count == 0) {
    wake_at(chunks_.front().due);
    return 0;
  }
  if (const auto& slice = lane_.of(Verb::slice)) {
    if (now < next_piece_at_) {
      wake_at(next_piece_at_);
      return 0;
    }
    count = std::min<std::size_t>(count, slice->bytes);
  }
  if (const auto& reset = lane_.of(Verb::reset)) {
    count = std::min<std::size_t>(count, reset->bytes - passed_since_fault_);
  }
  if (const auto& bandwidth = lane_.of(Verb::bandwidth)) count = granted(now, count, *bandwidth);
  return count;
}

// A portion is asked for, and may be sent once the link has had the time to pass it.
std::size_t Flow::granted(Time now, std::size_t wanted, const Fault& bandwidth) {
  if (granted_bytes_ == 0) {
    const auto portion = std::max<std::uint64_t>(1, bandwidth.bytes / portiolink_ns_per_second);
    granted_bytes_ = std::min<std::size_t>(wanted, portion);
    const auto takes_ns = granted_bytes_ * link_ns_per_second / bandwidth.bytes;
    const Time begins = std::max(now, lane_.link_free_at);
    granted_at_ = begins + nanoseconds(static_cast<std::int64_t>(takes_ns));
    lane_.link_free_at = granted_at_;
  }
  if (now < granted_at_) {
    wake_at(granted_at_);
    return 0;
  }
  return std::min(wanted, granted_bytes_);
}

std::size_t Flow::send(const char* bytes, std::size_t count) {
  const ssize_t sent = ::send(to_.socket.get(), bytes, count, MSG_NOSIGNAL);
  if (sent >= 0) {
    if (static_cast<std::size_t>(sent) < count) to_.writable = false;
    to_.has_turn = to_.has_turn || sent > 0;
    return static_cast<std::size_t>(sent);
  }
  to_.writable = false;
  if (errno == EAGAIN || errno == EINTR) return 0;
  // What it had sent before can still be read; after that comes the reset.
  to_.gone = true;
  to_.readable = true;
  return 0;
}

void Flow::consume(std::size_t count) {
  lane_.counters.held_bytes -= count;
  consumed_ += count;
  due_bytes_ -= count;
  if (consumed_ == buffer_.size()) {
    buffer_.clear();
    if (buffer_.capacity() > kept_capacity_bytes) std::vector<char>().swap(buffer_);
    consumed_ = 0;
  } else if (consumed_ > kBufferBytes / 2) {
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(consumed_));
    consumed_ = 0;
  }
}

void Flow::after_sending(Time now, std::size_t count) {
  lane_.counters.passed_bytes += count;
  passed_since_fault_ += count;
  granted_bytes_ -= std::min(granted_bytes_, count);
  if (const auto& slice = lane_.of(Verb::slice)) next_piece_at_ = now + slice->time;
}

// Reading.

bool Flow::read_some(Time now, std::span<char> scratch) {
  if (!from_.readable || ending_ != Ending::none || lane_.has(Verb::clog)) return false;
  const std::size_t limit = room(scratch.size());
  if (limit == 0 || to_.gone) return false;
  const ssize_t count = ::recv(from_.socket.get(), scratch.data(), limit, 0);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) {
    from_.readable = false;
    return false;
  }
  if (count <= 0) {
    from_.gone = from_.gone || count < 0;
    end(now, from_.gone ? Ending::reset : Ending::end_of_stream);
    return true;
  }
  const auto taken = static_cast<std::size_t>(count);
  if (taken < limit && from_.whole_reads && !from_.ends && !from_.gone) from_.readable = false;
  take(now, scratch.first(taken));
  return true;
}

std::size_t Flow::room(std::size_t limit) const {
  if (lane_.has(Verb::black_hole) || cut_) return limit;
  if (chunks_.size() >= kMostChunks) return 0;
  return std::min(limit, kBufferBytes - std::min(held(), kBufferBytes));
}

void Flow::take(Time now, std::span<const char> bytes) {
  if (from_.has_turn) ++lane_.counters.turns;
  from_.has_turn = false;
  if (lane_.has(Verb::black_hole)) gap_ = true;
  if (lane_.has(Verb::black_hole) || cut_) {
    lane_.counters.dropped_bytes += bytes.size();
    return;
  }
  std::size_t sent = 0;
  if (held() == 0 && to_.writable && lane_.plain()) {
    sent = send(bytes.data(), bytes.size());
    lane_.counters.passed_bytes += sent;
  }
  if (sent < bytes.size()) hold(now, bytes.subspan(sent));
}

void Flow::hold(Time now, std::span<const char> bytes) {
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
  DirectionCounters& counters = lane_.counters;
  counters.held_bytes += bytes.size();
  counters.most_held_bytes = std::max(counters.most_held_bytes, counters.held_bytes);
  const Time due = due_time(now);
  if (due <= now && chunks_.empty()) {
    due_bytes_ += bytes.size();
  } else {
    chunks_.push_back({due, bytes.size()});
  }
}

void Flow::end(Time now, Ending ending) {
  ending_ = ending;
  last_due_ = due_time(now);
}

// Never before what was read earlier: the order of a stream is kept.
Time Flow::due_time(Time now) {
  Time due = now;
  if (const auto& delay = lane_.of(Verb::delay)) {
    const std::int64_t jitter = delay->jitter.count();
    due += delay->time + nanoseconds(random_.between(-jitter, jitter));
  }
  last_due_ = std::max(due, last_due_);
  return last_due_;
}

void Flow::release_due(Time now) {
  while (!chunks_.empty() && chunks_.front().due <= now) {
    due_bytes_ += chunks_.front().bytes;
    chunks_.pop_front();
  }
}

void Flow::wake_at(Time at) { wakes_at_ = wakes_at_ ? std::min(*wakes_at_, at) : at; }

}  // namespace assay::fault
