#include "load/fixed_request.hpp"

#include <algorithm>
#include <stdexcept>

#include "base/text.hpp"

namespace assay::load {
namespace {

constexpr std::size_t shown_bytes = 100;  // of what was wrong

bool is_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return c > 0x20 && c < 0x7f &&
           std::string_view("\"(),/:;<=>?@[\\]{}").find(c) == std::string_view::npos;
  });
}

bool is_one_line(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

void check_header(std::string_view header) {
  const auto colon = header.find(':');
  if (colon != std::string_view::npos && is_name(header.substr(0, colon)) && is_one_line(header)) {
    return;
  }
  throw std::invalid_argument("a header looks like 'Name: value', not '" +
                              base::printable_line(header, shown_bytes) + "'");
}

bool has_header(const std::vector<std::string>& headers, std::string_view name) {
  return std::any_of(headers.begin(), headers.end(), [&](const std::string& header) {
    return header.size() > name.size() && header[name.size()] == ':' &&
           std::equal(name.begin(), name.end(), header.begin(), [](char a, char b) {
             return std::tolower(static_cast<unsigned char>(a)) ==
                    std::tolower(static_cast<unsigned char>(b));
           });
  });
}

}  // namespace

FixedRequest::FixedRequest(const Url& url, const RequestText& text) {
  if (!is_name(text.method)) {
    throw std::invalid_argument("a method is a word, like POST, not '" +
                                base::printable_line(text.method, shown_bytes) + "'");
  }
  bytes_ = text.method + " " + url.target + " HTTP/1.1\r\n";
  for (const std::string& header : text.headers) check_header(header);
  const auto add = [&](const std::string& name, const std::string& value) {
    if (!has_header(text.headers, name)) bytes_ += name + ": " + value + "\r\n";
  };
  add("Host", url.host);
  add("User-Agent", "assay-load");
  add("Accept", "*/*");
  if (!text.body.empty()) add("Content-Length", std::to_string(text.body.size()));
  for (const std::string& header : text.headers) bytes_ += header + "\r\n";
  bytes_ += "\r\n" + text.body;
}

}  // namespace assay::load
