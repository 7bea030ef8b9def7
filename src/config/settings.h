// Everything that can be set, once: names, types, defaults and what they mean. The file is JSON
// (docs/configuration.md); the sections spotify, server, api and cache have the names of the security guide.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/secret.h"
#include "oauth/scopes.h"
#include "schema/fields.h"

namespace config {

enum class Deployment { kDevelopment, kStaging, kProduction };
enum class LogLevel { kDebug, kInfo, kWarning, kError };
// What Spotify lets the app call; auto asks once and remembers.
enum class Regime { kAuto, kDev2026, kDevLegacy, kExtended };
// How a client of `serve` proves that it may talk to us.
enum class HttpAuth { kLocal, kApiKey, kNone };

using Port = schema::Bounded<0, 65535>;
using Seconds = schema::Bounded<1, 3600>;

// A setting that is a secret: it is read, and never written anywhere.
struct SecretText {
  base::Secret secret;

  SecretText() = default;
  explicit SecretText(std::string text) : secret(std::move(text)) {}
};

struct Spotify {
  std::string client_id;
  SecretText client_secret;
  SecretText client_secret_previous;
  std::string redirect_uri = "http://127.0.0.1/callback";
  std::vector<oauth::Scope> scopes;
  Regime regime = Regime::kAuto;

  static constexpr auto fields() {
    return schema::Fields{
        schema::defaulted("client_id", &Spotify::client_id,
                          "Client ID of your own app from Spotify's developer dashboard."),
        schema::defaulted("client_secret", &Spotify::client_secret,
                          "Only for a confidential app. PKCE, the default, needs none."),
        schema::defaulted("client_secret_previous", &Spotify::client_secret_previous,
                          "The client secret of before, while it is being replaced: tried once where Spotify refuses "
                          "the new one. Take it out when the new one works."),
        schema::defaulted("redirect_uri", &Spotify::redirect_uri,
                          "Where Spotify sends the browser back. Must be registered in the dashboard. Without a "
                          "port, the login takes a free one."),
        schema::defaulted("scopes", &Spotify::scopes,
                          "Permissions that the login asks for; empty means those that the offered tools need."),
        schema::defaulted("regime", &Spotify::regime,
                          "Kind of the Spotify app. auto finds out with one request and remembers the answer."),
    };
  }
};

struct Server {
  std::string host = "127.0.0.1";
  Port port{8000};
  LogLevel log_level = LogLevel::kInfo;
  HttpAuth auth = HttpAuth::kLocal;
  std::vector<std::string> allowed_hosts;
  std::vector<std::string> allowed_origins;
  std::string tls_certificate;
  std::string tls_key;
  std::vector<std::string> trusted_proxies;
  schema::Bounded<0, 10000> connections_per_client{200};
  schema::Bounded<0, 1000> requests_per_user{20};
  schema::Bounded<0, 1000> streams_per_user{5};
  std::string security_contact;

  static constexpr auto fields() {
    return schema::Fields{
        schema::defaulted("host", &Server::host,
                          "Address that serve listens on. One that is not loopback needs tls_certificate, or "
                          "trusted_proxies in front."),
        schema::defaulted("port", &Server::port, "Port that serve listens on; 0 takes a free one."),
        schema::defaulted("log_level", &Server::log_level, "What goes to the log on stderr."),
        schema::defaulted("auth", &Server::auth,
                          "local: clients send the bearer from the file http-token in the data directory. api-key: "
                          "they send a key of `api-key create` (docs/api-keys.md). none: anyone on this machine may "
                          "call; in environment development only."),
        schema::defaulted("allowed_hosts", &Server::allowed_hosts,
                          "Values of the Host field that are accepted beside the loopback names."),
        schema::defaulted("allowed_origins", &Server::allowed_origins,
                          "Origins of web pages that may call, beside those of this machine, such as "
                          "https://app.example.com."),
        schema::defaulted("tls_certificate", &Server::tls_certificate,
                          "PEM file with the certificate and its chain: serve then speaks TLS, and nothing else on "
                          "that port. Read again when it changes."),
        schema::defaulted("tls_key", &Server::tls_key, "PEM file with its private key, for the server's user alone."),
        schema::defaulted("trusted_proxies", &Server::trusted_proxies,
                          "Addresses and blocks, such as 10.0.0.0/8, of the proxies whose Forwarded or X-Forwarded-For "
                          "says who the client is. From everybody else these fields are ignored."),
        schema::defaulted("connections_per_client", &Server::connections_per_client,
                          "Connections of one address (a /64 of IPv6) at once; 0: any number. It does not hold for "
                          "trusted proxies, nor on loopback."),
        schema::defaulted("requests_per_user", &Server::requests_per_user,
                          "Requests of one user that run at once; a further one is told to come back (429). 0: any "
                          "number."),
        schema::defaulted("streams_per_user", &Server::streams_per_user,
                          "Streams for notifications that one user keeps open at once. 0: any number."),
        schema::defaulted("security_contact", &Server::security_contact,
                          "Where others report flaws, such as mailto:security@example.com or an https page; serve "
                          "gives it at /.well-known/security.txt (RFC 9116)."),
    };
  }
};

struct Api {
  std::string base_url = "https://api.spotify.com/v1";
  std::string accounts_url = "https://accounts.spotify.com";
  Seconds timeout{30};
  schema::Bounded<1, 1000> rate_limit{50};

  static constexpr auto fields() {
    return schema::Fields{
        schema::defaulted("base_url", &Api::base_url, "Spotify's Web API, or a simulator on loopback."),
        schema::defaulted("accounts_url", &Api::accounts_url,
                          "Spotify's accounts service, or a simulator on loopback."),
        schema::defaulted("timeout", &Api::timeout, "Seconds that a tool call may take."),
        schema::defaulted("rate_limit", &Api::rate_limit, "Requests to Spotify in any 30 seconds."),
    };
  }
};

struct Cache {
  bool enabled = true;
  std::string db_path;

  static constexpr auto fields() {
    return schema::Fields{
        schema::defaulted("enabled", &Cache::enabled, "Keep answers for a while, in memory and in a file."),
        schema::defaulted("db_path", &Cache::db_path,
                          "File that all processes of the user keep answers in, in a private directory. Default: "
                          "cache.db in storage.directory."),
    };
  }
};

struct Storage {
  std::string directory;

  static constexpr auto fields() {
    return schema::Fields{
        schema::defaulted("directory", &Storage::directory,
                          "Where the login is kept. Default: spotify-mcp-server in the XDG data directory. A relative "
                          "path is seen from the folder of the file that sets it.")};
  }
};

// What several replicas share.
struct Store {
  std::string url;
  SecretText password;
  std::string ca_file;

  static constexpr auto fields() {
    return schema::Fields{
        schema::defaulted("url", &Store::url,
                          "PostgreSQL database for what several replicas share (docs/replicas.md), such as "
                          "postgres://spotify_mcp@db.example.com:5432/spotify_mcp. Default: a file in "
                          "storage.directory, for the processes of one machine."),
        schema::defaulted("password", &Store::password, "The password of its user."),
        schema::defaulted("ca_file", &Store::ca_file,
                          "Authorities that its certificate is checked with. Default: those of the system."),
    };
  }
};

struct Tools {
  std::vector<std::string> toolsets;
  std::vector<std::string> tools;
  bool read_only = false;
  schema::Bounded<0, 10'000> writes_per_minute{30};
  schema::Bounded<0, 1'000'000> writes_per_day{500};

  static constexpr auto fields() {
    return schema::Fields{
        schema::defaulted("toolsets", &Tools::toolsets,
                          "Toolsets to offer: names, `default`, `all`; empty means the default ones."),
        schema::defaulted("tools", &Tools::tools,
                          "Single tools to offer: these alone where no toolset is set, otherwise beside them."),
        schema::defaulted("read_only", &Tools::read_only, "Offer only tools that change nothing."),
        schema::defaulted("writes_per_minute", &Tools::writes_per_minute,
                          "Changes at Spotify that one user's assistants may make in a minute through one process; 0: "
                          "any number."),
        schema::defaulted("writes_per_day", &Tools::writes_per_day,
                          "The same in 24 hours, through all processes together; 0: any number."),
    };
  }
};

struct Privacy {
  bool lockdown = false;

  static constexpr auto fields() {
    return schema::Fields{schema::defaulted("lockdown", &Privacy::lockdown,
                                            "Send ids and URIs to the model: no names, no descriptions, no links.")};
  }
};

// When a server asks the checks of `security-check start` first. Exposed: in environment production, where it listens
// beyond loopback.
enum class CheckAtStart { kExposed, kAlways, kNever };

// The section that the security guide sets by SECURITY_* variables.
struct Security {
  schema::Bounded<1, 60> session_timeout_minutes{5};
  schema::Bounded<1, 100> max_sessions_per_user{3};
  bool enable_request_signing = false;
  schema::Bounded<0, 3650> key_rotation_days{30};
  CheckAtStart check_at_start = CheckAtStart::kExposed;

  static constexpr auto fields() {
    return schema::Fields{
        schema::defaulted("session_timeout_minutes", &Security::session_timeout_minutes,
                          "Minutes after which a login that nobody completed ends."),
        schema::defaulted("max_sessions_per_user", &Security::max_sessions_per_user,
                          "Sessions of one user over HTTP that are kept at once."),
        schema::defaulted("enable_request_signing", &Security::enable_request_signing,
                          "With server.auth api-key: take signed requests only (RFC 9421, HMAC-SHA-256), so that the "
                          "key never travels (docs/api-keys.md)."),
        schema::defaulted("key_rotation_days", &Security::key_rotation_days,
                          "Days after which a server replaces the key that the logins are sealed under "
                          "(docs/keys.md); 0 leaves that to `keys rotate`."),
        schema::defaulted("check_at_start", &Security::check_at_start,
                          "When serve does not start while a check finds something critical (docs/security-check.md): "
                          "exposed, in environment production where it listens beyond loopback; always; never. "
                          "`serve --require-check` asks in any case."),
    };
  }
};

// What becomes of security events that cannot be recorded.
enum class AuditFailure { kDeny, kWarn };

struct Audit {
  bool enabled = true;
  AuditFailure on_failure = AuditFailure::kDeny;
  std::string directory;
  std::string checkpoints;
  schema::Bounded<1, 36'500> retention_days{365};
  std::string webhook;
  SecretText webhook_secret;

  static constexpr auto fields() {
    return schema::Fields{
        schema::defaulted("enabled", &Audit::enabled, "Keep the audit trail (docs/audit.md)."),
        schema::defaulted("on_failure", &Audit::on_failure,
                          "When the trail cannot be written: deny refuses what must not happen without a record "
                          "(changes, logins) and does not start; warn goes on and logs it."),
        schema::defaulted("directory", &Audit::directory,
                          "Where the trail is kept. Default: audit in storage.directory."),
        schema::defaulted("checkpoints", &Audit::checkpoints,
                          "File that signed checkpoints are appended to; best on another disk or machine. Default: "
                          "checkpoints beside the trail."),
        schema::defaulted("retention_days", &Audit::retention_days,
                          "Days that `audit prune` keeps; what it removes leaves a signed proof."),
        schema::defaulted("webhook", &Audit::webhook,
                          "Address that records are posted to as they are written; https, or http on loopback."),
        schema::defaulted("webhook_secret", &Audit::webhook_secret,
                          "Key that the requests to it are signed with, of 32 characters or more."),
    };
  }
};

struct Metrics {
  Port port{0};

  static constexpr auto fields() {
    return schema::Fields{
        schema::defaulted("port", &Metrics::port,
                          "Port on 127.0.0.1 where serve gives its metrics at /metrics; 0 gives them to "
                          "`admin metrics` only."),
    };
  }
};

struct Alerts {
  std::string webhook;
  SecretText webhook_secret;

  static constexpr auto fields() {
    return schema::Fields{
        schema::defaulted("webhook", &Alerts::webhook,
                          "Address that alerts are posted to (docs/operations.md); https, or http on loopback. Without "
                          "one they are in the log only."),
        schema::defaulted("webhook_secret", &Alerts::webhook_secret,
                          "Key that the requests to it are signed with, of 32 characters or more."),
    };
  }
};

// A collector of log messages (RFC 5424).
struct Syslog {
  std::string server;
  std::string ca_file;
  bool records = true;
  bool alerts = true;

  static constexpr auto fields() {
    return schema::Fields{
        schema::defaulted("server", &Syslog::server,
                          "Collector that records and alerts are sent to (docs/audit.md): tls://name:6514, or tcp:// "
                          "with a loopback literal and a port."),
        schema::defaulted("ca_file", &Syslog::ca_file,
                          "Authorities that its certificate is checked with. Default: those of the system."),
        schema::defaulted("records", &Syslog::records, "Send the records of the audit trail and its checkpoints."),
        schema::defaulted("alerts", &Syslog::alerts, "Send the alerts."),
    };
  }
};

// Mail, for alerts alone.
struct Mail {
  std::string server;
  std::string from;
  std::vector<std::string> to;
  std::string user;
  SecretText password;
  std::string ca_file;

  static constexpr auto fields() {
    return schema::Fields{
        schema::defaulted("server", &Mail::server,
                          "Mail server that alerts are sent by: smtps://name:465, or smtp://name:587, which has to "
                          "offer TLS too unless it is a loopback literal."),
        schema::defaulted("from", &Mail::from, "Address that they come from."),
        schema::defaulted("to", &Mail::to, "Addresses that they go to."),
        schema::defaulted("user", &Mail::user, "Name to log in there with; empty: without a login."),
        schema::defaulted("password", &Mail::password, "Its password."),
        schema::defaulted("ca_file", &Mail::ca_file,
                          "Authorities that its certificate is checked with. Default: those of the system."),
    };
  }
};

struct Settings {
  Deployment environment = Deployment::kProduction;
  Spotify spotify;
  Server server;
  Api api;
  Cache cache;
  Storage storage;
  Store store;
  Tools tools;
  Privacy privacy;
  Security security;
  Audit audit;
  Metrics metrics;
  Alerts alerts;
  Syslog syslog;
  Mail mail;

  static constexpr auto fields() {
    return schema::Fields{
        schema::defaulted("environment", &Settings::environment, "Kind of deployment; decides how strict we are."),
        schema::defaulted("spotify", &Settings::spotify),
        schema::defaulted("server", &Settings::server),
        schema::defaulted("api", &Settings::api),
        schema::defaulted("cache", &Settings::cache),
        schema::defaulted("storage", &Settings::storage),
        schema::defaulted("store", &Settings::store),
        schema::defaulted("tools", &Settings::tools),
        schema::defaulted("privacy", &Settings::privacy),
        schema::defaulted("security", &Settings::security),
        schema::defaulted("audit", &Settings::audit),
        schema::defaulted("metrics", &Settings::metrics),
        schema::defaulted("alerts", &Settings::alerts),
        schema::defaulted("syslog", &Settings::syslog),
        schema::defaulted("mail", &Settings::mail),
    };
  }
};

}  // namespace config

template <>
struct schema::EnumNames<config::Deployment> {
  static constexpr std::array kNames{std::pair{config::Deployment::kDevelopment, std::string_view("development")},
                                     std::pair{config::Deployment::kStaging, std::string_view("staging")},
                                     std::pair{config::Deployment::kProduction, std::string_view("production")}};
};

// The guide writes levels in capitals; both cases are read, the lower one is written.
template <>
struct schema::Type<config::LogLevel> {
  static json::Object schema();
  static void read(const json::Value& value, config::LogLevel& out, Reader& reader);
  static json::Value write(config::LogLevel value);
};

template <>
struct schema::EnumNames<config::HttpAuth> {
  static constexpr std::array kNames{std::pair{config::HttpAuth::kLocal, std::string_view("local")},
                                     std::pair{config::HttpAuth::kApiKey, std::string_view("api-key")},
                                     std::pair{config::HttpAuth::kNone, std::string_view("none")}};
};

template <>
struct schema::EnumNames<config::Regime> {
  static constexpr std::array kNames{std::pair{config::Regime::kAuto, std::string_view("auto")},
                                     std::pair{config::Regime::kDev2026, std::string_view("dev2026")},
                                     std::pair{config::Regime::kDevLegacy, std::string_view("dev-legacy")},
                                     std::pair{config::Regime::kExtended, std::string_view("extended")}};
};

template <>
struct schema::EnumNames<config::AuditFailure> {
  static constexpr std::array kNames{std::pair{config::AuditFailure::kDeny, std::string_view("deny")},
                                     std::pair{config::AuditFailure::kWarn, std::string_view("warn")}};
};

template <>
struct schema::Type<config::SecretText> {
  static json::Object schema() { return {{"type", "string"}, {"writeOnly", true}}; }
  static void read(const json::Value& value, config::SecretText& out, Reader& reader);
  // Says whether there is one, never what it is.
  static json::Value write(const config::SecretText& value) { return value.secret.empty() ? "" : "(set)"; }
};

template <>
struct schema::EnumNames<config::CheckAtStart> {
  static constexpr std::array kNames{std::pair{config::CheckAtStart::kExposed, std::string_view("exposed")},
                                     std::pair{config::CheckAtStart::kAlways, std::string_view("always")},
                                     std::pair{config::CheckAtStart::kNever, std::string_view("never")}};
};
