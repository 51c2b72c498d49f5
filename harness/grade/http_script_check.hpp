// A script check whose subject speaks HTTP: one client, one request after the other, so that the
// same script gives the same answers. An operation is a request as a line (http_line.hpp), and so
// is its answer; the setup is a PUT, which nothing else is, and its answer is "ok" if it succeeds.
#pragma once

#include <string>
#include <vector>

#include "grade/http_client.hpp"
#include "grade/script_check.hpp"

namespace assay::grade {

class HttpScriptCheck : public ScriptCheck {
 public:
  using ScriptCheck::ScriptCheck;

  proc::Flavour flavour() const final { return proc::Flavour::http; }
  Evidence repeat(Workbench& workbench, const Evidence& before, std::uint64_t seed) const final;
  Conversation hold(const SubjectSpec& subject, const std::vector<Script>& scripts,
                    std::string name, Pace pace) const final;
  std::size_t shrinking_operations_max() const final { return 20'000; }

  // Fields of answers that are evidence.
  virtual std::vector<std::string> kept_fields() const { return {}; }
};

// The answer as a line; what no check can accept is in the words of the script protocol: a stub's
// 501, an exception's 500, and a setup that isn't known.
std::string answer_line(const HttpReply& reply, bool to_setup);

}  // namespace assay::grade
