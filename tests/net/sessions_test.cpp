// Goal: no session's exception is lost, and a group of them ends, whatever they do: when asked, or
// by being given up. Method: real threads, many rounds; compiled with each sanitizer as well, which
// sees what a mistake in lifetimes or locking does.
#include "net/sessions.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/steady_timer.hpp>
#include <stdexcept>
#include <thread>
#include <vector>

namespace assay::net {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds patience{30'000};  // far more than anything here takes

// A group outlives the context that its sessions run in.
struct Running {
  explicit Running(int thread_count) {
    for (int i = 0; i < thread_count; ++i) threads.emplace_back([this] { context.run(); });
  }
  ~Running() {
    context.stop();
    for (auto& thread : threads) thread.join();
  }
  bool start(awaitable<void> session) {
    const Strand strand = asio::make_strand(context);
    return sessions.start(strand, std::move(session));
  }

  SessionGroup sessions;
  asio::io_context context;
  asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
  std::vector<std::thread> threads;
};

// In how many frames of coroutines one of these is alive.
struct Counted {
  explicit Counted(std::atomic<int>& counter) : alive(counter) { ++alive; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() { --alive; }
  std::atomic<int>& alive;
};

awaitable<void> fail_after(milliseconds pause) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  timer.expires_after(pause);
  co_await timer.async_wait(use_tuple);
  throw std::runtime_error("a session failed");
}

awaitable<void> end_at_once() { co_return; }

awaitable<void> wait_until_asked(SessionGroup& group, std::atomic<int>& alive) {
  co_await asio::this_coro::throw_if_cancelled(false);
  const Counted counted(alive);
  asio::steady_timer timer(co_await asio::this_coro::executor);
  while (!group.stopping()) {
    timer.expires_after(milliseconds(1));
    co_await timer.async_wait(use_tuple);
  }
}

awaitable<void> never_end(std::atomic<int>& alive) {
  const Counted counted(alive);
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  asio::steady_timer timer(co_await asio::this_coro::executor);
  timer.expires_at(asio::steady_timer::time_point::max());
  co_await timer.async_wait(use_tuple);
}

std::string failure_of(const SessionGroup& group) {
  try {
    if (const auto failure = group.failure()) std::rethrow_exception(failure);
    return "";
  } catch (const std::exception& error) {
    return error.what();
  }
}

TEST(Sessions, KeepTheFirstException) {
  Running running(2);
  running.start(fail_after(milliseconds(0)));
  running.start(fail_after(milliseconds(2)));
  EXPECT_EQ(running.sessions.wait(patience), 0U);
  EXPECT_EQ(failure_of(running.sessions), "a session failed");
}

TEST(Sessions, ThatEndWellAreNoFailure) {
  Running running(2);
  for (int i = 0; i < 64; ++i) EXPECT_TRUE(running.start(end_at_once()));
  EXPECT_EQ(running.sessions.wait(patience), 0U);
  EXPECT_EQ(failure_of(running.sessions), "");
}

TEST(Sessions, EndUnderLoadWhenAsked) {
  for (int round = 0; round < 20; ++round) {
    std::atomic<int> alive = 0;
    Running running(4);
    for (int i = 0; i < 64; ++i) {
      EXPECT_TRUE(running.start(wait_until_asked(running.sessions, alive)));
      EXPECT_TRUE(running.start(end_at_once()));
    }
    // At any moment: before some have begun, or while they wait.
    std::this_thread::sleep_for(std::chrono::microseconds(200 * round));
    running.sessions.ask_to_end();
    ASSERT_EQ(running.sessions.wait(patience), 0U);
    EXPECT_EQ(alive, 0);
    EXPECT_EQ(failure_of(running.sessions), "");
  }
}

TEST(Sessions, ThatWontEndAreGivenUpAndDestroyed) {
  std::atomic<int> alive = 0;
  {
    Running running(2);
    for (int i = 0; i < 3; ++i) running.start(never_end(alive));
    while (alive < 3) std::this_thread::yield();
    running.sessions.ask_to_end();
    EXPECT_EQ(running.sessions.wait(milliseconds(50)), 3U);
    EXPECT_EQ(alive, 3);
  }
  EXPECT_EQ(alive, 0);
}

TEST(Sessions, DontBeginOnceTheOthersAreAskedToEnd) {
  std::atomic<int> alive = 0;
  Running running(2);
  running.sessions.ask_to_end();
  EXPECT_FALSE(running.start(never_end(alive)));
  EXPECT_EQ(running.sessions.wait(patience), 0U);
  EXPECT_EQ(alive, 0);
}

// Threads start sessions while another one asks them to end: each is either refused or ended.
TEST(Sessions, ThatAreStartedMeanwhileEndAsWell) {
  for (int round = 0; round < 5; ++round) {
    std::atomic<int> alive = 0;
    std::atomic<int> refused = 0;
    Running running(2);
    std::vector<std::thread> starters;
    for (int i = 0; i < 2; ++i) {
      starters.emplace_back([&] {
        while (refused == 0) {
          if (!running.start(wait_until_asked(running.sessions, alive))) ++refused;
        }
      });
    }
    while (running.sessions.running() < 8) std::this_thread::yield();
    running.sessions.ask_to_end();
    for (auto& starter : starters) starter.join();
    ASSERT_EQ(running.sessions.wait(patience), 0U);
    EXPECT_EQ(alive, 0);
  }
}

}  // namespace
}  // namespace assay::net
