// serve: MCP over Streamable HTTP. A signal ends it gracefully.
#include <ostream>

#include <fmt/format.h>

#include "app/admin_server.h"
#include "app/commands/commands.h"
#include "app/compose.h"
#include "app/confine.h"
#include "app/connection_watch.h"
#include "app/http_access.h"
#include "app/http_routes.h"
#include "app/key_notice.h"
#include "app/reloader.h"
#include "app/sealed_config.h"
#include "app/tls_files.h"
#include "http/url.h"
#include "net/http_server.h"
#include "os/files.h"
#include "os/process.h"

namespace app::commands {
namespace {

// What runs may take so long to end after a signal; a supervisor waits longer than that.
constexpr std::chrono::seconds kDrain{5};

mcp::StreamableHttpOptions http_options(const config::Settings& settings) {
  mcp::StreamableHttpOptions options;
  options.allowed_hosts = settings.server.allowed_hosts;
  options.allowed_origins = settings.server.allowed_origins;
  options.sessions_per_principal_max = static_cast<size_t>(settings.security.max_sessions_per_user.value());
  return options;
}

struct Service {
  Process& process;
  const config::Settings& settings;
  Product& product;
  Io& io;
  // As it was started.
  SettingsRequest request;
  config::Debugging debugging;
};

void announce(const Service& service, const HttpAccess& access, uint16_t port) {
  const config::Server& server = service.settings.server;
  const bool ipv6 = server.host.find(':') != std::string::npos;
  service.io.err << fmt::format("listening on {}://{}:{}/mcp\n{}\n", server.tls_certificate.empty() ? "http" : "https",
                                server.host == "localhost" ? "127.0.0.1" : ipv6 ? "[" + server.host + "]" : server.host,
                                port, access.instruction())
                 << std::flush;
  if (service.product.seal().is_on()) {
    service.io.err << "sealed: no call runs until `spotify-mcp-server admin unseal`\n" << std::flush;
  }
  if (service.settings.security.enable_request_signing && server.auth != config::HttpAuth::kApiKey) {
    service.process.log.event(base::Level::kWarning, "signing.not_applied",
                              {{"why", "it is for server.auth api-key, whose clients sign with their key"}});
  }
}

// On loopback all clients have one address.
size_t connections_per_client(const config::Server& server) {
  return http::is_loopback_host(server.host) ? 0 : static_cast<size_t>(server.connections_per_client.value());
}

base::Task<base::Result<void>> settle(Account* account) {
  co_await account->settle();
  co_return base::Result<void>();
}

Health health_of(Product& product) {
  if (product.seal().is_on()) return Health::kSealed;
  return product.audit().trail().is_failing() ? Health::kDegraded : Health::kOk;
}

// Null when it cannot listen, which the log tells: the server is worth having without it.
std::unique_ptr<net::HttpServer> listen_for_admin(const Service& service, AdminServer& admin) {
  const std::string directory = admin_directory(service.settings.storage.directory);
  auto made = os::make_private_directory(directory);
  base::Error problem = made ? base::Error{} : std::move(made).error();
  if (problem.message.empty()) {
    net::HttpServerOptions options;
    options.unix_path = fmt::format("{}/{}.sock", directory, os::process_id());
    auto started = net::HttpServer::start(service.process.loop, admin, service.process.log, std::move(options));
    if (started) return *std::move(started);
    problem = std::move(started).error();
  }
  service.process.log.event(base::Level::kWarning, "admin.not_listening",
                            {{"why", problem.message}, {"detail", problem.detail}});
  return nullptr;
}

// Null where no port is set.
base::Result<std::unique_ptr<net::HttpServer>> listen_for_metrics(const Service& service, MetricsServer& metrics) {
  const int64_t port = service.settings.metrics.port.value();
  if (port == 0) return nullptr;
  net::HttpServerOptions options;
  options.port = static_cast<uint16_t>(port);
  return net::HttpServer::start(service.process.loop, metrics, service.process.log, std::move(options));
}

// What came of it stands in the log.
base::Task<void> reload_on_hangup(Reloader* reloader) {
  auto reloading = reloader->reload();
  static_cast<void>(co_await std::move(reloading));
}

base::Task<base::Result<void>> listen_until_stopped(Service* service) {
  Process& process = service->process;
  Product& product = service->product;
  const config::Server& settings = service->settings.server;
  HttpAccess access(process, service->settings);
  CO_TRY_VOID(co_await access.open());
  mcp::StreamableHttpOptions options = http_options(service->settings);
  access.fill(options, product.tools());
  mcp::StreamableHttp streamable(product.server(), process.random, access.authenticator(), options);
  TlsFiles tls(settings);
  CO_TRY(auto identity, tls.read());
  HttpRoutes routes(streamable, options.path, [&product] { return health_of(product); },
                    {.trusted_proxies = settings.trusted_proxies, .tls = identity != nullptr});
  ConnectionWatch watch(process.loop, product.audit().trail(), settings.trusted_proxies);
  net::HttpServerOptions listen;
  listen.host = settings.host;
  listen.port = static_cast<uint16_t>(settings.port.value());
  listen.observer = &watch;
  listen.limits.connections_per_client = connections_per_client(settings);
  listen.identity = std::move(identity);
  CO_TRY(const auto http, net::HttpServer::start(process.loop, routes, process.log, listen));
  const auto show = [&http](std::shared_ptr<const net::TlsIdentity> renewed) { http->show(std::move(renewed)); };
  base::TaskGroup background(process.loop);
  if (listen.identity != nullptr) background.spawn(TlsFiles::watch(&tls, &process.loop, &process.log, show));
  const auto apply = [&process, &product, &streamable](const config::Settings& settings) {
    process.log.set_least(level_of(settings.server.log_level));
    streamable.allow(settings.server.allowed_hosts, settings.server.allowed_origins);
    product.apply(settings);
  };
  Reloader reloader({process.loop, process.worker, product.audit().trail(), process.log, process.environment},
                    {.request = service->request, .debugging = service->debugging}, service->settings, apply);
  base::TaskGroup reloads(process.loop);
  process.stop.on_hangup([&reloads, &reloader] { reloads.spawn(reload_on_hangup(&reloader)); });
  Ending ending = Ending::kDrain;
  AdminServer admin({.loop = process.loop,
                     .clock = process.clock,
                     .trail = product.audit().trail(),
                     .sessions = streamable.sessions(),
                     .metrics = product.metrics(),
                     .seal = product.seal(),
                     .connections = [&http] { return http->connections(); },
                     .cache = [&product] { return product.account().spotify()->cache_stats(); },
                     .quota = [&product] { return product.account().gate().usage(); },
                     .reload_bearer = access.reload(),
                     .stop = [&ending, &process](Ending asked) {
                       ending = asked;
                       process.stop.request();
                     },
                     .reload = [&reloader] { return reloader.reload(); }});
  const auto admin_listener = listen_for_admin(*service, admin);
  MetricsServer metrics(admin);
  CO_TRY(const auto metrics_listener, listen_for_metrics(*service, metrics));
  announce(*service, access, http->port());

  const base::Completion<bool> stop(process.loop);
  process.stop.on_stop([set = stop.setter()] { set(true); });
  co_await stop;
  process.log.event(base::Level::kInfo, "server.stopping");
  process.stop.on_hangup(nullptr);
  routes.begin_to_stop();
  product.server().close_listens();
  co_await http->stop(ending == Ending::kDrain ? kDrain : std::chrono::seconds(0));
  const base::Instant deadline = process.loop.now() + kDrain;
  const auto settled = co_await base::with_deadline(process.loop, deadline, settle(&product.account()));
  if (!settled) process.log.event(base::Level::kWarning, "server.ended_in_a_refresh");
  co_return base::Result<void>();
}

// The trail is open before the first request, and hears of the last session.
base::Task<base::Result<void>> serve(Service* service) {
  CO_TRY_VOID(co_await service->product.open("serve"));
  base::Result<void> ended;
  {
    base::TaskGroup background(service->process.loop);
    background.spawn(service->product.keep_keys());
    auto listening = listen_until_stopped(service);
    ended = co_await std::move(listening);
  }
  co_await service->product.close();
  co_return ended;
}

base::Result<int> run(const Command& command, const Arguments& arguments, Io& io) {
  TRY(const config::Loaded loaded, settings_of(command, arguments, io));
  TRY_VOID(config::check_listener(loaded.settings));
  TRY_VOID(config::check_profile(loaded.settings, debugging_of(arguments)));
  TRY_VOID(accept_generation(loaded, rollback_of(arguments)));
  const os::Confined confined = confine_server(io, loaded.settings, loaded.files);
  Process process(io.environment, level_of(loaded.settings.server.log_level), Signals::kAskAndReload);
  tell(confined, process.log);
  AccountOptions options;
  options.key_made = log_key(process.log);
  TRY(const auto product, Product::make(process, loaded.settings, tools::Audience::kHttp, std::move(options)));
  product->audit().tell_sealed(loaded.sealed);
  Service service{process, loaded.settings, *product, io, settings_request(command, arguments),
                  debugging_of(arguments)};
  // To go back is for a start alone.
  service.request.rollback = Rollback::kRefuse;
  TRY_VOID(run_to_end(process.loop, serve(&service)));
  return 0;
}

}  // namespace

Command serve_command() {
  Command command{.name = "serve",
                  .about = "Serve MCP over HTTP.",
                  .options = {config_option(),
                              rollback_option(),
                              debugging_option(),
                              {.name = "--host",
                               .value = "ADDRESS",
                               .about = "Address to listen on.",
                               .setting = "server.host"},
                              {.name = "--port",
                               .kind = OptionKind::kNumber,
                               .value = "PORT",
                               .about = "Port to listen on; 0 takes a free one.",
                               .setting = "server.port",
                               .min = 0,
                               .max = 65535},
                              {.name = "--log-level",
                               .value = "LEVEL",
                               .about = "debug, info, warning or error.",
                               .setting = "server.log_level"}},
                  .run = run};
  for (const Option& option : selection_options()) command.options.push_back(option);
  return command;
}

}  // namespace app::commands
