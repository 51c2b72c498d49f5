// The same request every time. A plain value but for that.
#pragma once

#include <string>
#include <vector>

#include "load/request_source.hpp"
#include "load/url.hpp"

namespace assay::load {

struct RequestText {
  std::string method = "GET";
  std::vector<std::string> headers;  // "Name: value"; they replace the ones that are added
  std::string body;
};

class FixedRequest : public RequestSource {
 public:
  // Throws std::invalid_argument that says what can't be in a request.
  FixedRequest(const Url& url, const RequestText& text);
  void next(const Request&, std::string& bytes) override { bytes.assign(bytes_); }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

}  // namespace assay::load
