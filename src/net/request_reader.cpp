#include "net/request_reader.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <fmt/format.h>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "base/check.h"
#include "base/text.h"
#include "net/detail/grammar.h"

namespace net {

namespace {

constexpr size_t kUsualFields = 8;                       // One allocation for the headers of most requests.
constexpr size_t kBodyReserveBytes = size_t{16} * 1024;  // A promised length alone takes no more memory than this.

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
    static constexpr auto kNameCharacters = table_of("-._~%");
    const auto is_name_character = [&](char c) { return kNameCharacters[static_cast<unsigned char>(c)]; };
    if (end == 0 || !std::ranges::all_of(text.substr(0, end), is_name_character)) return false;
  }
  if (end == text.size()) return true;
  constexpr size_t kPortDigitsMax = 5;
  const std::string_view port = text.substr(end + 1);
  if (text[end] != ':' || port.size() > kPortDigitsMax || !std::ranges::all_of(port, is_digit)) return false;
  return port.empty() || base::parse_integer(port).value_or(0) <= std::numeric_limits<uint16_t>::max();
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

// The characters of RFC 3986 for paths and queries, with the brackets that many write into queries as they are, and
// with sound percent-encoding, of which NUL is none.
bool is_path_text(std::string_view text) {
  constexpr std::string_view kNever = "\"#<>\\^`{|}";
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] <= ' ' || text[i] >= '\x7f' || kNever.contains(text[i])) return false;
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

RequestReader::RequestReader(const ServerLimits& limits) : limits_(limits) {}

void RequestReader::next() {
  head_ = {};
  request_ = {};
  static_cast<void>(std::exchange(request_.body, {}));  // An assignment alone would keep its memory.
  state_ = State::kHeader;
  chunks_.reset();
  started_ = expectation_ = false;
  line_start_ = lines_ = 0;
}

size_t RequestReader::feed(std::string_view bytes) {
  size_t consumed = 0;
  if (state_ == State::kHeader) consumed += read_header(bytes);
  if (state_ == State::kBody) consumed += read_body(bytes.substr(consumed));
  return consumed;
}

bool RequestReader::take_expectation() { return std::exchange(expectation_, false); }

http::Request RequestReader::take(std::string_view peer) {
  ENSURE(state_ == State::kComplete);
  request_.peer = peer;
  return std::move(request_);
}

void RequestReader::refuse(int status, std::string message) {
  state_ = State::kRefused;
  refusal_ = Refusal{status, std::move(message)};
}

size_t RequestReader::read_lines(std::string_view bytes) {
  // Ends behind the blank line, at a refusal, or where the bytes end.
  while (state_ == State::kHeader) {
    const size_t newline = bytes.find('\n', line_start_);
    std::string_view line = bytes.substr(line_start_, newline - line_start_);
    if (lines_ == 0 && line.size() > limits_.request_line_bytes) {
      return refuse(414, "The request line is too long."), 0;
    }
    if (line_start_ + line.size() > limits_.request_line_bytes + limits_.header_bytes) {
      return refuse(431, "The request header is too large."), 0;
    }
    if (newline == std::string_view::npos) return 0;
    if (!line.ends_with('\r')) return refuse(400, "A header line does not end with CR LF."), 0;
    line_start_ = newline + 1;
    line.remove_suffix(1);
    if (line.empty()) return line_start_;
    if (++lines_ > limits_.header_fields + 1) return refuse(431, "The request has too many header fields."), 0;
    if (lines_ == 1)
      read_request_line(line);
    else
      read_field(line);
  }
  return 0;
}

size_t RequestReader::read_header(std::string_view bytes) {
  // RFC 9112 section 2.2: one empty line before a request is forgiven, in whatever pieces it comes.
  if (bytes.empty() || (!started_ && bytes == "\r")) return 0;
  const size_t skipped = !started_ && bytes.starts_with("\r\n") ? 2 : 0;
  bytes.remove_prefix(skipped);
  started_ = true;
  if (bytes.empty()) return skipped;

  const size_t end = read_lines(bytes);
  if (end == 0) return skipped;
  check_header();
  if (state_ == State::kRefused) return skipped;
  begin_body();
  return skipped + end;
}

// method SP request-target SP HTTP-version, and nothing more or less. The version decides between "this is no HTTP" and
// "this is an HTTP that is not spoken here", which are different answers.
void RequestReader::read_request_line(std::string_view line) {
  constexpr std::string_view kName = "HTTP/";
  const size_t first = std::min(line.find(' '), line.size());
  const size_t second = std::min(line.find(' ', first + 1), line.size());
  const bool has_target = second > first + 1;
  const std::string_view method = line.substr(0, first);
  const std::string_view version = line.substr(std::min(second + 1 + kName.size(), line.size()));
  if (!is_token(method) || !has_target || !line.substr(second).starts_with(" HTTP/") || version.size() != 3 ||
      !is_digit(version[0]) || version[1] != '.' || !is_digit(version[2])) {
    return refuse(400, "The request line is not well-formed.");
  }
  if (version != "1.1" && version != "1.0") return refuse(505, "Use HTTP/1.1.");
  version_ = version == "1.1" ? Version::kHttp11 : Version::kHttp10;
  head_.connect = method == "CONNECT";
  request_.method = http::parse_method(method);
  request_.target = line.substr(first + 1, second - first - 1);
  request_.headers.reserve(kUsualFields);
}

// field-name ":" OWS field-value OWS (RFC 9112 section 5).
void RequestReader::read_field(std::string_view line) {
  if (is_blank(line.front())) return refuse(400, "A header line begins with white space.");
  const size_t colon = std::min(line.find(':'), line.size());
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = base::trim(line.substr(std::min(colon + 1, line.size())));
  if (colon == line.size() || !is_token(name)) return refuse(400, "A header line is no field with a name and a value.");
  if (!is_text(value)) return refuse(400, "A header line holds a control character.");
  if (base::equals_ignoring_case(name, "Authorization")) {
    ++head_.authorizations;
    request_.authorization = base::Secret(std::string(value));
    return;
  }
  read_framing(name, value);
  request_.headers.add(name, value);
}

// What a field says of the connection and of where the request ends.
void RequestReader::read_framing(std::string_view name, std::string_view value) {
  // The lengths tell almost every other field apart without a comparison.
  switch (name.size()) {
    case 4:
      if (!base::equals_ignoring_case(name, "Host")) return;
      ++head_.hosts;
      head_.bad_host = head_.bad_host || !is_host(value);
      return;
    case 6:
      if (!base::equals_ignoring_case(name, "Expect")) return;
      // One that cannot be met stays so, whatever others say.
      if (head_.expect != Expect::kOther) {
        head_.expect = base::equals_ignoring_case(value, "100-continue") ? Expect::kContinue : Expect::kOther;
      }
      return;
    case 10:
      if (base::equals_ignoring_case(name, "Connection")) read_connection(value);
      return;
    case 14: {
      if (!base::equals_ignoring_case(name, "Content-Length")) return;
      ++head_.lengths;
      const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), head_.length);
      head_.bad_framing = head_.bad_framing || !all_digits(value) || error != std::errc();
      return;
    }
    case 17:
      if (!base::equals_ignoring_case(name, "Transfer-Encoding")) return;
      ++head_.encodings;
      head_.bad_framing = head_.bad_framing || !base::equals_ignoring_case(value, "chunked");
      return;
    default:
      return;
  }
}

void RequestReader::read_connection(std::string_view value) {
  while (!value.empty()) {
    const size_t comma = std::min(value.find(','), value.size());
    const std::string_view option = base::trim(value.substr(0, comma));
    head_.close = head_.close || base::equals_ignoring_case(option, "close");
    head_.keep_alive = head_.keep_alive || base::equals_ignoring_case(option, "keep-alive");
    value.remove_prefix(std::min(comma + 1, value.size()));
  }
}

void RequestReader::check_header() {
  const bool http11 = version_ == Version::kHttp11;
  persistence_ = !head_.close && (http11 || head_.keep_alive) ? Persistence::kKeepAlive : Persistence::kClose;
  if (head_.hosts > 1 || head_.bad_host || (http11 && head_.hosts == 0)) {
    return refuse(400, "The request needs exactly one valid Host field.");
  }
  if (head_.bad_framing || head_.lengths + head_.encodings > 1 || (head_.encodings > 0 && !http11)) {
    return refuse(400, "The length of the request is not clear.");
  }
  if (head_.authorizations > 1) return refuse(400, "The request has more than one Authorization field.");
  if (head_.expect == Expect::kOther) return refuse(417, "The expectation of the request cannot be met.");
  if (head_.length > limits_.body_bytes) return refuse_body();
  check_target();
}

void RequestReader::check_target() {
  if (head_.connect) return refuse(400, "This server is no proxy and opens no tunnels.");
  if (const auto absolute = split_absolute(request_.target)) {
    // A server would have to follow the target and forget the Host field. Where they differ, somebody before us may
    // have followed the other one.
    const auto host = request_.headers.find("Host");
    if (host && !base::equals_ignoring_case(absolute->authority, *host)) {
      return refuse(400, "The request target and the Host field name different servers.");
    }
    if (!is_host(absolute->authority)) return refuse(400, "The request target names no valid server.");
    const bool whole_server = absolute->rest.empty() && request_.method == http::Method::kOptions;
    std::string target = whole_server ? "*" : absolute->rest.starts_with('/') ? "" : "/";
    target += absolute->rest;
    request_.target = std::move(target);
  }
  if (!is_target(request_.target, request_.method)) {
    return refuse(400, "The request target is not a path of this server.");
  }
}

void RequestReader::begin_body() {
  if (head_.encodings > 0) chunks_.emplace(limits_);
  state_ = chunks_ || head_.length > 0 ? State::kBody : State::kComplete;
  request_.body.reserve(std::min<size_t>(head_.length, kBodyReserveBytes));
  expectation_ = state_ == State::kBody && head_.expect == Expect::kContinue && version_ == Version::kHttp11;
}

void RequestReader::refuse_body() {
  refuse(413, fmt::format("The request body is larger than {} bytes.", limits_.body_bytes));
}

size_t RequestReader::read_chunks(std::string_view bytes) {
  const size_t consumed = chunks_->feed(bytes, request_.body);
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
      refuse_body();
      break;
  }
  return consumed;
}

size_t RequestReader::read_body(std::string_view bytes) {
  if (chunks_) return read_chunks(bytes);
  const std::string_view part = bytes.substr(0, head_.length - request_.body.size());
  request_.body += part;
  if (request_.body.size() == head_.length) state_ = State::kComplete;
  return part.size();
}

}  // namespace net
