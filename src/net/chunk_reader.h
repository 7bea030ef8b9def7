// The chunked coding of a request body (RFC 9112 section 7.1), a state machine without I/O. It keeps to the grammar:
// every line ends with CR LF, sizes are hexadecimal digits alone, and nothing is guessed, because a proxy in front that
// guesses otherwise would see another end of the request.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "net/limits.h"

namespace net {

class ChunkReader {
 public:
  enum class State { kReading, kComplete, kMalformed, kTooLarge };

  // The limits must outlive the reader.
  explicit ChunkReader(const ServerLimits& limits) : limits_(limits) {}

  // Appends what the chunks hold to `body`. Gives how many bytes were consumed: all of them until the body is complete
  // or refused. Extensions and trailers are checked and dropped, for nothing here has a use for them.
  size_t feed(std::string_view bytes, std::string& body);
  State state() const { return state_; }

 private:
  enum class Part { kSizeLine, kData, kDataEnd, kTrailer };

  size_t feed_line(std::string_view bytes);
  size_t feed_data(std::string_view bytes, std::string& body);
  void end_line();
  void end_size_line(std::string_view line);
  void end_trailer(std::string_view line);
  void malformed() { state_ = State::kMalformed; }

  const ServerLimits& limits_;
  State state_ = State::kReading;
  Part part_ = Part::kSizeLine;
  // The begin of a line whose end is not there yet.
  std::string line_;
  uint64_t data_left_ = 0;
  uint64_t body_bytes_ = 0;
  // Of all chunks together, since a body of small chunks could carry them without end.
  size_t extension_bytes_ = 0;
  size_t trailer_bytes_ = 0;
  size_t trailer_fields_ = 0;
};

}  // namespace net
