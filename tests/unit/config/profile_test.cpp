// What each kind of deployment refuses, and that the guide's files are none of it.
#include "config/profile.h"

#include <string>

#include "config/load.h"

#include "tests/test.h"

namespace {

using config::Debugging;
using config::Deployment;

config::Settings loaded(std::string_view environment, std::string text) {
  config::Sources sources;
  sources.file_name = "config.json";
  sources.file_text = std::move(text);
  sources.variable = [environment](std::string_view name) -> std::optional<std::string> {
    if (name == "DEPLOYMENT_ENVIRONMENT") return std::string(environment);
    if (name == "SPOTIFY_CLIENT_ID" || name == "SPOTIFY_CLIENT_SECRET") return "fake-from-the-environment";
    return std::nullopt;
  };
  sources.read_file = [](const std::string&) -> base::Result<std::string> {
    return base::fail(base::Code::kNotFound, "none");
  };
  auto result = config::load(sources);
  REQUIRE(result);
  return std::move(result->settings);
}

std::string problems(const config::Settings& settings, Debugging debugging = Debugging::kRefused) {
  const auto checked = config::check_profile(settings, debugging);
  return checked ? "" : checked.error().message;
}

constexpr const char* kLoose = R"({"server": {"log_level": "DEBUG"},
  "security": {"max_sessions_per_user": 4, "session_timeout_minutes": 11}})";

}  // namespace

TEST_CASE("production refuses a debug log and loose sessions, all at once and with the fix; the others do not") {
  const std::string all = problems(loaded("production", kLoose));
  CHECK(all.find("server.log_level") != std::string::npos);
  CHECK(all.find("--allow-debug-in-production") != std::string::npos);
  CHECK(all.find("max_sessions_per_user: environment production allows 1 to 3") != std::string::npos);
  CHECK(all.find("session_timeout_minutes: environment production allows 1 to 10") != std::string::npos);
  CHECK(problems(loaded("staging", kLoose)).empty());
  CHECK(problems(loaded("development", kLoose)).empty());
  CHECK(problems(loaded("production", R"({"server": {"log_level": "DEBUG"}})"), Debugging::kAllowed).empty());
  CHECK(problems(loaded("production", "{}")).empty());
}

TEST_CASE("the guide's files for development and production pass their profiles") {
  const config::Settings development = loaded("development", R"({
    "spotify": {"client_id": "${SPOTIFY_CLIENT_ID}", "client_secret": "${SPOTIFY_CLIENT_SECRET}",
                "redirect_uri": "http://localhost:8888/callback"},
    "server": {"host": "localhost", "port": 8000, "log_level": "DEBUG"}})");
  CHECK(problems(development).empty());
  CHECK(development.server.log_level == config::LogLevel::kDebug);
  // What Spotify itself refuses is all that is wrong with it.
  CHECK(config::check(development).error().message.find("http://127.0.0.1:8888/callback") != std::string::npos);
  const config::Settings production = loaded("production", R"({
    "spotify": {"client_id": "${SPOTIFY_CLIENT_ID}", "client_secret": "${SPOTIFY_CLIENT_SECRET}",
                "redirect_uri": "https://your-domain.com/callback"},
    "server": {"host": "0.0.0.0", "port": 8000, "log_level": "INFO"},
    "api": {"rate_limit": 50, "timeout": 30},
    "cache": {"enabled": true, "db_path": "/secure/path/spotify_cache.db"}})");
  CHECK(problems(production).empty());
  CHECK(config::check(production));
  CHECK(production.spotify.client_id == "fake-from-the-environment");
  CHECK(production.cache.db_path == "/secure/path/spotify_cache.db");
}

TEST_CASE("every rule of the page has a word for each kind of deployment") {
  CHECK(config::profile_rules().size() >= 5);
  for (const config::ProfileRule& rule : config::profile_rules()) {
    CHECK((!rule.setting.empty() && !rule.development.empty() && !rule.staging.empty() && !rule.production.empty()));
  }
}
