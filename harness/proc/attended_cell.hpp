// A cell that needs no attention: a thread of its own reads what the subject prints, so that a
// chatty server is never held up by a full pipe, and sees its end. For what runs beside a load
// instead of answering on a channel. Thread-safe: faults may come from another thread than the
// load.
#pragma once

#include <atomic>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>

#include "net/sockets.hpp"
#include "proc/cell.hpp"

namespace assay::proc {

class AttendedCell {
 public:
  // As Cell's.
  explicit AttendedCell(Tier strongest = Tier::namespaces);
  ~AttendedCell();
  AttendedCell(const AttendedCell&) = delete;
  AttendedCell& operator=(const AttendedCell&) = delete;

  // Calls `use` with the cell while nobody else uses it. Copy out what you need. Throws what the
  // cell throws, also on behalf of the thread.
  template <class Use>
  auto use(const Use& use) {
    const std::lock_guard lock(mutex_);
    if (trouble_) std::rethrow_exception(trouble_);
    return use(cell_);
  }

  // Up to this moment.
  std::optional<Ending> ending();
  Output output();

  // Sockets in the subject's network. Valid as long as this cell.
  net::MakeSocket sockets() const;

  // Does not wait for a turn: they never change.
  const std::filesystem::path& folder() const { return cell_.folder(); }
  const Isolation& isolation() const { return cell_.isolation(); }

 private:
  void attend();

  Cell cell_;
  std::mutex mutex_;
  std::exception_ptr trouble_;
  std::atomic<bool> done_ = false;
  std::thread attendant_;
};

}  // namespace assay::proc
