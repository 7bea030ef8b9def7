// Our listener as facts: a scratch one of the same code and the same settings, on a free port of the loopback.
#include <optional>
#include <string>
#include <utility>

#include "app/api_key.h"
#include "app/api_key_access.h"
#include "app/commands/check_facts.h"
#include "app/http_routes.h"
#include "app/local_bearer.h"
#include "app/process.h"
#include "checks/probes.h"
#include "mcp/server.h"
#include "mcp/transport/streamable_http.h"
#include "net/http_server.h"
#include "net/limits.h"
#include "os/files.h"
#include "policy/access_scopes.h"
#include "store/memory_api_keys.h"

namespace app::commands {
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

// Who may call the scratch listener: by the code of the mode that is set, with a token that is made for this.
class ScratchAccess {
 public:
  explicit ScratchAccess(Probing& probing) : probing_(probing) {}

  // The token; empty where nobody needs one.
  base::Task<base::Result<std::string>> open() {
    switch (probing_.settings.server.auth) {
      case config::HttpAuth::kNone:
        break;
      case config::HttpAuth::kLocal: {
        CO_TRY(LocalBearer opened, LocalBearer::open(probing_.scratch, probing_.process.random));
        bearer_.emplace(std::move(opened));
        co_return token_in(probing_.scratch);
      }
      case config::HttpAuth::kApiKey: {
        Process& process = probing_.process;
        ApiKeyRequest request{.label = "probe", .scopes = {std::string(policy::kReadScope)}};
        CO_TRY(MadeApiKey made, make_api_key(process.random, std::move(request), process.clock.wall()));
        auto adding = keys_.add(std::move(made.row));
        CO_TRY_VOID(co_await std::move(adding));
        // Signatures are for the tests of this program: what is asked here comes before or behind them.
        api_keys_.emplace(ApiKeyAccess::Services{keys_, nonces_, process.clock, log_}, nullptr);
        co_return std::string(made.text.reveal());
      }
    }
    co_return std::string();
  }
  mcp::Authenticator* authenticator() {
    if (bearer_) return &*bearer_;
    if (api_keys_) return &*api_keys_;
    return nullptr;
  }

 private:
  Probing& probing_;
  base::NullLog log_;
  store::MemoryApiKeys keys_;
  store::MemoryNonces nonces_;
  std::optional<LocalBearer> bearer_;
  std::optional<ApiKeyAccess> api_keys_;
};

base::Task<base::Result<void>> probe(Probing* probing) {
  Process& process = probing->process;
  const config::Settings& settings = probing->settings;
  base::NullLog log;
  mcp::Server server({process.loop, process.clock, process.random, log}, {.info = {.name = "probe", .version = "1"}});
  ScratchAccess access(*probing);
  checks::ProbeRequest request;
  auto opening = access.open();
  CO_TRY(request.bearer, co_await std::move(opening));
  mcp::StreamableHttpOptions options;
  options.allowed_hosts = settings.server.allowed_hosts;
  options.allowed_origins = settings.server.allowed_origins;
  options.challenge = ApiKeyAccess::challenge(false);
  mcp::StreamableHttp streamable(server, process.random, access.authenticator(), options);
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

}  // namespace app::commands
