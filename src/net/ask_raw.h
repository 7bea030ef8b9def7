// One request as bytes, and what comes back as bytes: for probes that no client would send. Blocking; for workers.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace net {

struct RawAnswer {
  int status = 0;  // 0: no status line came.
  std::string head;
  std::string body;
  bool closed = false;  // The peer closed the connection.
};

// Connects to an IPv4 or IPv6 literal, sends, and reads until an answer is whole, the peer closes, or `patience` is
// over. An answer that announces the end of the connection is read to that end. kUnavailable when nobody listens there.
base::Result<RawAnswer> ask_raw(const std::string& host, uint16_t port, std::string_view request,
                                std::chrono::milliseconds patience);

}  // namespace net
