// The cache: freshness, bounds, least recent use, invalidation and confirmation.
#include "spotify/cache.h"

#include <string>

#include "tests/test.h"

namespace spotify {
namespace {

using std::chrono::seconds;

base::Instant at(int64_t s) { return base::Instant{seconds(s)}; }

Cache::Entry entry(std::string key, int64_t fresh_s, size_t bytes = 10, std::string etag = "") {
  Cache::Entry out;
  out.value = std::make_shared<const json::Value>(key);
  out.key = std::move(key);
  out.etag = std::move(etag);
  out.bytes = bytes;
  out.fresh_until = at(fresh_s);
  out.kept_until = at(fresh_s + 100);
  return out;
}

TEST_CASE("an entry is given while it is fresh") {
  Cache cache({});
  CHECK(cache.find("/a", at(0)) == nullptr);
  cache.put(entry("/a", 5));
  REQUIRE(cache.find("/a", at(4)) != nullptr);
  CHECK(cache.find("/a", at(4))->string() == "/a");
  CHECK(cache.find("/a", at(5)) == nullptr);
  CHECK(cache.stats().hits == 2);
  CHECK(cache.stats().misses == 2);
}

TEST_CASE("entries and bytes are bounded, oldest use goes first") {
  Cache cache({.entries_max = 3, .bytes_max = 100});
  for (const char* key : {"/a", "/b", "/c"}) cache.put(entry(key, 50));
  CHECK(cache.find("/a", at(0)) != nullptr);
  cache.put(entry("/d", 50));
  CHECK(cache.find("/b", at(0)) == nullptr);
  CHECK(cache.find("/a", at(0)) != nullptr);
  cache.put(entry("/big", 50, 80));
  CHECK(cache.stats().bytes <= 100);
  CHECK(cache.find("/big", at(0)) != nullptr);
  cache.put(entry("/huge", 50, 101));
  CHECK(cache.find("/huge", at(0)) == nullptr);
  CHECK(cache.find("/big", at(0)) != nullptr);
}

TEST_CASE("a new value replaces the old one and its size") {
  Cache cache({});
  cache.put(entry("/a", 5, 10));
  cache.put(entry("/a", 9, 30));
  CHECK(cache.stats().entries == 1);
  CHECK(cache.stats().bytes == 30);
  CHECK(cache.find("/a", at(8)) != nullptr);
}

TEST_CASE("a write forgets by prefix") {
  Cache cache({});
  for (const char* key : {"/playlists/x", "/playlists/x/items?limit=5", "/playlists/y", "/me/playlists"}) {
    cache.put(entry(key, 50));
  }
  cache.invalidate("/playlists/x");
  CHECK(cache.find("/playlists/x", at(0)) == nullptr);
  CHECK(cache.find("/playlists/x/items?limit=5", at(0)) == nullptr);
  CHECK(cache.find("/playlists/y", at(0)) != nullptr);
  CHECK(cache.find("/me/playlists", at(0)) != nullptr);
  cache.clear();
  CHECK(cache.stats().entries == 0);
  CHECK(cache.stats().bytes == 0);
}

TEST_CASE("a stale entry with an ETag can be confirmed, for a while") {
  Cache cache({});
  cache.put(entry("/a", 5, 10, "W/\"1\""));
  cache.put(entry("/b", 5));
  CHECK(cache.find("/a", at(6)) == nullptr);
  REQUIRE(cache.find_confirmable("/a", at(6)) != nullptr);
  CHECK(cache.find_confirmable("/a", at(6))->etag == "W/\"1\"");
  CHECK(cache.find_confirmable("/b", at(6)) == nullptr);
  CHECK(cache.find_confirmable("/a", at(105)) == nullptr);
  cache.confirm("/a", at(20));
  CHECK(cache.find("/a", at(10)) != nullptr);
}

}  // namespace
}  // namespace spotify
