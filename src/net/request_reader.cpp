#include "net/request_reader.h"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <cstring>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <utility>

#include "base/check.h"
#include "base/text.h"
#include "net/detail/grammar.h"

namespace net {

namespace {

namespace beast = boost::beast;

constexpr size_t kUsualFields = 8;                       // One allocation for the headers of most requests.
constexpr size_t kBodyReserveBytes = size_t{64} * 1024;  // A promised length alone takes no more memory than this.

bool all_digits(std::string_view text) { return !text.empty() && std::ranges::all_of(text, is_digit); }

// uri-host [ ":" port ]. What a name or an address may be is for those who know the names of this server.
bool is_host(std::string_view text) {
  size_t end = 0;
  if (text.starts_with('[')) {
    end = text.find(']');
    if (end == std::string_view::npos || end < 3) return false;
    if (!std::ranges::all_of(text.substr(1, end - 1), [](char c) { return is_hex_digit(c) || c == ':' || c == '.'; })) {
      return false;
    }
    ++end;
  } else {
    end = std::min(text.find(':'), text.size());
    if (end == 0 || !std::ranges::all_of(text.substr(0, end), [](char c) {
          return is_alpha(c) || is_digit(c) || std::string_view("-._~%").find(c) != std::string_view::npos;
        })) {
      return false;
    }
  }
  constexpr size_t kPortDigitsMax = 5;
  const std::string_view port = text.substr(end);
  return port.empty() ||
         (port.size() <= 1 + kPortDigitsMax && port.front() == ':' && std::ranges::all_of(port.substr(1), is_digit));
}

// The absolute form, which RFC 9112 section 3.2.2 has every server accept, in its parts.
struct AbsoluteTarget {
  std::string_view authority;
  std::string_view rest;  // Path and query.
};

std::optional<AbsoluteTarget> split_absolute(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!base::equals_ignoring_case(target.substr(0, scheme.size()), scheme)) continue;
    target.remove_prefix(scheme.size());
    const size_t end = std::min(target.find_first_of("/?#"), target.size());
    return AbsoluteTarget{target.substr(0, end), target.substr(end)};
  }
  return std::nullopt;
}

// Visible ASCII with sound percent-encoding, of which NUL is none.
bool is_path_text(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] <= ' ' || text[i] >= '\x7f' || text[i] == '#') return false;
    if (text[i] != '%') continue;
    const std::string_view digits = text.substr(i + 1, 2);
    if (digits.size() != 2 || !std::ranges::all_of(digits, is_hex_digit) || digits == "00") return false;
  }
  return true;
}

// Origin form, or the "*" of OPTIONS. The authority form is for proxies, which this is not.
bool is_target(std::string_view target, http::Method method) {
  if (target == "*") return method == http::Method::kOptions;
  return target.starts_with('/') && is_path_text(target);
}

}  // namespace

// Fills an http::Request straight from the parser's callbacks; no field goes through a map of
// Beast's.
struct RequestReader::Parser final : beast::http::basic_parser<true> {
  using Error = beast::error_code;
  using View = beast::string_view;

  void on_request_impl(beast::http::verb, View method, View target, int version, Error&) override {
    request.headers.reserve(kUsualFields);
    request.method = http::parse_method(std::string_view(method));
    connect = std::string_view(method) == "CONNECT";
    request.target = std::string(target);
    http11 = version == 11;
  }
  void on_field_impl(beast::http::field field, View name, View value, Error&) override {
    switch (field) {
      case beast::http::field::connection:
        read_connection(value);
        break;
      case beast::http::field::host:
        ++hosts;
        bad_host = bad_host || !is_host(value);
        break;
      case beast::http::field::content_length:
        ++lengths;
        bad_framing = bad_framing || !all_digits(value);
        break;
      case beast::http::field::transfer_encoding:
        ++encodings;
        bad_framing = bad_framing || !base::equals_ignoring_case(value, "chunked");
        break;
      case beast::http::field::expect:
        expect = base::equals_ignoring_case(value, "100-continue") ? Expect::kContinue : Expect::kOther;
        break;
      case beast::http::field::authorization:
        ++authorizations;
        request.authorization = base::Secret(std::string(value));
        return;
      default:
        break;
    }
    request.headers.add(std::string(name), std::string(value));
  }
  void read_connection(std::string_view value) {
    while (!value.empty()) {
      const size_t comma = std::min(value.find(','), value.size());
      const std::string_view option = base::trim(value.substr(0, comma));
      close = close || base::equals_ignoring_case(option, "close");
      keep_alive = keep_alive || base::equals_ignoring_case(option, "keep-alive");
      value.remove_prefix(std::min(comma + 1, value.size()));
    }
  }
  void on_header_impl(Error&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, Error&) override {
    if (length) request.body.reserve(std::min<size_t>(*length, kBodyReserveBytes));
  }
  size_t on_body_impl(View body, Error&) override {
    request.body.append(body.data(), body.size());
    return body.size();
  }
  void on_chunk_header_impl(std::uint64_t, View, Error&) override {}
  size_t on_chunk_body_impl(std::uint64_t, View, Error&) override { return 0; }
  void on_finish_impl(Error&) override {}
  void on_response_impl(int, View, int, Error&) override {}

  enum class Expect { kNothing, kContinue, kOther };

  http::Request request;
  bool http11 = false;
  bool connect = false;
  bool close = false;
  bool keep_alive = false;  // Only what Connection says; HTTP/1.1 keeps alive without it.
  bool bad_host = false;
  bool bad_framing = false;
  int hosts = 0;
  int lengths = 0;
  int encodings = 0;
  int authorizations = 0;
  Expect expect = Expect::kNothing;
};

RequestReader::RequestReader(const ServerLimits& limits) : limits_(limits) {}
RequestReader::~RequestReader() = default;

void RequestReader::next() {
  parser_.reset();
  state_ = State::kHeader;
  chunks_.reset();
  started_ = skipped_line_ = expectation_ = false;
  line_start_ = lines_ = 0;
}

size_t RequestReader::feed(std::string_view bytes) {
  size_t consumed = 0;
  if (state_ == State::kHeader) consumed += read_header(bytes);
  if (state_ == State::kBody) consumed += read_body(bytes.substr(consumed));
  return consumed;
}

bool RequestReader::take_expectation() { return std::exchange(expectation_, false); }

http::Request RequestReader::take() {
  ENSURE(state_ == State::kComplete);
  return std::move(parser_->request);
}

void RequestReader::refuse(int status, std::string message) {
  state_ = State::kRefused;
  refusal_ = Refusal{status, std::move(message)};
}

size_t RequestReader::scan_lines(std::string_view bytes) {
  // Ends at the blank line, at a refusal, or where the bytes end.
  while (true) {
    const size_t newline = bytes.find('\n', line_start_);
    const std::string_view line = bytes.substr(line_start_, newline - line_start_);
    const bool request_line = lines_ == 0;
    if (request_line && line.size() > limits_.request_line_bytes) {
      return refuse(414, "The request line is too long."), 0;
    }
    if (line_start_ + line.size() > limits_.request_line_bytes + limits_.header_bytes) {
      return refuse(431, "The request header is too large."), 0;
    }
    if (newline == std::string_view::npos) return 0;
    if (!line.ends_with('\r')) return refuse(400, "A header line does not end with CR LF."), 0;
    if (line.find('\r') != line.size() - 1 || line.find('\0') != std::string_view::npos) {
      return refuse(400, "A header line holds a control character."), 0;
    }
    line_start_ = newline + 1;
    if (line.size() == 1) return line_start_;
    if (line.front() == ' ' || line.front() == '\t') {
      return refuse(400, "A header line begins with white space."), 0;
    }
    if (++lines_ > limits_.header_fields + 1) return refuse(431, "The request has too many header fields."), 0;
  }
}

size_t RequestReader::read_header(std::string_view bytes) {
  // RFC 9112 section 2.2: one empty line before a request is forgiven, in whatever pieces it comes.
  const bool may_skip = !started_ && !skipped_line_;
  const size_t skipped = may_skip && bytes.starts_with("\r\n") ? 2 : 0;
  skipped_line_ = skipped_line_ || skipped > 0;
  bytes.remove_prefix(skipped);
  if (bytes.empty() || (may_skip && bytes == "\r")) return skipped;
  started_ = true;

  const size_t end = scan_lines(bytes);
  if (end == 0) return skipped;
  check_request_line(bytes.substr(0, bytes.find('\r')));
  if (state_ == State::kRefused) return skipped;
  parser_ = std::make_unique<Parser>();
  parser_->body_limit(limits_.body_bytes);
  parser_->header_limit(static_cast<uint32_t>(limits_.request_line_bytes + limits_.header_bytes));
  Parser::Error error;
  const size_t used = parser_->put(boost::asio::const_buffer(bytes.data(), end), error);
  if (error) {
    refuse_parse_error(error.value());
    return skipped;
  }
  ENSURE(used == end && parser_->is_header_done());
  check_header();
  if (state_ == State::kRefused) return skipped;
  if (parser_->chunked()) chunks_.emplace(limits_);
  state_ = parser_->is_done() ? State::kComplete : State::kBody;
  expectation_ = state_ == State::kBody && parser_->expect == Parser::Expect::kContinue && version_ == Version::kHttp11;
  return skipped + end;
}

// method SP request-target SP HTTP-version, and nothing more or less. The version decides between "this is no HTTP" and
// "this is an HTTP that is not spoken here", which are different answers.
void RequestReader::check_request_line(std::string_view line) {
  constexpr std::string_view kName = "HTTP/";
  const size_t first = std::min(line.find(' '), line.size());
  const size_t second = std::min(line.find(' ', first + 1), line.size());
  const bool has_target = second > first + 1;
  const std::string_view version = line.substr(std::min(second + 1 + kName.size(), line.size()));
  if (!is_token(line.substr(0, first)) || !has_target || !line.substr(second).starts_with(" HTTP/") ||
      version.size() != 3 || !is_digit(version[0]) || version[1] != '.' || !is_digit(version[2])) {
    return refuse(400, "The request line is not well-formed.");
  }
  if (version != "1.1" && version != "1.0") return refuse(505, "Use HTTP/1.1.");
}

void RequestReader::check_header() {
  const Parser& parser = *parser_;
  version_ = parser.http11 ? Version::kHttp11 : Version::kHttp10;
  persistence_ = !parser.close && (parser.http11 || parser.keep_alive) ? Persistence::kKeepAlive : Persistence::kClose;
  if (parser.hosts > 1 || parser.bad_host || (parser.http11 && parser.hosts == 0)) {
    return refuse(400, "The request needs exactly one valid Host field.");
  }
  if (parser.bad_framing || parser.lengths + parser.encodings > 1 || (parser.encodings > 0 && !parser.http11)) {
    return refuse(400, "The length of the request is not clear.");
  }
  if (parser.authorizations > 1) return refuse(400, "The request has more than one Authorization field.");
  if (parser.expect == Parser::Expect::kOther) {
    return refuse(417, "The expectation of the request cannot be met.");
  }
  check_target();
}

void RequestReader::check_target() {
  http::Request& request = parser_->request;
  if (parser_->connect) return refuse(400, "This server is no proxy and opens no tunnels.");
  if (const auto absolute = split_absolute(request.target)) {
    // A server would have to follow the target and forget the Host field. Where they differ, somebody before us may
    // have followed the other one.
    const auto host = request.headers.find("Host");
    if (host && !base::equals_ignoring_case(absolute->authority, *host)) {
      return refuse(400, "The request target and the Host field name different servers.");
    }
    if (!is_host(absolute->authority)) return refuse(400, "The request target names no valid server.");
    const bool whole_server = absolute->rest.empty() && request.method == http::Method::kOptions;
    std::string target = whole_server ? "*" : absolute->rest.starts_with('/') ? "" : "/";
    target += absolute->rest;
    request.target = std::move(target);
  }
  if (!is_target(request.target, request.method)) {
    return refuse(400, "The request target is not a path of this server.");
  }
}

size_t RequestReader::read_chunks(std::string_view bytes) {
  const size_t consumed = chunks_->feed(bytes, parser_->request.body);
  switch (chunks_->state()) {
    case ChunkReader::State::kReading:
      break;
    case ChunkReader::State::kComplete:
      state_ = State::kComplete;
      break;
    case ChunkReader::State::kMalformed:
      refuse(400, "The chunks of the body are not well-formed.");
      break;
    case ChunkReader::State::kTooLarge:
      refuse(413, fmt::format("The request body is larger than {} bytes.", limits_.body_bytes));
      break;
  }
  return consumed;
}

size_t RequestReader::read_body(std::string_view bytes) {
  if (chunks_) return read_chunks(bytes);
  size_t consumed = 0;
  while (consumed < bytes.size() && !parser_->is_done()) {
    Parser::Error error;
    const std::string_view rest = bytes.substr(consumed);
    consumed += parser_->put(boost::asio::const_buffer(rest.data(), rest.size()), error);
    if (error) {
      refuse_parse_error(error.value());
      return consumed;
    }
  }
  if (parser_->is_done()) state_ = State::kComplete;
  return consumed;
}

void RequestReader::refuse_parse_error(int kind) {
  switch (static_cast<beast::http::error>(kind)) {
    case beast::http::error::body_limit:
      return refuse(413, fmt::format("The request body is larger than {} bytes.", limits_.body_bytes));
    case beast::http::error::header_limit:
      return refuse(431, "The request header is too large.");
    case beast::http::error::bad_content_length:
    case beast::http::error::multiple_content_length:
    case beast::http::error::bad_transfer_encoding:
      return refuse(400, "The length of the request is not clear.");
    default:
      return refuse(400, "The request is not well-formed HTTP.");
  }
}

}  // namespace net
