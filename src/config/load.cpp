#include "config/load.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "base/text.h"
#include "config/store_url.h"
#include "http/address.h"
#include "http/url.h"
#include "json/parse.h"

namespace config {
namespace {

constexpr std::array kVariables{
    Variable{"SPOTIFY_CLIENT_ID", "spotify.client_id"},
    Variable{"SPOTIFY_CLIENT_SECRET", "spotify.client_secret"},
    Variable{"SPOTIFY_REDIRECT_URI", "spotify.redirect_uri"},
    Variable{"DEPLOYMENT_ENVIRONMENT", "environment"},
    Variable{"SPOTIFY_MCP_HOST", "server.host"},
    Variable{"SPOTIFY_MCP_PORT", "server.port"},
    Variable{"SPOTIFY_MCP_LOG_LEVEL", "server.log_level"},
    Variable{"SPOTIFY_MCP_DATA_DIRECTORY", "storage.directory"},
    Variable{"SPOTIFY_MCP_STORE_URL", "store.url"},
    Variable{"SPOTIFY_MCP_STORE_PASSWORD", "store.password"},
    Variable{"SPOTIFY_MCP_READ_ONLY", "tools.read_only"},
    Variable{"SECURITY_SESSION_TIMEOUT_MINUTES", "security.session_timeout_minutes"},
    Variable{"SECURITY_MAX_SESSIONS_PER_USER", "security.max_sessions_per_user"},
    Variable{"SECURITY_ENABLE_REQUEST_SIGNING", "security.enable_request_signing"},
};

void note_origins(const json::Value& value, const std::string& path, const std::string& origin, Loaded& loaded) {
  if (!value.is_object()) {
    loaded.origins[path] = origin;
    return;
  }
  for (const auto& [name, member] : value.object()) {
    note_origins(member, path.empty() ? name : path + "." + name, origin, loaded);
  }
}

// "${NAME}" and "${file:PATH}" anywhere in a text. What they stand for is not expanded again.
base::Result<std::string> expand(std::string_view text, const Sources& sources) {
  std::string out;
  for (size_t begin = text.find("${"); begin != std::string_view::npos; begin = text.find("${")) {
    out.append(text.substr(0, begin));
    const size_t end = text.find('}', begin);
    if (end == std::string_view::npos) {
      return base::fail(base::Code::kInvalidArgument, "A ${...} has no closing brace.");
    }
    const std::string_view inner = text.substr(begin + 2, end - begin - 2);
    if (inner.starts_with("file:")) {
      TRY(const std::string content, sources.read_file(std::string(inner.substr(5))));
      out.append(content.substr(0, content.find_last_not_of("\r\n") + 1));
    } else if (const auto value = sources.variable(inner)) {
      out.append(*value);
    } else {
      return base::fail(
          base::Code::kNotFound,
          fmt::format("The environment variable {} is not set. Set it, or write the value itself.", inner));
    }
    text.remove_prefix(end + 1);
  }
  out.append(text);
  return out;
}

base::Result<void> expand_all(json::Value& value, const Sources& sources) {
  if (value.is_string()) {
    TRY(std::string expanded, expand(value.string(), sources));
    value = json::Value(std::move(expanded));
  } else if (value.is_array()) {
    for (json::Value& item : value.array()) TRY_VOID(expand_all(item, sources));
  } else if (value.is_object()) {
    for (auto& [name, member] : value.object()) TRY_VOID(expand_all(member, sources));
  }
  return {};
}

// A variable is text; what it means depends on the setting.
json::Value from_text(const std::string& text) {
  if (text == "true") return true;
  if (text == "false") return false;
  if (const auto number = base::parse_integer(text)) return int64_t{*number};
  return text;
}

base::Result<void> apply_variables(const Sources& sources, json::Value& document, Loaded& loaded) {
  for (const Variable& variable : kVariables) {
    auto value = sources.variable(variable.name);
    std::string origin(variable.name);
    const std::string file_variable = origin + "_FILE";
    if (const auto path = sources.variable(file_variable); path && !value) {
      auto content = sources.read_file(*path);
      if (!content) {
        return base::fail(content.error().code, fmt::format("{}: {}", file_variable, content.error().message));
      }
      content->resize(content->find_last_not_of("\r\n") + 1);
      value = *std::move(content);
      origin = file_variable;
    }
    if (!value) continue;
    const bool is_text = variable.setting.starts_with("spotify.") || variable.setting.starts_with("store.") ||
                         variable.setting == "storage.directory";
    set_path(document, variable.setting, is_text ? json::Value(*value) : from_text(*value));
    loaded.origins[std::string(variable.setting)] = "environment " + origin;
  }
  return {};
}

void expect(std::vector<std::string>& problems, bool holds, std::string problem) {
  if (!holds) problems.push_back(std::move(problem));
}

void check_api_url(const std::string& text, std::string_view name, std::string_view own, const Settings& settings,
                   std::vector<std::string>& problems) {
  const auto url = http::parse_url(text);
  if (!url) {
    problems.push_back(fmt::format("{} must be an http or https URL.", name));
    return;
  }
  const bool loopback = http::is_loopback_literal(url->host);
  if (url->scheme == "http" && !loopback) {
    problems.push_back(fmt::format("{} must use https; plain http is for 127.0.0.1 and [::1] only.", name));
  } else if (!loopback && url->server_url() != own && settings.environment != Deployment::kDevelopment) {
    problems.push_back(
        fmt::format("{} must be {} or a simulator on loopback. Any other server is for environment "
                    "development only, since it would be sent your Spotify login.",
                    name, own));
  }
}

void check_redirect(const std::string& text, std::vector<std::string>& problems) {
  const auto url = http::parse_url(text);
  if (!url) {
    problems.emplace_back("spotify.redirect_uri must be a URL such as http://127.0.0.1/callback.");
  } else if (url->host == "localhost") {
    problems.push_back(
        fmt::format("spotify.redirect_uri: Spotify refuses localhost. Register http://127.0.0.1{0}{1} in the "
                    "dashboard and set spotify.redirect_uri to http://127.0.0.1{0}{1}",
                    url->port ? fmt::format(":{}", *url->port) : "", url->target));
  } else if (url->scheme == "http" && !http::is_loopback_literal(url->host)) {
    problems.emplace_back("spotify.redirect_uri must use https, or http with 127.0.0.1 or [::1].");
  }
}

// A file that was sealed for the laptop has no business on the server, and the reverse.
base::Result<void> check_environment(const Sources& sources, const Loaded& loaded) {
  const Deployment here = loaded.settings.environment;
  if (!sources.sealed || sources.sealed->environment == here) return {};
  const auto origin = loaded.origins.find("environment");
  return base::fail(
      base::Code::kConflict,
      fmt::format("{0} was sealed for environment {1}, and this deployment is {2} (from {3}). Use the file that was "
                  "sealed for {2}, or seal the plain settings for it: `spotify-mcp-server config seal FILE --output "
                  "SEALED --environment {2}`.",
                  sources.file_name, schema::enum_name(sources.sealed->environment), schema::enum_name(here),
                  origin == loaded.origins.end() ? "the file" : std::string_view(origin->second)));
}

base::Result<void> to_result(const std::vector<std::string>& problems) {
  if (problems.empty()) return {};
  return base::fail(base::Code::kInvalidArgument, fmt::format("{}", fmt::join(problems, "\n")));
}

base::Result<json::Value> read_document(const Sources& sources) {
  auto parsed = json::parse(*sources.file_text, {.bytes_max = kPlainBytesMax});
  if (!parsed) {
    return base::fail(parsed.error().code, fmt::format("{}: {}", sources.file_name, parsed.error().message));
  }
  if (!parsed->is_object()) {
    return base::fail(base::Code::kInvalidArgument, fmt::format("{} must hold one JSON object.", sources.file_name));
  }
  if (auto expanded = expand_all(*parsed, sources); !expanded) {
    return base::fail(expanded.error().code, fmt::format("{}: {}", sources.file_name, expanded.error().message));
  }
  if (sources.sealed && parsed->find("environment") == nullptr) {
    parsed->object().append("environment", schema::enum_name(sources.sealed->environment));
  }
  return *std::move(parsed);
}

void check_webhook(std::string_view section, const std::string& webhook, const SecretText& secret,
                   std::vector<std::string>& problems) {
  if (webhook.empty()) return;
  constexpr size_t kSecretMin = 32;
  const auto url = http::parse_url(webhook);
  const bool is_safe = url && (url->scheme == "https" || http::is_loopback_literal(url->host));
  expect(problems, is_safe,
         fmt::format("{}.webhook: this is no https address. Give one such as https://alerts.example.com/spotify-mcp; "
                     "http is for 127.0.0.1 and [::1] only.",
                     section));
  expect(problems, secret.secret.size() >= kSecretMin,
         fmt::format("{}.webhook_secret: requests are signed, with a key of {} characters or more. Make one with: "
                     "openssl rand -hex 32",
                     section, kSecretMin));
}

// "SCHEME://host:port"; the plain scheme is for loopback alone.
bool is_server(std::string_view text, std::string_view secure, std::string_view plain, bool plain_anywhere) {
  const size_t colon = text.find("://");
  const std::string_view scheme = text.substr(0, colon);
  if (colon == std::string_view::npos || (scheme != secure && scheme != plain)) return false;
  const auto url = http::parse_url(fmt::format("https{}", text.substr(colon)));
  return url && url->port && url->target == "/" &&
         (scheme == secure || plain_anywhere || http::is_loopback_literal(url->host));
}

bool is_mailbox(std::string_view address) {
  const size_t at = address.find('@');
  return at != 0 && at != std::string_view::npos && at + 1 < address.size() && !address.starts_with('-') &&
         address.find('@', at + 1) == std::string_view::npos && std::ranges::all_of(address, [](char c) {
           return c > ' ' && c <= '~' && !std::string_view("<>()[],;:\\\"").contains(c);
         });
}

// A line of a file that anybody may ask for.
void check_contact(std::string_view contact, std::vector<std::string>& problems) {
  constexpr std::string_view kMail = "mailto:";
  const bool is_mail = contact.starts_with(kMail) && is_mailbox(std::string(contact.substr(kMail.size())));
  const bool is_page = contact.starts_with("https://") && http::parse_url(contact).has_value();
  const bool is_phone = contact.starts_with("tel:+") && base::parse_integer(contact.substr(5)).has_value();
  expect(problems, contact.empty() || is_mail || is_page || is_phone,
         "server.security_contact: give an address such as mailto:security@example.com, https://example.com/security "
         "or tel:+15550100.");
}

// A value of the Host field as a client sends it. What it stands for is not looked up.
bool is_host_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("-._~:[]").contains(c);
  });
}

// What one can listen on; IPv6 may name its interface.
bool is_address(std::string_view host) {
  return host == "localhost" || http::parse_address(host.substr(0, host.find('%')));
}

void check_deliveries(const Settings& settings, std::vector<std::string>& problems) {
  const Syslog& syslog = settings.syslog;
  expect(problems, syslog.server.empty() || is_server(syslog.server, "tls", "tcp", false),
         "syslog.server: give one such as tls://logs.example.com:6514; tcp:// is for 127.0.0.1 and [::1] only.");
  const Mail& mail = settings.mail;
  if (mail.server.empty()) return;
  expect(problems, is_server(mail.server, "smtps", "smtp", true),
         "mail.server: give one such as smtps://mail.example.com:465 or smtp://mail.example.com:587.");
  expect(problems, is_mailbox(mail.from), "mail.from: give an address such as alerts@example.com.");
  expect(problems, !mail.to.empty() && std::ranges::all_of(mail.to, is_mailbox),
         "mail.to: give one or more addresses such as admin@example.com.");
  expect(problems, mail.user.empty() == mail.password.secret.empty(),
         "mail.user, mail.password: give both, or none of them.");
}

void check_store(const Store& store, std::vector<std::string>& problems) {
  if (store.url.empty()) {
    expect(problems, store.password.secret.empty(),
           "store.password is for the database of store.url, which is not set. Set it, or take the password out.");
    return;
  }
  const auto url = parse_store_url(store.url);
  if (!url) problems.push_back(url.error().message);
}

}  // namespace

void set_path(json::Value& root, std::string_view path, json::Value value) {
  json::Value* at = &root;
  const auto names = base::split(path, '.');
  for (size_t i = 0; i + 1 < names.size(); ++i) {
    if (!at->is_object()) *at = json::Object();
    json::Value* next = at->object().find(names[i]);
    at = next != nullptr ? next : &at->object().set(std::string(names[i]), json::Object());
  }
  if (!at->is_object()) *at = json::Object();
  at->object().set(std::string(names.back()), std::move(value));
}

std::span<const Variable> variables() { return kVariables; }

std::vector<std::string> find_idle(const Loaded& loaded) {
  std::vector<std::string> idle;
  if (!loaded.settings.cache.enabled && !loaded.settings.cache.db_path.empty()) {
    idle.emplace_back("cache.db_path has no effect: cache.enabled is false, so no answer is kept.");
  }
  const Server& server = loaded.settings.server;
  if (loaded.settings.security.enable_request_signing && server.auth != HttpAuth::kApiKey) {
    idle.emplace_back(
        "security.enable_request_signing has no effect: it is for server.auth api-key, whose clients sign with their "
        "key.");
  }
  if (!http::is_loopback_host(server.host) && server.allowed_hosts.empty()) {
    idle.emplace_back(
        fmt::format("server.host {} is reached by nobody: server.allowed_hosts is empty. Name there how "
                    "clients call this server, such as mcp.example.com.",
                    server.host));
  }
  return idle;
}

base::Result<Loaded> load(const Sources& sources) {
  Loaded loaded;
  json::Value document = json::Object();
  std::vector<schema::Problem> of_file;
  if (sources.file_text) {
    TRY(document, read_document(sources));
    note_origins(document, "", "file " + sources.file_name, loaded);
    Settings unused;
    of_file = schema::read(document, unused, schema::Mode::kStrict);
  }
  TRY_VOID(apply_variables(sources, document, loaded));
  for (const auto& [path, value] : sources.flags) {
    set_path(document, path, value);
    loaded.origins[path] = "flag";
  }
  auto problems = schema::read(document, loaded.settings, schema::Mode::kStrict);
  // A file that is wrong is wrong also where a variable or a flag says otherwise today.
  std::erase_if(of_file, [&problems](const schema::Problem& each) {
    return std::ranges::find(problems, each.pointer, &schema::Problem::pointer) != problems.end();
  });
  if (!problems.empty() || !of_file.empty()) {
    // Settings are named by dots everywhere else, so here too.
    const auto with_dots = [](std::string& pointer) {
      if (!pointer.empty()) std::ranges::replace(pointer.begin() + 1, pointer.end(), '/', '.');
    };
    bool in_file = !of_file.empty();
    for (schema::Problem& problem : problems) {
      with_dots(problem.pointer);
      // Whoever looks into the file for what an environment variable or a flag says looks in vain.
      const auto origin = loaded.origins.find(problem.pointer.substr(std::min<size_t>(1, problem.pointer.size())));
      const bool elsewhere = origin != loaded.origins.end() && !origin->second.starts_with("file ");
      if (elsewhere) problem.message += fmt::format(" (from {})", origin->second);
      in_file = in_file || !elsewhere;
    }
    for (schema::Problem& problem : of_file) {
      with_dots(problem.pointer);
      problems.push_back(std::move(problem));
    }
    base::Error error = schema::to_error(problems, "The configuration");
    if (sources.file_text && in_file) error.message = sources.file_name + ": " + error.message;
    return std::unexpected(std::move(error));
  }
  TRY_VOID(check_environment(sources, loaded));
  loaded.sealed = sources.sealed;
  return loaded;
}

base::Result<void> check(const Settings& settings) {
  std::vector<std::string> problems;
  check_redirect(settings.spotify.redirect_uri, problems);
  check_api_url(settings.api.base_url, "api.base_url", "https://api.spotify.com", settings, problems);
  check_api_url(settings.api.accounts_url, "api.accounts_url", "https://accounts.spotify.com", settings, problems);
  check_webhook("alerts", settings.alerts.webhook, settings.alerts.webhook_secret, problems);
  check_webhook("audit", settings.audit.webhook, settings.audit.webhook_secret, problems);
  check_deliveries(settings, problems);
  check_store(settings.store, problems);
  check_contact(settings.server.security_contact, problems);
  expect(problems, std::ranges::all_of(settings.server.allowed_hosts, is_host_name),
         "server.allowed_hosts: give names such as mcp.example.com or mcp.example.com:8443. There is no wildcard.");
  return to_result(problems);
}

base::Result<void> check_listener(const Settings& settings) {
  std::vector<std::string> problems;
  const Server& server = settings.server;
  const bool has_tls = !server.tls_certificate.empty();
  const bool is_local = http::is_loopback_host(server.host);
  if (!is_address(server.host)) {
    return base::fail(base::Code::kInvalidArgument,
                      "server.host must be an address of this machine, such as 127.0.0.1, 0.0.0.0 or ::1. A name is "
                      "none, but for localhost.");
  }
  expect(problems, is_local || has_tls || !server.trusted_proxies.empty(),
         fmt::format("server.host {}: other machines would send their bearer in the clear. Set server.tls_certificate "
                     "and server.tls_key, or name in server.trusted_proxies the proxy that speaks TLS in front, or set "
                     "server.host to 127.0.0.1.",
                     server.host));
  expect(problems, is_local || server.auth != HttpAuth::kNone,
         fmt::format("server.auth none is for loopback: {} lets every machine call. Set server.auth to api-key.",
                     server.host));
  expect(problems, has_tls == !server.tls_key.empty(),
         "server.tls_certificate and server.tls_key belong together. Set both, or neither.");
  for (const std::string& proxy : server.trusted_proxies) {
    expect(problems, http::AddressBlock::parse(proxy).has_value(),
           "server.trusted_proxies: give addresses or blocks such as 192.0.2.7 or 10.0.0.0/8, without bits behind the "
           "prefix.");
  }
  expect(problems, server.auth != HttpAuth::kNone || settings.environment == Deployment::kDevelopment,
         "server.auth none is for environment development only. Remove it, or set environment to development.");
  return to_result(problems);
}

}  // namespace config
