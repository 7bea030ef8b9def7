#include "config/load.h"

#include "tests/test.h"

namespace {

using config::Sources;

Sources sources(std::optional<std::string> text, std::map<std::string, std::string> variables = {}) {
  return {.file_name = "config.json",
          .file_text = std::move(text),
          .variable = [variables](std::string_view name) -> std::optional<std::string> {
            const auto found = variables.find(std::string(name));
            if (found == variables.end()) return std::nullopt;
            return found->second;
          },
          .read_file = [](const std::string& path) -> base::Result<std::string> {
            if (path == "/run/id") return "id-from-file\n";
            return base::fail(base::Code::kNotFound, "Cannot read " + path + ".");
          },
          .flags = {}};
}

std::string error_of(const Sources& given) {
  const auto loaded = config::load(given);
  REQUIRE(!loaded);
  return loaded.error().message;
}

std::string problems_of(const std::string& text) {
  const auto loaded = config::load(sources(text));
  REQUIRE(loaded);
  const auto checked = config::check(loaded->settings);
  return checked ? "" : checked.error().message;
}

constexpr auto kGuideProduction = R"({
  "spotify": {"client_id": "${SPOTIFY_CLIENT_ID}", "client_secret": "${SPOTIFY_CLIENT_SECRET}",
              "redirect_uri": "https://your-domain.com/callback"},
  "server": {"host": "0.0.0.0", "port": 8000, "log_level": "INFO"},
  "api": {"rate_limit": 50, "timeout": 30},
  "cache": {"enabled": true, "db_path": "/secure/path/spotify_cache.db"}})";

}  // namespace

TEST_CASE("without a file the defaults are valid") {
  const auto loaded = config::load(sources(std::nullopt));
  REQUIRE(loaded);
  CHECK(config::check(loaded->settings));
  CHECK(loaded->origins.empty());
  CHECK(loaded->settings.server.host == "127.0.0.1");
}

TEST_CASE("the guide's production file loads, with its variables") {
  const auto loaded = config::load(
      sources(kGuideProduction, {{"SPOTIFY_CLIENT_ID", "an-id"}, {"SPOTIFY_CLIENT_SECRET", "not-a-real-secret"}}));
  REQUIRE(loaded);
  CHECK(loaded->settings.spotify.client_id == "an-id");
  CHECK(loaded->settings.spotify.client_secret.secret.reveal() == "not-a-real-secret");
  CHECK(loaded->settings.server.log_level == config::LogLevel::kInfo);
  CHECK(config::check(loaded->settings));
}

TEST_CASE("what is wrong in the file is wrong also where a variable or a flag says otherwise") {
  for (const std::string wrong : {"-1", "\"x\"", "[]", "{}"}) {
    CAPTURE(wrong);
    Sources given = sources("{\"server\":{\"port\":" + wrong + "}}");
    CHECK(error_of(given).find("config.json: server.port") != std::string::npos);
    given.flags = {{"server.port", int64_t{8123}}};
    const std::string with_flag = error_of(given);
    CHECK(with_flag.find("config.json: server.port") != std::string::npos);
    CHECK(with_flag.find("(from flag)") == std::string::npos);
    CHECK(with_flag == error_of(sources("{\"server\":{\"port\":" + wrong + "}}", {{"SPOTIFY_MCP_PORT", "8123"}})));
  }
  Sources section = sources(R"({"server":"x"})");
  section.flags = {{"server.port", int64_t{8123}}};
  CHECK(error_of(section).find("server") != std::string::npos);
  Sources both = sources(R"({"server":{"port":-1}})");
  both.flags = {{"server.port", int64_t{-2}}};
  CHECK(error_of(both).find("(from flag)") != std::string::npos);
}

TEST_CASE("names of this server are names, and it listens on an address") {
  for (const std::string wrong : {"", "*", "*.example.com", "https://mcp.example.com", "a b", "a/b"}) {
    CAPTURE(wrong);
    CHECK(problems_of("{\"server\":{\"allowed_hosts\":[\"" + wrong + "\"]}}").find("server.allowed_hosts") == 0);
  }
  constexpr auto kRight = R"({"server":{"allowed_hosts":["mcp.example.com","mcp.example.com:8443","[::1]:80"]}})";
  CHECK(problems_of(kRight) == "");

  config::Settings settings;
  for (const std::string wrong : {"", "x y", "mcp.example.com", "127.1", "*"}) {
    CAPTURE(wrong);
    settings.server.host = wrong;
    const auto checked = config::check_listener(settings);
    REQUIRE_FALSE(checked);
    CHECK(checked.error().message.find("server.host must be an address") == 0);
  }
  for (const std::string right : {"127.0.0.1", "::1", "localhost", "127.0.0.2"}) {
    CAPTURE(right);
    settings.server.host = right;
    CHECK(config::check_listener(settings));
  }
}

TEST_CASE("a secret is never written") {
  const auto loaded = config::load(sources(R"({"spotify":{"client_secret":"not-a-real-secret"}})"));
  REQUIRE(loaded);
  const json::Value shown = schema::to_json(loaded->settings);
  CHECK(shown.find("spotify")->text_or_empty("client_secret") == "(set)");
}

TEST_CASE("each layer stands over the one before, and says where a value came from") {
  auto given = sources(R"({"server":{"port":1},"spotify":{"client_id":"file"},"tools":{"read_only":true}})",
                       {{"SPOTIFY_MCP_PORT", "2"}, {"SPOTIFY_CLIENT_ID", "12345"}});
  given.flags.emplace("server.port", 3);
  const auto loaded = config::load(given);
  REQUIRE(loaded);
  CHECK(loaded->settings.server.port.value() == 3);
  CHECK(loaded->origins.at("server.port") == "flag");
  // Digits stay a text where the setting is one.
  CHECK(loaded->settings.spotify.client_id == "12345");
  CHECK(loaded->origins.at("spotify.client_id") == "environment SPOTIFY_CLIENT_ID");
  CHECK(loaded->origins.at("tools.read_only") == "file config.json");
  CHECK(!loaded->origins.contains("api.timeout"));
}

TEST_CASE("a variable may name a file, and a value may too") {
  const auto by_variable = config::load(sources(std::nullopt, {{"SPOTIFY_CLIENT_ID_FILE", "/run/id"}}));
  REQUIRE(by_variable);
  CHECK(by_variable->settings.spotify.client_id == "id-from-file");
  CHECK(by_variable->origins.at("spotify.client_id") == "environment SPOTIFY_CLIENT_ID_FILE");
  const auto by_value = config::load(sources(R"({"spotify":{"client_id":"${file:/run/id}"}})"));
  REQUIRE(by_value);
  CHECK(by_value->settings.spotify.client_id == "id-from-file");
  CHECK(error_of(sources(R"({"spotify":{"client_id":"${file:/none}"}})")).find("/none") != std::string::npos);
}

TEST_CASE("what is wrong in the file is said with its name and the fix") {
  CHECK(error_of(sources("{")).starts_with("config.json: Invalid JSON"));
  CHECK(error_of(sources("[]")) == "config.json must hold one JSON object.");
  CHECK(error_of(sources(R"({"servr":{}})")).find("did you mean server?") != std::string::npos);
  CHECK(error_of(sources(R"({"server":{"prot":1}})")) == "config.json: server.prot is not known; did you mean port?");
  const std::string both = error_of(sources(R"({"server":{"port":70000,"log_level":"LOUD"}})"));
  CHECK(both.find("server.port must be from 0 to 65535") != std::string::npos);
  CHECK(both.find("server.log_level must be one of") != std::string::npos);
  CHECK(error_of(sources(R"({"spotify":{"client_id":"${NOT_SET}"}})")).find("NOT_SET is not set") != std::string::npos);
  CHECK(error_of(sources(R"({"spotify":{"client_id":"${NOT"}})")).find("closing brace") != std::string::npos);
}

TEST_CASE("a localhost redirect is refused with the exact fix") {
  const std::string problem = problems_of(R"({"spotify":{"redirect_uri":"http://localhost:8888/callback"}})");
  CHECK(problem.find("set spotify.redirect_uri to http://127.0.0.1:8888/callback") != std::string::npos);
  CHECK(problems_of(R"({"spotify":{"redirect_uri":"http://192.168.1.5/callback"}})").find("https") !=
        std::string::npos);
  CHECK(problems_of(R"({"spotify":{"redirect_uri":"http://[::1]/callback"}})").empty());
}

TEST_CASE("a listener beyond loopback and an unguarded one are refused, all problems at once") {
  const auto listener_problems_of = [](const std::string& text) {
    const auto loaded = config::load(sources(text));
    REQUIRE(loaded);
    // Only serve listens; for every other command such a file is good.
    CHECK(config::check(loaded->settings));
    const auto checked = config::check_listener(loaded->settings);
    return checked ? std::string() : checked.error().message;
  };
  const std::string problem = listener_problems_of(R"({"server":{"host":"0.0.0.0","auth":"none"}})");
  CHECK(problem.find("server.host 0.0.0.0") != std::string::npos);
  CHECK(problem.find("server.auth none") != std::string::npos);
  CHECK(listener_problems_of(R"({"environment":"development","server":{"auth":"none"}})").empty());
  CHECK(listener_problems_of(R"({"server":{"host":"localhost"}})").empty());
}

TEST_CASE("S2: other machines are listened to by TLS, or behind a proxy that is named, and never without a login") {
  const auto problems = [](const std::string& server) {
    const auto loaded = config::load(sources(R"({"environment":"development","server":{"host":"0.0.0.0",)" + server +
                                             "}}"));
    REQUIRE(loaded);
    const auto checked = config::check_listener(loaded->settings);
    return checked ? std::string() : checked.error().message;
  };
  CHECK(problems(R"("auth":"api-key")").find("in the clear") != std::string::npos);
  CHECK(problems(R"("auth":"api-key","tls_certificate":"/c","tls_key":"/k")").empty());
  CHECK(problems(R"("tls_certificate":"/c","tls_key":"/k")").empty());
  CHECK(problems(R"("auth":"api-key","trusted_proxies":["10.0.0.0/8"])").empty());
  CHECK(problems(R"("auth":"none","tls_certificate":"/c","tls_key":"/k")").find("auth none") != std::string::npos);
  CHECK(problems(R"("auth":"none","trusted_proxies":["10.0.0.1"])").find("auth none") != std::string::npos);
  CHECK(problems(R"("tls_certificate":"/c")").find("belong together") != std::string::npos);
  CHECK(problems(R"("tls_key":"/k")").find("belong together") != std::string::npos);
  CHECK(problems(R"("auth":"api-key","trusted_proxies":["10.0.0.1/8"])").starts_with("server.trusted_proxies"));
}

TEST_CASE("the login goes to Spotify or to loopback, elsewhere only in development") {
  CHECK(problems_of(R"({"api":{"base_url":"http://127.0.0.1:9/v1","accounts_url":"http://[::1]:9"}})").empty());
  CHECK(!problems_of(R"({"api":{"base_url":"https://example.org/v1"}})").empty());
  CHECK(!problems_of(R"({"api":{"accounts_url":"http://example.org"}})").empty());
  CHECK(problems_of(R"({"environment":"development","api":{"base_url":"https://example.org/v1"}})").empty());
  CHECK(!problems_of(R"({"environment":"development","api":{"base_url":"http://example.org/v1"}})").empty());
  CHECK(!problems_of(R"({"api":{"base_url":"https://api.spotify.com.example.org/v1"}})").empty());
  CHECK(!problems_of(R"({"api":{"base_url":"nonsense"}})").empty());
}

TEST_CASE("the guide's security variables and its development file are read") {
  const auto loaded = config::load(sources(std::nullopt, {{"SECURITY_SESSION_TIMEOUT_MINUTES", "7"},
                                                          {"SECURITY_MAX_SESSIONS_PER_USER", "4"},
                                                          {"SECURITY_ENABLE_REQUEST_SIGNING", "true"},
                                                          {"DEPLOYMENT_ENVIRONMENT", "staging"}}));
  REQUIRE(loaded);
  CHECK(loaded->settings.security.session_timeout_minutes.value() == 7);
  CHECK(loaded->settings.security.max_sessions_per_user.value() == 4);
  CHECK(loaded->settings.security.enable_request_signing);
  CHECK(loaded->settings.environment == config::Deployment::kStaging);
  CHECK(error_of(sources(std::nullopt, {{"SECURITY_MAX_SESSIONS_PER_USER", "many"}}))
            .find("security.max_sessions_per_user must be an integer") != std::string::npos);
  const auto development = config::load(sources(R"({
    "spotify": {"client_id": "an-id", "client_secret": "not-a-real-secret",
                "redirect_uri": "http://localhost:8888/callback"},
    "server": {"host": "localhost", "port": 8000, "log_level": "DEBUG"}})"));
  REQUIRE(development);
  CHECK(config::check_listener(development->settings));
  // The redirect alone is what Spotify refuses.
  CHECK(config::check(development->settings).error().message.starts_with("spotify.redirect_uri"));
}

TEST_CASE("a problem of a variable or a flag is not looked for in the file") {
  const std::string text = R"({"server":{"port":8080}})";
  CHECK(error_of(sources(text, {{"SPOTIFY_MCP_PORT", "abc"}})) ==
        "server.port must be an integer, not a string (from environment SPOTIFY_MCP_PORT).");
  auto given = sources(text);
  given.flags = {{"server.log_level", json::Value("LOUD")}};
  CHECK(error_of(given).find("(from flag)") != std::string::npos);
  CHECK(!error_of(given).starts_with("config.json"));
}

TEST_CASE("scopes are checked by name") {
  CHECK(config::load(sources(R"({"spotify":{"scopes":["user-top-read"]}})")));
  CHECK(error_of(sources(R"({"spotify":{"scopes":["user-top-raed"]}})")) ==
        "config.json: spotify.scopes.0 is no Spotify permission; did you mean user-top-read?");
}

TEST_CASE("a sealed file is bound to its environment, whichever layer says another") {
  const auto load_as = [](config::Deployment header, const std::string& text,
                          std::map<std::string, std::string> variables = {}) {
    Sources given = sources(text, std::move(variables));
    given.sealed = config::SealedHeader{.environment = header, .generation = 3};
    return config::load(given);
  };
  using config::Deployment;
  const auto same = load_as(Deployment::kDevelopment, R"({"environment":"development"})");
  REQUIRE(same);
  REQUIRE(same->sealed);
  CHECK(same->sealed->generation == 3);
  // What the file does not say, its header does.
  const auto silent = load_as(Deployment::kStaging, "{}");
  REQUIRE(silent);
  CHECK(silent->settings.environment == Deployment::kStaging);
  CHECK(silent->origins.at("environment") == "file config.json");
  for (const auto& [header, here] :
       {std::pair{Deployment::kDevelopment, "production"}, std::pair{Deployment::kProduction, "development"}}) {
    const auto refused = load_as(header, "{}", {{"DEPLOYMENT_ENVIRONMENT", here}});
    REQUIRE(!refused);
    CHECK(refused.error().code == base::Code::kConflict);
    CHECK(refused.error().message.find("environment DEPLOYMENT_ENVIRONMENT") != std::string::npos);
    CHECK(refused.error().message.find(std::string("--output SEALED --environment ") + here) != std::string::npos);
  }
  // A header that was sealed for one environment around a text that says another.
  CHECK(!load_as(Deployment::kProduction, R"({"environment":"development"})"));
  CHECK(!config::load(sources("{}"))->sealed);
}

TEST_CASE("the contact for reports is an address that others can use, and one line") {
  const auto problems = [](const std::string& contact) {
    config::Settings settings;
    settings.server.security_contact = contact;
    const auto checked = config::check(settings);
    return checked ? std::string() : checked.error().message;
  };
  for (const char* good : {"", "mailto:security@example.com", "https://example.com/security", "tel:+15550100"}) {
    CAPTURE(good);
    CHECK(problems(good).empty());
  }
  for (const char* bad : {"security@example.com", "http://example.com/security", "mailto:", "mailto:a@b\nExpires: x",
                          "https://", "https://example.com/a\r\nX: y", "tel:+", "ftp://example.com"}) {
    CAPTURE(bad);
    CHECK(problems(bad).contains("server.security_contact: give an address such as mailto:"));
  }
}
