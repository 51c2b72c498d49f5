#include "load/url.hpp"

#include <algorithm>
#include <stdexcept>

#include "base/text.hpp"

namespace assay::load {
namespace {

constexpr std::size_t url_bytes = 8 << 10;
constexpr std::size_t told_bytes = 200;  // of one that is wrong
constexpr std::string_view scheme = "http://";
constexpr std::string_view unix_host = "unix:";

[[noreturn]] void refuse(std::string_view text, const std::string& why) {
  throw std::invalid_argument("'" + base::printable_line(text, told_bytes) + "': " + why);
}

void check_characters(std::string_view text) {
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) > 0x20 && c != 0x7f;
  });
  if (!plain) refuse(text, "a URL has no spaces or control characters: write them as %20");
  if (text.size() > url_bytes) refuse(text, "a URL has at most 8 KB");
}

// Where the host ends and the target begins.
std::size_t end_of_host(std::string_view text) {
  if (!text.starts_with(unix_host)) return std::min(text.find_first_of("/?#"), text.size());
  return std::min(text.find(':', unix_host.size()), text.size());
}

net::Endpoint endpoint_of(std::string_view host, std::string_view text) {
  if (host.empty() || host.front() == ':')
    refuse(text, "there is no host: write http://HOST:PORT/");
  if (host.find('@') != std::string_view::npos) {
    refuse(text, "names and passwords can't be in the URL: use --header 'Authorization: ...'");
  }
  if (host.starts_with(unix_host)) return net::Endpoint::parse(host);
  const auto colon = host.rfind(':');
  const bool has_port = colon != std::string_view::npos && host.back() != ']';
  return net::Endpoint::parse(has_port ? std::string(host) : std::string(host) + ":80");
}

}  // namespace

Url parse_url(std::string_view text) {
  check_characters(text);
  if (text.starts_with("https://")) {
    refuse(text, "https is not supported: load what stands behind the TLS, over http");
  }
  std::string_view rest = text;
  if (rest.starts_with(scheme)) rest.remove_prefix(scheme.size());
  if (rest.find("://") < rest.find('/')) refuse(text, "write http://HOST:PORT/PATH");
  const auto end = end_of_host(rest);
  const auto host = rest.substr(0, end);
  Url url;
  url.text = std::string(text);
  url.endpoint = endpoint_of(host, text);
  const bool is_unix = host.starts_with(unix_host);
  url.host = is_unix ? "localhost" : std::string(host);
  rest.remove_prefix(std::min(rest.size(), end + (is_unix ? 1 : 0)));
  const auto target = rest.substr(0, rest.find('#'));  // a fragment is never sent
  url.target = target.starts_with('/') ? std::string(target) : "/" + std::string(target);
  return url;
}

}  // namespace assay::load
