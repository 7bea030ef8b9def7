// Each operation: method, path, query and body on the wire, and how a long list or a long write is cut.
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "json/parse.h"
#include "tests/unit/spotify/client_fixture.h"

#include "tests/test.h"

namespace spotify {
namespace {

using std::chrono::seconds;

#define T1 "1aaaaaaaaaaaaaaaaaaaaa"
#define P1 "4ddddddddddddddddddddd"
const TrackId kTrackId = TrackId::parse(T1).value();
const AlbumId kAlbumId = AlbumId::parse("3ccccccccccccccccccccc").value();
const ArtistId kArtistId = ArtistId::parse("2bbbbbbbbbbbbbbbbbbbbb").value();
const PlaylistId kPlaylistId = PlaylistId::parse(P1).value();
const PlayableUri kItem(kTrackId);
const DeviceId kDevice = DeviceId::parse("dev/1?").value();

TEST_CASE("hostile search texts arrive byte for byte") {
  for (const std::string_view text : {
           std::string_view("AC/DC"), std::string_view("artist:\"Daft Lunk\" album:'x'"), std::string_view("<3"),
           std::string_view("Don't Stop Believin'"), std::string_view("P!nk; DROP TABLE tracks;--"),
           std::string_view("\xF0\x9F\x8E\xB5 caf\xC3\xA9 \xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D"),
           std::string_view("a&type=x&limit=50#?"),
           std::string_view("100%"), std::string_view("%2F..%2F"), std::string_view("a+b  c"),
           std::string_view("year:1990-1999 tag:new"),
           std::string_view("../../me/player/play"), std::string_view("\xE2\x80\xAEkcor"),
           std::string_view("{\"q\":\"\\u0000\"}"),
       }) {
    CAPTURE(text);
    Bench bench;
    CHECK(bench.run(bench.client.search({.query = std::string(text)}, {})).has_value());
    REQUIRE(bench.service.count() == 1);
    CHECK(bench.service.last().line() == "GET /v1/search");
    CHECK(bench.service.last().parameter("q") == text);
    CHECK(bench.service.last().parameter("type") == "track");
    CHECK(bench.service.last().query.size() == 4);
  }
}

std::string search_page(const Asked& asked, int tracks_total, int artists_total) {
  const int offset = std::stoi(asked.parameter("offset"));
  const int limit = std::stoi(asked.parameter("limit"));
  std::string out = "{";
  const auto list = [&](std::string_view name, int total) {
    if (!asked.parameter("type").contains(name.substr(0, name.size() - 1))) return;
    if (out.size() > 1) out += ',';
    out += '"' + std::string(name) + R"(":{"total":)" + std::to_string(total) + R"(,"items":[)";
    for (int i = offset; i < std::min(offset + limit, total); ++i) {
      if (i > offset) out += ',';
      out += i % 7 == 3 ? "null" : R"({"name":")" + std::to_string(i) + "\"}";
    }
    out += "]}";
  };
  list("tracks", tracks_total);
  list("artists", artists_total);
  return out + "}";
}

TEST_CASE("a search of 50 walks pages of ten and drops kinds that have ended") {
  Bench bench;
  bench.service.reply = [](const Asked& asked) { return answer(200, search_page(asked, 500, 14)); };
  const SearchRequest request{.query = "x", .kinds = {Kind::kTrack, Kind::kArtist, Kind::kTrack}, .page = {45, 20}};
  const auto results = bench.run(bench.client.search(request, {}));
  REQUIRE(results.has_value());
  CHECK(!results->stopped.has_value());
  CHECK(bench.service.count() == 5);
  CHECK(bench.service.asked()[0].parameter("type") == "track,artist");
  CHECK(bench.service.asked()[1].parameter("type") == "track");
  CHECK(bench.service.last().parameter("limit") == "5");
  CHECK(bench.service.last().parameter("offset") == "60");
  CHECK(results->tracks->items.size() + static_cast<size_t>(results->tracks->items.skipped) == 45);
  CHECK(results->tracks->items.skipped > 0);
  CHECK(results->tracks->offset == 20);
  CHECK(results->tracks->limit == 45);
  CHECK(results->tracks->has_more());
  for (size_t i = 0; i < results->tracks->items.size(); ++i) {
    CHECK(results->tracks->items[i].name.raw() == std::to_string(results->tracks->position(i)));
  }
  CHECK(results->artists->items.empty());
  CHECK(!results->albums.has_value());
}

TEST_CASE("a search that breaks off says so and keeps what it has") {
  Bench bench;
  bench.service.reply = [&](const Asked& asked) {
    return bench.service.count() <= 2 ? answer(200, search_page(asked, 500, 0)) : api_error_after(429, "9000");
  };
  const auto results = bench.run(bench.client.search({.query = "x", .page = {50, 0}}, {}));
  REQUIRE(results.has_value());
  REQUIRE(results->stopped.has_value());
  CHECK(results->stopped->code == base::Code::kRateLimited);
  CHECK(results->tracks->limit == 20);
  CHECK(results->tracks->next_offset() == 20);
  CHECK(bench.service.count() == 3);
}

TEST_CASE("a search never asks beyond its end, nor for what cannot be searched") {
  Bench bench;
  bench.service.reply = [](const Asked& asked) { return answer(200, search_page(asked, 5000, 0)); };
  const auto last = bench.run(bench.client.search({.query = "x", .page = {50, 985}}, {}));
  REQUIRE(last.has_value());
  CHECK(last->tracks->limit == 15);
  CHECK(bench.service.count() == 2);
  CHECK(bench.service.last().parameter("offset") == "995");
  CHECK(bench.service.last().parameter("limit") == "5");
  for (const Asked& asked : bench.service.asked()) CHECK(std::stoi(asked.parameter("limit")) <= 10);
  CHECK(!bench.run(bench.client.search({.query = "x", .page = {1, 1000}}, {})).has_value());
  CHECK(!bench.run(bench.client.search({.query = "x", .kinds = {Kind::kUser, Kind::kLocal}}, {})).has_value());
  CHECK(!bench.run(bench.client.search({.query = "x", .kinds = {}}, {})).has_value());
  CHECK(bench.service.count() == 2);
}

TEST_CASE("albums of an artist are walked by ten as well") {
  Bench bench;
  bench.service.reply = [](const Asked& asked) {
    const int offset = std::stoi(asked.parameter("offset"));
    return answer(200, R"({"total":23,"items":[{"name":")" + std::to_string(offset) + R"("},null]})");
  };
  const auto albums = bench.run(bench.client.artist_albums(kArtistId, {AlbumGroup::kAlbum, AlbumGroup::kAppearsOn},
                                                           {50, 0}, Market::parse("SE").value(), {}));
  REQUIRE(albums.has_value());
  CHECK(bench.service.count() == 3);
  CHECK(bench.service.last().line() == "GET /v1/artists/2bbbbbbbbbbbbbbbbbbbbb/albums");
  CHECK(bench.service.last().parameter("include_groups") == "album,appears_on");
  CHECK(bench.service.last().parameter("market") == "SE");
  CHECK(albums->page.items.size() == 3);
  CHECK(albums->page.items.skipped == 3);
  CHECK(albums->page.position(2) == 20);
  CHECK(!albums->page.has_more());
}

struct Expected {
  std::string_view line;
  std::string_view query;  // Decoded as name=value, joined by '&'.
  std::string_view body;
};

std::string joined(const http::Parameters& query) {
  std::string out;
  for (const auto& [name, value] : query) out += (out.empty() ? "" : "&") + name + "=" + value;
  return out;
}

template <class T>
void check_wire(std::string_view reply, base::Task<base::Result<T>> (*act)(Client&), const Expected& expected) {
  Bench bench;
  bench.service.reply = [reply](const Asked&) { return answer(200, std::string(reply)); };
  const auto result = bench.run(act(bench.client));
  CAPTURE(expected.line);
  if (!result) FAIL_CHECK(result.error().message);
  REQUIRE(bench.service.count() == 1);
  CHECK(bench.service.last().line() == expected.line);
  CHECK(joined(bench.service.last().query) == expected.query);
  CHECK(bench.service.last().body == expected.body);
  CHECK(bench.service.last().headers.find("Content-Type").has_value() == !expected.body.empty());
}

TEST_CASE("player commands on the wire") {
  using Act = base::Task<base::Result<void>> (*)(Client&);
  const std::vector<std::pair<Act, Expected>> cases{
      {[](Client& c) { return c.play({}, {}); }, {"PUT /v1/me/player/play", "", ""}},
      {[](Client& c) { return c.play({.device = kDevice}, {}); }, {"PUT /v1/me/player/play", "device_id=dev/1?", ""}},
      {[](Client& c) {
         return c.play({.context = ContextUri(kAlbumId), .offset = PlayOffset(3), .position_ms = 500}, {});
       },
       {"PUT /v1/me/player/play", "",
        R"({"context_uri":"spotify:album:3ccccccccccccccccccccc","offset":{"position":3},"position_ms":500})"}},
      {[](Client& c) { return c.play({.items = {kItem, kItem}, .offset = PlayOffset(kItem)}, {}); },
       {"PUT /v1/me/player/play", "",
        R"({"uris":["spotify:track:)" T1 R"(","spotify:track:)" T1
        R"("],"offset":{"uri":"spotify:track:)" T1 R"("}})"}},
      {[](Client& c) { return c.pause(kDevice, {}); }, {"PUT /v1/me/player/pause", "device_id=dev/1?", ""}},
      {[](Client& c) { return c.next(std::nullopt, {}); }, {"POST /v1/me/player/next", "", ""}},
      {[](Client& c) { return c.previous(std::nullopt, {}); }, {"POST /v1/me/player/previous", "", ""}},
      {[](Client& c) { return c.seek(1500, std::nullopt, {}); }, {"PUT /v1/me/player/seek", "position_ms=1500", ""}},
      {[](Client& c) { return c.set_volume(schema::Bounded<0, 100>(33), kDevice, {}); },
       {"PUT /v1/me/player/volume", "volume_percent=33&device_id=dev/1?", ""}},
      {[](Client& c) { return c.set_shuffle(Shuffle::kOff, std::nullopt, {}); },
       {"PUT /v1/me/player/shuffle", "state=false", ""}},
      {[](Client& c) { return c.set_repeat(RepeatMode::kContext, std::nullopt, {}); },
       {"PUT /v1/me/player/repeat", "state=context", ""}},
      {[](Client& c) { return c.transfer(kDevice, OnTransfer::kKeep, {}); },
       {"PUT /v1/me/player", "", R"({"device_ids":["dev/1?"]})"}},
      {[](Client& c) { return c.transfer(kDevice, OnTransfer::kPlay, {}); },
       {"PUT /v1/me/player", "", R"({"device_ids":["dev/1?"],"play":true})"}},
      {[](Client& c) { return c.add_to_queue(kItem, std::nullopt, {}); },
       {"POST /v1/me/player/queue", "uri=spotify:track:" T1, ""}},
  };
  for (const auto& [act, expected] : cases) check_wire<void>("", act, expected);
}

TEST_CASE("reads on the wire") {
  check_wire<Track>("{}", [](Client& c) { return c.track(kTrackId, Market::parse("se").value(), {}); },
                    {"GET /v1/tracks/" T1, "market=SE", ""});
  check_wire<Album>("{}", [](Client& c) { return c.album(kAlbumId, std::nullopt, {}); },
                    {"GET /v1/albums/3ccccccccccccccccccccc", "", ""});
  check_wire<Page<SimplifiedTrack>>(
      "{}", [](Client& c) { return c.album_tracks(kAlbumId, {50, 50}, std::nullopt, {}); },
      {"GET /v1/albums/3ccccccccccccccccccccc/tracks", "limit=50&offset=50", ""});
  check_wire<Artist>("{}", [](Client& c) { return c.artist(kArtistId, {}); },
                     {"GET /v1/artists/2bbbbbbbbbbbbbbbbbbbbb", "", ""});
  check_wire<std::optional<Playback>>("{}", [](Client& c) { return c.playback(std::nullopt, {}); },
                                      {"GET /v1/me/player", "additional_types=track,episode", ""});
  check_wire<Several<Device>>("{}", [](Client& c) { return c.devices({}); }, {"GET /v1/me/player/devices", "", ""});
  check_wire<CursorPage<PlayHistory>>("{}",
                                      [](Client& c) { return c.recently_played({.limit = 99, .before_ms = 5}, {}); },
                                      {"GET /v1/me/player/recently-played", "limit=50&before=5", ""});
  check_wire<Page<SimplifiedPlaylist>>("{}", [](Client& c) { return c.my_playlists({}, {}); },
                                       {"GET /v1/me/playlists", "limit=20&offset=0", ""});
  check_wire<Playlist>("{}", [](Client& c) { return c.playlist(kPlaylistId, std::nullopt, {}); },
                       {"GET /v1/playlists/" P1, "additional_types=track,episode", ""});
  check_wire<Page<PlaylistEntry>>(
      "{}", [](Client& c) { return c.playlist_items(kPlaylistId, {}, std::nullopt, std::nullopt, {}); },
      {"GET /v1/playlists/" P1 "/items", "additional_types=track,episode&limit=20&offset=0", ""});
  check_wire<Page<SavedAlbum>>("{}", [](Client& c) { return c.saved_albums({}, std::nullopt, {}); },
                               {"GET /v1/me/albums", "limit=20&offset=0", ""});
  check_wire<Page<Artist>>("{}", [](Client& c) { return c.top_artists(TimeRange::kLong, {}, {}); },
                           {"GET /v1/me/top/artists", "time_range=long_term&limit=20&offset=0", ""});
  check_wire<CursorPage<Artist>>(R"({"artists":{}})",
                                 [](Client& c) { return c.followed_artists(0, kArtistId, {}); },
                                 {"GET /v1/me/following", "type=artist&limit=1&after=2bbbbbbbbbbbbbbbbbbbbb", ""});
}

TEST_CASE("nothing playing is no playback, not an error") {
  for (const int status : {204, 200}) {
    Bench bench;
    bench.service.reply = [status](const Asked&) { return answer(status); };
    const auto playback = bench.run(bench.client.playback(std::nullopt, {}));
    REQUIRE(playback.has_value());
    CHECK(!playback->has_value());
    // Elsewhere an empty answer is one.
    const auto queue = bench.run(bench.client.queue({}));
    REQUIRE(!queue.has_value());
    CHECK(queue.error().code == base::Code::kUpstream);
  }
}

TEST_CASE("writes to playlists on the wire") {
  check_wire<Playlist>(
      R"({"id":")" P1 R"("})",
      [](Client& c) { return c.create_playlist({.name = "A \"quoted\" name", .description = "d"}, {}); },
      {"POST /v1/me/playlists", "", R"({"name":"A \"quoted\" name","public":false,"description":"d"})"});
  check_wire<void>("", [](Client& c) { return c.change_playlist(kPlaylistId, {.is_public = true}, {}); },
                   {"PUT /v1/playlists/" P1, "", R"({"public":true})"});
  check_wire<PlaylistWrite>(
      "{}", [](Client& c) { return c.add_playlist_items(kPlaylistId, {kItem}, 4, {}); },
      {"POST /v1/playlists/" P1 "/items", "", R"({"uris":["spotify:track:)" T1 R"("],"position":4})"});
  check_wire<PlaylistWrite>(
      "{}",
      [](Client& c) {
        return c.remove_playlist_items(kPlaylistId, {kItem.uri(), Uri::parse("spotify:local:A::B:7").value()},
                                       SnapshotId::parse("s1").value(), {});
      },
      {"DELETE /v1/playlists/" P1 "/items", "",
       R"({"items":[{"uri":"spotify:track:)" T1 R"("},{"uri":"spotify:local:A::B:7"}],"snapshot_id":"s1"})"});
  check_wire<PlaylistWrite>(
      "{}", [](Client& c) { return c.reorder_playlist_items(kPlaylistId, {2, 9, 3, std::nullopt}, {}); },
      {"PUT /v1/playlists/" P1 "/items", "", R"({"range_start":2,"insert_before":9,"range_length":3})"});
  check_wire<PlaylistWrite>("{}", [](Client& c) { return c.replace_playlist_items(kPlaylistId, {}, {}); },
                            {"PUT /v1/playlists/" P1 "/items", "", R"({"uris":[]})"});
}

std::vector<PlayableUri> many(size_t count) { return std::vector<PlayableUri>(count, kItem); }

TEST_CASE("250 items are added in three requests, in order, each with its position") {
  Bench bench;
  bench.service.reply = [&](const Asked&) {
    return answer(201, R"({"snapshot_id":"s)" + std::to_string(bench.service.count()) + "\"}");
  };
  const auto written = bench.run(bench.client.add_playlist_items(kPlaylistId, many(250), 10, {}));
  REQUIRE(written.has_value());
  CHECK(written->items_done == 250);
  CHECK(written->snapshot->text() == "s3");
  CHECK(!written->stopped.has_value());
  REQUIRE(bench.service.count() == 3);
  std::vector<int64_t> positions;
  std::vector<size_t> sizes;
  for (const Asked& asked : bench.service.asked()) {
    const auto body = json::parse(asked.body).value();
    positions.push_back(body.find("position")->integer());
    sizes.push_back(body.find("uris")->array().size());
  }
  CHECK(positions == std::vector<int64_t>{10, 110, 210});
  CHECK(sizes == std::vector<size_t>{100, 100, 50});
}

TEST_CASE("a long write that stops tells how far it came") {
  Bench bench;
  bench.service.reply = [&](const Asked&) -> base::Result<http::Response> {
    if (bench.service.count() == 1) return answer(201, R"({"snapshot_id":"s1"})");
    return lost();
  };
  const auto written = bench.run(bench.client.add_playlist_items(kPlaylistId, many(250), std::nullopt, {}));
  REQUIRE(written.has_value());
  CHECK(written->items_done == 100);
  CHECK(written->snapshot->text() == "s1");
  REQUIRE(written->stopped.has_value());
  CHECK(cause_of(*written->stopped) == Cause::kMayHaveHappened);
  CHECK(bench.service.count() == 2);

  Bench refused;
  refused.service.reply = [](const Asked&) { return api_error(403, "Forbidden"); };
  const auto nothing = refused.run(refused.client.add_playlist_items(kPlaylistId, many(250), std::nullopt, {}));
  REQUIRE(!nothing.has_value());
  CHECK(cause_of(nothing.error()) == Cause::kNotYours);
  CHECK(refused.service.count() == 1);
}

TEST_CASE("each removal names the revision that the one before made") {
  Bench bench;
  bench.service.reply = [&](const Asked&) {
    return answer(200, R"({"snapshot_id":"s)" + std::to_string(bench.service.count()) + "\"}");
  };
  const std::vector<Uri> items(120, kItem.uri());
  CHECK(bench.run(bench.client.remove_playlist_items(kPlaylistId, items, SnapshotId::parse("s0").value(), {}))
            ->items_done == 120);
  REQUIRE(bench.service.count() == 2);
  CHECK(bench.service.asked()[0].body.contains(R"("snapshot_id":"s0")"));
  CHECK(bench.service.asked()[1].body.contains(R"("snapshot_id":"s1")"));
}

TEST_CASE("replacing by more than a hundred replaces and then adds") {
  Bench bench;
  CHECK(bench.run(bench.client.replace_playlist_items(kPlaylistId, many(130), {}))->items_done == 130);
  REQUIRE(bench.service.count() == 2);
  CHECK(bench.service.asked()[0].line() == "PUT /v1/playlists/" P1 "/items");
  CHECK(bench.service.asked()[1].line() == "POST /v1/playlists/" P1 "/items");
}

TEST_CASE("a cover goes as base64 under the type of the picture, and its addresses come as a list") {
  Bench bench;
  CHECK(bench.run(bench.client.set_playlist_image(kPlaylistId, "/9j/4AAQ", {})).has_value());
  CHECK(bench.service.last().line() == "PUT /v1/playlists/" P1 "/images");
  CHECK(bench.service.last().body == "/9j/4AAQ");
  CHECK(bench.service.last().headers.find("Content-Type") == "image/jpeg");
  CHECK(!bench.run(bench.client.set_playlist_image(kPlaylistId, std::string(kImageTextMax + 1, 'A'), {})).has_value());
  CHECK(!bench.run(bench.client.set_playlist_image(kPlaylistId, {}, {})).has_value());
  CHECK(bench.service.count() == 1);
  bench.service.reply = [](const Asked&) {
    return answer(200, R"([{"url":"https://i.scdn.co/image/1","width":640,"height":null},null])");
  };
  const auto images = bench.run(bench.client.playlist_images(kPlaylistId, {}));
  REQUIRE(images.has_value());
  REQUIRE(images->size() == 1);
  CHECK(images->front().url.text() == "https://i.scdn.co/image/1");
  CHECK(bench.service.last().line() == "GET /v1/playlists/" P1 "/images");
}

TEST_CASE("the library takes 40 URIs at a time, in the query") {
  Bench bench;
  const std::vector<LibraryUri> items(90, LibraryUri(kTrackId));
  CHECK(bench.run(bench.client.save_to_library(items, {}))->items_done == 90);
  REQUIRE(bench.service.count() == 3);
  CHECK(bench.service.asked()[0].line() == "PUT /v1/me/library");
  CHECK(bench.service.asked()[0].body.empty());
  CHECK(std::ranges::count(bench.service.asked()[0].parameter("uris"), ',') == 39);
  CHECK(std::ranges::count(bench.service.asked()[2].parameter("uris"), ',') == 9);
  CHECK(bench.run(bench.client.remove_from_library({LibraryUri(kPlaylistId)}, {})).has_value());
  CHECK(bench.service.last().line() == "DELETE /v1/me/library");
  CHECK(bench.service.last().parameter("uris") == "spotify:playlist:" P1);
}

TEST_CASE("contains answers one to one or not at all") {
  const std::vector<LibraryUri> items(41, LibraryUri(kTrackId));
  Bench bench;
  bench.service.reply = [](const Asked& asked) {
    std::string body = "[";
    const auto count = std::ranges::count(asked.parameter("uris"), ',') + 1;
    for (int i = 0; i < count; ++i) body += (i > 0 ? "," : "") + std::string(i % 2 == 0 ? "true" : "false");
    return answer(200, body + "]");
  };
  const auto flags = bench.run(bench.client.check_library(items, {}));
  REQUIRE(flags.has_value());
  CHECK(flags->size() == 41);
  CHECK(flags->at(0));
  CHECK(!flags->at(1));
  for (const std::string body : {"[true]", "[]", "{}", "[null,true]", R"(["true","false"])"}) {
    CAPTURE(body);
    Bench odd;
    odd.service.reply = [&](const Asked&) { return answer(200, body); };
    const auto result = odd.run(odd.client.check_library({items[0], items[1]}, {}));
    REQUIRE(!result.has_value());
    CHECK(result.error().code == base::Code::kUpstream);
  }
}

TEST_CASE("a write of nothing sends nothing") {
  Bench bench;
  CHECK(!bench.run(bench.client.add_playlist_items(kPlaylistId, {}, std::nullopt, {})).has_value());
  CHECK(!bench.run(bench.client.remove_playlist_items(kPlaylistId, {}, std::nullopt, {})).has_value());
  CHECK(!bench.run(bench.client.save_to_library({}, {})).has_value());
  CHECK(!bench.run(bench.client.check_library({}, {})).has_value());
  CHECK(!bench.run(bench.client.change_playlist(kPlaylistId, {}, {})).has_value());
  CHECK(bench.service.count() == 0);
}

TEST_CASE("what a person wrote is encoded, in the path and in the query") {
  CHECK(make_target(info(Operation::kGetPlaylistItems), {"a/b?c"}, {{"fields", "1 2"}}) ==
        "/playlists/a%2Fb%3Fc/items?fields=1%202");
}

}  // namespace
}  // namespace spotify
