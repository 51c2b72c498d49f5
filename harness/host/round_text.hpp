// The words of a round: its request, read, and its answer, put together. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "threads/threads.hpp"

namespace assay::host {

using Words = std::vector<std::string_view>;

// The operations of one thread, as views of `text`, a part of the request.
struct Script {
  std::string_view text;
  std::vector<Words> operations;
};

struct Round {
  threads::Schedule schedule;
  Script first;
  std::vector<Script> threads;
  Script last;

  std::size_t operation_count() const;
};

// Throws BadRequest. The round is of views of `line`.
Round read_round(std::string_view line);

// Puts an answer together, item by item, in the order in which things happened.
class RoundText {
 public:
  // Starts and returns of all operations have their place; switches share what is left.
  explicit RoundText(std::size_t operations);

  void add_start(std::string_view who);
  void add_return(std::string_view who, std::string answer);
  void add_switch(const threads::Event& event);
  void add_stuck(const threads::Stuck& stuck);
  void add_totals(const threads::Outcome& outcome);

  std::string line(threads::Kind kind) const;

 private:
  void add(std::string_view item);

  std::string items_;
  std::size_t switches_left_;
  bool cut_ = false;
};

}  // namespace assay::host
