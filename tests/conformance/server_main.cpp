// mcp-conformance-server --port N: the MCP core over real HTTP with the fixtures of the official conformance suite.
// Prints the address on stderr when it listens, and serves until SIGINT or SIGTERM.
#include <cstdio>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include <csignal>

#include "base/text.h"
#include "crypto/os_random.h"
#include "mcp/server.h"
#include "mcp/transport/streamable_http.h"
#include "net/http_server.h"
#include "net/loop.h"
#include "os/system_clock.h"
#include "tests/conformance/fixture.h"
#include "tests/conformance/fixture_asking.h"
#include "tests/conformance/fixture_data.h"
#include "tests/conformance/fixture_tasks.h"
#include "tests/conformance/fixture_tools.h"

namespace {

constexpr std::string_view kUsage = "usage: mcp-conformance-server [--port N]   (0 takes a free port)\n";

std::optional<uint16_t> read_port(int argc, char** argv) {
  if (argc == 1) return uint16_t{0};
  if (argc != 3 || std::string_view(argv[1]) != "--port") return std::nullopt;
  const auto port = base::parse_integer(argv[2]);
  if (!port || *port < 0 || *port > UINT16_MAX) return std::nullopt;
  return static_cast<uint16_t>(*port);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "--help") {
    fmt::print("{}", kUsage);
    return 0;
  }
  const auto port = read_port(argc, argv);
  if (!port) {
    fmt::print(stderr, "{}", kUsage);
    return 2;
  }
  net::AsioLoop loop;
  loop.stop_on({SIGINT, SIGTERM});
  crypto::OsRandom random;
  const os::SystemClock clock;
  base::NullLog log;
  mcp::Server server({loop, clock, random, log},
                     {.info = {.name = "mcp-conformance-server", .version = "1.0.0"},
                      .tasks_max = 200,
                      .tasks_per_principal_max = 200,
                      .logging = mcp::Logging::kOn});
  fixture::add_tools(server);
  fixture::add_asking_tools(server);
  fixture::add_task_tools(server);
  fixture::add_prompts(server);
  fixture::add_resources(server);
  // One person who runs the whole suite at once.
  mcp::StreamableHttp handler(server, random, nullptr, {.sessions_per_principal_max = 1000});
  auto listening = net::HttpServer::start(loop, handler, log, {.port = *port, .limits = {}});
  if (!listening) {
    fmt::print(stderr, "error: {}\n", listening.error().message);
    return 1;
  }
  fmt::print(stderr, "listening on http://127.0.0.1:{}/mcp\n", (*listening)->port());
  loop.run();
  return 0;
}
