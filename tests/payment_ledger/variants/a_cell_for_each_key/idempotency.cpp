// A cell for each key of a caller: taken by whoever makes it, and done once its state says so.
#include "idempotency.hpp"

#include <atomic>
#include <map>
#include <mutex>
#include <unordered_map>

namespace payment_ledger {
namespace {

struct Cell {
  std::map<std::string, std::string> parameters;
  kit::nanoseconds made_at{};
  Response response;  // written before `done`, and never again
  std::atomic<bool> done = false;
};

class Cells final : public Idempotency {
 public:
  explicit Cells(const kit::Clock& clock) : clock_(clock) {}

  Outcome run(const Request& request, const std::function<Response()>& act) override {
    auto mine = std::make_shared<Cell>();
    for (const auto& [name, value] : request.parameters) mine->parameters[name] = value;
    const auto found = take(request, mine);
    if (found != mine) return answer_from(*found, *mine);
    try {
      mine->response = act();
    } catch (...) {
      const std::lock_guard lock(mutex_);
      auto& keys = cells_[request.caller];
      if (keys[request.key] == mine) keys.erase(request.key);
      throw;
    }
    mine->done.store(true, std::memory_order_release);
    return {Outcome::Kind::executed, mine->response};
  }

 private:
  std::shared_ptr<Cell> take(const Request& request, const std::shared_ptr<Cell>& mine) {
    const std::lock_guard lock(mutex_);
    mine->made_at = clock_.now();
    auto& cell = cells_[request.caller][request.key];
    const bool over = cell && cell->done.load(std::memory_order_acquire) &&
                      mine->made_at - cell->made_at >= key_lifetime;
    if (!cell || over) cell = mine;
    return cell;
  }

  static Outcome answer_from(const Cell& known, const Cell& mine) {
    if (!known.done.load(std::memory_order_acquire)) return {Outcome::Kind::in_flight, {}};
    if (known.parameters != mine.parameters) return {Outcome::Kind::mismatch, {}};
    return {Outcome::Kind::replayed, known.response};
  }

  using Keys = std::unordered_map<std::string, std::shared_ptr<Cell>>;

  const kit::Clock& clock_;
  std::mutex mutex_;
  std::unordered_map<std::string, Keys> cells_;  // of each caller
};

}  // namespace

std::unique_ptr<Idempotency> make_idempotency(const kit::Clock& clock) {
  return std::make_unique<Cells>(clock);
}

}  // namespace payment_ledger
