// The stdio binding (2026-07-28 basic/transports, "stdio"; the same since 2024-11-05): one JSON message per line, both
// ways, both eras in one process. Hosts probe with server/discover and then send initialize all the same, so neither
// pins the connection.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/task.h"
#include "json/parse.h"
#include "mcp/principal.h"
#include "mcp/server.h"

namespace mcp {

// Where lines come from and go to: stdin and stdout, or a test.
class Lines {
 public:
  virtual ~Lines() = default;
  // The next line without its end; an error for one that is no line, such as one that is too long (reading goes on
  // after it); nothing at the end. One call at a time.
  virtual base::Task<std::optional<base::Result<std::string>>> read() = 0;
  // `line` has no line end; it goes out whole, in the order of the calls. Never blocks and never re-enters its caller.
  virtual void write(std::string line) = 0;
};

struct LinesOptions {
  Principal principal = {};
  json::Limits limits = kMessageLimits;
  size_t calls_in_flight_max = 64;
  // How long calls that run may go on after the input has ended.
  base::Duration drain = std::chrono::seconds(5);
};

// Serves until the input ends. A line that is no message is answered and the connection goes on. The server and the
// lines must outlive the task.
base::Task<void> serve_lines(Server& server, Lines& lines, LinesOptions options);

}  // namespace mcp
