// The cache file: owners apart, invalidation across processes, clocks that jump, bounds, and a file that is damaged.
#include "store/sqlite/response_cache.h"

#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/manual_loop.h"
#include "tests/support/temporary_directory.h"

#include "tests/test.h"

namespace {

using spotify::CacheOwner;
using spotify::StoredAnswer;
using std::chrono::minutes;
using std::chrono::seconds;
using store::sqlite::ResponseCache;

const CacheOwner kOwner{"owner@app", 1};

// Two views of one file, as two processes have them.
struct World {
  explicit World(store::sqlite::ResponseCacheOptions given = {}) : options(std::move(given)) {
    options.directory = place.path() + "/data";
    for (auto& view : views) view = open();
  }
  std::unique_ptr<ResponseCache> open() {
    return std::make_unique<ResponseCache>(ResponseCache::Services{loop, worker, clock}, options);
  }
  ResponseCache::Found find(std::string key, CacheOwner owner = kOwner, int view = 0) {
    const auto found = loop.run(views[view]->find(std::move(owner), std::move(key)));
    REQUIRE(found);
    return *found;
  }
  bool has(std::string key, CacheOwner owner = kOwner, int view = 0) {
    return find(std::move(key), std::move(owner), view).answer.has_value();
  }
  void put(std::string key, std::string body = "{}", CacheOwner owner = kOwner, int64_t epoch = 0, int view = 0) {
    StoredAnswer answer{.key = std::move(key), .body = std::move(body), .etag = "\"e\""};
    answer.fresh_until = clock.wall() + minutes(10);
    answer.kept_until = clock.wall() + minutes(70);
    REQUIRE(loop.run(views[view]->put(std::move(owner), std::move(answer), epoch)));
  }
  void invalidate(std::vector<std::string> prefixes, int view = 0) {
    REQUIRE(loop.run(views[view]->invalidate(kOwner, std::move(prefixes))));
  }
  std::string file() const { return options.directory + "/" + options.file_name; }

  test::TemporaryDirectory place;
  test::ManualLoop loop;
  test::InlineWorker worker;
  test::ManualClock clock;
  store::sqlite::ResponseCacheOptions options;
  std::unique_ptr<ResponseCache> views[2];
};

TEST_CASE("what one process stores another one finds, and also a later one") {
  World world;
  world.put("/shows/a", R"({"name":"x"})");
  const auto found = world.find("/shows/a", kOwner, 1).answer;
  REQUIRE(found);
  CHECK(found->body == R"({"name":"x"})");
  CHECK(found->etag == "\"e\"");
  CHECK(found->fresh_until == world.clock.wall() + minutes(10));
  world.views[0] = world.open();
  CHECK(world.has("/shows/a"));
}

TEST_CASE("users, apps and logins see only their own answers") {
  World world;
  world.put("/me");
  CHECK_FALSE(world.has("/me", {"other@app", 1}));
  CHECK_FALSE(world.has("/me", {"owner@other", 1}));
  CHECK_FALSE(world.has("/me", {"owner@app", 2}));
}

TEST_CASE("an invalidation drops what begins so, in every process, and nothing else") {
  World world;
  for (const char* key : {"/me/tracks", "/me/tracks?limit=5", "/me/shows", "/me/trackt", "/me/track"}) world.put(key);
  world.invalidate({"/me/tracks"}, 1);
  CHECK_FALSE(world.has("/me/tracks"));
  CHECK_FALSE(world.has("/me/tracks?limit=5"));
  for (const char* key : {"/me/shows", "/me/trackt", "/me/track"}) CHECK(world.has(key));
  world.invalidate({""});
  CHECK_FALSE(world.has("/me/shows"));
}

TEST_CASE("an answer that was asked for before an invalidation is not kept after it") {
  World world;
  const int64_t epoch = world.find("/me/tracks").epoch;
  world.invalidate({"/me/tracks"}, 1);
  world.put("/me/tracks", "{}", kOwner, epoch);
  CHECK_FALSE(world.has("/me/tracks"));
  world.put("/me/tracks", "{}", kOwner, world.find("/me/tracks").epoch);
  CHECK(world.has("/me/tracks"));
}

TEST_CASE("answers end, and a clock that was set back makes none older than it is") {
  World world;
  world.put("/shows/a");
  world.clock.advance(minutes(11));
  // No longer fresh, and good for a confirmation.
  REQUIRE(world.has("/shows/a"));
  CHECK(world.find("/shows/a").answer->fresh_until < world.clock.wall());
  world.clock.advance(minutes(60));
  CHECK_FALSE(world.has("/shows/a"));

  CHECK(world.loop.run(world.views[0]->clean()).value() == 1);

  world.put("/shows/b");
  world.clock.advance(-minutes(5));
  CHECK_FALSE(world.has("/shows/b"));
  CHECK(world.loop.run(world.views[0]->clean()).value() == 1);
  CHECK(world.loop.run(world.views[0]->stats("owner@app"))->entries == 0);
}

TEST_CASE("what ended while no process was there is removed by the next one") {
  World world;
  world.put("/shows/a");
  world.clock.advance(minutes(71));
  const auto next = world.open();
  CHECK_FALSE(world.loop.run(next->find(kOwner, "/shows/b"))->answer);
  CHECK(world.loop.run(next->stats("owner@app"))->entries == 0);
}

TEST_CASE("the bounds hold, and the oldest answers go first") {
  World world({.directory = "", .file_name = "cache.db", .entries_max = 20, .bytes_max = 10'000});
  for (int i = 0; i < 30; ++i) {
    world.put("/tracks/" + std::to_string(i));
    world.clock.advance(seconds(1));
  }
  world.loop.run(world.views[0]->clean()).value();
  auto stats = world.loop.run(world.views[0]->stats("owner@app")).value();
  CHECK(stats.entries <= 20);
  CHECK(stats.entries >= 15);
  CHECK_FALSE(world.has("/tracks/0"));
  CHECK(world.has("/tracks/29"));
  for (int i = 0; i < 10; ++i) world.put("/shows/" + std::to_string(i), std::string(3'000, ' '));
  world.loop.run(world.views[0]->clean()).value();
  stats = world.loop.run(world.views[0]->stats("owner@app")).value();
  CHECK(stats.bytes <= 10'000);
  CHECK(world.has("/shows/9"));
}

TEST_CASE("the bounds hold without anybody cleaning") {
  World world({.directory = "", .file_name = "cache.db", .entries_max = 100});
  for (int i = 0; i < 600; ++i) world.put("/tracks/" + std::to_string(i));
  CHECK(world.loop.run(world.views[0]->stats("owner@app"))->entries <= 100 + 256);
}

TEST_CASE("an answer that is too long is not kept") {
  World world({.directory = "", .file_name = "cache.db", .answer_bytes_max = 100});
  world.put("/tracks/a", std::string(101, ' '));
  CHECK_FALSE(world.has("/tracks/a"));
}

TEST_CASE("clearing takes everything of one owner, of all logins") {
  World world;
  world.put("/me");
  world.put("/me", "{}", {"owner@app", 2});
  world.put("/me", "{}", {"other@app", 1});
  CHECK(world.loop.run(world.views[1]->clear("owner@app")).value() == 2);
  CHECK_FALSE(world.has("/me"));
  CHECK(world.has("/me", {"other@app", 1}));
}

TEST_CASE("hostile keys and bodies are bound, not spelled out") {
  World world;
  const std::string key = "/search?q='; DROP TABLE answers;--%00\xE2\x80\xAE";
  world.put(key, "{\"a\":\"'\"}");
  CHECK(world.find(key).answer->body == "{\"a\":\"'\"}");
}

TEST_CASE("a damaged file is thrown away and made anew") {
  World world;
  world.put("/me");
  for (auto& view : world.views) view.reset();
  std::ofstream(world.file(), std::ios::binary | std::ios::trunc) << std::string(5'000, 'x');
  world.views[0] = world.open();
  CHECK_FALSE(world.has("/me"));
  world.put("/me");
  CHECK(world.has("/me"));
}

TEST_CASE("a place that others can reach is refused, and says so each time without trying again") {
  World world;
  world.options.directory = "/";
  const auto cache = world.open();
  CHECK_FALSE(world.loop.run(cache->find(kOwner, "/me")));
  CHECK_FALSE(world.loop.run(cache->stats("owner@app")));
}

}  // namespace
