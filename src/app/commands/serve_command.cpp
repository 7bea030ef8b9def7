// serve: MCP over Streamable HTTP. A signal ends it gracefully.
#include <fmt/format.h>
#include <ostream>

#include "app/admin_server.h"
#include "app/commands/check_at_start.h"
#include "app/commands/commands.h"
#include "app/compose.h"
#include "app/config_privacy.h"
#include "app/confine.h"
#include "app/connection_watch.h"
#include "app/http_access.h"
#include "app/http_routes.h"
#include "app/key_notice.h"
#include "app/reloader.h"
#include "app/sealed_config.h"
#include "app/supervised.h"
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
  options.requests_per_principal_max = static_cast<size_t>(settings.server.requests_per_user.value());
  options.streams_per_principal_max = static_cast<size_t>(settings.server.streams_per_user.value());
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
  // The socket that a supervisor passed; negative: none.
  int listener = -1;
};

// "127.0.0.1:8000"
std::string address_of(const config::Server& server, uint16_t port) {
  const bool ipv6 = server.host.find(':') != std::string::npos;
  return fmt::format("{}:{}", server.host == "localhost" ? "127.0.0.1" : ipv6 ? "[" + server.host + "]" : server.host,
                     port);
}

// The metrics' port is a fixed one or none.
std::vector<std::string> addresses_of(const config::Settings& settings, uint16_t port) {
  std::vector<std::string> all{address_of(settings.server, port)};
  if (settings.metrics.port.value() != 0) all.push_back(fmt::format("127.0.0.1:{}", settings.metrics.port.value()));
  return all;
}

void announce(const Service& service, const HttpAccess& access, uint16_t port) {
  const config::Server& server = service.settings.server;
  service.io.err << fmt::format("listening on {}://{}/mcp\n{}\n", server.tls_certificate.empty() ? "http" : "https",
                                address_of(server, port), access.instruction())
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

HttpFront front_of(const Service& service, bool tls) {
  const config::Server& server = service.settings.server;
  return {.trusted_proxies = server.trusted_proxies,
          .tls = tls,
          .security_contact = server.security_contact,
          .clock = &service.process.clock};
}

net::HttpServerOptions listener_of(const Service& service) {
  const config::Server& server = service.settings.server;
  net::HttpServerOptions options;
  options.host = server.host;
  options.port = static_cast<uint16_t>(server.port.value());
  options.descriptor = service.listener;
  options.limits.connections_per_client = connections_per_client(server);
  return options;
}

base::Task<base::Result<void>> settle(Account* account) {
  co_await account->settle();
  co_return base::Result<void>();
}

Health health_of(Product& product) {
  if (product.seal().is_on()) return Health::kSealed;
  return product.audit().trail().is_failing() ? Health::kDegraded : Health::kOk;
}

// Of each of the listeners for the administrator and for the metrics.
constexpr size_t kLocalConnections = 32;

// Null when it cannot listen, which the log tells: the server is worth having without it.
std::unique_ptr<net::HttpServer> listen_for_admin(const Service& service, AdminServer& admin) {
  const std::string directory = admin_directory(service.settings.storage.directory);
  auto made = os::make_private_directory(directory);
  base::Error problem = made ? base::Error{} : std::move(made).error();
  if (problem.message.empty()) {
    net::HttpServerOptions options;
    options.unix_path = fmt::format("{}/{}.sock", directory, os::process_id());
    options.limits.connections = kLocalConnections;
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
  options.limits.connections = kLocalConnections;
  return net::HttpServer::start(service.process.loop, metrics, service.process.log, std::move(options));
}

// What came of it stands in the log.
base::Task<void> reload_on_hangup(Reloader* reloader) {
  auto reloading = reloader->reload();
  static_cast<void>(co_await std::move(reloading));
}

// What a reload does. All outlive the reloader.
Reloader::Taking taking_of(Process& process, Product& product, mcp::StreamableHttp& streamable) {
  return {.check = [&product](const config::Settings& settings) { return product.check(settings); },
          .apply =
              [&process, &product, &streamable](const config::Settings& settings) {
                process.log.set_least(level_of(settings.server.log_level));
                streamable.allow(settings.server.allowed_hosts, settings.server.allowed_origins);
                streamable.limit(static_cast<size_t>(settings.server.requests_per_user.value()),
                                 static_cast<size_t>(settings.server.streams_per_user.value()),
                                 static_cast<size_t>(settings.security.max_sessions_per_user.value()));
                product.apply(settings);
              }};
}

// Ends what everybody runs and listens to.
void end_all(mcp::StreamableHttp& streamable) {
  for (const std::string& each : streamable.principals()) streamable.end_principal(each);
}

base::Task<void> until_asked_to_stop(Process* process) {
  const base::Completion<bool> stop(process->loop);
  process->stop.on_stop([set = stop.setter()] { set(true); });
  co_await stop;
}

base::Task<base::Result<void>> listen_until_stopped(Service* service) {
  Process& process = service->process;
  Product& product = service->product;
  const config::Server& settings = service->settings.server;
  HttpAccess access(process, service->settings, product.account().store());
  CO_TRY_VOID(co_await access.open());
  mcp::StreamableHttpOptions options = http_options(service->settings);
  access.fill(options, product.all_tools());
  mcp::StreamableHttp streamable(product.server(), process.random, access.authenticator(), options);
  TlsFiles tls(settings);
  CO_TRY(auto identity, tls.read());
  HttpRoutes routes(streamable, options.path, [&product] { return health_of(product); },
                    front_of(*service, identity != nullptr));
  ConnectionWatch watch(process.loop, product.audit().trail(), settings.trusted_proxies);
  net::HttpServerOptions listen = listener_of(*service);
  listen.observer = &watch;
  listen.identity = std::move(identity);
  CO_TRY(const auto http, net::HttpServer::start(process.loop, routes, process.log, listen));
  const auto show = [&http](std::shared_ptr<const net::TlsIdentity> renewed) { http->show(std::move(renewed)); };
  const Supervised supervised(process.environment, process.log);
  base::TaskGroup background(process.loop);
  if (listen.identity != nullptr) {
    background.spawn(TlsFiles::watch(&tls, {process.loop, process.clock, process.log}, show));
  }
  background.spawn(HttpAccess::watch(&access, &streamable));
  Reloader reloader({process.loop, process.worker, product.audit().trail(), process.log, process.environment},
                    {.request = service->request, .debugging = service->debugging}, service->settings,
                    taking_of(process, product, streamable));
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
                     .end_streams = [&streamable] { end_all(streamable); },
                     .reload_bearer = access.reload(),
                     .stop =
                         [&ending, &process](Ending asked) {
                           ending = asked;
                           process.stop.request();
                         },
                     .listening = addresses_of(service->settings, http->port()),
                     .reload = [&reloader] { return reloader.reload(); }});
  const auto admin_listener = listen_for_admin(*service, admin);
  MetricsServer metrics(admin);
  CO_TRY(const auto metrics_listener, listen_for_metrics(*service, metrics));
  announce(*service, access, http->port());
  background.spawn(Supervised::stay_alive(&supervised, &process.loop));
  supervised.ready();
  os::give_back_startup_memory();

  co_await until_asked_to_stop(&process);
  supervised.stopping();
  process.log.event(base::Level::kInfo, "server.stopping");
  process.stop.on_hangup(nullptr);
  routes.begin_to_stop();
  product.server().close_listens();
  streamable.close_listeners();
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
  TRY_VOID(check_config_privacy(find_config_file(arguments.text("--config"), io.environment)));
  TRY(const std::optional<int> refused, check_at_start(command, arguments, loaded.settings, io));
  if (refused) return *refused;
  TRY_VOID(accept_generation(loaded, rollback_of(arguments)));
  TRY(const int listener, passed_listener(io.environment));
  const os::Confined confined = confine_server(io, loaded.settings, loaded.files);
  Process process(io.environment, level_of(loaded.settings.server.log_level), Signals::kAskAndReload);
  tell(confined, process.log);
  warn_of_variables(loaded.settings, io.environment, process.log);
  AccountOptions options;
  options.key_made = log_key(process.log);
  TRY(const auto product, Product::make(process, loaded.settings, tools::Audience::kHttp, std::move(options)));
  product->audit().tell_sealed(loaded.sealed);
  Service service{process, loaded.settings, *product, io, settings_request(command, arguments),
                  debugging_of(arguments), listener};
  // To go back is for a start alone.
  service.request.rollback = Rollback::kRefuse;
  TRY_VOID(run_to_end(process.loop, serve(&service)));
  return 0;
}

}  // namespace

Command serve_command() {
  Command command{
      .name = "serve",
      .about = "Serve MCP over HTTP.",
      .options = {config_option(),
                  rollback_option(),
                  debugging_option(),
                  require_check_option(),
                  waivers_option(),
                  {.name = "--host", .value = "ADDRESS", .about = "Address to listen on.", .setting = "server.host"},
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
