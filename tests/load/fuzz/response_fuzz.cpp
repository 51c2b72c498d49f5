// libFuzzer on the reading of answers: any bytes give an answer or a problem with a name, the same
// whether they come at once or one by one, and never more body than the limit.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "load/response_parser.hpp"

namespace {

using assay::load::ResponseParser;

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const bool answers_head = (data[0] & 1U) != 0;
  const bool keeps_body = (data[0] & 2U) != 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  assay::load::AnswerLimits limits;
  limits.head_bytes = 300;
  limits.body_bytes = limits.kept_body_bytes = 500;
  ResponseParser whole(limits);
  ResponseParser split(limits);
  whole.expect(answers_head, keeps_body);
  split.expect(answers_head, keeps_body);
  const std::size_t used = whole.feed(text);
  std::size_t used_singly = 0;
  for (std::size_t i = 0; i < text.size(); ++i) used_singly += split.feed(text.substr(i, 1));
  whole.end();
  split.end();
  require(whole.done() != whole.failed());
  require(whole.done() == split.done() && whole.problem() == split.problem());
  require(whole.body() == split.body() && whole.body().size() <= limits.body_bytes);
  if (whole.done()) require(used == used_singly && whole.status() == split.status());
  return 0;
}
