// mcp-conformance-server: the MCP core over real HTTP with the fixtures of the official conformance suite.
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
#include "net/limits.h"
#include "net/loop.h"
#include "os/system_clock.h"
#include "tests/conformance/fixture.h"
#include "tests/conformance/fixture_asking.h"
#include "tests/conformance/fixture_data.h"
#include "tests/conformance/fixture_tasks.h"
#include "tests/conformance/fixture_tools.h"

namespace {

constexpr std::string_view kUsage =
    "usage: mcp-conformance-server [--port N] [--deadlines-ms N] [--connections N]\n"
    "--port: 0, the default, takes a free one. --deadlines-ms: one value for each deadline of a connection.\n"
    "--connections: how many there may be at once.\n";

struct Options {
  uint16_t port = 0;
  net::ServerLimits limits;
};

std::optional<Options> read_options(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; i += 2) {
    const auto number = i + 1 < argc ? base::parse_integer(argv[i + 1]) : std::nullopt;
    if (!number || *number < 0 || *number > UINT16_MAX) return std::nullopt;
    if (std::string_view(argv[i]) == "--port") {
      options.port = static_cast<uint16_t>(*number);
    } else if (std::string_view(argv[i]) == "--deadlines-ms") {
      const std::chrono::milliseconds deadline(*number);
      options.limits.header_timeout = options.limits.body_timeout = options.limits.write_stall = deadline;
    } else if (std::string_view(argv[i]) == "--connections") {
      options.limits.connections = static_cast<size_t>(*number);
    } else {
      return std::nullopt;
    }
  }
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "--help") {
    fmt::print("{}", kUsage);
    return 0;
  }
  const auto options = read_options(argc, argv);
  if (!options) {
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
  auto listening = net::HttpServer::start(loop, handler, log, {.port = options->port, .limits = options->limits});
  if (!listening) {
    fmt::print(stderr, "error: {}\n", listening.error().message);
    return 1;
  }
  fmt::print(stderr, "listening on http://127.0.0.1:{}/mcp\n", (*listening)->port());
  loop.run();
  return 0;
}
