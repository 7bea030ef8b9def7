// A whole MCP server with one tool: on stdin and stdout, or on loopback with `--http PORT` (0 takes a free port).
#include <fmt/format.h>

#include "base/text.h"
#include "crypto/os_random.h"
#include "net/serve.h"
#include "os/system_clock.h"

struct Message {
  std::string text;
  static constexpr auto fields() { return schema::Fields{schema::required("text", &Message::text, "What to say.")}; }
};

base::Task<base::Result<Message>> echo(mcp::CallContext&, Message message) { co_return message; }

int main(int count, char** arguments) {
  net::AsioLoop loop;
  const os::SystemClock clock;
  crypto::OsRandom random;
  base::NullLog log;
  mcp::Server server({loop, clock, random, log}, {.info = {.name = "mcp-echo", .version = "1.0.0"}});
  server.add(mcp::tool<Message, Message>(
      {.name = "echo", .title = "Echo", .description = "Gives back the text.", .effect = mcp::Effect::kRead}, echo));
  if (count < 3) return net::serve_stdio(loop, server) ? 0 : 1;
  const auto tell = [](const std::string& url) { fmt::print(stderr, "listening on {}\n", url); };
  const auto served = net::serve_http(loop, server, base::parse_integer(arguments[2]).value_or(-1), tell);
  if (!served) fmt::print(stderr, "error: {}\n", served.error().message);
  return served ? 0 : 1;
}
