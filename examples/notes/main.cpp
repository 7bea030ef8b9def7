// The notes on stdin and stdout, or on loopback with `--http PORT` (0 takes a free port).
#include <fmt/format.h>

#include "base/text.h"
#include "crypto/os_random.h"
#include "net/serve.h"
#include "notes.h"
#include "os/json_log.h"
#include "os/system_clock.h"

int main(int count, char** arguments) {
  net::AsioLoop loop;
  const os::SystemClock clock;
  crypto::OsRandom random;
  os::JsonLog log(2, base::Level::kInfo, clock);
  mcp::Server server({loop, clock, random, log},
                     {.info = {.name = "notes", .title = "Notes", .version = "1.0.0"},
                      .instructions = "Keeps short notes. They are gone when the program ends.",
                      .logging = mcp::Logging::kOn});
  notes::Notes notes;
  notes::offer(server, notes, notes::Access::kReadWrite);

  if (count < 3) return net::serve_stdio(loop, server) ? 0 : 1;
  const auto tell = [](const std::string& url) { fmt::print(stderr, "listening on {}\n", url); };
  const auto served = net::serve_http(loop, server, base::parse_integer(arguments[2]).value_or(-1), tell);
  if (!served) fmt::print(stderr, "error: {}\n", served.error().message);
  return served ? 0 : 1;
}
