#include "net/http_message.hpp"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <boost/beast/http/status.hpp>
#include <cctype>
#include <cstdint>
#include <iterator>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

namespace assay::net {

struct HttpVerdict {
  int status = 400;
  std::string_view why = "the request is malformed";
};

namespace {

namespace beast = boost::beast;
namespace http = beast::http;

constexpr std::size_t first_read_bytes = 2U << 10;  // most requests fit; idle connections are many
constexpr std::size_t read_bytes_max = 64U << 10;   // while a body is read

// What is left of a chunked body has no fewer bytes; Beast's parser aborts if it sees the first
// three of these alone and then one more.
constexpr std::string_view last_chunk = "0\r\n\r\n";
constexpr std::string_view head_end = "\r\n\r\n";

std::string_view plain(beast::string_view text) { return {text.data(), text.size()}; }

bool is_token(std::string_view text) {
  const auto allowed = [](char letter) {
    const auto code = static_cast<unsigned char>(letter);
    return std::isalnum(code) != 0 ||
           (letter != 0 &&
            std::string_view("!#$%&'*+-.^_`|~").find(letter) != std::string_view::npos);
  };
  return !text.empty() && std::ranges::all_of(text, allowed);
}

bool is_value(std::string_view text) {
  return std::ranges::none_of(text, [](char letter) {
    const auto code = static_cast<unsigned char>(letter);
    return (code < 0x20 && letter != '\t') || code == 0x7f;
  });
}

bool is_hosts_own(std::string_view name) {
  constexpr std::string_view own[] = {"content-length", "transfer-encoding", "connection"};
  return std::ranges::any_of(own, [name](std::string_view reserved) {
    return std::ranges::equal(name, reserved, [](char letter, char lower) {
      return std::tolower(static_cast<unsigned char>(letter)) == lower;
    });
  });
}

// Why a response can't be sent; empty if it can.
std::string obstacle(const kit::HttpResponse& response) {
  if (response.status < 200 || response.status > 599) {
    return "the status " + std::to_string(response.status) + " is not from 200 to 599";
  }
  if ((response.status == 204 || response.status == 304) && !response.body.empty()) {
    return "a response with status " + std::to_string(response.status) + " has no body";
  }
  for (const auto& [name, value] : response.headers) {
    if (!is_token(name)) return "the name of a header can't be '" + name + "'";
    if (is_hosts_own(name)) return "the header " + name + " is written by the host";
    if (!is_value(value)) return "the value of the header " + name + " has control characters";
  }
  return {};
}

HttpVerdict verdict_on(beast::error_code met) {
  using http::error;
  static const std::pair<beast::error_code, HttpVerdict> verdicts[] = {
      {error::body_limit, {413, "the body is longer than this server takes"}},
      {error::bad_version, {505, "this server speaks HTTP/1.0 and HTTP/1.1"}},
      {error::bad_method, {400, "the method is not a word"}},
      {error::bad_target, {400, "the request has no proper target"}},
      {error::bad_field, {400, "the name of a header is not a word"}},
      {error::bad_value, {400, "the value of a header is malformed"}},
      {error::bad_line_ending, {400, "a line does not end with CR LF"}},
      {error::bad_content_length, {400, "Content-Length is not one number"}},
      {error::multiple_content_length, {400, "Content-Length is not one number"}},
      {error::bad_transfer_encoding, {400, "Transfer-Encoding contradicts what came before"}},
      {error::bad_chunk, {400, "a chunk is malformed"}},
  };
  const auto* const found =
      std::ranges::find(verdicts, met, &std::pair<beast::error_code, HttpVerdict>::first);
  return found == std::end(verdicts) ? HttpVerdict() : found->second;
}

}  // namespace

// Collects what Beast finds. It gets the head of a request as a whole, so that what it says doesn't
// depend on how the bytes arrived.
class HttpReader::Parser final : public http::basic_parser<true> {
 public:
  explicit Parser(const HttpLimits& limits) : body_bytes_max_(limits.body_bytes_max) {
    eager(true);
    header_limit(std::numeric_limits<std::uint32_t>::max());  // it was looked at before
    body_limit(limits.body_bytes_max);
  }

  // True once: the head is there, and the client waits for a word before it sends the body.
  bool ask_for_more() {
    return is_header_done() && !is_done() && body_.empty() &&
           std::exchange(expects_continue_, false);
  }

  bool is_old() const { return old_; }
  bool is_head() const { return method_.text_of(head_) == "HEAD"; }
  // What is wrong, where Beast stopped with an error.
  HttpVerdict verdict(beast::error_code error) const {
    return found_ ? *found_ : verdict_on(error);
  }

  // The views are of this object.
  void finish() {
    headers_.reserve(fields_.size());
    for (const auto& [name, value] : fields_) {
      headers_.push_back({name.text_of(head_), value.text_of(head_)});
    }
    request_.method = method_.text_of(head_);
    request_.target = target_.text_of(head_);
    request_.headers = headers_;
    request_.body = body_;
  }
  const kit::HttpRequest& request() const { return request_; }

 private:
  struct Part {
    std::size_t start = 0;
    std::size_t size = 0;
    std::string_view text_of(std::string_view whole) const { return whole.substr(start, size); }
  };

  Part kept(std::string_view text) {
    const Part part{head_.size(), text.size()};
    head_ += text;
    return part;
  }

  void on_request_impl(http::verb /*known*/, beast::string_view method, beast::string_view target,
                       int version, beast::error_code& /*error*/) override {
    method_ = kept(plain(method));
    target_ = kept(plain(target));
    old_ = version < 11;
  }

  void on_field_impl(http::field field, beast::string_view name, beast::string_view value,
                     beast::error_code& /*error*/) override {
    if (is_header_done()) return;  // a trailer, behind a chunked body
    if (field == http::field::host) ++hosts_;
    if (field == http::field::transfer_encoding) {
      encoded_ = true;
      unknown_encoding_ |= !beast::iequals(value, "chunked");
    }
    if (field == http::field::expect && beast::iequals(value, "100-continue")) {
      expects_continue_ = !old_;
    }
    fields_.emplace_back(kept(plain(name)), kept(plain(value)));
  }

  // What Beast doesn't mind, and two servers in a row would take for two different requests.
  void on_header_impl(beast::error_code& error) override {
    // Beast counts a chunk again each time it has to wait for more of its line: so it's counted
    // here.
    if (chunked()) body_limit(boost::none);
    if (hosts_ > 1 || (hosts_ == 0 && !old_)) {
      found_ = HttpVerdict{400, "a request has one Host header"};
    } else if (encoded_ && old_) {
      found_ = HttpVerdict{400, "HTTP/1.0 has no Transfer-Encoding"};
    } else if (unknown_encoding_) {
      found_ = HttpVerdict{501, "of all transfer encodings this server knows chunked only"};
    } else {
      return;
    }
    error = http::error::bad_value;
  }

  void on_body_init_impl(const boost::optional<std::uint64_t>& length,
                         beast::error_code& /*error*/) override {
    // Never room for more than a read's worth in advance: it is only announced.
    body_.reserve(std::min<std::uint64_t>(length.value_or(0), read_bytes_max));
  }

  std::size_t on_body_impl(beast::string_view bytes, beast::error_code& /*error*/) override {
    body_ += plain(bytes);
    return bytes.size();
  }

  std::size_t on_chunk_body_impl(std::uint64_t /*remain*/, beast::string_view bytes,
                                 beast::error_code& /*error*/) override {
    body_ += plain(bytes);
    return bytes.size();
  }

  void on_response_impl(int, beast::string_view, int, beast::error_code&) override {}
  void on_chunk_header_impl(std::uint64_t size, beast::string_view /*extension*/,
                            beast::error_code& error) override {
    if (size > body_bytes_max_ - body_.size()) error = http::error::body_limit;
  }

  void on_finish_impl(beast::error_code&) override {}

  const std::size_t body_bytes_max_;
  std::string head_;
  Part method_;
  Part target_;
  std::vector<std::pair<Part, Part>> fields_;
  std::string body_;
  bool old_ = false;
  bool encoded_ = false;
  bool unknown_encoding_ = false;
  int hosts_ = 0;
  bool expects_continue_ = false;
  std::optional<HttpVerdict> found_;
  std::vector<kit::HttpHeader> headers_;
  kit::HttpRequest request_;
};

HttpReader::HttpReader(const HttpLimits& limits) : limits_(limits) {}
HttpReader::~HttpReader() = default;

std::span<char> HttpReader::room() {
  const bool full = filled_ == buffer_.size();
  std::copy(buffer_.data() + taken_, buffer_.data() + filled_, buffer_.data());
  filled_ -= std::exchange(taken_, 0);
  if (full) buffer_.resize(std::clamp(2 * buffer_.size(), first_read_bytes, buffer_bytes_max()));
  return {buffer_.data() + filled_, buffer_.size() - filled_};
}

// A line is read when it is there as a whole.
std::size_t HttpReader::buffer_bytes_max() const {
  return std::max(limits_.head_bytes_max + first_read_bytes, read_bytes_max);
}

void HttpReader::received(std::size_t bytes) { filled_ += bytes; }

bool HttpReader::begun() const { return filled_ > taken_ || parser_ != nullptr; }

HttpReader::State HttpReader::read() {
  if (state_ == State::continue_wanted) state_ = State::reading;
  while (state_ == State::reading && filled_ > taken_) {
    if (!parser_ && head_is_there()) parser_ = std::make_unique<Parser>(limits_);
    if (!parser_ || !parse()) break;
  }
  if (state_ == State::reading && parser_ && parser_->ask_for_more()) {
    state_ = State::continue_wanted;
  }
  return state_;
}

bool HttpReader::head_is_there() {
  const std::string_view unread(buffer_.data() + taken_, filled_ - taken_);
  if (!is_token(unread.substr(0, 1))) {  // what speaks TLS, say, never sends the end of a head
    give_up(400, "the method is not a word");
    return false;
  }
  const std::size_t end = unread.substr(0, limits_.head_bytes_max).find(head_end, searched_);
  if (end != std::string_view::npos) {
    head_bytes_ = end + head_end.size();
    return true;
  }
  searched_ = unread.size() - std::min(unread.size(), head_end.size() - 1);
  if (unread.size() >= limits_.head_bytes_max) {
    give_up(431, "request line and headers are too long");
  }
  return false;
}

// False if more bytes are needed.
bool HttpReader::parse() {
  beast::error_code error;
  const bool in_head = !parser_->is_header_done();
  const std::size_t given = in_head ? head_bytes_ : filled_ - taken_;
  if (!in_head && parser_->chunked() && given < last_chunk.size()) return false;
  const std::size_t used = parser_->put({buffer_.data() + taken_, given}, error);
  taken_ += used;
  if (error == http::error::need_more && !in_head) {
    if (filled_ - taken_ >= buffer_bytes_max()) give_up(400, "a line is too long");
    return false;
  }
  if (error) {
    const HttpVerdict verdict = parser_->verdict(error);
    give_up(verdict.status, verdict.why);
  } else if (parser_->is_done()) {
    parser_->finish();
    state_ = State::complete;
  }
  return used > 0;
}

HttpReader::State HttpReader::end_of_input() {
  if (state_ != State::complete) give_up(400, "the request ends before it is whole");
  return state_;
}

void HttpReader::next() {
  parser_.reset();
  state_ = State::reading;
  searched_ = 0;
  if (taken_ == filled_) {
    filled_ = taken_ = 0;
    if (buffer_.size() > first_read_bytes) buffer_ = std::string();
  }
}

const kit::HttpRequest& HttpReader::request() const { return parser_->request(); }

HttpForm HttpReader::form() const {
  const bool complete = state_ == State::complete;
  return {complete && parser_->keep_alive(), complete && parser_->is_old(),
          !(parser_ && parser_->is_head())};
}

const kit::HttpResponse& HttpReader::problem() const { return problem_; }

void HttpReader::give_up(int status, std::string_view why) {
  state_ = State::failed;
  problem_ = plain_answer(status, why);
}

kit::HttpResponse plain_answer(int status, std::string_view text) {
  kit::HttpResponse answer{status, {}, std::string(text)};
  answer.headers.emplace_back("Content-Type", "text/plain");
  answer.body += '\n';
  return answer;
}

kit::HttpResponse sendable(kit::HttpResponse response) {
  const std::string why = obstacle(response);
  return why.empty() ? std::move(response)
                     : plain_answer(500, "the service's response can't be sent: " + why);
}

std::string head_of(const kit::HttpResponse& response, const HttpForm& form) {
  const auto reason = http::obsolete_reason(static_cast<http::status>(response.status));
  std::string head = "HTTP/1.1 " + std::to_string(response.status) + ' ';
  head += plain(reason);
  head += "\r\n";
  for (const auto& [name, value] : response.headers) {
    head += name;
    head += ": ";
    head += value;
    head += "\r\n";
  }
  if (response.status != 204 && response.status != 304) {
    head += "Content-Length: " + std::to_string(response.body.size()) + "\r\n";
  }
  if (!form.keep_alive) head += "Connection: close\r\n";
  if (form.keep_alive && form.says_keep_alive) head += "Connection: keep-alive\r\n";
  return head + "\r\n";
}

}  // namespace assay::net
