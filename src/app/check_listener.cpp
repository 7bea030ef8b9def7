// Our listener as facts: a scratch one of the same code and the same settings, on a free port of the loopback.
#include <fmt/format.h>
#include <utility>

#include "app/check_facts.h"
#include "app/http_routes.h"
#include "app/local_bearer.h"
#include "app/process.h"
#include "checks/probes.h"
#include "mcp/server.h"
#include "mcp/transport/streamable_http.h"
#include "net/ask_tls.h"
#include "net/http_server.h"
#include "net/limits.h"
#include "os/files.h"

namespace app {
namespace {

struct Probing {
  Process& process;
  const config::Settings& settings;
  std::string scratch;
  checks::Facts& facts;
};

base::Result<std::string> token_in(const std::string& directory) {
  constexpr size_t kTokenBytesMax = 4096;
  TRY(std::string token, os::read_private_file(LocalBearer::file_in(directory), kTokenBytesMax));
  token.resize(token.find_last_not_of("\r\n") + 1);
  return token;
}

base::Task<base::Result<void>> probe(Probing* probing) {
  Process& process = probing->process;
  const config::Settings& settings = probing->settings;
  base::NullLog log;
  mcp::Server server({process.loop, process.clock, process.random, log}, {.info = {.name = "probe", .version = "1"}});
  std::optional<LocalBearer> bearer;
  checks::ProbeRequest request;
  if (settings.server.auth != config::HttpAuth::kNone) {
    CO_TRY(LocalBearer opened, LocalBearer::open(probing->scratch, process.random));
    bearer.emplace(std::move(opened));
    CO_TRY(request.bearer, token_in(probing->scratch));
  }
  mcp::StreamableHttpOptions options;
  options.allowed_hosts = settings.server.allowed_hosts;
  options.allowed_origins = settings.server.allowed_origins;
  options.challenge = "Bearer realm=\"spotify-mcp-server\"";
  mcp::StreamableHttp streamable(server, process.random, bearer ? &*bearer : nullptr, options);
  HttpRoutes routes(streamable, options.path, nullptr,
                    {.security_contact = settings.server.security_contact, .clock = &process.clock});
  CO_TRY(const auto listener, net::HttpServer::start(process.loop, routes, log, {}));
  net::HttpServerOptions slow;
  slow.limits.header_timeout = std::chrono::milliseconds(200);
  CO_TRY(const auto slow_listener, net::HttpServer::start(process.loop, routes, log, slow));
  request.port = listener->port();
  request.slow_port = slow_listener->port();
  auto asking = base::run_on(process.loop, process.worker, [request] { return checks::probe_listener(request); });
  checks::ListenerFacts found = co_await std::move(asking);
  found.slow_header_limit_seconds =
      std::chrono::duration_cast<std::chrono::seconds>(net::ServerLimits().header_timeout).count();
  probing->facts.listener = std::move(found);
  co_return base::Result<void>();
}

}  // namespace

void gather_listener(const CheckRequest& request, const std::string& scratch, checks::Facts& facts) {
  if (!facts.config || !facts.config->settings) {
    facts.listener = checks::Fact<checks::ListenerFacts>::unknown("The settings cannot be read.");
    return;
  }
  Process process(request.io.environment, base::Level::kError, Signals::kEnd);
  Probing probing{process, *facts.config->settings, scratch, facts};
  const auto ended = run_to_end(process.loop, probe(&probing));
  if (!ended) facts.listener = checks::Fact<checks::ListenerFacts>::unknown(ended.error().message);
}

void gather_spotify_tls(checks::Facts& facts) {
  using Certificates = checks::Fact<std::vector<checks::CertificateFacts>>;
  if (facts.is_offline) {
    facts.spotify_tls = Certificates::absent("It was not asked: --offline.");
    return;
  }
  std::vector<checks::CertificateFacts> certificates;
  for (const char* host : {"api.spotify.com", "accounts.spotify.com"}) {
    const auto answer = net::ask_tls({.host = host, .address = {}, .ca_file = {}});
    if (!answer) {
      facts.spotify_tls = Certificates::absent(answer.error().message);
      return;
    }
    certificates.push_back({.host = host,
                            .chain_holds = answer->chain_holds,
                            .name_matches = answer->name_matches,
                            .key_matches = true,
                            .not_before = answer->not_before,
                            .not_after = answer->not_after,
                            .protocol = answer->version,
                            .weak_protocols = {},
                            .about = {}});
  }
  facts.spotify_tls = std::move(certificates);
}

}  // namespace app
