#include "graders/rate_limiter/gateway/slots.hpp"

#include <stdexcept>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "graders/rate_limiter/gateway/probe.hpp"

namespace assay::graders::rate_limiter {
namespace {

using std::chrono::milliseconds;

int now_at_service(GatewayWorld& world) {
  return static_cast<int>(world.service().counts().at_once);
}

SlotCount count_once(GatewayWorld& world, int slots, milliseconds limit) {
  constexpr milliseconds for_one_too_many{30};
  SlotCount count;
  count.wanted = slots;
  GatewayCrowd crowd(world);
  SlotHolders::take_all(world, crowd, slots, limit);
  crowd.send(ask_with_key("one more", held_target), 1);
  crowd.send(ask_with_key("one more, critical", critical_held_target), 1);
  std::this_thread::sleep_for(for_one_too_many);
  count.reached = now_at_service(world);
  SlotHolders::release_all(world, crowd);
  count.answered = crowd.answered(200);
  return count;
}

}  // namespace

bool SlotHolders::take_all(GatewayWorld& world, GatewayCrowd& others, int slots,
                           milliseconds limit) {
  for (int i = 0; i < slots; ++i) {
    others.send(ask_with_key(fmt::format("other{}", i), held_target), 1);
  }
  return GatewayCrowd::within(limit, [&] { return are_all_taken(world, slots); });
}

bool SlotHolders::are_all_taken(GatewayWorld& world, int slots) {
  return static_cast<int>(world.service().counts().waiting) == slots;
}

void SlotHolders::release_all(GatewayWorld& world, const GatewayCrowd& crowd) {
  GatewayCrowd::within(GatewayWorld::kAnswerLimit, [&] {
    world.service().release();
    return crowd.under_way() == 0;
  });
}

SlotCount count_slots(GatewayWorld& world, int slots, milliseconds limit) {
  SlotCount best;
  for (int i = 0; i < tries_max && !best.good(); ++i) {
    wait_until_calm(world, i);
    const auto next = count_once(world, slots, limit);
    if (next.reached > slots) return next;
    if (i == 0 || next.good() || next.reached > best.reached) best = next;
  }
  return best;
}

std::string to_line(const SlotCount& count) {
  return fmt::format("reached {} of {}, answered {}", count.reached, count.wanted, count.answered);
}

SlotCount parse_slot_count(const std::string& line) {
  auto text = line;
  base::replace_all(text, ",", "");
  const auto words = base::split(text, ' ');
  if (words.size() != 6) throw std::runtime_error("not a count of slots: " + line);
  const auto number = [&](std::size_t at) {
    return static_cast<int>(base::to_integer(words[at]).value_or(0));
  };
  return {number(3), number(1), number(5)};
}

grade::CheckResult tell_slots(const SlotCount& count, const std::string& after,
                              grade::CheckResult result) {
  grade::Step step;
  step.did = fmt::format("{} of a key each, held by the service; then two more", count.wanted);
  step.expected = fmt::format("{} at the service, which has so many slots", count.wanted);
  step.came =
      fmt::format("{} at the service; when it let go, {} had a 200", count.reached, count.answered);
  step.agrees = false;
  result.steps.push_back(step);
  result.verdict = grade::Verdict::fail;
  if (count.reached > count.wanted) {
    result.mistakes.emplace_back("a slot is given back twice, or taken without asking");
    result.reason = fmt::format("{}{} requests are at the service at once, which has {} slots",
                                after, count.reached, count.wanted);
  } else if (count.reached < count.wanted) {
    result.mistakes.emplace_back("a slot is lost, or kept free while others wait");
    result.reason = fmt::format("{}only {} of the service's {} slots are used", after,
                                count.reached, count.wanted);
  } else {
    result.reason = fmt::format("{}{} of {} requests that the service answered got its answer",
                                after, count.answered, count.wanted);
  }
  return result;
}

}  // namespace assay::graders::rate_limiter
