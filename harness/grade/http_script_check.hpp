// A script check whose subject speaks HTTP: one client, one request after the other, so that the
// same script gives the same answers. An operation is a request as a line (http_line.hpp), and so
// is its answer; the setup is a PUT, which nothing else is, and its answer is "ok" if it succeeds.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "grade/http_client.hpp"
#include "grade/script_check.hpp"

namespace assay::grade {

class HttpSubject;

// What is around a subject while it is talked with: a service that it asks, for example.
class HttpSurroundings {
 public:
  virtual ~HttpSurroundings() = default;
  // Sees each line before it is sent. The answer, if it is a question to the surroundings.
  virtual std::optional<std::string> answer(const std::string& line) = 0;
};

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

  // Before the subject starts, so that it can be told of them; null if there are none.
  virtual std::unique_ptr<HttpSurroundings> surround(HttpSubject& subject) const;
};

// With what a server may use: a thread and a connection for each request that waits.
SubjectSpec serving(SubjectSpec subject);

// The answer as a line; what no check can accept is in the words of the script protocol: a stub's
// 501, an exception's 500, and a setup that isn't known.
std::string answer_line(const HttpReply& reply, bool to_setup);

}  // namespace assay::grade
