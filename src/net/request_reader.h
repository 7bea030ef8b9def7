// Bytes of one connection -> requests (RFC 9112 sections 2 to 7), a state machine without I/O.
// Strict on purpose: two readers that disagree on where a request ends are a smuggling hole, so
// everything ambiguous is refused.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/message.h"
#include "net/chunk_reader.h"
#include "net/limits.h"

namespace net {

class RequestReader {
 public:
  enum class State { kHeader, kBody, kComplete, kRefused };
  enum class Persistence { kClose, kKeepAlive };
  enum class Version { kHttp10, kHttp11 };
  struct Refusal {
    int status;
    std::string message;
  };

  // The limits must outlive the reader.
  explicit RequestReader(const ServerLimits& limits);
  RequestReader(const RequestReader&) = delete;
  RequestReader& operator=(const RequestReader&) = delete;

  // Gives how many bytes were consumed. The rest must be offered again, with what came after it.
  // Bytes after a complete request are not touched until next().
  size_t feed(std::string_view bytes);
  State state() const { return state_; }
  // Whether a byte of the current request was seen (in the bytes offered last, consumed or not), or the blank line
  // before it.
  bool started() const { return started_; }
  // Of the body in hand: what has come, and what is known to come with it.
  size_t body_bytes() const { return request_.body.size(); }
  size_t body_bytes_promised() const { return std::max<size_t>(head_.length, request_.body.size()); }
  // Only in kRefused. The connection cannot go on.
  Refusal refusal() const { return refusal_; }
  // True once, when the client waits for "100 Continue" before it sends its body.
  bool take_expectation();

  // From kComplete; `peer` is who sent it.
  http::Request take(std::string_view peer = {});
  http::Method method() const { return request_.method; }
  Persistence persistence() const { return persistence_; }
  Version version() const { return version_; }
  // Forgets the current request, gives its memory back and waits for another.
  void next();

 private:
  enum class Expect { kNothing, kContinue, kOther };
  // What the head said beside what stands in the request.
  struct Head {
    uint64_t length = 0;  // Of the body; 0 without a Content-Length.
    int hosts = 0;
    int lengths = 0;
    int encodings = 0;
    int authorizations = 0;
    Expect expect = Expect::kNothing;
    bool connect = false;
    bool close = false;
    bool keep_alive = false;  // Only what Connection says; HTTP/1.1 keeps alive without it.
    bool bad_host = false;
    bool bad_framing = false;
  };

  size_t read_header(std::string_view bytes);
  // Reads each whole line once, however often the bytes are offered. Gives where the header block ends, or 0 when it
  // does not yet.
  size_t read_lines(std::string_view bytes);
  void read_request_line(std::string_view line);
  void read_field(std::string_view line);
  void read_framing(std::string_view name, std::string_view value);
  void read_connection(std::string_view value);
  void check_header();
  void check_target();
  void begin_body();
  size_t read_body(std::string_view bytes);
  size_t read_chunks(std::string_view bytes);
  void refuse(int status, std::string message);
  void refuse_body();

  const ServerLimits& limits_;
  http::Request request_;
  Head head_;
  State state_ = State::kHeader;
  Persistence persistence_ = Persistence::kKeepAlive;
  Version version_ = Version::kHttp11;
  Refusal refusal_{400, {}};
  // Reads the body when it comes in chunks.
  std::optional<ChunkReader> chunks_;
  bool started_ = false;
  bool expectation_ = false;
  // Progress of read_lines over bytes that are offered again.
  size_t line_start_ = 0;
  size_t lines_ = 0;
};

}  // namespace net
