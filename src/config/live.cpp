#include "config/live.h"

#include <algorithm>
#include <array>

#include "crypto/hash.h"
#include "schema/fields.h"

namespace config {
namespace {

// In the order of their names.
constexpr std::array<std::string_view, 25> kLive{"alerts.webhook",
                                                 "alerts.webhook_secret",
                                                 "api.rate_limit",
                                                 "api.timeout",
                                                 "mail.from",
                                                 "mail.password",
                                                 "mail.server",
                                                 "mail.to",
                                                 "mail.user",
                                                 "privacy.lockdown",
                                                 "security.key_rotation_days",
                                                 "security.max_sessions_per_user",
                                                 "security.session_timeout_minutes",
                                                 "server.allowed_hosts",
                                                 "server.allowed_origins",
                                                 "server.log_level",
                                                 "server.requests_per_user",
                                                 "server.streams_per_user",
                                                 "spotify.client_secret",
                                                 "spotify.client_secret_previous",
                                                 "tools.read_only",
                                                 "tools.tools",
                                                 "tools.toolsets",
                                                 "tools.writes_per_day",
                                                 "tools.writes_per_minute"};

void flatten_into(const json::Value& value, const std::string& path, Flat& flat) {
  if (!value.is_object()) {
    flat.insert_or_assign(path, value);
    return;
  }
  for (const auto& [name, member] : value.object()) {
    flatten_into(member, path.empty() ? name : path + "." + name, flat);
  }
}

// Not the text that a secret is written as, which says only that there is one.
void put_secret(std::string_view name, const SecretText& secret, Flat& flat) {
  flat.insert_or_assign(std::string(name), json::Value(crypto::to_hex(crypto::sha256(secret.secret.reveal()))));
}

}  // namespace

std::span<const std::string_view> live_settings() { return kLive; }

bool is_live(std::string_view name) { return std::ranges::find(kLive, name) != kLive.end(); }

Flat flatten(const Settings& settings) {
  Flat flat;
  flatten_into(schema::to_json(settings), "", flat);
  put_secret("spotify.client_secret", settings.spotify.client_secret, flat);
  put_secret("spotify.client_secret_previous", settings.spotify.client_secret_previous, flat);
  put_secret("alerts.webhook_secret", settings.alerts.webhook_secret, flat);
  put_secret("audit.webhook_secret", settings.audit.webhook_secret, flat);
  put_secret("mail.password", settings.mail.password, flat);
  put_secret("store.password", settings.store.password, flat);
  return flat;
}

Difference compare(const Flat& before, const Flat& after) {
  Difference difference;
  for (const auto& [name, value] : after) {
    const auto old = before.find(name);
    if (old != before.end() && old->second == value) continue;
    (is_live(name) ? difference.live : difference.at_start).push_back(name);
  }
  return difference;
}

}  // namespace config
