#include "app/commands/cli.h"

#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "app/commands/commands.h"
#include "app/commands/exit_code.h"
#include "app/version.h"
#include "json/parse.h"
#include "tests/support/temporary_directory.h"
#include "tests/test.h"

namespace {

struct Outcome {
  int code;
  std::string out;
  std::string err;
};

Outcome run(const std::vector<std::string>& arguments, os::Environment::Variables variables = {}) {
  std::ostringstream out;
  std::ostringstream err;
  app::Io io{.environment = os::Environment(std::move(variables)), .out = out, .err = err};
  io.program = "/opt/a b/spotify-mcp-server";
  const int code = app::commands::run(arguments, app::commands::every_command(), io);
  return {code, out.str(), err.str()};
}

// A home of its own, so that no test sees what another left.
struct Home {
  test::TemporaryDirectory place;
  os::Environment::Variables variables{{"HOME", place.path()}};

  std::string write_config(const std::string& text) const {
    const std::string path = place.path() + "/config.json";
    std::ofstream(path) << text;
    return path;
  }
};

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("wrong usage is one line on stderr that points to the help, and exit code 2") {
  for (const auto& arguments : std::vector<std::vector<std::string>>{
           {}, {"surve"}, {"login", "--nope"}, {"login", "--timeout", "0"}, {"login", "--timeout", "soon"},
           {"config", "destroy"}, {"config"}, {"setup", "emacs"}, {"--nope"}}) {
    const Outcome outcome = run(arguments);
    CAPTURE(outcome.err);
    CHECK(outcome.code == 2);
    CHECK(outcome.out.empty());
    CHECK(contains(outcome.err, "--help"));
  }
  CHECK(contains(run({"statuss"}).err, "did you mean `status`?"));
  CHECK(!contains(run({"\x1b[2J"}).err, "\x1b"));
}

TEST_CASE("every command has help on stdout") {
  const Outcome all = run({"--help"});
  CHECK(all.code == 0);
  CHECK(all.err.empty());
  for (const app::commands::Command& command : app::commands::every_command()) {
    CAPTURE(command.name);
    CHECK(contains(all.out, command.name));
    const Outcome one = run({std::string(command.name), "--help"});
    CHECK(one.code == 0);
    CHECK(one.err.empty());
    for (const app::commands::Option& option : command.options) {
      CHECK(!option.about.empty());
      CHECK(contains(one.out, option.name));
    }
  }
}

TEST_CASE("version is the same in both forms") {
  CHECK(run({"version"}).out == "spotify-mcp-server " + std::string(app::version()) + "\n");
  const auto json = json::parse(run({"version", "--json"}).out);
  REQUIRE(json);
  CHECK(json->text_or_empty("version") == app::version());
}

TEST_CASE("without a client ID login says where to get one, and asks nobody") {
  Home home;
  const Outcome outcome = run({"login", "--no-browser"}, home.variables);
  CHECK(outcome.code == 2);
  CHECK(outcome.out.empty());
  CHECK(contains(outcome.err, "spotify.client_id"));
  CHECK(!contains(outcome.err, "Open this URL"));
}

TEST_CASE("a localhost redirect is refused before anything is opened") {
  Home home;
  auto variables = home.variables;
  variables["SPOTIFY_REDIRECT_URI"] = "http://localhost:8888/callback";
  const Outcome outcome = run({"login", "--client-id", "an-id"}, variables);
  CHECK(outcome.code == 2);
  CHECK(contains(outcome.err, "Register http://127.0.0.1:8888/callback"));
}

TEST_CASE("status of an empty store is a finding, not an error, and makes no key") {
  Home home;
  const Outcome outcome = run({"status"}, home.variables);
  CHECK(outcome.code == 1);
  CHECK(contains(outcome.out, "Not logged in"));
  CHECK(contains(run({"status", "--json"}, home.variables).out, "\"logged_out\""));
  CHECK(run({"logout"}, home.variables).code == 0);
  CHECK(!std::filesystem::exists(home.place.path() + "/.config/spotify-mcp-server/master.key"));
}

TEST_CASE("settings are shown with their origin, and secrets never") {
  Home home;
  const std::string file = home.write_config(R"({"spotify":{"client_secret":"not-a-real-secret"}})");
  auto variables = home.variables;
  variables["SPOTIFY_CLIENT_ID"] = "from-environment";
  for (const auto& arguments : std::vector<std::vector<std::string>>{
           {"config", "show", "--config", file}, {"config", "show", "--json", "--config", file},
           {"config", "show", "--origin", "--config", file},
           {"config", "show", "--origin", "--json", "--config", file}}) {
    const Outcome outcome = run(arguments, variables);
    CHECK(outcome.code == 0);
    CHECK(contains(outcome.out, "from-environment"));
    CHECK(contains(outcome.out, "(set)"));
    CHECK(!contains(outcome.out + outcome.err, "not-a-real-secret"));
  }
  const Outcome origins = run({"config", "show", "--origin", "--config", file}, variables);
  CHECK(contains(origins.out, "environment SPOTIFY_CLIENT_ID"));
}

TEST_CASE("config check judges the file, also for another deployment") {
  Home home;
  const std::string good = home.write_config(R"({"environment":"development","server":{"auth":"none"}})");
  CHECK(run({"config", "check", "--config", good}, home.variables).code == 0);
  const Outcome strict = run({"config", "check", "--config", good, "--environment", "production"}, home.variables);
  CHECK(strict.code == 2);
  CHECK(contains(strict.err, "server.auth none"));
  const std::string typo = home.write_config(R"({"server":{"prot":1}})");
  CHECK(contains(run({"config", "check", "--config", typo}, home.variables).err, "server.prot"));
  CHECK(run({"config", "check", "--config", home.place.path() + "/missing.json"}, home.variables).code == 5);
}

TEST_CASE("what is set and does nothing is said by config check, and fails nothing") {
  Home home;
  const std::string file = home.write_config(
      R"({"spotify":{"client_id":"an-id"},"cache":{"enabled":false,"db_path":"/secure/path/spotify_cache.db"}})");
  const Outcome outcome = run({"config", "check", "--config", file}, home.variables);
  CHECK(outcome.code == 0);
  CHECK(contains(outcome.err, "note: cache.db_path has no effect"));
  const Outcome as_json = run({"config", "check", "--json", "--config", file}, home.variables);
  CHECK(contains(as_json.out, "cache.db_path has no effect"));
  auto signing = home.variables;
  signing["SECURITY_ENABLE_REQUEST_SIGNING"] = "true";
  CHECK(contains(run({"config", "check"}, signing).err, "note: security.enable_request_signing has no effect"));
  CHECK(!contains(run({"config", "check"}, home.variables).err, "no effect"));
}

TEST_CASE("a secret in a file that others can read is refused with the command that mends it") {
  Home home;
  const std::string secret = home.place.path() + "/secret";
  std::ofstream(secret) << "not-a-real-secret\n";
  const std::string config = home.write_config(R"({"spotify":{"client_secret":"${file:)" + secret + R"(}"}})");
  auto variables = home.variables;
  variables["SPOTIFY_CLIENT_SECRET_FILE"] = secret;
  const auto in_both_ways = [&] {
    return std::pair(run({"config", "show"}, variables), run({"config", "show", "--config", config}, home.variables));
  };
  namespace fs = std::filesystem;
  for (const fs::perms open : {fs::perms::group_read, fs::perms::others_read, fs::perms::group_write}) {
    fs::permissions(secret, fs::perms::owner_read | open);
    const auto [by_variable, by_value] = in_both_ways();
    for (const Outcome& outcome : {by_variable, by_value}) {
      CHECK(outcome.code == 4);
      CHECK(contains(outcome.err, "Run: chmod 600 '" + secret + "'"));
      CHECK(!contains(outcome.out + outcome.err, "not-a-real-secret"));
    }
    CHECK(contains(by_variable.err, "SPOTIFY_CLIENT_SECRET_FILE: "));
  }
  fs::permissions(secret, fs::perms::owner_read);
  const auto [by_variable, by_value] = in_both_ways();
  CHECK(by_variable.code == 0);
  CHECK(contains(by_value.out, "(set)"));
}

TEST_CASE("login --paste asks again after nonsense and after a wrong state, until the input ends") {
  Home home;
  int pipe[2];
  REQUIRE(::pipe(pipe) == 0);
  const std::string input = "nonsense\n\nhttp://127.0.0.1/callback?code=AQ-fake&state=forged\n";
  REQUIRE(::write(pipe[1], input.data(), input.size()) == static_cast<ssize_t>(input.size()));
  ::close(pipe[1]);
  std::ostringstream out;
  std::ostringstream err;
  app::Io io{.environment = os::Environment(home.variables), .out = out, .err = err, .input = pipe[0], .output = 2};
  const int code = app::commands::run({"login", "--paste", "--no-browser", "--client-id", "an-id"},
                                      app::commands::every_command(), io);
  ::close(pipe[0]);
  CHECK(code == app::commands::exit_code(base::Code::kCancelled));
  CHECK(out.str().empty());
  CHECK(contains(err.str(), "Open this URL: https://accounts.spotify.com/authorize?"));
  CHECK(contains(err.str(), "The input ended before the address was pasted."));
  size_t asked_again = 0;
  for (size_t at = err.str().find("Try again:"); at != std::string::npos; at = err.str().find("Try again:", at + 1)) {
    ++asked_again;
  }
  CHECK(asked_again == 2);
  CHECK(!contains(err.str(), "forged"));
}

TEST_CASE("what setup prints survives a path with a space, and names the host's file on stderr only") {
  const auto desktop = json::parse(run({"setup", "claude-desktop", "--config", "/tmp/c.json"}).out);
  REQUIRE(desktop);
  const json::Value* entry = desktop->find("mcpServers")->find("spotify");
  CHECK(entry->text_or_empty("command") == "/opt/a b/spotify-mcp-server");
  CHECK(entry->find("args")->array().size() == 3);
  CHECK(json::parse(run({"setup", "cursor"}).out));
  CHECK(json::parse(run({"setup", "vscode"}).out)->find("servers")->find("spotify")->text_or_empty("type") == "stdio");
  CHECK(run({"setup", "claude-code"}).out ==
        "claude mcp add --transport stdio spotify -- '/opt/a b/spotify-mcp-server' stdio\n");
  CHECK(contains(run({"setup", "codex"}).out, "command = \"/opt/a b/spotify-mcp-server\""));
}

TEST_CASE("setup names a file by its whole path, since a host starts the server in a folder of its own") {
  const std::string here = std::filesystem::current_path().string();
  const auto cursor = json::parse(run({"setup", "cursor", "--config", "my.json"}).out);
  REQUIRE(cursor);
  CHECK(cursor->find("mcpServers")->find("spotify")->find("args")->array().back() == json::Value(here + "/my.json"));
  CHECK(contains(run({"setup", "claude-code", "--config", "./x/../my.json"}).out, "--config " + here + "/my.json"));
}

TEST_CASE("a relative path in a file is seen from the file, wherever the process is") {
  const Home home;
  const std::string file = home.write_config(R"({"storage":{"directory":"data"},"audit":{"directory":"../trail"},
                                            "cache":{"db_path":"far/answers.db"}})");
  const auto shown = json::parse(run({"config", "show", "--json", "--config", file}, home.variables).out);
  REQUIRE(shown);
  CHECK(shown->find("storage")->text_or_empty("directory") == home.place.path() + "/data");
  CHECK(shown->find("audit")->text_or_empty("directory") ==
        std::filesystem::path(home.place.path()).parent_path().string() + "/trail");
  CHECK(shown->find("audit")->text_or_empty("checkpoints").empty());
  CHECK(shown->find("cache")->text_or_empty("db_path") == home.place.path() + "/far/answers.db");
}

TEST_CASE("the exit code of every kind of error is its own and stays, since scripts rely on it") {
  // In the order of base::Code. 0 is success, 1 a finding that is no error, 2 wrong usage too.
  constexpr std::array kExpected{2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 70};
  static_assert(kExpected.size() == static_cast<size_t>(base::Code::kInternal) + 1);
  for (size_t code = 0; code < kExpected.size(); ++code) {
    CHECK(app::commands::exit_code(static_cast<base::Code>(code)) == kExpected[code]);
  }
}
