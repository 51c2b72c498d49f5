// Connections in the order of their deadlines. All requests have the same time, so that is the
// order in which they were begun, and everything takes constant time. Not thread-safe.
#pragma once

#include <cstddef>
#include <vector>

namespace assay::load {

class Deadlines {
 public:
  explicit Deadlines(std::size_t connections) : links_(connections + 1), end_(connections) {
    links_[end_] = {end_, end_};
  }

  void push(std::size_t connection) {
    const std::size_t last = links_[end_].before;
    links_[connection] = {last, end_};
    links_[last].after = connection;
    links_[end_].before = connection;
  }
  // One that is not in it is left alone.
  void remove(std::size_t connection) {
    Link& link = links_[connection];
    if (link.after == kNowhere) return;
    links_[link.before].after = link.after;
    links_[link.after].before = link.before;
    link = {};
  }
  bool empty() const { return front() == end_; }
  std::size_t front() const { return links_[end_].after; }

 private:
  static constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);
  struct Link {
    std::size_t before = kNowhere;
    std::size_t after = kNowhere;
  };
  std::vector<Link> links_;  // a ring, whose last link is both its ends
  std::size_t end_;
};

}  // namespace assay::load
