// Coroutines that belong together: how they are started, and how all of them are ended. Nothing is
// started in another way, so no exception is lost, and nothing goes on behind its owner's back.
//
// Order of lives: a group outlives the io_context that its sessions run in, and is declared before
// it. What is still running when the context is destroyed is destroyed with it.
#pragma once

#include <atomic>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "net/asio.hpp"

namespace assay::net {

// Thread-safe. Each session runs on a strand of its own, which is also where it is asked to end.
class SessionGroup {
 public:
  SessionGroup() = default;
  SessionGroup(const SessionGroup&) = delete;
  SessionGroup& operator=(const SessionGroup&) = delete;

  // False once sessions are asked to end: the work is then destroyed without having begun. So a
  // connection that was accepted just before that is closed.
  bool start(const Strand& strand, awaitable<void> work) {
    auto session = std::make_shared<Session>(strand);
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return false;
      running_.emplace(session.get(), session);
    }
    asio::post(strand, [this, session, work = std::move(work)]() mutable {
      run(std::move(session), std::move(work));
    });
    return true;
  }

  // Each session gets a terminal cancellation, and decides by stopping() what it still does.
  void ask_to_end() {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (const auto& [key, weak] : running_) {
      if (auto session = weak.lock()) {
        const Strand strand = session->strand;
        asio::post(strand, [asked = std::move(session)] {
          if (!asked->ended) asked->signal.emit(asio::cancellation_type::terminal);
        });
      }
    }
  }

  // Waits until all have ended, for as long as `limit`; returns how many have not. Not to be called
  // by a thread that sessions need.
  std::size_t wait(std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    all_ended_.wait_for(lock, limit, [this] { return running_.empty(); });
    return running_.size();
  }

  bool stopping() const { return stopping_; }

  std::size_t running() const {
    const std::lock_guard lock(mutex_);
    return running_.size();
  }

  // The first exception that left a session; null if there was none.
  std::exception_ptr failure() const {
    const std::lock_guard lock(mutex_);
    return failure_;
  }

 private:
  struct Session {
    explicit Session(Strand on) : strand(std::move(on)) {}
    const Strand strand;
    asio::cancellation_signal signal;  // used on the strand only, as is `ended`
    bool ended = false;
  };

  void run(std::shared_ptr<Session> session, awaitable<void> work) {
    const auto slot = session->signal.slot();
    const Strand strand = session->strand;
    auto on_end = [this, session = std::move(session)](const std::exception_ptr& failure) {
      session->ended = true;
      end(session.get(), failure);
    };
    auto on_strand = asio::bind_executor(strand, std::move(on_end));
    asio::co_spawn(strand, std::move(work),
                   asio::bind_cancellation_slot(slot, std::move(on_strand)));
  }

  // `failure` is null after a session that ended well.
  void end(Session* session, const std::exception_ptr& failure) {
    const std::lock_guard lock(mutex_);
    if (failure && !failure_) failure_ = failure;
    running_.erase(session);
    if (running_.empty()) all_ended_.notify_all();
  }

  mutable std::mutex mutex_;
  std::condition_variable all_ended_;
  std::atomic<bool> stopping_ = false;
  std::exception_ptr failure_;
  std::unordered_map<Session*, std::weak_ptr<Session>> running_;
};

}  // namespace assay::net
