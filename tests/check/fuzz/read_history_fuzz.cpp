// libFuzzer on the readers, and on what comes after them: any bytes are either refused with a
// HistoryError or a history that can be judged, explained and drawn within a small budget.
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string_view>

#include "check/check.hpp"
#include "check/formats.hpp"
#include "check/picture.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace assay::check;
  constexpr Budget budget{std::chrono::milliseconds(20), std::size_t{64} << 20};
  try {
    const History history =
        read_history({reinterpret_cast<const char*>(data), size}, {.line_bytes = 4096});
    const Judgement judgement = check(history, {}, budget, true);
    const Verdict& verdict = judgement.verdict;
    if (verdict.explanation) picture_of(history, *verdict.explanation);
  } catch (const HistoryError&) {
  } catch (const std::invalid_argument&) {
  }
  return 0;
}
