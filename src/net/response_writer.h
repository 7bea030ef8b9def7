// Responses -> bytes (RFC 9112), pure. It alone decides the framing; what a handler says about
// Connection or Transfer-Encoding does not reach the wire.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/message.h"
#include "net/request_reader.h"

namespace net {

struct Framing {
  // kNone also for HEAD, 204 and 304.
  enum class Kind { kNone, kLength, kChunked, kUntilClose };
  Kind kind = Kind::kNone;
  uint64_t length = 0;  // Of kLength.
  RequestReader::Persistence persistence = RequestReader::Persistence::kKeepAlive;
};

// What the response becomes for this request. A response that would break the framing (a control
// character in a header, a status that is not final) is first replaced by a 500.
Framing frame(http::Response& response, http::Method method, RequestReader::Version version,
              RequestReader::Persistence persistence);
// Status line and header. The body of a response without a stream follows as it is.
void write_head_to(std::string& out, const http::Response& response, const Framing& framing,
                   RequestReader::Version version);
void write_chunk_to(std::string& out, std::string_view piece);
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";

// {"error":"..."}; the message needs no escapes.
http::Response error_response(int status, std::string_view message);

}  // namespace net
