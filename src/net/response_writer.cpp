#include "net/response_writer.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "net/detail/grammar.h"

namespace net {

namespace {

using Persistence = RequestReader::Persistence;
using Version = RequestReader::Version;

bool is_sound(const http::Response& response) {
  return response.status >= 200 && response.status <= 599 &&
         std::ranges::all_of(response.headers, [](const auto& line) {
           return is_token(line.first) && is_text(line.second);
         });
}

bool is_framing_field(std::string_view name) {
  // The lengths tell almost every other field apart without a comparison.
  switch (name.size()) {
    case 10:
      return base::equals_ignoring_case(name, "connection") ||
             base::equals_ignoring_case(name, "keep-alive");
    case 14:
      return base::equals_ignoring_case(name, "content-length");
    case 17:
      return base::equals_ignoring_case(name, "transfer-encoding");
    default:
      return false;
  }
}

void append_number(std::string& out, uint64_t number, int base = 10) {
  char digits[24];
  const auto end = std::to_chars(std::begin(digits), std::end(digits), number, base);
  out.append(digits, end.ptr);
}

}  // namespace

Framing frame(http::Response& response, http::Method method, Version version,
              Persistence persistence) {
  if (!is_sound(response)) response = error_response(500, "The server made a mistake. Try again.");
  Framing framing;
  framing.persistence = persistence;
  const auto connection = response.headers.find("Connection");
  if (connection && base::equals_ignoring_case(*connection, "close"))
    framing.persistence = Persistence::kClose;

  if (response.status == 204 || response.status == 304) return framing;
  if (!response.stream) {
    framing.kind = Framing::Kind::kLength;
    framing.length = response.body.size();
  } else if (const auto length = response.headers.find("Content-Length")) {
    const auto number = base::parse_integer(*length);
    framing.kind = Framing::Kind::kLength;
    framing.length = number && *number >= 0 ? static_cast<uint64_t>(*number) : 0;
  } else if (version == Version::kHttp11) {
    framing.kind = Framing::Kind::kChunked;
  } else {
    framing.kind = Framing::Kind::kUntilClose;
    framing.persistence = Persistence::kClose;
  }
  if (method == http::Method::kHead && framing.kind != Framing::Kind::kLength)
    framing.kind = Framing::Kind::kNone;
  return framing;
}

void write_head_to(std::string& out, const http::Response& response, const Framing& framing,
                   Version version) {
  out += "HTTP/1.1 ";
  append_number(out, static_cast<uint64_t>(response.status));
  out += ' ';
  out += http::reason_phrase(response.status);
  out += "\r\n";
  for (const auto& [name, value] : response.headers) {
    if (is_framing_field(name)) continue;
    out += name;
    out += ": ";
    out += value;
    out += "\r\n";
  }
  if (framing.kind == Framing::Kind::kLength) {
    out += "Content-Length: ";
    append_number(out, framing.length);
    out += "\r\n";
  } else if (framing.kind == Framing::Kind::kChunked) {
    out += "Transfer-Encoding: chunked\r\n";
  }
  if (framing.persistence == Persistence::kClose) {
    out += "Connection: close\r\n";
  } else if (version == Version::kHttp10) {
    out += "Connection: keep-alive\r\n";
  }
  out += "\r\n";
}

void write_chunk_to(std::string& out, std::string_view piece) {
  append_number(out, piece.size(), 16);
  out += "\r\n";
  out += piece;
  out += "\r\n";
}

http::Response error_response(int status, std::string_view message) {
  http::Response response;
  response.status = status;
  response.headers.add("Content-Type", "application/json");
  response.headers.add("X-Content-Type-Options", "nosniff");
  response.headers.add("Cache-Control", "no-store");
  response.headers.add("Connection", "close");
  response.body = "{\"error\":\"";
  response.body += message;
  response.body += "\"}";
  return response;
}

}  // namespace net
