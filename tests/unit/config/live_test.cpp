// What a reload takes over, and what it only names.
#include "config/live.h"

#include "tests/test.h"

namespace {

config::Difference after(void (*change)(config::Settings& settings)) {
  const config::Settings before;
  config::Settings changed;
  change(changed);
  return config::compare(config::flatten(before), config::flatten(changed));
}

}  // namespace

TEST_CASE("a change is named, as one of a reload or as one of a start") {
  CHECK(after([](config::Settings&) {}).live.empty());
  CHECK(after([](config::Settings&) {}).at_start.empty());
  const auto both = after([](config::Settings& settings) {
    settings.tools.read_only = true;
    settings.server.allowed_hosts = {"mcp.example.com"};
    settings.server.host = "127.0.0.2";
  });
  CHECK(both.live == std::vector<std::string>{"server.allowed_hosts", "tools.read_only"});
  CHECK(both.at_start == std::vector<std::string>{"server.host"});
}

TEST_CASE("a change of a secret shows, and the secret does not") {
  const auto changed = after([](config::Settings& settings) {
    settings.spotify.client_secret = config::SecretText("fake-secret-1");
    settings.alerts.webhook_secret = config::SecretText("fake-secret-2");
    settings.audit.webhook_secret = config::SecretText("fake-secret-3");
    settings.mail.password = config::SecretText("fake-secret-4");
    settings.store.password = config::SecretText("fake-secret-5");
  });
  CHECK(changed.live == std::vector<std::string>{"alerts.webhook_secret", "mail.password", "spotify.client_secret"});
  CHECK(changed.at_start == std::vector<std::string>{"audit.webhook_secret", "store.password"});
  config::Settings settings;
  settings.spotify.client_secret = config::SecretText("fake-secret-1");
  for (const auto& [name, value] : config::flatten(settings)) {
    CHECK((!value.is_string() || value.string().find("fake-secret") == std::string::npos));
  }
}

TEST_CASE("every live setting is one that there is") {
  const auto flat = config::flatten(config::Settings());
  for (const std::string_view name : config::live_settings()) {
    CAPTURE(name);
    CHECK(flat.contains(name));
    CHECK(config::is_live(name));
  }
  CHECK(!config::is_live("server.port"));
}
