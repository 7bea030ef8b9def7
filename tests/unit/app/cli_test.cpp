#include "app/commands/cli.h"

#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <unistd.h>

#include "app/commands/commands.h"
#include "app/commands/exit_code.h"
#include "app/version.h"
#include "json/parse.h"
#include "store/sqlite/stores.h"
#include "tests/support/manual_loop.h"
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

TEST_CASE("an action has help of its own, with the options that are for it") {
  const Outcome seal = run({"config", "seal", "--help"});
  CHECK(seal.code == 0);
  CHECK(contains(seal.out, "spotify-mcp-server config seal"));
  CHECK(contains(seal.out, "--output FILE"));
  CHECK(contains(seal.out, "the sealed file."));
  CHECK(contains(seal.out, "the plain file"));
  CHECK(!contains(seal.out, "--origin"));
  CHECK(!contains(seal.out, "the new file"));
  const Outcome show = run({"config", "show", "--help"});
  CHECK(contains(show.out, "--origin"));
  CHECK(!contains(show.out, "--secret"));
  for (const app::commands::Command& command : app::commands::every_command()) {
    if (!command.positional) continue;
    for (const std::string_view action : command.positional->choices) {
      CAPTURE(action);
      CHECK(run({std::string(command.name), std::string(action), "--help"}).code == 0);
    }
  }
}

TEST_CASE("version is the same in both forms") {
  CHECK(run({"version"}).out == "spotify-mcp-server " + std::string(app::version()) + "\n");
  const auto json = json::parse(run({"version", "--json"}).out);
  REQUIRE(json);
  CHECK(json->text_or_empty("version") == app::version());
}

TEST_CASE("--version says what version says") { CHECK(run({"--version"}).out == run({"version"}).out); }

TEST_CASE("without a client ID login says where to get one, and asks nobody") {
  Home home;
  const Outcome outcome = run({"login", "--no-browser"}, home.variables);
  CHECK(outcome.code == 2);
  CHECK(outcome.out.empty());
  CHECK(contains(outcome.err, "spotify.client_id"));
  CHECK(!contains(outcome.err, "Open this URL"));
  CHECK(!std::filesystem::exists(home.place.path() + "/.config/spotify-mcp-server/master.key"));
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
  const Outcome logout = run({"logout"}, home.variables);
  CHECK(logout.code == 0);
  CHECK(logout.out == "Nobody was logged in.\n");
  CHECK(contains(run({"logout", "--json"}, home.variables).out, "\"was_logged_in\": false"));
  CHECK(!std::filesystem::exists(home.place.path() + "/.config/spotify-mcp-server/master.key"));
}

TEST_CASE("logout takes receipts and snapshots with it") {
  Home home;
  const std::string data = home.place.path() + "/data";
  const std::string file = home.write_config(R"({"storage":{"directory":")" + data + R"("}})");
  test::ManualLoop loop;
  test::InlineWorker worker;
  store::sqlite::SqliteArchive archive({loop, worker}, data);
  store::Kept kept{.id = "r1", .kind = "receipt", .subject = "list", .label = "before", .at = {}, .content = "x"};
  REQUIRE(loop.run(archive.put("owner", std::move(kept))));
  CHECK(run({"logout", "--config", file}, home.variables).code == 0);
  const auto left = loop.run(archive.get("owner", "r1"));
  REQUIRE(left);
  CHECK(!*left);
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

TEST_CASE("config check refuses the tools that a start refuses") {
  Home home;
  const std::string unknown = home.write_config(R"({"tools":{"toolsets":["default","curatoin"]}})");
  const Outcome outcome = run({"config", "check", "--config", unknown}, home.variables);
  CHECK(outcome.code == 2);
  CHECK(contains(outcome.err, "Did you mean curation?"));
  const std::string none = home.write_config(R"({"tools":{"tools":["play"],"read_only":true}})");
  CHECK(contains(run({"config", "check", "--config", none}, home.variables).err, "leave no tool"));
  const std::string good = home.write_config(R"({"tools":{"toolsets":["default","curation"]}})");
  CHECK(run({"config", "check", "--config", good}, home.variables).code == 0);
}

TEST_CASE("a client ID that Spotify never gave is noted") {
  Home home;
  auto variables = home.variables;
  variables["SPOTIFY_CLIENT_ID"] = "your-client-id";
  CHECK(contains(run({"config", "check"}, variables).err, "note: spotify.client_id is not 32 hexadecimal digits"));
  variables["SPOTIFY_CLIENT_ID"] = "0123456789abcdef0123456789abcdef";
  CHECK(!contains(run({"config", "check"}, variables).err, "hexadecimal"));
}

TEST_CASE("healthcheck does not ask at a port that only the server knows") {
  Home home;
  const std::string file = home.write_config(R"({"server":{"port":0}})");
  const Outcome outcome = run({"healthcheck", "--config", file}, home.variables);
  CHECK(outcome.code == 2);
  CHECK(contains(outcome.err, "--url http://127.0.0.1:PORT/health"));
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

namespace {

// A `login --paste` whose person types `input` and leaves.
Outcome paste(const Home& home, const std::string& input, const std::vector<std::string>& options = {}) {
  int pipe[2];
  REQUIRE(::pipe(pipe) == 0);
  REQUIRE(::write(pipe[1], input.data(), input.size()) == static_cast<ssize_t>(input.size()));
  ::close(pipe[1]);
  std::ostringstream out;
  std::ostringstream err;
  app::Io io{.environment = os::Environment(home.variables), .out = out, .err = err, .input = pipe[0], .output = 2};
  std::vector<std::string> arguments{"login", "--paste", "--no-browser", "--client-id", "an-id"};
  arguments.insert(arguments.end(), options.begin(), options.end());
  const int code = app::commands::run(arguments, app::commands::every_command(), io);
  ::close(pipe[0]);
  return {code, out.str(), err.str()};
}

}  // namespace

TEST_CASE("login --paste asks again after nonsense and after a wrong state, until the input ends") {
  const Home home;
  const Outcome outcome = paste(home, "nonsense\n\nhttp://127.0.0.1/callback?code=AQ-fake&state=forged\n");
  CHECK(outcome.code == app::commands::exit_code(base::Code::kCancelled));
  CHECK(outcome.out.empty());
  CHECK(contains(outcome.err, "Open this URL: https://accounts.spotify.com/authorize?"));
  CHECK(contains(outcome.err, "the browser shows an error page"));
  CHECK(contains(outcome.err, "The input ended before the address was pasted."));
  size_t asked_again = 0;
  for (size_t at = outcome.err.find("Try again:"); at != std::string::npos;
       at = outcome.err.find("Try again:", at + 1)) {
    ++asked_again;
  }
  CHECK(asked_again == 2);
  CHECK(!contains(outcome.err, "forged"));
}

TEST_CASE("login asks for the permissions of the tools that are named") {
  const Home home;
  const Outcome usual = paste(home, "");
  CHECK(contains(usual.err, "user-follow-modify"));
  CHECK(!contains(usual.err, "user-read-playback-position"));
  CHECK(!contains(usual.err, "ugc-image-upload"));
  const Outcome more = paste(home, "", {"--toolsets", "default,podcasts,curation"});
  CHECK(contains(more.err, "user-read-playback-position"));
  CHECK(contains(more.err, "ugc-image-upload"));
  CHECK(contains(more.err, "user-follow-modify"));
  const Outcome less = paste(home, "", {"--read-only"});
  CHECK(!contains(less.err, "user-follow-modify"));
  CHECK(paste(home, "", {"--toolsets", "podcast"}).code == 2);
}

TEST_CASE("what setup prints survives a path with a space, and names the host's file on stderr only") {
  const Home home;
  const std::string config = home.write_config("{}");
  const auto setup = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "setup");
    return run(arguments, home.variables);
  };
  const auto desktop = json::parse(setup({"claude-desktop", "--config", config}).out);
  REQUIRE(desktop);
  const json::Value* entry = desktop->find("mcpServers")->find("spotify");
  CHECK(entry->text_or_empty("command") == "/opt/a b/spotify-mcp-server");
  CHECK(entry->find("args")->array().size() == 3);
  CHECK(json::parse(setup({"cursor"}).out));
  CHECK(json::parse(setup({"vscode"}).out)->find("servers")->find("spotify")->text_or_empty("type") == "stdio");
  CHECK(setup({"claude-code"}).out ==
        "claude mcp add --scope user --transport stdio spotify -- '/opt/a b/spotify-mcp-server' stdio\n");
  CHECK(contains(setup({"codex"}).out, "command = \"/opt/a b/spotify-mcp-server\""));
}

TEST_CASE("setup gives the server and the login the same tools, and refuses what no server starts with") {
  const Home home;
  const Outcome code = run({"setup", "claude-code", "--toolsets", "default,podcasts", "--read-only"}, home.variables);
  CHECK(contains(code.out, "stdio --toolsets default,podcasts --read-only\n"));
  CHECK(contains(code.err, "spotify-mcp-server' login --toolsets default,podcasts --read-only\n"));
  const auto answer = json::parse(run({"setup", "cursor", "--json", "--tools", "play"}, home.variables).out);
  REQUIRE(answer);
  CHECK(*answer->find("args") == json::Value(json::Array{"stdio", "--tools", "play"}));
  CHECK(*answer->find("login") == json::Value(json::Array{"login", "--tools", "play"}));
  const Outcome unknown = run({"setup", "cursor", "--toolsets", "defualt"}, home.variables);
  CHECK(unknown.code == 2);
  CHECK(unknown.out.empty());
  CHECK(contains(unknown.err, "Did you mean default?"));
}

TEST_CASE("setup says what will keep the host's server from working") {
  const Home home;
  CHECK(contains(run({"setup", "cursor"}, home.variables).err, "There is no Spotify client ID"));
  auto variables = home.variables;
  variables["SPOTIFY_CLIENT_ID"] = "0123456789abcdef0123456789abcdef";
  CHECK(contains(run({"setup", "cursor"}, variables).err, "which the host may not pass on"));
  const std::string file = home.write_config(R"({"spotify":{"client_id":"0123456789abcdef0123456789abcdef"}})");
  CHECK(!contains(run({"setup", "cursor", "--config", file}, home.variables).err, "note:"));
  variables = home.variables;
  variables["SPOTIFY_MCP_CONFIG"] = file;
  CHECK(contains(run({"setup", "claude-code"}, variables).out, "stdio --config " + file));
  const Outcome missing = run({"setup", "cursor", "--config", home.place.path() + "/none.json"}, home.variables);
  CHECK(missing.code == 5);
  CHECK(missing.out.empty());
}

TEST_CASE("setup names a file by its whole path, since a host starts the server in a folder of its own") {
  const Home home;
  const std::string file = home.write_config("{}");
  const std::string relative = std::filesystem::relative(file).string();
  const auto cursor = json::parse(run({"setup", "cursor", "--config", relative}, home.variables).out);
  REQUIRE(cursor);
  CHECK(cursor->find("mcpServers")->find("spotify")->find("args")->array().back() == json::Value(file));
  CHECK(contains(run({"setup", "claude-code", "--config", relative}, home.variables).out, "--config " + file));
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
