// What the client does when a request does not go well: refresh, wait, repeat, or leave it alone.
#include <string>
#include <vector>

#include "tests/unit/spotify/client_fixture.h"

#include "tests/test.h"

namespace spotify {
namespace {

using base::Code;
using std::chrono::milliseconds;
using std::chrono::seconds;

const TrackId kTrackId = TrackId::parse("1aaaaaaaaaaaaaaaaaaaaa").value();
const PlaylistId kPlaylistId = PlaylistId::parse("4ddddddddddddddddddddd").value();
const PlayableUri kItem(kTrackId);

TEST_CASE("an expired token is refreshed once and the call goes on") {
  Bench bench;
  bench.service.reply = [](const Asked& asked) {
    return asked.authorization == "Bearer token-2" ? answer(200, R"({"name":"T"})")
                                                   : api_error(401, "The access token expired");
  };
  const auto track = bench.run(bench.client.track(kTrackId, std::nullopt, bench.within(seconds(10))));
  REQUIRE(track.has_value());
  CHECK(track->name.raw() == "T");
  CHECK(bench.service.count() == 2);
  CHECK(bench.tokens.generation == 2);
}

TEST_CASE("a write is sent again after 401, because Spotify did nothing") {
  Bench bench;
  bench.service.reply = [](const Asked& asked) {
    return asked.authorization == "Bearer token-2" ? answer(204) : api_error(401, "The access token expired");
  };
  CHECK(bench.run(bench.client.next(std::nullopt, {})).has_value());
  CHECK(bench.service.count() == 2);
}

TEST_CASE("a second 401 ends in log in again, not in a loop") {
  Bench bench;
  bench.service.reply = [](const Asked&) { return api_error(401, "Invalid access token"); };
  const auto me = bench.run(bench.client.me({}));
  REQUIRE(!me.has_value());
  CHECK(me.error().code == Code::kUnauthenticated);
  CHECK(bench.service.count() == 2);
}

TEST_CASE("without a login nothing is sent") {
  Bench bench;
  bench.tokens.refuses = true;
  const auto me = bench.run(bench.client.me({}));
  REQUIRE(!me.has_value());
  CHECK(me.error().message == "Log in first.");
  CHECK(bench.service.count() == 0);
  CHECK(bench.tokens.asked == 1);
}

TEST_CASE("a missing permission is no reason to refresh") {
  Bench bench;
  bench.service.reply = [](const Asked&) { return api_error(403, "Insufficient client scope"); };
  const auto top = bench.run(bench.client.top_tracks(TimeRange::kShort, {}, {}));
  REQUIRE(!top.has_value());
  CHECK(cause_of(top.error()) == Cause::kScope);
  CHECK(bench.service.count() == 1);
  CHECK(bench.tokens.generation == 1);
}

TEST_CASE("a short 429 on a read is waited out") {
  Bench bench;
  bench.service.reply = [&](const Asked&) -> http::Response {
    if (bench.service.count() < 3) return api_error_after(429, "4");
    return answer(200, R"({"name":"T"})");
  };
  const auto track = bench.run(bench.client.track(kTrackId, std::nullopt, bench.within(seconds(30))));
  CHECK(track.has_value());
  CHECK(bench.service.count() == 3);
  // Twice four seconds, with little on top.
  CHECK(bench.loop.now() >= base::Instant{seconds(8)});
  CHECK(bench.loop.now() < base::Instant{seconds(10)});
}

TEST_CASE("a third 429 is given to the caller") {
  Bench bench;
  bench.service.reply = [](const Asked&) { return api_error_after(429, "2"); };
  const auto track = bench.run(bench.client.track(kTrackId, std::nullopt, bench.within(seconds(60))));
  REQUIRE(!track.has_value());
  CHECK(track.error().code == Code::kRateLimited);
  CHECK(track.error().retry_after == seconds(2));
  CHECK(bench.service.count() == 3);
}

TEST_CASE("a wait that the deadline does not allow is not begun") {
  Bench bench;
  bench.service.reply = [](const Asked&) { return api_error_after(429, "20"); };
  const auto track = bench.run(bench.client.track(kTrackId, std::nullopt, bench.within(seconds(5))));
  REQUIRE(!track.has_value());
  CHECK(track.error().code == Code::kRateLimited);
  CHECK(track.error().retry_after.has_value());
  CHECK(bench.service.count() == 1);
  CHECK(bench.loop.now() < base::Instant{seconds(1)});
}

TEST_CASE("a 429 on a write is answered, and holds up the others") {
  Bench bench;
  bench.service.reply = [&](const Asked& asked) {
    return asked.method == http::Method::kGet ? answer(200, "{}") : api_error_after(429, "3");
  };
  const auto paused = bench.run(bench.client.pause(std::nullopt, bench.within(seconds(30))));
  REQUIRE(!paused.has_value());
  CHECK(paused.error().message.contains("Nothing was changed"));
  CHECK(bench.service.count() == 1);
  CHECK(bench.run(bench.client.queue(bench.within(seconds(30)))).has_value());
  CHECK(bench.loop.now() >= base::Instant{seconds(3)});
}

TEST_CASE("an exhausted quota closes its bucket at once, and only that") {
  Bench bench;
  bench.service.reply = [](const Asked& asked) {
    return asked.path == "/v1/search" ? api_error_after(429, "48925", "QUOTA_EXCEEDED") : answer(200, R"({"id":"me"})");
  };
  const auto found = bench.run(bench.client.search({.query = "x"}, bench.within(seconds(30))));
  REQUIRE(!found.has_value());
  CHECK(cause_of(found.error()) == Cause::kQuotaExceeded);
  CHECK(found.error().retry_after == seconds(48925));
  CHECK(bench.service.count() == 1);
  const auto again = bench.run(bench.client.search({.query = "y"}, bench.within(seconds(30))));
  REQUIRE(!again.has_value());
  CHECK(cause_of(again.error()) == Cause::kQuotaExceeded);
  CHECK(again.error().message.contains("2026-11-25T01:35:25Z"));
  // The second call cost nothing, and nobody slept.
  CHECK(bench.service.count() == 1);
  CHECK(bench.loop.now() < base::Instant{seconds(1)});
  CHECK(bench.run(bench.client.me(bench.within(seconds(30)))).has_value());
  CHECK(bench.gate.usage()[0].blocked_until.has_value());
  bench.loop.run_for(seconds(48926));
  CHECK(!bench.gate.blocked_until(Bucket::kSearch).has_value());
}

TEST_CASE("a read survives one failure of any kind") {
  const std::vector<base::Result<http::Response> (*)()> failures{
      []() -> base::Result<http::Response> { return api_error(500, "Server error"); },
      []() -> base::Result<http::Response> { return answer(502, "<html>"); },
      []() -> base::Result<http::Response> { return answer(503, "upstream connect error"); },
      []() -> base::Result<http::Response> { return lost(); },
      []() -> base::Result<http::Response> { return not_sent(); },
      []() -> base::Result<http::Response> { return answer(200, R"({"name":"T)"); },
      []() -> base::Result<http::Response> { return answer(200, "oPClBVDzidwlAlSqmFF-zKNO62E"); },
  };
  for (const auto& failure : failures) {
    Bench bench;
    bench.service.reply = [&](const Asked&) -> base::Result<http::Response> {
      if (bench.service.count() == 1) return failure();
      return answer(200, R"({"name":"T"})");
    };
    CHECK(bench.run(bench.client.track(kTrackId, std::nullopt, bench.within(seconds(30)))).has_value());
    CHECK(bench.service.count() == 2);

    Bench broken;
    broken.service.reply = [&](const Asked&) { return failure(); };
    const auto track = broken.run(broken.client.track(kTrackId, std::nullopt, broken.within(seconds(30))));
    REQUIRE(!track.has_value());
    CHECK((track.error().code == Code::kUnavailable || track.error().code == Code::kUpstream));
    CHECK(cause_of(track.error()) != Cause::kMayHaveHappened);
    CHECK(broken.service.count() == 2);
  }
}

using Write = base::Task<base::Result<void>> (*)(Client&);
template <class T>
base::Task<base::Result<void>> dropped(base::Task<base::Result<T>> task) {
  auto result = co_await std::move(task);
  if (!result) co_return std::unexpected(std::move(result).error());
  co_return base::Result<void>{};
}
const std::vector<Write>& all_writes() {
  static const DeviceId device = DeviceId::parse("d1").value();
  static const std::vector<Write> writes{
      [](Client& c) { return c.play({}, {}); },
      [](Client& c) { return c.pause(std::nullopt, {}); },
      [](Client& c) { return c.next(std::nullopt, {}); },
      [](Client& c) { return c.previous(std::nullopt, {}); },
      [](Client& c) { return c.seek(5, std::nullopt, {}); },
      [](Client& c) { return c.set_volume(schema::Bounded<0, 100>(5), std::nullopt, {}); },
      [](Client& c) { return c.set_shuffle(Shuffle::kOn, std::nullopt, {}); },
      [](Client& c) { return c.set_repeat(RepeatMode::kTrack, std::nullopt, {}); },
      [](Client& c) { return c.transfer(device, OnTransfer::kPlay, {}); },
      [](Client& c) { return c.add_to_queue(kItem, std::nullopt, {}); },
      [](Client& c) { return dropped(c.create_playlist({.name = "N"}, {})); },
      [](Client& c) { return c.change_playlist(kPlaylistId, {.name = "N"}, {}); },
      [](Client& c) { return dropped(c.add_playlist_items(kPlaylistId, {kItem}, std::nullopt, {})); },
      [](Client& c) { return dropped(c.remove_playlist_items(kPlaylistId, {kItem.uri()}, std::nullopt, {})); },
      [](Client& c) { return dropped(c.reorder_playlist_items(kPlaylistId, {}, {})); },
      [](Client& c) { return dropped(c.replace_playlist_items(kPlaylistId, {kItem}, {})); },
      [](Client& c) { return dropped(c.save_to_library({LibraryUri(kTrackId)}, {})); },
      [](Client& c) { return dropped(c.remove_from_library({LibraryUri(kTrackId)}, {})); },
  };
  return writes;
}

TEST_CASE("a write that may have arrived is never sent again") {
  const std::vector<base::Result<http::Response> (*)()> doubtful{
      []() -> base::Result<http::Response> { return lost(); },
      []() -> base::Result<http::Response> { return api_error(500, "Server error"); },
      []() -> base::Result<http::Response> { return answer(502, "<html>"); },
      []() -> base::Result<http::Response> { return answer(504); },
  };
  for (const Write write : all_writes()) {
    for (const auto& failure : doubtful) {
      Bench bench;
      bench.service.reply = [&](const Asked&) { return failure(); };
      const auto result = bench.run(write(bench.client));
      REQUIRE(!result.has_value());
      CHECK(cause_of(result.error()) == Cause::kMayHaveHappened);
      CHECK(result.error().message.contains("may or may not"));
      CHECK(bench.service.count() == 1);
    }
  }
}

TEST_CASE("a write that hangs is given up at its deadline, once, and is in doubt") {
  Bench bench;
  bench.service.latency = seconds(3600);
  const auto result =
      bench.run(bench.client.add_playlist_items(kPlaylistId, {kItem}, std::nullopt, bench.within(seconds(8))));
  REQUIRE(!result.has_value());
  CHECK(result.error().code == Code::kDeadline);
  CHECK(cause_of(result.error()) == Cause::kMayHaveHappened);
  CHECK(bench.service.count() == 1);
  CHECK(bench.loop.now() == base::Instant{seconds(8)});
}

TEST_CASE("a read that hangs is tried once more within the caller's time") {
  Bench bench;
  bench.service.latency = seconds(3600);
  const auto result = bench.run(bench.client.me(bench.within(seconds(100))));
  REQUIRE(!result.has_value());
  CHECK(result.error().code == Code::kUnavailable);
  CHECK(result.error().message.contains("did not answer in time"));
  CHECK(bench.service.count() == 2);
  CHECK(bench.loop.now() < base::Instant{seconds(32)});
}

TEST_CASE("a write that was certainly not sent goes once more") {
  for (const Write write : all_writes()) {
    Bench bench;
    bench.service.reply = [&](const Asked&) -> base::Result<http::Response> {
      if (bench.service.count() == 1) return not_sent();
      return answer(200, R"({"id":"4ddddddddddddddddddddd","snapshot_id":"s"})");
    };
    CHECK(bench.run(write(bench.client)).has_value());
    CHECK(bench.service.count() == 2);
  }
}

TEST_CASE("what may not go to a server is not tried again") {
  Bench bench;
  bench.service.reply = [&](const Asked&) -> base::Result<http::Response> {
    return base::fail(Code::kForbidden, "That server is not allowed.", "not sent");
  };
  CHECK_FALSE(bench.run(bench.client.me({})).has_value());
  CHECK(bench.service.count() == 1);
}

TEST_CASE("any body of a command that succeeded is fine") {
  for (const auto& [status, body] : std::vector<std::pair<int, std::string>>{
           {204, ""}, {200, ""}, {200, "oPClBVDzidwlAlSqmFF-zKNO62E"}, {202, "{"}, {200, "{}"}, {201, "\xFF"}}) {
    Bench bench;
    bench.service.reply = [&](const Asked&) { return answer(status, body); };
    CHECK(bench.run(bench.client.next(std::nullopt, {})).has_value());
    CHECK(bench.service.count() == 1);
  }
}

TEST_CASE("a created playlist that cannot be read must not be made twice") {
  for (const std::string body : {"", "oPClBVDzidwlAlSqmFF", R"({"name":"N"})"}) {
    Bench bench;
    bench.service.reply = [&](const Asked&) { return answer(201, body); };
    const auto created = bench.run(bench.client.create_playlist({.name = "N"}, {}));
    REQUIRE(!created.has_value());
    CHECK(cause_of(created.error()) == Cause::kMayHaveHappened);
    CHECK(created.error().message.contains("List the playlists"));
    CHECK(bench.service.count() == 1);
  }
}

TEST_CASE("dropping a call cancels it") {
  Bench bench;
  {
    base::TaskGroup group(bench.loop);
    group.spawn([](Client* client) -> base::Task<void> {
      const auto result = co_await client->me({});
      static_cast<void>(result);
    }(&bench.client));
    bench.loop.run_for(milliseconds(5));
    CHECK(bench.service.count() == 1);
  }
  bench.loop.run_until_idle();
  CHECK(bench.service.count() == 1);
  CHECK(bench.run(bench.client.queue({})).has_value());
}

}  // namespace
}  // namespace spotify
