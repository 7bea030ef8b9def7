// A configuration that is read again: all of it, or nothing.
#include "app/reloader.h"

#include <fmt/format.h>
#include <fstream>
#include <string>
#include <sys/stat.h>
#include <vector>

#include "base/log.h"
#include "tests/support/manual_loop.h"
#include "tests/support/memory_trail.h"
#include "tests/support/temporary_directory.h"

#include "tests/test.h"

namespace {

struct World {
  test::TemporaryDirectory place;
  test::ManualLoop loop;
  test::InlineWorker worker;
  test::MemoryTrail trail;
  base::NullLog log;
  os::Environment environment{{{"HOME", place.path()}}};
  std::string file = place.path() + "/config.json";
  std::vector<bool> applied;
  app::Reloader reloader{{loop, worker, trail, log, environment},
                         {.request = {.config_file = file}},
                         started(),
                         {.check = judge, .apply = [this](const config::Settings& settings) {
                            applied.push_back(settings.tools.read_only);
                          }}};

  static base::Result<void> judge(const config::Settings& settings) {
    if (settings.tools.toolsets.empty()) return {};
    return base::fail(base::Code::kInvalidArgument, "There is no such toolset.");
  }

  config::Settings started() {
    write("{}");
    auto loaded = app::load_settings({.config_file = file}, environment);
    REQUIRE(loaded);
    return std::move(loaded->settings);
  }
  void write(const std::string& text) const { std::ofstream(file) << text; }
  app::Reloader::Done reload() {
    auto done = loop.run(reloader.reload());
    REQUIRE(done);
    return *std::move(done);
  }
};

}  // namespace

TEST_CASE("what is good is taken over, once, and the trail has it first") {
  World world;
  CHECK(world.reload().applied.empty());
  world.write(R"({"tools": {"read_only": true, "writes_per_day": 7}, "metrics": {"port": 9}})");
  const auto done = world.reload();
  CHECK(done.applied == std::vector<std::string>{"tools.read_only", "tools.writes_per_day"});
  CHECK(done.waiting == std::vector<std::string>{"metrics.port"});
  CHECK(world.applied == std::vector<bool>{false, true});
  // What waits for a new start goes on to wait; what was taken over is no news.
  const auto again = world.reload();
  CHECK(again.applied.empty());
  CHECK(again.waiting == done.waiting);
  CHECK(world.trail.entries.size() == 3);
  for (const audit::Entry& entry : world.trail.entries) CHECK(entry.event == audit::Event::kConfigReloaded);
}

TEST_CASE("what is wrong, in any way, changes nothing and is told") {
  World world;
  for (const char* text : {"", "{", R"({"tols": {}})", R"({"tools": {"read_only": "yes"}})",
                           R"({"tools": {"read_only": true}, "spotify": {"client_id": "${NOT_SET}"}})",
                           R"({"tools": {"read_only": true}, "api": {"base_url": "http://example.com"}})",
                           R"({"tools": {"read_only": true}, "server": {"auth": "none"}})",
                           R"({"tools": {"read_only": true, "toolsets": ["nothing"]}})",
                           R"({"tools": {"read_only": true}, "server": {"log_level": "debug"}})"}) {
    CAPTURE(text);
    world.write(text);
    CHECK_FALSE(world.loop.run(world.reloader.reload()).has_value());
    CHECK(world.trail.entries.back().status != "ok");
  }
  CHECK(world.applied.empty());
}

TEST_CASE("a trail that cannot have it keeps the settings as they are") {
  World world;
  world.write(R"({"tools": {"read_only": true}})");
  world.trail.refuses = true;
  CHECK_FALSE(world.loop.run(world.reloader.reload()).has_value());
  CHECK(world.applied.empty());
}
