#include "config/store_url.h"

#include <string>

#include "config/load.h"
#include "config/profile.h"

#include "tests/test.h"

namespace {

std::string problem(const std::string& text) {
  const auto url = config::parse_store_url(text);
  return url ? "" : url.error().message;
}

}  // namespace

TEST_CASE("the address of a database is read") {
  const auto far = config::parse_store_url("postgres://mcp@DB.example.com/state");
  REQUIRE(far);
  CHECK(far->user == "mcp");
  CHECK(far->host == "db.example.com");
  CHECK(far->port == 5432);
  CHECK(far->database == "state");
  CHECK(far->ssl_mode == "verify-full");
  CHECK_FALSE(far->is_local());
  const auto near = config::parse_store_url("postgresql://a%40b@[::1]:6432/my%20state?sslmode=verify-ca");
  REQUIRE(near);
  CHECK(near->user == "a@b");
  CHECK(near->host == "::1");
  CHECK(near->port == 6432);
  CHECK(near->database == "my state");
  CHECK(near->ssl_mode == "verify-ca");
  CHECK(near->is_local());
  const auto socket = config::parse_store_url("postgres://mcp@/state?host=/run/postgresql");
  REQUIRE(socket);
  CHECK(socket->host == "/run/postgresql");
  CHECK(socket->ssl_mode == "disable");
  CHECK(socket->is_local());
}

TEST_CASE("an address that is none says what to write, and never repeats a password") {
  for (const char* text :
       {"", "mysql://a@b/c", "postgres://", "postgres://a@b", "postgres://a@b/", "postgres://b/c", "postgres://@b/c",
        "postgres://a@/c", "postgres://a@b:0x/c", "postgres://a@b/c/d", "postgres://a@b/c?sslmode=prefer",
        "postgres://a@b/c?host=/run", "postgres://a@/c?host=run", "postgres://a@b/c?options=-cx", "postgres://a@b c/d",
        "postgres://a%00@b/c", "postgres://a%zz@b/c", "postgres://a@b,c/d"}) {
    CAPTURE(text);
    CHECK(problem(text).starts_with("store.url: "));
    CHECK(problem(text).contains("postgres://spotify_mcp@"));
  }
  const std::string with_password = problem("postgres://mcp:obviously-fake@db.example.com/state");
  CHECK(with_password.contains("store.password"));
  CHECK_FALSE(with_password.contains("obviously-fake"));
}

TEST_CASE("settings of the database belong together") {
  config::Settings settings;
  settings.store.password = config::SecretText("obviously-fake");
  REQUIRE(!config::check(settings));
  CHECK(config::check(settings).error().message.contains("store.url"));
  settings.store.url = "postgres://mcp@db.example.com/state";
  CHECK(config::check(settings));
  settings.store.url = "postgres://mcp@db.example.com";
  CHECK_FALSE(config::check(settings).has_value());
}

TEST_CASE("in production the certificate of a database beyond this machine is looked at") {
  config::Settings settings;
  settings.environment = config::Deployment::kProduction;
  for (const char* text : {"postgres://mcp@db.example.com/state", "postgres://mcp@127.0.0.1/state?sslmode=disable",
                           "postgres://mcp@/state?host=/run/postgresql"}) {
    settings.store.url = text;
    CHECK(config::check_profile(settings, config::Debugging::kRefused));
  }
  for (const char* mode : {"disable", "require", "verify-ca"}) {
    settings.store.url = std::string("postgres://mcp@db.example.com/state?sslmode=") + mode;
    const auto checked = config::check_profile(settings, config::Debugging::kRefused);
    REQUIRE_FALSE(checked.has_value());
    CHECK(checked.error().message.contains("verify-full"));
    settings.environment = config::Deployment::kStaging;
    CHECK(config::check_profile(settings, config::Debugging::kRefused));
    settings.environment = config::Deployment::kProduction;
  }
}

TEST_CASE("the database and its password are read from the environment, and the password is never written") {
  config::Sources sources;
  sources.variable = [](std::string_view name) -> std::optional<std::string> {
    if (name == "SPOTIFY_MCP_STORE_URL") return "postgres://mcp@db.example.com/state";
    if (name == "SPOTIFY_MCP_STORE_PASSWORD_FILE") return "/run/secrets/password";
    return std::nullopt;
  };
  sources.read_file = [](const std::string&) -> base::Result<std::string> { return "12345\n"; };
  const auto loaded = config::load(sources);
  REQUIRE(loaded);
  CHECK(loaded->settings.store.url == "postgres://mcp@db.example.com/state");
  // A number is a password too.
  CHECK(loaded->settings.store.password.secret.reveal() == "12345");
  CHECK(loaded->origins.at("store.password") == "environment SPOTIFY_MCP_STORE_PASSWORD_FILE");
  CHECK(schema::to_json(loaded->settings).find("store")->text_or_empty("password") == "(set)");
}
