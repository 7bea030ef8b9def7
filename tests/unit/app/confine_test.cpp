// What a server asks for when it confines itself. What that means for a process: tests/unit/os/sandbox_test.cpp.
#include "app/confine.h"

#include <algorithm>
#include <sstream>
#include <string>

#include "os/files.h"
#include "tests/support/temporary_directory.h"

#include "tests/test.h"

namespace {

bool has(const std::vector<std::string>& paths, const std::string& path) {
  return std::ranges::any_of(paths, [&](const std::string& each) { return each == path || each == path + "/"; });
}

struct Home {
  Home() : environment({{"HOME", place.path()}}) { settings.storage.directory = place.path() + "/data"; }
  os::Confinement confinement() const { return app::confinement_of(settings, environment); }
  std::string config() const { return place.path() + "/.config/spotify-mcp-server"; }

  test::TemporaryDirectory place;
  os::Environment environment;
  config::Settings settings;
};

}  // namespace

TEST_CASE("a server writes to its data and its trail, and to the place of the key while there is no key") {
  Home home;
  const os::Confinement first = home.confinement();
  CHECK(first.writable.size() == 3);
  for (const std::string& path :
       {home.settings.storage.directory, home.settings.storage.directory + "/audit", home.config()}) {
    CAPTURE(path);
    CHECK(has(first.writable, path));
    CHECK(os::exists(path));
  }
  REQUIRE(os::create_private_file(home.config() + "/master.key", "fake"));
  const os::Confinement second = home.confinement();
  CHECK(second.writable.size() == 2);
  CHECK_FALSE(has(second.writable, home.config()));
  CHECK(has(second.readable, home.config() + "/master.key"));
}

TEST_CASE("a key file that is given is read and never made, and a key in the environment needs neither") {
  Home home;
  home.environment = os::Environment({{"HOME", home.place.path()}, {"SPOTIFY_MCP_MASTER_KEY_FILE", "/run/keys/key"}});
  CHECK(home.confinement().writable.size() == 2);
  home.environment = os::Environment({{"HOME", home.place.path()}, {"SPOTIFY_MCP_MASTER_KEY", "fake"}});
  CHECK(home.confinement().writable.size() == 2);
  CHECK_FALSE(os::exists(home.config()));
}

TEST_CASE("a cache elsewhere is written there, unless nothing is cached") {
  Home home;
  home.settings.cache.db_path = home.place.path() + "/far/answers.db";
  CHECK(has(home.confinement().writable, home.place.path() + "/far"));
  home.settings.cache.enabled = false;
  CHECK_FALSE(has(home.confinement().writable, home.place.path() + "/far"));
}

TEST_CASE("a trail and checkpoints elsewhere are written there") {
  Home home;
  home.settings.audit.directory = home.place.path() + "/trail";
  home.settings.audit.checkpoints = home.place.path() + "/far/checkpoints";
  const os::Confinement confinement = home.confinement();
  CHECK(has(confinement.writable, home.place.path() + "/trail"));
  CHECK(has(confinement.writable, home.place.path() + "/far"));
}

TEST_CASE("no home and no secret of another program is readable") {
  const Home home;
  for (const std::string& path : home.confinement().readable) {
    CAPTURE(path);
    for (const char* prefix : {"/home", "/root", "/var", "/tmp", "/boot"}) CHECK_FALSE(path.starts_with(prefix));
    CHECK(path != "/");
    CHECK(path != "/proc");
  }
}

TEST_CASE("a command in a process that is not its own confines nothing") {
  const Home home;
  std::ostringstream words;
  const app::Io io{.environment = home.environment, .out = words, .err = words};
  const os::Confined confined = app::confine_server(io, home.settings);
  CHECK(confined.no_filter.empty());
  CHECK(confined.no_paths.empty());
  CHECK_FALSE(os::exists(home.settings.storage.directory));
}
