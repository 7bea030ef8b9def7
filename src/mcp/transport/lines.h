// The stdio binding (2026-07-28 basic/transports, "stdio"; the same since 2024-11-05): one JSON message per line, both
// ways, both eras in one process. Hosts probe with server/discover and then send initialize all the same, so neither
// pins the connection.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/task.h"
#include "json/parse.h"
#include "mcp/principal.h"
#include "mcp/server.h"

namespace mcp::transport {

class LineTransport {
 public:
  virtual ~LineTransport() = default;
  // The next line without its end, or nothing when the input has ended. An Error is about one line alone, such as one
  // that is too long; reading goes on after it. One call at a time.
  virtual base::Task<base::Result<std::optional<std::string>>> read() = 0;
  // Queues one line, to which the transport adds the line end. Never blocks, and never re-enters its caller.
  virtual void write(std::string line) = 0;
};

struct LineOptions {
  Principal principal = {};
  json::Limits limits = {};
  // Requests that run at once on this connection; more are refused.
  size_t in_flight_max = 64;
  // What still runs when the input ends may finish for so long.
  base::Duration grace = std::chrono::seconds(5);
};

// Serves until the input ends. The server and the lines must outlive the task.
base::Task<void> serve_lines(Server& server, LineTransport& lines, LineOptions options);

}  // namespace mcp::transport
