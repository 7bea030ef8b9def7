// The certificates of both sides as facts: our own, which a scratch listener shows on the loopback, and Spotify's, over
// the network. And our client against servers that cannot prove who they are.
#include <fmt/format.h>
#include <string>
#include <utility>
#include <vector>

#include "app/commands/check_facts.h"
#include "app/process.h"
#include "app/tls_files.h"
#include "http/url.h"
#include "net/ask_tls.h"
#include "net/http_client.h"
#include "net/http_server.h"
#include "net/tls_trials.h"

namespace app::commands {
namespace {

using checks::CertificateFacts;

class NoPage final : public http::Handler {
 public:
  base::Task<http::Response> handle(http::Request) override {
    http::Response response;
    response.status = 404;
    co_return response;
  }
};

// The names that clients use: each of them has to be in the certificate.
std::vector<std::string> names_of(const config::Server& server) {
  std::vector<std::string> names;
  for (const std::string& host : server.allowed_hosts) {
    const auto url = http::parse_url("https://" + host);
    names.push_back(url ? url->host : host);
  }
  const bool is_any = server.host == "0.0.0.0" || server.host == "::";
  if (names.empty() && !is_any) names.push_back(server.host);
  return names;
}

struct WeakOffer {
  std::string_view name;
  net::TlsVersions version;
  const char* ciphers;
};
// Each is offered alone. What this machine's OpenSSL does not speak any more cannot be offered, and is not asked.
constexpr WeakOffer kWeakOffers[] = {
    {"TLS 1.0", net::TlsVersions::k10, "ALL:@SECLEVEL=0"},
    {"TLS 1.1", net::TlsVersions::k11, "ALL:@SECLEVEL=0"},
    {"ciphers without forward secrecy", net::TlsVersions::k12, "kRSA:!aNULL:!eNULL:@SECLEVEL=0"},
    {"ciphers with CBC", net::TlsVersions::k12,
     "ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA:ECDHE-ECDSA-AES128-SHA256:ECDHE-ECDSA-AES256-SHA384:"
     "ECDHE-RSA-AES128-SHA:ECDHE-RSA-AES256-SHA:ECDHE-RSA-AES128-SHA256:ECDHE-RSA-AES256-SHA384:@SECLEVEL=0"},
    {"ciphers without authentication", net::TlsVersions::k12, "aNULL:@SECLEVEL=0"},
    {"ciphers without encryption", net::TlsVersions::k12, "eNULL:@SECLEVEL=0"},
};

struct OwnQuestion {
  std::vector<std::string> names;
  std::string ca_file;
  uint16_t port = 0;
};

// Blocking; for a worker.
CertificateFacts ask_own(const OwnQuestion& own) {
  CertificateFacts facts;
  facts.host = own.names.empty() ? "server.tls_certificate" : own.names.front();
  facts.name_matches = !own.names.empty();
  for (const std::string& name : own.names) {
    const auto answer = net::ask_tls({.host = name, .address = "127.0.0.1", .port = own.port, .ca_file = own.ca_file});
    if (!answer) {
      facts.about = answer.error().message;
      return facts;
    }
    facts.chain_holds = answer->chain_holds;
    facts.name_matches = facts.name_matches && answer->name_matches;
    if (!answer->name_matches && facts.about.empty()) facts.about = fmt::format("it is not for the name {}.", name);
    facts.not_before = answer->not_before;
    facts.not_after = answer->not_after;
    facts.protocol = answer->version;
    if (!answer->chain_holds) facts.about = fmt::format("no trusted chain: {}.", answer->problem);
  }
  if (own.names.empty()) facts.about = "server.allowed_hosts is empty, so nobody knows which name it has to be for.";
  for (const WeakOffer& offer : kWeakOffers) {
    const auto answer = net::ask_tls({.host = "127.0.0.1",
                                      .address = {},
                                      .port = own.port,
                                      .ca_file = {},
                                      .versions = offer.version,
                                      .ciphers = offer.ciphers});
    if (answer) facts.weak.emplace_back(offer.name);
  }
  return facts;
}

struct Showing {
  Process& process;
  std::shared_ptr<const net::TlsIdentity> identity;
  OwnQuestion question;
  CertificateFacts found;
};

base::Task<base::Result<void>> show_own(Showing* showing) {
  NoPage page;
  base::NullLog log;
  net::HttpServerOptions options;
  options.identity = showing->identity;
  CO_TRY(const auto server, net::HttpServer::start(showing->process.loop, page, log, std::move(options)));
  showing->question.port = server->port();
  auto asking = base::run_on(showing->process.loop, showing->process.worker,
                             [question = showing->question] { return ask_own(question); });
  showing->found = co_await std::move(asking);
  co_return base::Result<void>();
}

http::Request get(const std::string& server, base::Loop& loop) {
  http::Request request;
  request.server_url = server;
  request.deadline = loop.now() + std::chrono::seconds(5);
  return request;
}

}  // namespace

void gather_certificate(const CheckRequest& request, checks::Facts& facts) {
  using Certificate = checks::Fact<CertificateFacts>;
  if (!facts.config || !facts.config->settings) {
    facts.certificate = Certificate::unknown("The settings cannot be read.");
    return;
  }
  const config::Server& server = facts.config->settings->server;
  if (server.tls_certificate.empty()) {
    facts.certificate = Certificate::absent("The listener has no certificate: server.tls_certificate is empty.");
    return;
  }
  auto identity = TlsFiles(server).read();
  if (!identity && identity.error().code != base::Code::kInvalidArgument) {
    facts.certificate = Certificate::unknown(identity.error().message);
    return;
  }
  if (!identity) {
    CertificateFacts broken;
    broken.host = "server.tls_certificate";
    broken.about = identity.error().message;
    facts.certificate = std::move(broken);
    return;
  }
  Process process(request.io.environment, base::Level::kError, Signals::kEnd);
  Showing showing{process, *std::move(identity), {names_of(server), request.arguments.text("--ca"), 0}, {}};
  const auto ended = run_to_end(process.loop, show_own(&showing));
  facts.certificate = ended ? Certificate(std::move(showing.found)) : Certificate::unknown(ended.error().message);
}

checks::Fact<std::vector<CertificateFacts>> ask_certificates(const std::vector<net::TlsQuestion>& questions) {
  std::vector<CertificateFacts> certificates;
  size_t reached = 0;
  for (const net::TlsQuestion& question : questions) {
    CertificateFacts facts;
    facts.host = question.host;
    if (const auto answer = net::ask_tls(question)) {
      facts.chain_holds = answer->chain_holds;
      facts.name_matches = answer->name_matches;
      facts.not_before = answer->not_before;
      facts.not_after = answer->not_after;
      facts.protocol = answer->version;
    } else if (answer.error().code == base::Code::kUnavailable) {
      facts.unreached = answer.error().message;
    } else {
      facts.about = answer.error().message;
    }
    if (facts.unreached.empty()) ++reached;
    certificates.push_back(std::move(facts));
  }
  if (reached > 0 || certificates.empty()) return certificates;
  return checks::Fact<std::vector<CertificateFacts>>::absent("Skipped: " + certificates.front().unreached);
}

void gather_spotify_tls(checks::Facts& facts) {
  if (facts.is_offline) {
    facts.spotify_tls = checks::Fact<std::vector<CertificateFacts>>::absent("Skipped: --offline asks no server.");
    return;
  }
  facts.spotify_tls = ask_certificates({{.host = "api.spotify.com", .address = {}, .ca_file = {}},
                                        {.host = "accounts.spotify.com", .address = {}, .ca_file = {}}});
}

base::Task<base::Result<void>> try_bad_servers(Process* process, std::string scratch, checks::SelfTest* test) {
  CO_TRY(const net::TlsTrials trials, net::TlsTrials::make(scratch));
  for (size_t number = 0; number < net::TlsTrials::count(); ++number) {
    const std::string_view flaw = net::TlsTrials::flaw(number);
    ++test->cases;
    CO_TRY(const auto server, trials.start(number));
    const std::string url = fmt::format("https://127.0.0.1:{}", server->port());
    net::CurlClient client(process->loop, {.allowed_servers = {url}, .ca_file = trials.ca_file()});
    const auto answer = co_await client.send(get(url, process->loop));
    const bool trusted = answer.has_value() || server->trusted_by() > 0;
    if (trusted != flaw.empty()) {
      test->failures.push_back(flaw.empty() ? "a good server was refused" : fmt::format("{} was accepted", flaw));
    }
  }
  co_return base::Result<void>();
}

}  // namespace app::commands
