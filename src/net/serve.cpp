#include "net/serve.h"

#include <csignal>
#include <fmt/format.h>
#include <utility>

#include "mcp/transport/streamable_http.h"
#include "net/http_server.h"

namespace net {
namespace {

// As mcp::encode_notification begins: whatever has an id has it there.
constexpr std::string_view kNotificationStart = R"({"jsonrpc":"2.0","method":)";

base::Task<void> serve_and_stop(AsioLoop* loop, mcp::Server* server, StdioLines* descriptors, bool* lost) {
  McpLines lines(*descriptors, server->log());
  co_await mcp::serve_lines(*server, lines, mcp::LinesOptions{});
  co_await descriptors->drain();
  *lost = lines.lost() || descriptors->lost();
  loop->stop();
}

// What runs comes to its end within this.
constexpr base::Duration kDrain = std::chrono::seconds(5);

base::Task<void> end_well(AsioLoop* loop, mcp::Server* server, mcp::StreamableHttp* handler, HttpServer* http) {
  server->close_listens();
  handler->close_listeners();
  co_await http->stop(kDrain);
  loop->stop();
}

}  // namespace

base::Task<std::optional<base::Result<std::string>>> McpLines::read() {
  auto room = lines_.room();
  co_await std::move(room);
  if (dropped_ > 0) {
    log_.event(base::Level::kWarning, "stdio.notifications_dropped", {{"count", std::exchange(dropped_, 0)}});
  }
  if (failed_) co_return std::nullopt;
  co_return co_await lines_.read();
}

void McpLines::write(std::string line) {
  if (failed_) return;
  if (line.starts_with(kNotificationStart) && !lines_.has_room()) {
    ++dropped_;
    return;
  }
  const auto written = lines_.write(std::move(line));
  if (written) return;
  failed_ = true;
  lost_ = !lines_.closed();
  log_.event(base::Level::kWarning, "stdio.output_lost", {{"code", base::code_name(written.error().code)}});
}

base::Result<void> serve_stdio(AsioLoop& loop, mcp::Server& server, int input, int output) {
  StdioLines descriptors(loop, input, output);
  base::TaskGroup serving(loop);
  // On the loop, so that a conversation that ends at once does not stop a loop that has not begun.
  bool lost = false;
  loop.post([&] { serving.spawn(serve_and_stop(&loop, &server, &descriptors, &lost)); });
  loop.run();
  if (!lost) return {};
  return base::fail(base::Code::kUnavailable, "Not every answer could be written. Read the output while you write.");
}

base::Result<void> serve_http(AsioLoop& loop, mcp::Server& server, int64_t port,
                              const std::function<void(const std::string& url)>& listening) {
  if (port < 0 || port > UINT16_MAX) {
    return base::fail(base::Code::kInvalidArgument, "A port is a number from 0 to 65535; 0 takes a free one.");
  }
  mcp::StreamableHttp handler(server, server.random(), nullptr, {});
  HttpServerOptions options{.limits = {}};
  options.port = static_cast<uint16_t>(port);
  TRY(const auto http, HttpServer::start(loop, handler, server.log(), std::move(options)));
  base::TaskGroup ending(loop);
  loop.call_on({SIGINT, SIGTERM}, [&] { ending.spawn(end_well(&loop, &server, &handler, http.get())); });
  listening(fmt::format("http://127.0.0.1:{}/mcp", http->port()));
  loop.run();
  return {};
}

}  // namespace net
