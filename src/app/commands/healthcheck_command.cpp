// healthcheck: whether a running `serve` answers and feels well; for supervisors and containers.
#include <ostream>

#include <fmt/format.h>

#include "app/commands/commands.h"
#include "app/process.h"
#include "http/url.h"
#include "json/parse.h"
#include "json/write.h"
#include "net/http_client.h"

namespace app::commands {
namespace {

constexpr std::chrono::seconds kTimeout{5};

base::Task<base::Result<void>> ask(net::CurlClient* client, base::Loop* loop, http::Url url, std::string* status) {
  http::Request request;
  request.server_url = url.server_url();
  request.target = url.target;
  request.deadline = loop->now() + kTimeout;
  CO_TRY(const http::Response response, co_await client->send(std::move(request)));
  const auto body = json::parse(response.body, {.bytes_max = 4096});
  const std::string said(body ? body->text_or_empty("status") : "");
  *status = said.empty() ? "unknown" : said;
  if (response.status == 200 && *status == "ok") co_return base::Result<void>();
  std::string why =
      fmt::format("The server answered with status {} and does not say that it is well.", response.status);
  if (!said.empty()) why = fmt::format("The server answered with status {} and says \"{}\".", response.status, said);
  if (response.status == 404) why += " Ask at /health, as in http://127.0.0.1:8000/health.";
  co_return base::fail(base::Code::kUnavailable, std::move(why));
}

base::Result<int> run(const Command& command, const Arguments& arguments, Io& io) {
  std::string address = arguments.text("--url");
  if (address.empty()) {
    TRY(const config::Loaded loaded, settings_of(command, arguments, io));
    const config::Server& server = loaded.settings.server;
    if (server.port.value() == 0) {
      return base::fail(base::Code::kInvalidArgument,
                        "server.port is 0, so the server took a free one that the settings do not know. Name it, as "
                        "the server did when it started: --url http://127.0.0.1:PORT/health");
    }
    const bool has_tls = !server.tls_certificate.empty();
    // The certificate is for the name by which clients call.
    const std::string& host = has_tls && !server.allowed_hosts.empty() ? server.allowed_hosts.front() : server.host;
    const bool ipv6 = host.find(':') != std::string::npos;
    address = fmt::format("{}://{}:{}/health", has_tls ? "https" : "http",
                          host == "localhost" ? "127.0.0.1" : ipv6 ? "[" + host + "]" : host, server.port.value());
  }
  TRY(http::Url url, http::parse_url(address));
  Process process(io.environment, base::Level::kError, Signals::kEnd);
  net::CurlClientOptions options;
  options.allowed_servers = {url.server_url()};
  options.private_addresses = net::PrivateAddresses::kAllow;
  net::CurlClient client(process.loop, std::move(options));
  std::string status = "unreachable";
  const auto asked = run_to_end(process.loop, ask(&client, &process.loop, std::move(url), &status));
  if (arguments.has("--json")) {
    io.out << json::write_pretty(json::Object{{"healthy", asked.has_value()}, {"status", status}, {"url", address}});
  } else if (asked) {
    io.out << status << '\n';
  }
  if (!asked) return std::unexpected(asked.error());
  return 0;
}

}  // namespace

Command healthcheck_command() {
  return {.name = "healthcheck",
          .about = "Ask a running serve whether it is well.",
          .options = {config_option(),
                      {.name = "--url",
                       .value = "URL",
                       .about = "Default: /health at the host and port of the settings."},
                      json_option()},
          .master_key = MasterKey::kNotNeeded,
          .run = run};
}

}  // namespace app::commands
