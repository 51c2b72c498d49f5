#include "support/random_history.hpp"

#include <map>
#include <set>
#include <vector>

#include "base/random.hpp"

namespace assay::check::support {
namespace {

class Simulation {
 public:
  explicit Simulation(const Workload& workload)
      : workload_(workload),
        random_(workload.seed),
        service_(workload.model, workload.bucket),
        clients_(static_cast<std::size_t>(workload.clients)) {
    for (int mistake = 0; mistake < workload.mistakes; ++mistake) {
      mistakes_.insert(random_.between(workload.operations / 2, workload.operations - 1));
    }
  }

  History run() {
    while (issued_ < workload_.operations || open_ > 0) {
      Client& client = clients_[below(clients_.size())];
      switch (client.stage) {
        case Stage::idle:
          call(client);
          break;
        case Stage::called:
          apply(client);
          break;
        case Stage::applied:
          finish(client);
          break;
      }
      if (!late_.empty() && random_.chance(0.1)) apply_one_late();
    }
    return builder_.build("generated", std::string(workload_.model));
  }

 private:
  enum class Stage : std::uint8_t { idle, called, applied };
  struct Client {
    Stage stage = Stage::idle;
    Value process = Value::nil;
    Operation operation;
    Value result = Value::nil;
  };

  std::size_t below(std::size_t count) {
    return static_cast<std::size_t>(random_.between(0, static_cast<std::int64_t>(count) - 1));
  }

  void call(Client& client) {
    if (issued_ >= workload_.operations) return;
    if (client.process == Value::nil) client.process = builder_.values().integer(processes_++);
    client.operation = next_operation();
    client.operation.process = client.process;
    builder_.call(client.operation, {++time_, time_});
    client.stage = Stage::called;
    ++issued_;
    ++open_;
  }

  void apply(Client& client) {
    if (random_.chance(workload_.unknown_share)) return lose(client);
    client.result = service_.apply(client.operation, builder_.values());
    const bool optional =
        client.operation.function == Function::add || client.operation.function == Function::remove;
    if (optional && random_.chance(workload_.silent_share)) client.result = Value::nil;
    client.stage = Stage::applied;
  }

  void lose(Client& client) {
    const auto fate = random_.between(0, 2);
    if (fate == 0) service_.apply(client.operation, builder_.values());
    if (fate == 1) late_.push_back(client.operation);
    if (random_.chance(0.5)) {
      ++time_;
      builder_.lose(client.process, client.operation.function, {time_, time_});
    }
    client = {};  // goes on under another name
    --open_;
  }

  void apply_one_late() {
    const std::size_t index = below(late_.size());
    service_.apply(late_[index], builder_.values());
    late_.erase(late_.begin() + static_cast<std::ptrdiff_t>(index));
  }

  void finish(Client& client) {
    auto& earlier = results_[{client.operation.key, client.operation.function}];
    if (finished_++ >= next_mistake()) {
      const Value wrong = another(client.result, earlier);
      if (wrong != client.result) mistakes_.erase(mistakes_.begin());
      client.result = wrong;
    }
    earlier.push_back(client.result);
    ++time_;
    builder_.finish(client.process, client.operation.function, client.result, {time_, time_});
    client.stage = Stage::idle;
    --open_;
  }

  std::int64_t next_mistake() const {
    return mistakes_.empty() ? workload_.operations : *mistakes_.begin();
  }

  Value another(Value right, const std::vector<Value>& earlier) {
    if (right == Value::yes) return Value::no;
    if (right == Value::no) return Value::yes;
    if (right == Value::nil && client_is_silent(earlier)) return right;
    return earlier.empty() ? right : earlier[below(earlier.size())];
  }
  static bool client_is_silent(const std::vector<Value>& earlier) {
    for (Value value : earlier) {
      if (value != Value::nil) return false;
    }
    return true;
  }

  Value some_value() {
    const std::int64_t number =
        workload_.values == 0 ? issued_ : random_.between(0, workload_.values - 1);
    if (workload_.model != "kv") return builder_.values().integer(number);
    return builder_.values().text(std::to_string(number) + ".");
  }

  Operation next_operation() {
    Operation op;
    if (workload_.keys > 1)
      op.key = builder_.values().integer(
          static_cast<int>(below(static_cast<std::size_t>(workload_.keys))));
    const bool observes = random_.chance(workload_.observed_share);
    if (workload_.model == "register") {
      op.function = observes ? Function::read : Function::write;
      if (!observes && random_.chance(workload_.cas_share)) op.function = Function::cas;
      if (op.function == Function::cas) op.second = some_value();
    } else if (workload_.model == "kv") {
      const bool puts = random_.chance(workload_.put_share);
      op.function = observes ? Function::get : puts ? Function::put : Function::append;
    } else if (workload_.model == "counter") {
      op.function = observes ? Function::read : Function::add;
    } else if (workload_.model == "set") {
      const bool whole = random_.chance(workload_.whole_share);
      const Function update = random_.chance(0.6) ? Function::add : Function::remove;
      op.function = !observes ? update : whole ? Function::read : Function::contains;
    } else if (workload_.model == "queue") {
      op.function = observes ? Function::dequeue : Function::enqueue;
    } else {
      op.function = Function::take;
    }
    if (op.function == Function::take) {
      op.argument = builder_.values().integer(random_.between(0, workload_.bucket.capacity + 1));
      op.second = builder_.values().integer(time_ * 5 - random_.between(0, 20));
    } else if (arguments_of(op.function) > 0) {
      op.argument = some_value();
    }
    return op;
  }

  Workload workload_;
  base::Random random_;
  Service service_;
  HistoryBuilder builder_;
  std::vector<Client> clients_;
  std::vector<Operation> late_;
  std::set<std::int64_t> mistakes_;
  std::map<std::pair<Value, Function>, std::vector<Value>> results_;
  std::int32_t time_ = 0;
  std::int64_t processes_ = 0;
  int issued_ = 0;
  int open_ = 0;
  int finished_ = 0;
};

}  // namespace

History random_history(const Workload& workload) { return Simulation(workload).run(); }

Workload random_small_workload(std::string_view model, int operations, std::uint64_t seed) {
  base::Random random(seed, "small workload");
  Workload workload;
  workload.model = model;
  workload.operations = static_cast<int>(random.between(2, operations));
  workload.clients = static_cast<int>(random.between(2, 5));
  workload.keys = random.chance(0.25) ? 2 : 1;
  workload.values = random.chance(0.2) ? 0 : static_cast<int>(random.between(1, 3));
  workload.observed_share = 0.2 + 0.1 * static_cast<double>(random.between(0, 5));
  workload.cas_share = random.chance(0.5) ? 0.5 : 0.0;
  workload.put_share = 0.3;
  workload.whole_share = random.chance(0.5) ? 0.5 : 0.0;
  workload.unknown_share = random.chance(0.5) ? 0.25 : 0.0;
  workload.mistakes = static_cast<int>(random.between(0, 2));
  workload.bucket = {random.between(1, 4), random.between(5, 20)};
  workload.seed = seed;
  return workload;
}

}  // namespace assay::check::support
