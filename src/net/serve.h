// An MCP server on this process's stdin and stdout, or on a loopback port: the whole wiring of a small program
// (examples/mcp_echo). A product with a login, more paths or a way of ending of its own joins the parts itself, as
// app/ does.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/log.h"
#include "base/result.h"
#include "base/task.h"
#include "mcp/server.h"
#include "mcp/transport/lines.h"
#include "net/loop.h"
#include "net/stdio.h"

namespace net {

// Two descriptors as the lines of MCP.
class McpLines final : public mcp::Lines {
 public:
  // Both must outlive it.
  McpLines(StdioLines& lines, base::Log& log) : lines_(lines), log_(log) {}

  // Waits first until the host has read most of what was written: who does not read is asked for no more, and gets
  // every answer once it does. A host that takes no answers has gone away, even if its end of our input is still open:
  // then there is no next line.
  base::Task<std::optional<base::Result<std::string>>> read() override;
  // A notification is dropped while too much is unread.
  void write(std::string line) override;
  // Whether the host has left so much unread that an answer was lost. The conversation is over then.
  bool lost() const { return lost_; }

 private:
  StdioLines& lines_;
  base::Log& log_;
  bool failed_ = false;
  bool lost_ = false;
  int64_t dropped_ = 0;
};

// Serves until the input ends and all answers are written. The loop is the server's, and nobody runs it yet.
// kUnavailable when an answer could not be written: its reader went away before, left too much unread, or a disk is
// full.
base::Result<void> serve_stdio(AsioLoop& loop, mcp::Server& server, int input = 0, int output = 1);

// Serves Streamable HTTP at http://127.0.0.1:PORT/mcp until SIGINT or SIGTERM, to everyone on this machine but for web
// pages of other sites. `listening` is called with the address once; port 0 takes a free one. kInvalidArgument
// for what is no port; other errors as of HttpServer::start.
base::Result<void> serve_http(AsioLoop& loop, mcp::Server& server, int64_t port,
                              const std::function<void(const std::string& url)>& listening);

}  // namespace net
