// The sealed configuration as a person meets it on the command line.
#include "app/sealed_config.h"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <sys/stat.h>
#include <vector>

#include "app/commands/cli.h"
#include "app/commands/commands.h"
#include "json/parse.h"
#include "os/files.h"
#include "os/look.h"
#include "tests/support/temporary_directory.h"

#include "tests/test.h"

namespace {

// SHA-256 of "FAKE KEY FOR TESTS" and of "OTHER FAKE KEY FOR TESTS".
constexpr auto kKey = "iH/QKSIq0pjqPymhSiw2ZMf5PvYVw1rUDMaDflTLP6Q=";
constexpr auto kOtherKey = "CvAggqRy1FhWM7g295I1RBHgoHkSnNMSKn6X2Kfxp98=";

struct Outcome {
  int code;
  std::string out;
  std::string err;
};

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

// A home with a plain file for development and a key.
struct Home {
  test::TemporaryDirectory place;
  os::Environment::Variables variables{{"HOME", place.path() + "/home"}, {"SPOTIFY_MCP_MASTER_KEY", kKey}};
  std::string plain = place.path() + "/config.json";
  std::string sealed = place.path() + "/config.smcf";
  std::string storage = place.path() + "/data";

  Home() { write_plain(); }

  void write_plain(const std::string& more = "") const {
    std::ofstream(plain) << R"({"environment":"development","spotify":{"client_id":"an-id",)"
                         << R"("client_secret":"CANARY-not-a-real-secret"},"storage":{"directory":")" << storage
                         << "\"}" << more << "}\n";
    std::filesystem::permissions(plain, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  }
  Outcome run(const std::vector<std::string>& arguments) const {
    std::ostringstream out;
    std::ostringstream err;
    app::Io io{.environment = os::Environment(variables), .out = out, .err = err};
    const int code = app::commands::run(arguments, app::commands::every_command(), io);
    CHECK(!contains(err.str(), "CANARY"));
    return {code, out.str(), err.str()};
  }
  Outcome seal(std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments{"config", "seal", plain, "--output", sealed};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(arguments);
  }
  Outcome check() const { return run({"config", "check", "--config", sealed}); }
  int64_t generation() const {
    const auto text = os::read_file(sealed, config::kSealedBytesMax);
    REQUIRE(text);
    const auto header = config::read_header(*text);
    REQUIRE(header);
    return header->generation;
  }
  std::string text_of(const std::string& file) const {
    const auto text = os::read_file(file, config::kSealedBytesMax);
    REQUIRE(text);
    return *text;
  }
  // What a server or a login does that starts from the sealed file.
  base::Result<void> start(app::Rollback rollback = app::Rollback::kRefuse) const {
    const auto loaded = app::load_settings({.config_file = sealed, .rollback = rollback}, os::Environment(variables));
    if (!loaded) return std::unexpected(loaded.error());
    return app::accept_generation(*loaded, rollback);
  }
};

unsigned mode_of(const std::string& path) {
  struct stat status{};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 07777;
}

}  // namespace

TEST_CASE("config seal keeps the source, writes for its owner alone, and says what to do with the plain file") {
  const Home home;
  const std::string before = home.text_of(home.plain);
  const Outcome outcome = home.seal();
  CAPTURE(outcome.err);
  CHECK(outcome.code == 0);
  CHECK(contains(outcome.out, "for environment development as generation 1, under the key "));
  CHECK(contains(outcome.err, "shred -u '" + home.plain + "'"));
  CHECK(home.text_of(home.plain) == before);
  CHECK(mode_of(home.sealed) == 0600);
  CHECK(!contains(home.text_of(home.sealed), "CANARY"));
  CHECK(home.check().code == 0);
  const Outcome shown = home.run({"config", "show", "--config", home.sealed});
  CHECK(contains(shown.out, "an-id"));
  CHECK(!contains(shown.out, "CANARY"));
  CHECK(home.run({"tools", "--config", home.sealed}).code == 0);
  CHECK(home.run({"status", "--config", home.sealed}).code == 1);
}

TEST_CASE("config seal refuses what is not good, and writes nothing") {
  const Home home;
  home.write_plain(R"(,"server":{"prot":1})");
  const Outcome typo = home.seal();
  CHECK(typo.code == 2);
  CHECK(contains(typo.err, "server.prot"));
  CHECK(!os::exists(home.sealed));
  home.write_plain();
  CHECK(home.run({"config", "seal"}).code == 2);
  CHECK(contains(home.run({"config", "seal", home.plain}).err, "--output"));
  CHECK(contains(home.run({"config", "seal", home.plain, "--output", home.plain, "--force"}).err, "another one"));
  CHECK(home.run({"config", "seal", home.place.path() + "/none", "--output", home.sealed}).code == 5);
  CHECK(contains(home.run({"config", "check", home.plain}).err, "config check --config FILE"));
  // The text inside would still say development.
  const Outcome other = home.seal({"--environment", "production"});
  CHECK(other.code == 6);
  CHECK(contains(other.err, "says environment development"));
  CHECK(!os::exists(home.sealed));
  REQUIRE(home.seal().code == 0);
  CHECK(contains(home.run({"config", "seal", home.sealed, "--output", home.plain + "2"}).err, "sealed already"));
}

TEST_CASE("a file that is there is replaced with --force alone, and by a higher generation") {
  const Home home;
  REQUIRE(home.seal().code == 0);
  const std::string first = home.text_of(home.sealed);
  const Outcome refused = home.seal();
  CHECK(refused.code == 6);
  CHECK(contains(refused.err, "--force"));
  CHECK(home.text_of(home.sealed) == first);
  const Outcome forced = home.seal({"--force", "--json"});
  CHECK(forced.code == 0);
  const auto told = json::parse(forced.out);
  REQUIRE(told);
  CHECK(told->find("generation")->integer() == 2);
  CHECK(told->text_or_empty("environment") == "development");
  CHECK(home.generation() == 2);
  CHECK(mode_of(home.sealed) == 0600);
}

TEST_CASE("config unseal writes to no pipe, and to a file that its owner alone can read") {
  const Home home;
  REQUIRE(home.seal().code == 0);
  const std::string out = home.place.path() + "/plain-again.json";
  const Outcome to_file = home.run({"config", "unseal", home.sealed, "--output", out});
  CHECK(to_file.code == 0);
  CHECK(to_file.out.empty());
  CHECK(home.text_of(out) == home.text_of(home.plain));
  CHECK(mode_of(out) == 0600);
  CHECK(home.run({"config", "unseal", home.sealed, "--output", out}).code == 6);
  CHECK(home.run({"config", "unseal", home.sealed, "--output", out, "--force"}).code == 0);
  CHECK(contains(home.run({"config", "unseal", home.plain, "--output", out, "--force"}).err, "is not sealed"));
}

TEST_CASE("a sealed file is refused for another key, without a key, and in another environment") {
  Home home;
  REQUIRE(home.seal().code == 0);
  home.variables["SPOTIFY_MCP_MASTER_KEY"] = kOtherKey;
  Outcome outcome = home.check();
  CHECK(outcome.code == 4);
  CHECK(contains(outcome.err, "under the key"));
  home.variables.erase("SPOTIFY_MCP_MASTER_KEY");
  outcome = home.check();
  CHECK(outcome.code == 5);
  CHECK(contains(outcome.err, "SPOTIFY_MCP_MASTER_KEY_FILE"));
  CHECK(!os::exists(home.place.path() + "/home/.config/spotify-mcp-server/master.key"));
  home.variables["SPOTIFY_MCP_MASTER_KEY"] = kKey;
  home.variables["DEPLOYMENT_ENVIRONMENT"] = "production";
  outcome = home.check();
  CHECK(outcome.code == 6);
  CHECK(contains(outcome.err, "sealed for environment development"));
}

TEST_CASE("an older generation than the accepted one is refused, until it is allowed once") {
  const Home home;
  REQUIRE(home.seal().code == 0);
  const std::string first = home.text_of(home.sealed);
  REQUIRE(home.start());
  REQUIRE(home.seal({"--force"}).code == 0);
  // Looking at a file accepts nothing.
  CHECK(home.check().code == 0);
  CHECK(*app::accepted_generation(home.storage, config::Deployment::kDevelopment) == 1);
  REQUIRE(home.start());
  CHECK(*app::accepted_generation(home.storage, config::Deployment::kDevelopment) == 2);
  CHECK(*app::accepted_generation(home.storage, config::Deployment::kProduction) == 0);
  CHECK(mode_of(home.storage + "/" + app::kGenerationsFile) == 0600);

  REQUIRE(os::write_private_file(home.sealed, first));
  const auto refused = home.start();
  REQUIRE(!refused);
  CHECK(refused.error().code == base::Code::kConflict);
  CHECK(contains(refused.error().message, "is generation 1"));
  CHECK(contains(refused.error().message, "--allow-rollback"));
  CHECK(home.check().code == 6);
  CHECK(home.start(app::Rollback::kAllow));
  CHECK(home.start());
  CHECK(home.check().code == 0);

  REQUIRE(os::write_private_file(home.storage + "/" + app::kGenerationsFile, "{"));
  const auto damaged = home.start();
  REQUIRE(!damaged);
  CHECK(damaged.error().code == base::Code::kUnavailable);
}

TEST_CASE("sealing goes on after the accepted generation, also when the file itself is gone") {
  const Home home;
  for (int64_t expected = 1; expected <= 3; ++expected) {
    REQUIRE(home.seal().code == 0);
    CHECK(home.generation() == expected);
    REQUIRE(home.start());
    REQUIRE(std::filesystem::remove(home.sealed));
  }
}

TEST_CASE("without a key one is made, and a key that lies beside the file is warned of") {
  Home home;
  home.variables.erase("SPOTIFY_MCP_MASTER_KEY");
  const std::string config_directory = home.place.path() + "/home/.config/spotify-mcp-server";
  const Outcome apart = home.seal();
  CAPTURE(apart.err);
  CHECK(apart.code == 0);
  CHECK(contains(apart.err, "sealed with a new key in " + config_directory + "/master.key"));
  CHECK(!contains(apart.err, "lies beside"));
  CHECK(home.check().code == 0);
  home.sealed = config_directory + "/config.json";
  const Outcome beside = home.seal();
  CHECK(beside.code == 0);
  CHECK(!contains(beside.err, "new key"));
  CHECK(contains(beside.err, "lies beside"));
  // The usual place is found as ever.
  CHECK(contains(home.run({"config", "show", "--origin"}).out, "file " + home.sealed));
}

TEST_CASE("a passphrase seals and opens, whatever the data directory is") {
  Home home;
  home.variables["SPOTIFY_MCP_MASTER_KEY"] = "a fake passphrase for tests";
  REQUIRE(home.seal().code == 0);
  std::filesystem::remove_all(home.storage);
  CHECK(home.check().code == 0);
  home.variables["SPOTIFY_MCP_MASTER_KEY"] = "another fake passphrase";
  CHECK(home.check().code == 4);
}

TEST_CASE("config edit seals what the editor left as the next generation, and leaves nothing behind") {
  Home home;
  REQUIRE(home.seal().code == 0);
  REQUIRE(home.start());
  const std::string editor = home.place.path() + "/editor";
  const std::string seen = home.place.path() + "/seen";
  const auto edit = [&](const std::string& script) {
    std::ofstream(editor) << "#!/bin/sh\nset -e\nenv > " << seen << "\necho \"$1\" >> " << seen << "\n"
                          << script << "\n";
    std::filesystem::permissions(editor, std::filesystem::perms::owner_all);
    return home.run({"config", "edit", home.sealed});
  };
  std::filesystem::create_directory(home.place.path() + "/run");
  home.variables["XDG_RUNTIME_DIR"] = home.place.path() + "/run";
  home.variables["EDITOR"] = editor;
  home.variables["PATH"] = "/usr/bin:/bin";
  const Outcome outcome = edit(
      "test \"$(stat -c %a \"$1\")\" = 600\n"
      "cp \"$1\" \"$1~\"\n"
      "sed -i s/an-id/another-id/ \"$1\"");
  CAPTURE(outcome.err);
  CHECK(outcome.code == 0);
  CHECK(contains(outcome.out, "as generation 2"));
  CHECK(home.generation() == 2);
  CHECK(contains(home.run({"config", "show", "--config", home.sealed}).out, "another-id"));
  CHECK(std::filesystem::is_empty(home.place.path() + "/run"));
  CHECK(contains(home.text_of(seen), "/run/spotify-mcp-edit-"));
  CHECK(!contains(home.text_of(seen), kKey));
  const std::string good = home.text_of(home.sealed);
  // What ends a terminal must not leave the clear text behind. The editor is our child.
  CHECK(edit("for signal in HUP TERM INT QUIT; do kill -$signal $PPID; done\nexit 3").code == 11);
  CHECK(std::filesystem::is_empty(home.place.path() + "/run"));
  CHECK(edit("true").code == 11);
  CHECK(edit("exit 3").code == 11);
  home.variables["EDITOR"] = "no-such-editor";
  CHECK(home.run({"config", "edit", home.sealed}).code == 9);
  CHECK(contains(home.run({"config", "edit", home.plain}).err, "is not sealed"));
  CHECK(home.text_of(home.sealed) == good);
  CHECK(std::filesystem::is_empty(home.place.path() + "/run"));
}

TEST_CASE("config init writes a file that is good, for each environment, and overwrites none") {
  Home home;
  for (const std::string environment : {"development", "staging", "production"}) {
    const std::string file = home.place.path() + "/" + environment + ".json";
    const Outcome outcome = home.run({"config", "init", "--environment", environment, "--output", file});
    CAPTURE(outcome.err);
    CHECK(outcome.code == 0);
    CHECK(contains(outcome.err, "spotify.client_id"));
    CHECK(mode_of(file) == 0600);
    CHECK(home.run({"config", "check", "--config", file}).code == 0);
    CHECK(contains(home.run({"config", "show", "--config", file}).out, '"' + environment + '"'));
    CHECK(home.run({"config", "init", "--environment", environment, "--output", file}).code == 6);
  }
  CHECK(home.run({"config", "init", "--environment", "prod", "--output", home.place.path() + "/x"}).code == 2);
  CHECK(!os::exists(home.place.path() + "/x"));
  home.variables["DEPLOYMENT_ENVIRONMENT"] = "development";
  CHECK(home.run({"config", "init"}).code == 0);
  CHECK(contains(home.run({"config", "check"}).out, "/.config/spotify-mcp-server/config.json is good"));
}

TEST_CASE("config set changes one setting of a plain or a sealed file, and keeps the rest") {
  Home home;
  std::string file = home.plain;
  SUBCASE("plain") {}
  SUBCASE("sealed") {
    REQUIRE(home.seal().code == 0);
    file = home.sealed;
  }
  SUBCASE("through a link, which stays one") {
    file = home.place.path() + "/link.json";
    std::filesystem::create_symlink(home.plain, file);
  }
  const bool is_link = std::filesystem::is_symlink(file);
  const auto set = [&](const std::string& name, const std::string& value) {
    return home.run({"config", "set", name, value, "--config", file});
  };
  const auto shown = [&] { return home.run({"config", "show", "--json", "--config", file}).out; };
  home.variables["SMS_TEST_MARKET"] = "http://127.0.0.1:1/callback";
  CHECK(set("spotify.redirect_uri", "${SMS_TEST_MARKET}").code == 0);
  CHECK(set("server.port", "8123").code == 0);
  CHECK(set("spotify.client_id", "123").code == 0);
  CHECK(std::filesystem::is_symlink(file) == is_link);
  CHECK(set("tools.read_only", "true").code == 0);
  CHECK(set("tools.toolsets", "search,playback").code == 0);
  CHECK(mode_of(file) == 0600);
  CHECK(contains(shown(), "\"port\": 8123"));
  CHECK(contains(shown(), "\"client_id\": \"123\""));
  CHECK(contains(shown(), "http://127.0.0.1:1/callback"));
  CHECK(contains(shown(), "\"playback\""));
  CHECK(contains(shown(), "(set)"));
  if (file == home.sealed) {
    CHECK(home.generation() == 6);
  } else {
    // The variable itself stands in the file, not what it was.
    CHECK(contains(home.text_of(file), "${SMS_TEST_MARKET}"));
  }
  const std::string good = home.text_of(file);
  CHECK(contains(set("server.prot", "1").err, "server.prot"));
  CHECK(set("server.port", "many").code == 2);
  CHECK(set("server", "1").code == 2);
  CHECK(set("", "1").code == 2);
  CHECK(set("environment", "staging").code == (file == home.sealed ? 6 : 0));
  if (file == home.sealed) CHECK(home.text_of(file) == good);
  // A secret on the command line is refused; CHECKs in run() see that it is not repeated.
  const Outcome secret = set("spotify.client_secret", "CANARY-on-the-command-line");
  CHECK(secret.code == 2);
  CHECK(contains(secret.err, "config set spotify.client_secret --secret"));
  home.variables["SPOTIFY_MCP_PORT"] = "1";
  CHECK(contains(set("server.port", "9").err, "no effect while the environment SPOTIFY_MCP_PORT is set"));
}

TEST_CASE("a file with a secret in it is its owner's alone, and one that everybody can write is nobody's") {
  Home home;
  const std::string secret = home.text_of(home.plain);
  const auto check = [&](const std::string& text, unsigned mode) {
    std::ofstream(home.plain) << text;
    std::filesystem::permissions(home.plain, static_cast<std::filesystem::perms>(mode));
    return home.run({"config", "check", "--config", home.plain});
  };
  CHECK(check(secret, 0600).code == 0);
  // Root hands its files to the group of a service.
  CHECK(check(secret, 0640).code == (os::user_id() == 0 ? 0 : 4));
  for (const unsigned mode : {0644U, 0660U, 0604U}) {
    const Outcome open = check(secret, mode);
    CHECK(open.code == 4);
    CHECK(contains(open.err, "spotify.client_secret in the clear"));
    CHECK(contains(open.err, "chmod 600"));
  }
  home.variables["SMS_TEST_SECRET"] = "CANARY-of-a-variable";
  std::string named = secret;
  named.replace(named.find("CANARY-not-a-real-secret"), std::string_view("CANARY-not-a-real-secret").size(),
                "${SMS_TEST_SECRET}");
  CHECK(check(named, 0644).code == 0);
  CHECK(check(named, 0666).code == 4);
  REQUIRE(check(secret, 0600).code == 0);
  REQUIRE(home.seal().code == 0);
  std::filesystem::permissions(home.sealed, static_cast<std::filesystem::perms>(0644));
  CHECK(home.check().code == 0);
}

TEST_CASE("config set writes nothing that config check would refuse, and takes what belongs together at once") {
  Home home;
  std::string text = home.text_of(home.plain);
  text.replace(text.find("development"), std::string_view("development").size(), "production");
  std::ofstream(home.plain) << text;
  std::string file = home.plain;
  SUBCASE("plain") {}
  SUBCASE("sealed") {
    REQUIRE(home.seal().code == 0);
    file = home.sealed;
  }
  const std::string good = home.text_of(file);
  const auto set = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"config", "set"});
    words.insert(words.end(), {"--config", file});
    return home.run(words);
  };
  const std::vector<std::vector<std::string>> refused{
      {"server.host", "0.0.0.0"},
      {"server.host", "example.com"},
      {"server.tls_key", "key.pem"},
      {"server.tls_certificate", "certificate.pem"},
      {"server.trusted_proxies", "10.0.0.1/8"},
      {"server.auth", "none"},
      {"server.log_level", "debug"},
      {"security.max_sessions_per_user", "4"},
      {"security.session_timeout_minutes", "11"},
      {"tools.toolsets", "serch"},
      // One bad setting takes the good one with it.
      {"server.port", "8124", "server.host", "0.0.0.0"},
  };
  for (const auto& words : refused) {
    CAPTURE(words.front());
    const Outcome outcome = set(words);
    CHECK(outcome.code == 2);
    CHECK(contains(outcome.err, "Nothing was changed."));
    CHECK(home.text_of(file) == good);
  }
  CHECK(set({"server.port"}).code == 2);
  CHECK(set({"server.port", "8124", "server.host"}).code == 2);
  CHECK(home.text_of(file) == good);
  // Alone none of them is good.
  CHECK(
      set({"server.tls_certificate", "certificate.pem", "server.tls_key", "key.pem", "server.host", "0.0.0.0"}).code ==
      0);
  CHECK(home.run({"config", "check", "--config", file}).code == 0);
  CHECK(contains(home.run({"config", "show", "--json", "--config", file}).out, "0.0.0.0"));
}
