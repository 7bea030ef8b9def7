// The table of operations, who may call them, and the shapes of the answers of dev2026.
#include "sim/spotify/operations.h"

#include <fmt/format.h>

#include "crypto/base64.h"
#include "tests/unit/sim/harness.h"

#include "tests/test.h"

using namespace sim_test;

namespace {

constexpr std::string_view kTrack =
    "album artists disc_number duration_ms explicit external_ids external_urls href id is_local name preview_url "
    "track_number type uri";
constexpr std::string_view kSimplifiedTrack =
    "artists disc_number duration_ms explicit external_urls href id is_local name preview_url track_number type uri";
constexpr std::string_view kArtistReference = "external_urls href id name type uri";
constexpr std::string_view kArtist = "external_urls genres href id images name type uri";
constexpr std::string_view kSimplifiedAlbum =
    "album_type artists external_urls href id images name release_date release_date_precision total_tracks type uri";
constexpr std::string_view kAlbum =
    "album_type artists copyrights external_ids external_urls genres href id images name release_date "
    "release_date_precision total_tracks tracks type uri";
constexpr std::string_view kSimplifiedShow =
    "copyrights description explicit external_urls href html_description id images is_externally_hosted languages "
    "media_type name total_episodes type uri";
constexpr std::string_view kShow =
    "copyrights description episodes explicit external_urls href html_description id images is_externally_hosted "
    "languages media_type name total_episodes type uri";
constexpr std::string_view kSimplifiedEpisode =
    "audio_preview_url description duration_ms explicit external_urls href html_description id images "
    "is_externally_hosted is_playable language languages name release_date release_date_precision resume_point type "
    "uri";
constexpr std::string_view kEpisode =
    "audio_preview_url description duration_ms explicit external_urls href html_description id images "
    "is_externally_hosted is_playable language languages name release_date release_date_precision resume_point show "
    "type uri";
constexpr std::string_view kSimplifiedAudiobook =
    "authors copyrights description edition explicit external_urls href html_description id images "
    "is_externally_hosted languages media_type name narrators total_chapters type uri";
constexpr std::string_view kAudiobook =
    "authors chapters copyrights description edition explicit external_urls href html_description id images "
    "is_externally_hosted languages media_type name narrators total_chapters type uri";
constexpr std::string_view kSimplifiedChapter =
    "audio_preview_url chapter_number description duration_ms explicit external_urls href html_description id images "
    "languages name release_date release_date_precision resume_point type uri";
constexpr std::string_view kChapter =
    "audio_preview_url audiobook chapter_number description duration_ms explicit external_urls href html_description "
    "id images languages name release_date release_date_precision resume_point type uri";
constexpr std::string_view kPage = "href items limit next offset previous total";
constexpr std::string_view kSimplifiedPlaylist =
    "collaborative description external_urls href id images items name owner primary_color public snapshot_id type "
    "uri";
constexpr std::string_view kEntry = "added_at added_by is_local item primary_color video_thumbnail";

// One request that succeeds for each operation of dev2026, in an order in which the player takes the commands.
std::vector<std::pair<std::string, std::string>> good_requests(Harness& harness) {
  const auto& made = harness.simulator.catalogue();
  const auto& user = harness.simulator.user();
  const std::string track = "spotify:track:" + made.tracks[0].id;
  std::string own;
  for (const auto& [id, playlist] : harness.simulator.world().playlists()) {
    if (playlist.name == "Deep Focus" || (own.empty() && playlist.owner == user.id)) own = id;
  }
  const std::string add = fmt::format(R"({{"uris":["{}"]}})", track);
  const std::string kitchen = *user.player.devices()[0].id;
  return {
      {"GET /albums/" + made.albums[0].id, ""},
      {"GET /albums/" + made.albums[0].id + "/tracks", ""},
      {"GET /artists/" + made.artists[0].id, ""},
      {"GET /artists/" + made.artists[0].id + "/albums", ""},
      {"GET /shows/" + made.shows[0].id, ""},
      {"GET /shows/" + made.shows[0].id + "/episodes", ""},
      {"GET /episodes/" + made.episodes[0].id, ""},
      {"GET /audiobooks/" + made.audiobooks[0].id, ""},
      {"GET /audiobooks/" + made.audiobooks[0].id + "/chapters", ""},
      {"GET /me/audiobooks", ""},
      {"GET /chapters/" + made.chapters[0].id, ""},
      {"GET /tracks/" + made.tracks[0].id, ""},
      {"GET /search?q=a&type=track", ""},
      {"GET /me", ""},
      {"GET /playlists/" + own, ""},
      {"PUT /playlists/" + own, R"({"name":"Other"})"},
      {"GET /playlists/" + own + "/items", ""},
      {"POST /playlists/" + own + "/items", add},
      {"PUT /playlists/" + own + "/items", R"({"range_start":0,"insert_before":1})"},
      {"DELETE /playlists/" + own + "/items", fmt::format(R"({{"items":[{{"uri":"{}"}}]}})", track)},
      {"GET /me/playlists", ""},
      {"POST /me/playlists", R"({"name":"x"})"},
      {"PUT /me/library?uris=" + track, ""},
      {"DELETE /me/library?uris=" + track, ""},
      {"GET /me/library/contains?uris=" + track, ""},
      {"GET /me/albums", ""},
      {"GET /me/tracks", ""},
      {"GET /me/episodes", ""},
      {"GET /me/shows", ""},
      {"GET /playlists/" + own + "/images", ""},
      {"PUT /playlists/" + own + "/images", crypto::base64_encode("\xFF\xD8\xFF\xE0 small")},
      {"GET /me/following?type=artist", ""},
      {"GET /me/player", ""},
      {"PUT /me/player", fmt::format(R"({{"device_ids":["{}"]}})", kitchen)},
      {"GET /me/player/devices", ""},
      {"GET /me/player/currently-playing", ""},
      {"PUT /me/player/play", ""},
      {"POST /me/player/next", ""},
      {"POST /me/player/previous", ""},
      {"PUT /me/player/seek?position_ms=1", ""},
      {"PUT /me/player/repeat?state=context", ""},
      {"PUT /me/player/volume?volume_percent=1", ""},
      {"PUT /me/player/shuffle?state=true", ""},
      {"PUT /me/player/pause", ""},
      {"GET /me/player/recently-played", ""},
      {"GET /me/player/queue", ""},
      {"POST /me/player/queue?uri=" + track, ""},
      {"GET /me/top/artists", ""},
      {"GET /me/top/tracks?time_range=short_term", ""},
  };
}

Reply send(Harness& harness, const std::pair<std::string, std::string>& request) {
  const size_t space = request.first.find(' ');
  const std::string type = request.first.contains("/images") ? "image/jpeg" : "application/json";
  return harness.call(http::parse_method(request.first.substr(0, space)), request.first.substr(space + 1),
                      request.second, type);
}

}  // namespace

TEST_CASE("dev2026 has 49 operations and each of them answers") {
  Harness harness;
  for (const auto& request : good_requests(harness)) {
    const Reply reply = send(harness, request);
    CHECK_MESSAGE((reply.status >= 200 && reply.status < 300), request.first << " " << reply.text);
  }
  int count = 0;
  for (const auto& operation : spotify::operations()) {
    if (operation.reach != spotify::Reach::kAll) continue;
    ++count;
    CHECK_MESSAGE(harness.simulator.requests(operation.name()) == 1, operation.name());
  }
  CHECK(count == 49);
  CHECK(harness.simulator.requests() == 49);
}

TEST_CASE("no operation answers without a valid token") {
  Harness harness;
  for (const auto& request : good_requests(harness)) {
    harness.token = "";
    CHECK(send(harness, request).message() == "No token provided");
    harness.token = "garbage";
    CHECK(send(harness, request).message() == "Invalid access token");
  }
  http::Request basic;
  basic.target = "/v1/me";
  basic.authorization = base::Secret("Basic abc");
  const Reply reply = Harness::read(harness.send(std::move(basic)));
  CHECK(reply.status == 400);
  CHECK(reply.message() == "Only valid bearer authentication supported");
}

TEST_CASE("a token without scopes reads the catalogue and the profile, and changes nothing") {
  Harness harness;
  harness.token = harness.simulator.grant({}).access;
  for (const auto& request : good_requests(harness)) {
    const Reply reply = send(harness, request);
    const bool is_read = request.first.starts_with("GET");
    const bool is_personal = request.first.contains("/me/");
    if (is_read && !is_personal) continue;
    if (request.first == "GET /me") {
      CHECK(reply.status == 200);
    } else if (is_read && request.first.contains("/me/player")) {
      CHECK_MESSAGE(reply.message() == "Permissions missing", request.first);
      CHECK(reply.status == 401);
    } else {
      CHECK_MESSAGE(reply.message() == "Insufficient client scope", request.first);
      CHECK(reply.status == 403);
    }
  }
}

TEST_CASE("removed operations are forbidden in dev2026 and nowhere else") {
  Harness dev;
  spotify::Config config;
  config.regime = spotify::Regime::kDevLegacy;
  Harness legacy(config);
  const std::string id = dev.simulator.catalogue().artists[0].id;
  int removed = 0;
  for (const auto& operation : spotify::operations()) {
    if (operation.reach == spotify::Reach::kAll) continue;
    ++removed;
    std::string path(operation.path);
    const size_t open = path.find('{');
    if (open != std::string::npos) path.replace(open, path.find('}') - open + 1, id);
    const Reply reply = dev.call(operation.method, path);
    CHECK_MESSAGE(reply.status == 403, operation.name());
    CHECK(reply.message() == "Forbidden");
    const Reply elsewhere = legacy.call(operation.method, path);
    CHECK_MESSAGE(elsewhere.message() != "Forbidden", operation.name());
    if (operation.reach == spotify::Reach::kRetired) CHECK(elsewhere.status == 404);
  }
  CHECK(removed == 48);
}

TEST_CASE("unknown paths, methods and ids") {
  Harness harness;
  CHECK(harness.get("/nothing").message() == "Service not found");
  CHECK(harness.get("/nothing").status == 404);
  CHECK(harness.post("/search").status == 405);
  CHECK(harness.get("/tracks/short").message() == "Invalid base62 id");
  CHECK(harness.get("/tracks/0000000000000000000000").message() == "Resource not found");
  CHECK(harness.get("/tracks/" + harness.simulator.catalogue().albums[0].id).status == 404);
  CHECK(harness.get("/search?type=track&q=" + std::string(5000, 'a')).status == 414);
  http::Request outside;
  outside.target = "/v2/me";
  CHECK(harness.send(std::move(outside)).status == 404);
}

TEST_CASE("someone who is not on the app's list is refused everywhere, in plain text") {
  Harness harness;
  harness.token = harness.simulator.grant(spotify::all_scopes(), spotify::kStrangerUser).access;
  const Reply reply = harness.get("/me");
  CHECK(reply.status == 403);
  CHECK(reply.body.is_null());
  CHECK(reply.text.contains("may not be registered"));
}

TEST_CASE("objects have the members of dev2026, and no others") {
  Harness harness;
  const auto& made = harness.simulator.catalogue();
  const auto keys = [&](const std::string& path, std::string_view inside = "") {
    return keys_of(at(harness.get(path).body, inside));
  };
  const std::string album = "/albums/" + made.albums[0].id;
  CHECK(keys(album) == kAlbum);
  CHECK(keys(album, "tracks") == kPage);
  CHECK(keys(album, "tracks.items.0") == kSimplifiedTrack);
  CHECK(keys(album + "/tracks", "items.0") == kSimplifiedTrack);
  CHECK(keys(album, "artists.0") == kArtistReference);
  CHECK(keys("/artists/" + made.artists[0].id) == kArtist);
  CHECK(keys("/artists/" + made.artists[0].id + "/albums", "items.0") == kSimplifiedAlbum);
  CHECK(keys("/tracks/" + made.tracks[0].id) == kTrack);
  CHECK(keys("/tracks/" + made.tracks[0].id, "album") == kSimplifiedAlbum);
  CHECK(keys("/shows/" + made.shows[0].id) == kShow);
  CHECK(keys("/shows/" + made.shows[0].id, "episodes.items.0") == kSimplifiedEpisode);
  CHECK(keys("/shows/" + made.shows[0].id + "/episodes", "items.0") == kSimplifiedEpisode);
  CHECK(keys("/episodes/" + made.episodes[0].id) == kEpisode);
  CHECK(keys("/episodes/" + made.episodes[0].id, "show") == kSimplifiedShow);
  CHECK(keys("/audiobooks/" + made.audiobooks[0].id) == kAudiobook);
  CHECK(keys("/audiobooks/" + made.audiobooks[0].id, "chapters.items.0") == kSimplifiedChapter);
  CHECK(keys("/audiobooks/" + made.audiobooks[0].id + "/chapters", "items.0") == kSimplifiedChapter);
  CHECK(keys("/chapters/" + made.chapters[0].id) == kChapter);
  CHECK(keys("/chapters/" + made.chapters[0].id, "audiobook") == kSimplifiedAudiobook);
  CHECK(keys("/me") == "account_id display_name external_urls href id images type uri");
  CHECK(keys("/me/tracks", "items.0") == "added_at track");
  CHECK(keys("/me/tracks", "items.0.track") == kTrack);
  CHECK(keys("/me/albums", "items.0.album") == kAlbum);
  CHECK(keys("/me/shows", "items.0.show") == kSimplifiedShow);
  CHECK(keys("/me/episodes", "items.0.episode") == kEpisode);
  CHECK(keys("/me/audiobooks", "items.0") == kSimplifiedAudiobook);
  CHECK(keys("/me/following?type=artist", "artists") == "cursors href items limit next total");
  CHECK(keys("/me/following?type=artist", "artists.items.0") == kArtist);
  CHECK(keys("/me/top/artists") == kPage);
  CHECK(keys("/me/top/artists", "items.0") == kArtist);
  CHECK(keys("/me/top/tracks", "items.0") == kTrack);
  CHECK(keys("/me/playlists", "items.0") == kSimplifiedPlaylist);
  CHECK(keys("/me/playlists", "items.0.items") == "href total");
  const std::string id = text_at(harness.get("/me/playlists").body, "items.0.id");
  CHECK(keys("/playlists/" + id + "/items", "items.0") == kEntry);
  CHECK(keys("/playlists/" + id, "items") == kPage);
  CHECK(keys("/playlists/" + id + "/items", "items.0.added_by") == "external_urls href id type uri");
  CHECK(keys("/me/player/recently-played", "items.0") == "context played_at track");
  CHECK(keys("/me/player", "context") == "external_urls href type uri");
}

TEST_CASE("uris of audiobooks and chapters are those of shows and episodes") {
  Harness harness;
  const auto& made = harness.simulator.catalogue();
  const Reply book = harness.get("/audiobooks/" + made.audiobooks[0].id);
  CHECK(text_at(book.body, "uri") == "spotify:show:" + made.audiobooks[0].id);
  CHECK(text_at(book.body, "type") == "audiobook");
  const Reply chapter = harness.get("/chapters/" + made.chapters[0].id);
  CHECK(text_at(chapter.body, "uri") == "spotify:episode:" + made.chapters[0].id);
  CHECK(text_at(chapter.body, "type") == "chapter");
}

TEST_CASE("is_playable appears with a market, resume points with their scope") {
  Harness harness;
  const auto& made = harness.simulator.catalogue();
  const std::string path = "/tracks/" + made.tracks[40].id;
  CHECK(harness.get(path).body.find("is_playable") == nullptr);
  CHECK(at(harness.get(path + "?market=US").body, "is_playable") == json::Value(false));
  CHECK(at(harness.get(path + "?market=from_token").body, "is_playable") == json::Value(false));
  CHECK(at(harness.get(path + "?market=JP").body, "is_playable") == json::Value(true));
  CHECK(harness.get(path + "?market=us").message() == "Invalid market code");
  harness.token = harness.simulator.grant({}).access;
  CHECK(harness.get("/episodes/" + made.episodes[0].id).body.find("resume_point") == nullptr);
}

TEST_CASE("an artist's albums come by group, ten at most in dev2026") {
  Harness harness;
  const auto& made = harness.simulator.catalogue();
  size_t guest = 0;
  while (made.artists[guest].appears_on.empty() || made.artists[guest].albums.empty()) ++guest;
  const auto& artist = made.artists[guest];
  const auto total = [&](std::string_view groups) {
    return number_at(harness.get("/artists/" + artist.id + "/albums" + std::string(groups)).body, "total");
  };
  CHECK(total("") == static_cast<int64_t>(artist.albums.size() + artist.appears_on.size()));
  CHECK(total("?include_groups=appears_on") == static_cast<int64_t>(artist.appears_on.size()));
  CHECK(total("?include_groups=album,single,compilation") == static_cast<int64_t>(artist.albums.size()));
  const std::string path = "/artists/" + artist.id + "/albums";
  CHECK(number_at(harness.get(path).body, "limit") == 5);
  CHECK(harness.get(path + "?limit=10").status == 200);
  CHECK(harness.get(path + "?limit=0").status == 200);
  CHECK(harness.get(path + "?limit=11").message() == "Invalid limit");
  CHECK(harness.get(path + "?include_groups=live").status == 400);
}

TEST_CASE("top items differ by range and refuse an unknown one") {
  Harness harness;
  CHECK(harness.get("/me/top/tracks?time_range=short_term").text !=
        harness.get("/me/top/tracks?time_range=long_term").text);
  CHECK(text_at(harness.get("/me/top/artists").body, "items.0.id") ==
        text_at(harness.get("/me/top/artists?time_range=medium_term").body, "items.0.id"));
  CHECK(harness.get("/me/top/artists?time_range=ever").status == 400);
}

TEST_CASE("a known tag is answered with 304 and no body") {
  Harness harness;
  const std::string path = "/albums/" + harness.simulator.catalogue().albums[0].id;
  const Reply first = harness.get(path);
  harness.if_none_match = std::string(first.headers.find("ETag").value());
  const Reply second = harness.get(path);
  CHECK(second.status == 304);
  CHECK(second.text.empty());
  CHECK(harness.get("/me").status == 200);
  CHECK_FALSE(harness.get("/me/player").headers.find("ETag").has_value());
}

TEST_CASE("the older regimes have longer pages, more members and the old names") {
  spotify::Config config;
  config.regime = spotify::Regime::kDevLegacy;
  Harness legacy(config);
  config.regime = spotify::Regime::kExtended;
  Harness extended(config);
  CHECK(number_at(legacy.get("/search?q=a&type=track").body, "tracks.limit") == 20);
  CHECK(legacy.get("/search?q=a&type=track&limit=50").status == 200);
  const std::string artist = legacy.simulator.catalogue().artists[0].id;
  CHECK(at(legacy.get("/artists/" + artist).body, "popularity").is_integer());
  CHECK(keys_of(legacy.get("/me").body).contains("product"));
  const std::string id = text_at(legacy.get("/me/playlists").body, "items.0.id");
  const std::string both = keys_of(legacy.get("/playlists/" + id).body);
  CHECK((both.contains(" items ") && both.contains(" tracks ")));
  const std::string old = keys_of(extended.get("/playlists/" + id).body);
  CHECK((!old.contains(" items ") && old.contains(" tracks ")));
  CHECK(keys_of(at(extended.get("/playlists/" + id + "/tracks").body, "items.0")).contains("track"));
  CHECK(extended.get("/playlists/" + id + "/tracks?limit=100").status == 200);
}

TEST_CASE("the older regimes keep the library by ids") {
  spotify::Config config;
  config.regime = spotify::Regime::kExtended;
  Harness harness(config);
  const auto& made = harness.simulator.catalogue();
  const std::string id = made.albums[0].id;
  CHECK(harness.put("/me/albums", fmt::format(R"({{"ids":["{}"]}})", id)).status == 200);
  CHECK(harness.get("/me/albums/contains?ids=" + id).body == json::Value(json::Array{true}));
  CHECK(text_at(harness.get("/me/albums").body, "items.0.album.id") == id);
  CHECK(harness.remove("/me/albums?ids=" + id).status == 200);
  CHECK(harness.get("/me/albums/contains?ids=" + id).body == json::Value(json::Array{false}));
  // The service's own SDK sends the array alone.
  CHECK(harness.put("/me/albums", fmt::format(R"(["{}"])", id)).status == 200);
  CHECK(harness.get("/me/albums/contains?ids=" + id).body == json::Value(json::Array{true}));
  CHECK(harness.put("/me/following?type=artist&ids=" + made.artists[0].id).status == 204);
  CHECK(harness.get("/me/following/contains?type=artist&ids=" + made.artists[0].id).body ==
        json::Value(json::Array{true}));
  const Reply batch = harness.get("/tracks?ids=" + made.tracks[0].id + ",0000000000000000000000");
  CHECK(text_at(batch.body, "tracks.0.id") == made.tracks[0].id);
  CHECK(at(batch.body, "tracks").array().size() == 2);
  CHECK(at(batch.body, "tracks.1").is_null());
  CHECK(harness.get("/tracks").status == 400);
}
