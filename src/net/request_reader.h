// Bytes of one connection -> requests (RFC 9112 sections 2 to 7), a state machine without I/O.
// Strict on purpose: two readers that disagree on where a request ends are a smuggling hole, so
// everything ambiguous is refused.
#pragma once

#include <cstddef>
#include <memory>
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
  ~RequestReader();
  RequestReader(const RequestReader&) = delete;
  RequestReader& operator=(const RequestReader&) = delete;

  // Gives how many bytes were consumed. The rest must be offered again, with what came after it.
  // Bytes after a complete request are not touched until next().
  size_t feed(std::string_view bytes);
  State state() const { return state_; }
  // Whether a byte of the current request was seen (in the bytes offered last, consumed or not).
  bool started() const { return started_; }
  // Only in kRefused. The connection cannot go on.
  Refusal refusal() const { return refusal_; }
  // True once, when the client waits for "100 Continue" before it sends its body.
  bool take_expectation();

  // From kComplete.
  http::Request take();
  Persistence persistence() const { return persistence_; }
  Version version() const { return version_; }
  // Forgets the current request and waits for another.
  void next();

 private:
  struct Parser;

  size_t read_header(std::string_view bytes);
  size_t read_body(std::string_view bytes);
  size_t read_chunks(std::string_view bytes);
  // Where the header block ends, or 0 when it does not yet; refuses what breaks the rules of lines.
  size_t scan_lines(std::string_view bytes);
  // `line` has no line end.
  void check_request_line(std::string_view line);
  void check_header();
  void check_target();
  void refuse(int status, std::string message);
  void refuse_parse_error(int kind);

  const ServerLimits& limits_;
  std::unique_ptr<Parser> parser_;
  State state_ = State::kHeader;
  Persistence persistence_ = Persistence::kKeepAlive;
  Version version_ = Version::kHttp11;
  Refusal refusal_{400, {}};
  // Reads the body when it comes in chunks.
  std::optional<ChunkReader> chunks_;
  bool started_ = false;
  bool skipped_line_ = false;
  bool expectation_ = false;
  // Progress of scan_lines over bytes that are offered again.
  size_t line_start_ = 0;
  size_t lines_ = 0;
};

}  // namespace net
