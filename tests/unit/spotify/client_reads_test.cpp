// Cached and joined reads, the pacing of the client, and where the token goes.
#include <algorithm>
#include <string>
#include <vector>

#include "tests/unit/spotify/client_fixture.h"

#include "tests/test.h"

namespace spotify {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

const TrackId kTrackId = TrackId::parse("1aaaaaaaaaaaaaaaaaaaaa").value();
const PlaylistId kPlaylistId = PlaylistId::parse("4ddddddddddddddddddddd").value();

base::Task<void> keep_track(Client* client, Call call, std::vector<base::Result<Track>>* results) {
  results->push_back(co_await client->track(kTrackId, std::nullopt, call));
}

TEST_CASE("equal reads at the same time are one request") {
  Bench bench;
  bench.service.reply = [](const Asked&) { return answer(200, R"({"name":"T"})"); };
  std::vector<base::Result<Track>> results;
  base::TaskGroup group(bench.loop);
  for (int i = 0; i < 500; ++i) group.spawn(keep_track(&bench.client, bench.within(seconds(10 + i)), &results));
  bench.loop.run_until_idle();
  REQUIRE(results.size() == 500);
  for (const auto& result : results) CHECK(result->name.raw() == "T");
  CHECK(bench.service.count() == 1);
}

TEST_CASE("a failure is shared too") {
  Bench bench;
  bench.service.reply = [](const Asked&) { return api_error(404, "Resource not found"); };
  std::vector<base::Result<Track>> results;
  base::TaskGroup group(bench.loop);
  for (int i = 0; i < 20; ++i) group.spawn(keep_track(&bench.client, {}, &results));
  bench.loop.run_until_idle();
  REQUIRE(results.size() == 20);
  for (const auto& result : results) CHECK(cause_of(result.error()) == Cause::kNotFound);
  CHECK(bench.service.count() == 1);
}

TEST_CASE("a caller with less time leaves, one with more goes on") {
  Bench bench;
  bench.service.latency = seconds(4);
  bench.service.reply = [](const Asked&) { return answer(200, R"({"name":"T"})"); };
  std::vector<base::Result<Track>> hasty;
  std::vector<base::Result<Track>> patient;
  base::TaskGroup group(bench.loop);
  group.spawn(keep_track(&bench.client, bench.within(seconds(3)), &hasty));
  group.spawn(keep_track(&bench.client, bench.within(seconds(30)), &patient));
  bench.loop.run_until_idle();
  CHECK(hasty.at(0).error().code == base::Code::kDeadline);
  CHECK(patient.at(0)->name.raw() == "T");
  CHECK(bench.service.count() == 2);
}

TEST_CASE("when the first caller is dropped the others still get the answer") {
  Bench bench;
  bench.service.reply = [](const Asked&) { return answer(200, R"({"name":"T"})"); };
  std::vector<base::Result<Track>> results;
  base::TaskGroup others(bench.loop);
  {
    base::TaskGroup first(bench.loop);
    first.spawn(keep_track(&bench.client, {}, &results));
    others.spawn(keep_track(&bench.client, {}, &results));
    bench.loop.run_for(std::chrono::milliseconds(1));
  }
  bench.loop.run_until_idle();
  REQUIRE(results.size() == 1);
  CHECK(results[0].has_value());
  CHECK(bench.service.count() == 1);
}

TEST_CASE("the catalogue is cached for an hour, the player never") {
  Bench bench;
  bench.service.reply = [](const Asked&) { return answer(200, R"({"name":"T"})"); };
  for (int i = 0; i < 5; ++i) CHECK(bench.run(bench.client.track(kTrackId, std::nullopt, {})).has_value());
  CHECK(bench.service.count() == 1);
  CHECK(bench.run(bench.client.track(kTrackId, Market::parse("SE").value(), {})).has_value());
  CHECK(bench.service.count() == 2);
  CHECK(bench.run(bench.client.track(kTrackId, std::nullopt, {.freshness = Freshness::kFresh})).has_value());
  CHECK(bench.service.count() == 3);
  bench.loop.run_for(minutes(61));
  CHECK(bench.run(bench.client.track(kTrackId, std::nullopt, {})).has_value());
  CHECK(bench.service.count() == 4);
  for (int i = 0; i < 3; ++i) CHECK(bench.run(bench.client.queue({})).has_value());
  CHECK(bench.service.count() == 7);
  CHECK(bench.client.cache_stats().hits == 4);
  CHECK(bench.run(bench.client.forget_cache()).has_value());
  CHECK(bench.run(bench.client.track(kTrackId, std::nullopt, {})).has_value());
  CHECK(bench.service.count() == 8);
}

TEST_CASE("what one login read is not given to the next, nor to nobody") {
  Bench bench;
  bench.service.reply = [](const Asked&) { return answer(200, R"({"id":"first","display_name":"First"})"); };
  const auto me = [&bench] { return bench.run(bench.client.me(bench.within(std::chrono::seconds(10)))); };
  CHECK(me()->id.text() == "first");
  CHECK(me()->id.text() == "first");
  CHECK(bench.service.count() == 1);

  bench.tokens.refuses = true;
  const auto logged_out = me();
  REQUIRE(!logged_out);
  CHECK(logged_out.error().code == base::Code::kUnauthenticated);
  CHECK(bench.service.count() == 1);

  bench.tokens.refuses = false;
  bench.tokens.login = 2;
  bench.service.reply = [](const Asked&) { return answer(200, R"({"id":"second","display_name":"Second"})"); };
  CHECK(me()->id.text() == "second");
  CHECK(me()->id.text() == "second");
  CHECK(bench.service.count() == 2);
}

TEST_CASE("a refusal is not cached") {
  Bench bench;
  bench.service.reply = [&](const Asked&) {
    return bench.service.count() == 1 ? api_error(404, "Resource not found") : answer(200, "{}");
  };
  CHECK(!bench.run(bench.client.track(kTrackId, std::nullopt, {})).has_value());
  CHECK(bench.run(bench.client.track(kTrackId, std::nullopt, {})).has_value());
}

TEST_CASE("a stale answer is confirmed by its ETag") {
  Bench bench;
  bench.service.reply = [](const Asked& asked) {
    if (asked.headers.find("If-None-Match") == R"("v1")") return answer(304);
    return answer(200, R"({"name":"T"})", {{"ETag", R"("v1")"}});
  };
  CHECK(bench.run(bench.client.track(kTrackId, std::nullopt, {})).has_value());
  bench.loop.run_for(minutes(61));
  const auto track = bench.run(bench.client.track(kTrackId, std::nullopt, {}));
  REQUIRE(track.has_value());
  CHECK(track->name.raw() == "T");
  CHECK(bench.service.count() == 2);
  CHECK(bench.service.last().headers.find("If-None-Match").has_value());
  CHECK(bench.run(bench.client.track(kTrackId, std::nullopt, {})).has_value());
  CHECK(bench.service.count() == 2);
}

TEST_CASE("pages of a playlist are cached by its snapshot and forgotten by a write") {
  Bench bench;
  bench.service.reply = [](const Asked& asked) {
    return asked.method == http::Method::kGet ? answer(200, R"({"total":1,"items":[{"item":{"name":"T"}}]})")
                                              : answer(201, R"({"snapshot_id":"s2"})");
  };
  const auto snapshot = SnapshotId::parse("s1").value();
  const auto page = [&](std::optional<SnapshotId> known) {
    return bench.run(bench.client.playlist_items(kPlaylistId, {}, std::nullopt, known, {}));
  };
  CHECK(page(snapshot)->items.size() == 1);
  CHECK(page(snapshot)->items.size() == 1);
  CHECK(bench.service.count() == 1);
  CHECK(page(std::nullopt).has_value());
  CHECK(page(SnapshotId::parse("s0").value()).has_value());
  CHECK(bench.service.count() == 3);
  CHECK(page(snapshot).has_value());
  CHECK(bench.service.count() == 3);
  const auto added = bench.run(bench.client.add_playlist_items(kPlaylistId, {PlayableUri(kTrackId)}, std::nullopt, {}));
  CHECK(added->snapshot->text() == "s2");
  CHECK(page(snapshot).has_value());
  CHECK(bench.service.count() == 5);
}

base::Task<void> keep_playlists(Client* client, std::vector<int>* totals) {
  const auto page = co_await client->my_playlists({}, {});
  totals->push_back(page ? page->total : -1);
}

TEST_CASE("a write in several requests tells how far it is, one in a single request does not") {
  Bench bench;
  bench.service.reply = [](const Asked&) { return answer(201, R"({"snapshot_id":"s"})"); };
  std::vector<std::pair<size_t, size_t>> told;
  Call call = bench.within(seconds(60));
  call.on_progress = [&told](size_t done, size_t total) { told.emplace_back(done, total); };
  const auto add = [&](size_t count) {
    const std::vector<PlayableUri> items(count,
                                         PlayableUri::parse("spotify:track:" + std::string(kTrackId.text())).value());
    CHECK(bench.run(bench.client.add_playlist_items(kPlaylistId, items, std::nullopt, call)).has_value());
  };
  add(100);
  CHECK(told.empty());
  add(150);
  CHECK(told == std::vector<std::pair<size_t, size_t>>{{100, 150}, {150, 150}});
}

TEST_CASE("a read that began before a write is not taken for one after it") {
  Bench bench;
  int made = 0;
  bench.service.latency = seconds(1);
  bench.service.reply = [&](const Asked& asked) -> http::Response {
    if (asked.method == http::Method::kPost) {
      ++made;
      return answer(201, R"({"id":"4ddddddddddddddddddddd"})");
    }
    return answer(200, R"({"total":)" + std::to_string(made) + "}");
  };
  std::vector<int> totals;
  base::TaskGroup group(bench.loop);
  group.spawn(keep_playlists(&bench.client, &totals));
  bench.loop.run_for(std::chrono::milliseconds(500));
  CHECK(bench.run(bench.client.create_playlist({.name = "N"}, {})).has_value());
  bench.loop.run_until_idle();
  CHECK(totals.size() == 1);
  group.spawn(keep_playlists(&bench.client, &totals));
  bench.loop.run_until_idle();
  REQUIRE(totals.size() == 2);
  CHECK(totals[1] == 1);
}

TEST_CASE("fifty requests in thirty seconds, eight at once") {
  Bench bench;
  bench.service.latency = seconds(1);
  size_t most = 0;
  int done = 0;
  base::TaskGroup group(bench.loop);
  for (int i = 0; i < 120; ++i) {
    group.spawn([](Bench* b, int n, int* finished) -> base::Task<void> {
      const auto found = co_await b->client.search({.query = "q" + std::to_string(n)}, {});
      *finished += found.has_value() ? 1 : 0;
    }(&bench, i, &done));
  }
  for (int second = 0; second < 29; ++second) {
    const size_t before = bench.service.count();
    bench.loop.run_for(seconds(1));
    most = std::max(most, bench.service.count() - before);
  }
  CHECK(bench.service.count() == 50);
  CHECK(most <= 8);
  bench.loop.run_for(seconds(30));
  CHECK(bench.service.count() <= 108);
  bench.loop.run_until_idle();
  CHECK(done == 120);
}

class MemoryQuotaStore final : public QuotaStore {
 public:
  base::Task<base::Result<QuotaRecord>> load() override {
    co_return QuotaRecord{.blocks = blocks, .pause = pause, .counts = counts};
  }
  base::Task<base::Result<void>> save(QuotaRecord given) override {
    if (!given.blocks.empty()) blocks = std::move(given.blocks);
    if (given.pause) pause = given.pause;
    counts.insert(counts.end(), given.counts.begin(), given.counts.end());
    co_return base::Result<void>{};
  }
  std::vector<Block> blocks;
  std::optional<QuotaRecord::Pause> pause;
  std::vector<HourCount> counts;
};

TEST_CASE("a quota block outlives the process") {
  MemoryQuotaStore store;
  {
    Bench bench({}, &store);
    bench.service.reply = [](const Asked&) { return api_error_after(429, "7200"); };
    CHECK(!bench.run(bench.client.search({.query = "x"}, {})).has_value());
    bench.loop.run_until_idle();
  }
  REQUIRE(store.blocks.size() == 1);
  CHECK(store.blocks[0].bucket == Bucket::kSearch);
  Bench reborn({}, &store);
  reborn.loop.run_for(minutes(1));  // Of the clock that wrote the block, and not one before it.
  const auto found = reborn.run(reborn.client.search({.query = "x"}, {}));
  REQUIRE(!found.has_value());
  CHECK(cause_of(found.error()) == Cause::kQuotaExceeded);
  CHECK(reborn.service.count() == 0);
}

TEST_CASE("a block that another process wrote down closes the bucket of this one") {
  MemoryQuotaStore store;
  Bench bench({}, &store);
  CHECK(bench.run(bench.client.search({.query = "x"}, {})).has_value());
  store.blocks = {{.bucket = Bucket::kSearch, .until = bench.loop.wall() + std::chrono::hours(2)}};
  bench.loop.run_for(Gate::kRecheck);
  const auto refused = bench.run(bench.client.search({.query = "y"}, {}));
  REQUIRE(!refused);
  CHECK(refused.error().code == base::Code::kRateLimited);
  CHECK(bench.service.count() == 1);
}

TEST_CASE("the token goes to the configured server, in the one field for it") {
  Bench bench;
  bench.service.reply = [](const Asked&) {
    // Whatever an answer names as the next page is not followed, nor is a redirect.
    return answer(200, R"({"total":500,"limit":20,"next":"https://evil.example/v1/me/playlists","items":[]})");
  };
  CHECK(bench.run(bench.client.my_playlists({}, {})).has_value());
  CHECK(bench.run(bench.client.saved_tracks({.limit = 500, .offset = -3}, std::nullopt, {})).has_value());
  bench.service.reply = [](const Asked&) { return answer(302, "", {{"Location", "https://evil.example/"}}); };
  CHECK(!bench.run(bench.client.me({})).has_value());
  REQUIRE(bench.service.count() == 3);
  for (const Asked& asked : bench.service.asked()) {
    CHECK(asked.server_url == "https://api.spotify.com");
    CHECK(asked.path.starts_with("/v1/"));
    CHECK(asked.authorization == "Bearer token-1");
    for (const auto& [name, value] : asked.headers) {
      CHECK(!value.contains("token-"));
      CHECK(name != "Authorization");
    }
    for (const auto& [name, value] : asked.query) CHECK(!value.contains("token-"));
  }
  CHECK(bench.service.asked()[1].parameter("limit") == "50");
  CHECK(bench.service.asked()[1].parameter("offset") == "0");
}

TEST_CASE("the URL of the API is https, or plain http on this machine") {
  CHECK(parse_api_url("https://api.spotify.com/v1").has_value());
  CHECK(parse_api_url("http://127.0.0.1:8080/v1").has_value());
  CHECK(parse_api_url("http://[::1]:8080").has_value());
  for (const char* text : {"http://api.spotify.com/v1", "ftp://x/", "https://a@b/v1", "https://h/v1?x=1", "", "v1"}) {
    CAPTURE(text);
    CHECK(!parse_api_url(text).has_value());
  }
  Bench bench;
  Client local(bench.services(), {.api = parse_api_url("http://127.0.0.1:8080/v1/").value()});
  CHECK(bench.run(local.queue({})).has_value());
  CHECK(bench.service.last().server_url == "http://127.0.0.1:8080");
  CHECK(bench.service.last().path == "/v1/me/player/queue");
}

}  // namespace
}  // namespace spotify
