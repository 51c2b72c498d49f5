// libFuzzer: any bytes are read as requests, in pieces of any size, and answered. What is checked
// besides crashes: how bytes are cut into pieces changes nothing, limits hold, and no response says
// more than one response should.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "net/http_message.hpp"

namespace {

using assay::net::HttpForm;
using assay::net::HttpLimits;
using assay::net::HttpReader;
using State = HttpReader::State;

constexpr HttpLimits limits{512, 256};
constexpr std::size_t status_line_bytes = std::string_view("HTTP/1.1 400").size();

void require(bool holds) {
  if (!holds) std::abort();
}

std::size_t occurrences(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (auto place = text.find(part); place != text.npos; place = text.find(part, place + 1)) {
    ++count;
  }
  return count;
}

// What a service might make of a request, with headers that it was sent.
kit::HttpResponse respond(const kit::HttpRequest& request) {
  kit::HttpResponse response{200, {}, std::string(request.body)};
  for (const auto& [name, value] : request.headers) response.headers.emplace_back(name, value);
  if (request.target.starts_with("/2")) response.headers.clear();
  response.headers.emplace_back("X-Target", request.target);
  return response;
}

std::string checked(const kit::HttpResponse& response, const HttpForm& form) {
  const auto sent = assay::net::sendable(response);
  const std::string head = assay::net::head_of(sent, form);
  require(head.starts_with("HTTP/1.1 ") && occurrences(head, "\r\n\r\n") == 1);
  require(occurrences(head, "\r\n") == occurrences(head, "\n"));
  require(occurrences(head, "\r\nContent-Length: ") <= 1);
  return head + (form.with_body ? sent.body : std::string());
}

std::string answers_to(std::string_view bytes, std::size_t piece) {
  HttpReader reader(limits);
  std::string answers;
  for (;;) {
    State state = reader.read();
    if (state == State::reading && bytes.empty() && !reader.begun()) break;
    if (state == State::reading && bytes.empty()) state = reader.end_of_input();
    if (state == State::complete) {
      const auto& request = reader.request();
      require(!request.method.empty() && !request.target.empty());
      require(request.body.size() <= limits.body_bytes_max);
      require(request.method.size() + request.target.size() <= limits.head_bytes_max);
      answers += checked(respond(request), reader.form());
      reader.next();
    } else if (state == State::failed) {
      // Of the end of what is malformed, pieces decide what is seen first.
      return answers + checked(reader.problem(), reader.form()).substr(0, status_line_bytes);
    } else {
      const auto room = reader.room();
      require(!room.empty());
      const std::size_t count = std::min({piece, room.size(), bytes.size()});
      std::copy_n(bytes.begin(), count, room.begin());
      reader.received(count);
      bytes.remove_prefix(count);
    }
  }
  return answers;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::string at_once = answers_to(bytes, bytes.size() + 1);
  require(answers_to(bytes, 1) == at_once);
  require(answers_to(bytes, 7) == at_once);
  return 0;
}
