// What listens, who may call, and within which limits.
#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <string>
#include <string_view>

#include "base/text.h"
#include "checks/facts.h"
#include "checks/words.h"
#include "http/address.h"
#include "http/url.h"

namespace checks {
namespace {

const config::Settings& settings_in(const Facts& facts) { return *facts.config->settings; }

bool is_local(const config::Settings& settings) { return http::is_loopback_host(settings.server.host); }

Outcome judge_limits(const Facts& facts) {
  const ProgramFacts& has = facts.program;
  struct Ceiling {
    std::string_view name;
    size_t value;
    size_t max;
  };
  Texts over;
  for (const Ceiling& each : {Ceiling{"body", has.body_bytes, size_t{5} << 20},
                              {"fields", has.header_fields, 128},
                              {"field bytes", has.header_bytes, size_t{64} << 10},
                              {"request line", has.line_bytes, size_t{16} << 10},
                              {"JSON depth", has.json_depth, 64}}) {
    if (each.value == 0 || each.value > each.max) over.push_back(fmt::format("{}: {}", each.name, each.value));
  }
  if (!over.empty()) return fail("Over the ceiling, or without a limit: " + sentence(over));
  return pass(fmt::format("Body {} bytes, {} fields, {} bytes of fields, JSON depth {}.", has.body_bytes,
                          has.header_fields, has.header_bytes, has.json_depth));
}

Outcome judge_timeouts(const Facts& facts) {
  const ProgramFacts& has = facts.program;
  const int64_t call = settings_in(facts).api.timeout.value();
  const bool good = has.header_timeout_seconds > 0 && has.header_timeout_seconds <= 30 &&
                    has.idle_timeout_seconds > 0 && has.idle_timeout_seconds <= 300 && has.write_stall_seconds > 0 &&
                    has.write_stall_seconds <= 120 && call <= 120;
  return judge(good, fmt::format("Head {} s, idle {} s, stalled write {} s, tool call {} s.",
                                 has.header_timeout_seconds, has.idle_timeout_seconds, has.write_stall_seconds, call));
}

Outcome judge_rates(const Facts& facts) {
  constexpr int64_t kUpstreamMax = 50;
  const int64_t upstream = settings_in(facts).api.rate_limit.value();
  const config::Settings& settings = settings_in(facts);
  Texts without;
  if (upstream > kUpstreamMax) without.push_back(fmt::format("api.rate_limit is {}", upstream));
  if (settings.tools.writes_per_minute.value() == 0) without.emplace_back("tools.writes_per_minute is 0");
  if (settings.tools.writes_per_day.value() == 0) without.emplace_back("tools.writes_per_day is 0");
  if (!is_local(settings) && settings.server.connections_per_client.value() == 0) {
    without.emplace_back("server.connections_per_client is 0");
  }
  if (settings.server.requests_per_user.value() == 0) without.emplace_back("server.requests_per_user is 0");
  if (settings.server.streams_per_user.value() == 0) without.emplace_back("server.streams_per_user is 0");
  if (facts.program.connections == 0 || facts.program.sessions_per_principal == 0) {
    without.emplace_back("connections or sessions are not limited");
  }
  if (!without.empty()) return fail("Over the ceiling, or without a limit: " + sentence(without));
  return pass(
      fmt::format("{} requests to Spotify in 30 seconds; {} changes of a user in a minute, {} in a day, {} sessions; "
                  "{} connections.",
                  upstream, settings.tools.writes_per_minute.value(), settings.tools.writes_per_day.value(),
                  facts.program.sessions_per_principal, facts.program.connections));
}

Outcome judge_way(const Facts& facts) {
  const config::Server& server = settings_in(facts).server;
  if (!server.tls_certificate.empty()) {
    return judge(!server.tls_key.empty(), server.tls_key.empty() ? "server.tls_certificate has no server.tls_key."
                                                                 : "It speaks TLS, and nothing else on that port.");
  }
  if (is_local(settings_in(facts))) return pass("It listens on loopback.");
  if (server.trusted_proxies.empty()) return fail("It listens beyond loopback without TLS, and no proxy is named.");
  return judge(server.auth != config::HttpAuth::kNone,
               server.auth == config::HttpAuth::kNone
                   ? "It listens beyond loopback without TLS and without a login."
                   : fmt::format("It listens without TLS for {} named proxies, and clients prove themselves.",
                                 server.trusted_proxies.size()));
}

// What is wider than this lets whole providers say who calls.
bool is_too_wide(std::string_view block) {
  constexpr int64_t kBits4Min = 8;
  constexpr int64_t kBits6Min = 32;
  const size_t slash = block.find('/');
  if (slash == std::string_view::npos) return false;
  const auto bits = base::parse_integer(block.substr(slash + 1));
  return !bits || *bits < (block.contains(':') ? kBits6Min : kBits4Min);
}

Outcome judge_proxies(const Facts& facts) {
  if (!facts.trusted_proxies) return facts.trusted_proxies.lacking();
  Texts bad;
  for (const std::string& block : *facts.trusted_proxies) {
    if (!http::AddressBlock::parse(block)) bad.push_back(block + " is no block of addresses");
    if (is_too_wide(block)) bad.push_back(block + " is too wide");
  }
  return judge(bad.empty(), bad.empty() ? "Trusted: " + sentence(*facts.trusted_proxies) : sentence(bad));
}

Outcome judge_signing(const Facts& facts) {
  constexpr int64_t kWindowMax = 300;
  if (!facts.config || !facts.config->settings) return facts.config.lacking();
  if (!settings_in(facts).security.enable_request_signing) {
    return fail("Clients send their keys themselves: security.enable_request_signing is false.");
  }
  const int64_t window = facts.program.signature_window_seconds;
  if (window <= 0 || window > kWindowMax) return fail(fmt::format("A signature is good for {} s.", window));
  return judge(facts.program.keeps_nonces,
               facts.program.keeps_nonces
                   ? fmt::format("Requests are signed, each for {} s at most and for one use.", window)
                   : "A signed request can be sent again.");
}

// What is wrong with a key that could be used now; empty: nothing.
std::string problem_of(const ApiKeyFact& key) {
  constexpr std::chrono::days kLifeMax{365};
  if (key.scopes == 0) return fmt::format("{} has no scopes", key.id);
  if (!key.expires) return fmt::format("{} has no end", key.id);
  if (*key.expires - key.made > kLifeMax) return fmt::format("{} lives longer than a year", key.id);
  return {};
}

Outcome judge_keys(const Facts& facts) {
  Texts bad;
  for (const ApiKeyFact& key : *facts.api_keys) {
    if (std::string problem = problem_of(key); !problem.empty()) bad.push_back(std::move(problem));
  }
  return judge(bad.empty(),
               bad.empty() ? fmt::format("{} keys, each with scopes and an end within a year.", facts.api_keys->size())
                           : sentence(bad));
}

Outcome judge_hosts(const Facts& facts) {
  const config::Settings& settings = settings_in(facts);
  for (const std::string& host : settings.server.allowed_hosts) {
    if (host.contains('*')) return fail("server.allowed_hosts has a wildcard.");
  }
  if (settings.server.allowed_hosts.empty() && !is_local(settings)) {
    return fail("server.allowed_hosts is empty, and the server listens beyond loopback.");
  }
  return pass(settings.server.allowed_hosts.empty()
                  ? "The names of the loopback alone are accepted."
                  : fmt::format("{} names beside those of the loopback.", settings.server.allowed_hosts.size()));
}

Outcome judge_origins(const Facts& facts) {
  for (const std::string& origin : settings_in(facts).server.allowed_origins) {
    if (origin.contains('*') || origin == "null") return fail("server.allowed_origins has * or null in it.");
    const auto url = http::parse_url(origin);
    if (!url || (url->scheme != "https" && !http::is_loopback_host(url->host))) {
      return fail("server.allowed_origins has an origin that is not https.");
    }
  }
  return pass(
      fmt::format("{} origins beside those of this machine.", settings_in(facts).server.allowed_origins.size()));
}

const Check kChecks[] = {
    {"CFG-06",
     "The server listens on loopback, or its way is protected",
     Severity::kCritical,
     Subject::kSettings,
     {"A05", "A02", "PR.IR-01", "8.20, 8.22", "CC6.6"},
     "Set server.tls_certificate and server.tls_key; or set server.host to 127.0.0.1; or name in "
     "server.trusted_proxies "
     "the proxy that speaks TLS in front, and set server.auth to local or api-key.",
     judge_way},
    {"CFG-07",
     "The public address is https and canonical",
     Severity::kCritical,
     Subject::kAuthServer,
     {"A02", "A04", "PR.DS-02", "8.21", "CC6.7"},
     "Set the public address to one such as https://mcp.example.com, without a path that has dots or doubled slashes.",
     [](const Facts& facts) {
       const auto url = http::parse_url(facts.auth_server->canonical_url);
       const bool good = url && url->scheme == "https" && !url->target.contains("..") && !url->target.contains("//");
       return judge(good, good ? "It is https." : "It is no canonical https address.");
     }},
    {"CFG-08",
     "The names that the server answers to are listed",
     Severity::kCritical,
     Subject::kSettings,
     {"A05", "A02", "PR.IR-01", "8.20", "CC6.6"},
     "List the names in server.allowed_hosts, each without a wildcard.",
     judge_hosts},
    {"CFG-09",
     "The web pages that may call are listed",
     Severity::kCritical,
     Subject::kSettings,
     {"A01", "A01", "PR.AA-05", "8.26", "CC6.6"},
     "List origins such as https://app.example.com in server.allowed_origins; neither * nor null.",
     judge_origins},
    {"CFG-12",
     "Nobody calls without proof beyond this machine",
     Severity::kCritical,
     Subject::kSettings,
     {"A07", "A07", "PR.AA-03", "8.5", "CC6.1"},
     "Set server.auth to local, or environment to development on a machine of your own.",
     [](const Facts& facts) {
       const config::Settings& settings = settings_in(facts);
       const bool open = settings.server.auth == config::HttpAuth::kNone;
       if (open && is_local(settings) && facts.environment == config::Deployment::kDevelopment) {
         return warn("server.auth is none, on loopback, in development.");
       }
       return judge(!open, open ? "server.auth is none." : "Clients prove themselves.");
     }},
    {"CFG-15",
     "Tokens and codes live shortly",
     Severity::kHigh,
     Subject::kAuthServer,
     {"A07", "A07", "PR.AA-03", "8.5", "CC6.1"},
     "Set the life of an access token to an hour, of a code to a minute, of a refresh token to 180 days at most.",
     [](const Facts& facts) {
       const AuthServerFacts& has = *facts.auth_server;
       return judge(has.access_seconds <= 3600 && has.code_seconds <= 60 && has.refresh_days <= 180,
                    fmt::format("Access {} s, code {} s, refresh {} d.", has.access_seconds, has.code_seconds,
                                has.refresh_days));
     }},
    {"CFG-16",
     "PKCE is required, with S256 alone",
     Severity::kCritical,
     Subject::kAuthServer,
     {"A07", "A07", "PR.AA-03", "8.5", "CC6.1"},
     "Require PKCE and offer S256 alone.",
     [](const Facts& facts) {
       const AuthServerFacts& has = *facts.auth_server;
       return judge(has.pkce_is_required && has.challenge_methods == Texts{"S256"},
                    "Methods: " + sentence(has.challenge_methods));
     }},
    {"CFG-17",
     "Clients cannot register without a limit",
     Severity::kHigh,
     Subject::kAuthServer,
     {"A04", "A06", "PR.AA-05", "8.26", "CC6.2"},
     "Switch dynamic registration off, or limit it.",
     [](const Facts& facts) {
       const AuthServerFacts& has = *facts.auth_server;
       return judge(!has.registers_anyone || has.registration_is_limited,
                    has.registers_anyone ? "Anyone may register." : "Registration is off.");
     }},
    {"CFG-18",
     "Documents of clients are fetched with care",
     Severity::kCritical,
     Subject::kAuthServer,
     {"A10", "A01", "PR.IR-01", "8.20, 8.26", "CC6.6"},
     "Fetch over https alone, from public addresses, without redirects, within bounds.",
     [](const Facts& facts) {
       const auto& guarded = facts.auth_server->client_documents_are_guarded;
       if (!guarded) return not_applicable("No document of a client is fetched.");
       return judge(*guarded, *guarded ? "The fetch is guarded." : "The fetch is not guarded.");
     }},
    {"CFG-21",
     "Requests are bounded",
     Severity::kHigh,
     Subject::kProgram,
     {"A04", "A06", "PR.IR-04", "8.6", "A1.1"},
     "Use a build within the ceilings.",
     judge_limits},
    {"CFG-22",
     "Nothing is waited for without end",
     Severity::kHigh,
     Subject::kSettings,
     {"A04", "A06", "PR.IR-03", "8.6", "A1.1"},
     "Set api.timeout to 120 or less.",
     judge_timeouts},
    {"CFG-23",
     "Rates are limited",
     Severity::kMedium,
     Subject::kSettings,
     {"A04", "A06", "PR.IR-04", "8.6", "A1.1"},
     "Set api.rate_limit to 50 or less, and the other settings that the evidence names to more than 0.",
     judge_rates},
    {"CFG-24",
     "Proxies are trusted by name",
     Severity::kHigh,
     Subject::kNothing,
     {"A05", "A02", "PR.IR-01", "8.20", "CC6.6"},
     "Name the addresses of your proxies in server.trusted_proxies, never 0.0.0.0/0.",
     judge_proxies},
    {"CFG-28",
     "Requests with static keys are signed",
     Severity::kHigh,
     Subject::kApiKeys,
     {"A08", "A08", "PR.AA-04", "8.5, 8.24", "CC6.1"},
     "Set security.enable_request_signing (docs/api-keys.md).",
     judge_signing},
    {"CFG-34",
     "A development app has five users at most",
     Severity::kMedium,
     Subject::kAuthServer,
     {"A07", "A07", "PR.AA-01", "5.16", "CC6.2"},
     "List up to five users.",
     [](const Facts& facts) {
       constexpr size_t kUsersMax = 5;
       const size_t users = facts.auth_server->users_max;
       return judge(users > 0 && users <= kUsersMax, fmt::format("{} users are allowed.", users));
     }},
    {"CFG-35",
     "Administration and metrics are for this machine alone",
     Severity::kCritical,
     Subject::kSettings,
     {"A05", "A02", "PR.IR-01", "8.20, 8.22", "CC6.6"},
     "Keep the metrics on the loopback: set metrics.port to 0, or to a port of its own.",
     [](const Facts& facts) {
       const config::Settings& settings = settings_in(facts);
       const int64_t port = settings.metrics.port.value();
       if (port != 0 && port == settings.server.port.value()) return fail("metrics.port is server.port.");
       return pass(port == 0 ? "Administration is on a Unix socket of mode 0600, metrics are there too."
                             : "Administration is on a Unix socket of mode 0600, metrics on 127.0.0.1.");
     }},
    {"CFG-40",
     "Every key has scopes and an end",
     Severity::kHigh,
     Subject::kApiKeys,
     {"A07", "A07", "PR.AA-01", "5.17, 5.18", "CC6.2"},
     "Make the keys that the evidence names anew, with scopes and an end within a year.",
     judge_keys},
};

}  // namespace

std::span<const Check> listen_checks() { return kChecks; }

}  // namespace checks
