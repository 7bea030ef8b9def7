// Every limit of the sockets, by name. Options carry them, so that a test can make them small.
#pragma once

#include <chrono>
#include <cstddef>

#include "base/clock.h"

namespace net {

struct ServerLimits {
  size_t request_line_bytes = size_t{8} * 1024;  // 414 beyond it.
  size_t header_fields = 64;                     // 431 beyond either.
  size_t header_bytes = size_t{16} * 1024;
  size_t body_bytes = size_t{4} * 1024 * 1024;  // 413; counted while it is read, chunked or not.
  // 400 beyond any of these: of one chunk, of all chunks of a body, and of the fields behind the last chunk.
  size_t chunk_extension_bytes = 256;
  size_t chunk_extensions_bytes = size_t{16} * 1024;
  size_t trailer_bytes = size_t{4} * 1024;
  // Of all bodies that are being read, without the first small_body_bytes of each; 503 beyond it. So a crowd of slow
  // bodies takes no more memory, and requests of the usual size pass beside it.
  size_t bodies_bytes = size_t{64} * 1024 * 1024;
  size_t small_body_bytes = size_t{16} * 1024;
  // Fewer where the process may not open so many files. Beyond it a newcomer takes the place of one that keeps us
  // waiting: of the oldest without a good answer so far, else of the one whose deadline comes first; 503 where all have
  // work in hand.
  size_t connections = 10'000;
  // So long a newcomer has for its first request before it gives its place while somebody else keeps us waiting: what
  // comes next must not end what has just come.
  base::Duration newcomer_grace = std::chrono::seconds(2);
  // And so long one that had a good answer may be silent before it does.
  base::Duration silence_grace = std::chrono::seconds(1);
  // Of one client, which is an address, or a /64 of IPv6; 429 beyond it. 0: they are not counted.
  size_t connections_per_client = 0;
  // Bytes that are read ahead while a handler or a stream is busy: pipelined requests wait there.
  size_t read_ahead_bytes = size_t{16} * 1024;

  // From the first byte to the blank line; of a first request from the accept, with the handshake of TLS.
  base::Duration header_timeout = std::chrono::seconds(10);
  // From the blank line to the last byte of the body; less for a body that comes slower than so many bytes per second
  // after so long.
  base::Duration body_timeout = std::chrono::seconds(30);
  base::Duration body_grace = std::chrono::seconds(5);
  size_t body_bytes_per_second = 256;
  // Between two requests of one connection.
  base::Duration idle_timeout = std::chrono::seconds(60);
  // For the peer to take what the socket did not take at once, and a second more for so many bytes of it.
  base::Duration write_stall = std::chrono::seconds(30);
  size_t write_bytes_per_second = size_t{16} * 1024;
  // For the peer to read a last answer before the close.
  base::Duration linger = std::chrono::seconds(2);
};

struct ClientLimits {
  size_t response_bytes = size_t{8} * 1024 * 1024;  // After decompression.
  size_t response_header_bytes = size_t{64} * 1024;
  size_t connections_per_server = 8;
  // Name lookup, TCP and TLS together.
  base::Duration connect_timeout = std::chrono::seconds(5);
  // A server that gives less than a byte per second for so long has stopped, whatever the deadline says.
  std::chrono::seconds stall_timeout{10};
};

struct StdioLimits {
  size_t line_bytes = size_t{4} * 1024 * 1024;
  // Reading pauses when so much waits for read(), each line with what it costs beside its text.
  size_t input_queue_bytes = size_t{8} * 1024 * 1024;
  // What the other side may leave unread of our output before no request is begun and no notification is sent.
  size_t backlog_pause_bytes = size_t{1} * 1024 * 1024;
  // What it may leave unread at most, with the answers to what had begun; then the conversation ends.
  size_t backlog_bytes = size_t{16} * 1024 * 1024;
};

}  // namespace net
