// The library: PUT, DELETE and contains by URI, the saved lists, following.
#include "tests/unit/sim/harness.h"

#include "tests/test.h"

using namespace sim_test;

namespace {

bool contains(Harness& harness, const std::string& uri) {
  const Reply reply = harness.get("/me/library/contains?uris=" + uri);
  REQUIRE(reply.status == 200);
  REQUIRE(reply.body.array().size() == 1);
  return reply.body.array()[0].boolean();
}

}  // namespace

TEST_CASE("what is saved is there when it is read, once, and newest first") {
  Harness harness;
  const auto& catalogue = harness.simulator.catalogue();
  const auto fresh = [&](size_t from) {
    size_t i = from;
    while (harness.simulator.user().tracks.contains(catalogue.tracks[i].id)) ++i;
    return i;
  };
  const std::string id = catalogue.tracks[fresh(0)].id;
  const int64_t before = number_at(harness.get("/me/tracks?limit=1").body, "total");
  CHECK_FALSE(contains(harness, "spotify:track:" + id));
  const Reply saved = harness.put("/me/library?uris=spotify%3Atrack%3A" + id);
  CHECK(saved.status == 200);
  CHECK(saved.text.empty());
  CHECK(contains(harness, "spotify:track:" + id));
  const Reply list = harness.get("/me/tracks?limit=2");
  CHECK(number_at(list.body, "total") == before + 1);
  CHECK(text_at(list.body, "items.0.track.id") == id);
  CHECK(text_at(list.body, "items.0.added_at") == base::to_rfc3339(harness.clock.wall()));
  harness.pass(std::chrono::seconds(10));
  harness.put("/me/library?uris=spotify:track:" + id);
  CHECK(number_at(harness.get("/me/tracks").body, "total") == before + 1);
  CHECK(harness.remove("/me/library?uris=spotify:track:" + id).status == 200);
  CHECK_FALSE(contains(harness, "spotify:track:" + id));
  CHECK(harness.remove("/me/library?uris=spotify:track:" + id).status == 200);
  CHECK(number_at(harness.get("/me/tracks").body, "total") == before);
}

TEST_CASE("every type of URI finds its list") {
  Harness harness;
  const auto& made = harness.simulator.catalogue();
  const auto round_trip = [&](const std::string& uri, std::string_view list, std::string_view id_path) {
    REQUIRE(harness.put("/me/library?uris=" + uri).status == 200);
    CHECK(contains(harness, uri));
    const Reply reply = harness.get(list);
    CHECK_MESSAGE(uri.ends_with(text_at(reply.body, id_path)), uri);
    REQUIRE(harness.remove("/me/library?uris=" + uri).status == 200);
    CHECK_FALSE(contains(harness, uri));
  };
  round_trip("spotify:album:" + made.albums[0].id, "/me/albums", "items.0.album.id");
  round_trip("spotify:show:" + made.shows[1].id, "/me/shows", "items.0.show.id");
  round_trip("spotify:episode:" + made.episodes[1].id, "/me/episodes", "items.0.episode.id");
  round_trip("spotify:audiobook:" + made.audiobooks[1].id, "/me/audiobooks", "items.0.id");
  round_trip("spotify:show:" + made.audiobooks[1].id, "/me/audiobooks", "items.0.id");
  round_trip("spotify:artist:" + made.artists[0].id, "/me/following?type=artist", "artists.items.0.id");
}

TEST_CASE("contains answers in the order of the request") {
  Harness harness;
  const auto& saved = harness.simulator.user().tracks.items();
  const Reply reply = harness.get("/me/library/contains?uris=spotify:track:" + saved[3].id +
                                  ",spotify:artist:" + harness.simulator.catalogue().artists[0].id +
                                  ",spotify:track:" + saved[0].id);
  CHECK(reply.body == json::Value(json::Array{true, false, true}));
}

TEST_CASE("a list with one bad URI changes nothing") {
  Harness harness;
  const std::string good = "spotify:album:" + harness.simulator.catalogue().albums[0].id;
  CHECK(harness.put("/me/library?uris=" + good + ",spotify:album:short").status == 400);
  CHECK(harness.put("/me/library?uris=" + good + ",spotify:genre:0000000000000000000000").status == 400);
  CHECK(harness.put("/me/library?uris=" + good + ",spotify:album:0000000000000000000000").status == 404);
  CHECK_FALSE(contains(harness, good));
}

TEST_CASE("URIs come in the query only, forty at most") {
  Harness harness;
  const std::string uri = "spotify:track:" + harness.simulator.catalogue().tracks[0].id;
  const Reply body_only = harness.put("/me/library", R"({"uris":[")" + uri + R"("]})");
  CHECK(body_only.status == 400);
  CHECK(body_only.message() == "Missing required field: uris");
  std::string many = "spotify:track:" + harness.simulator.catalogue().tracks[0].id;
  for (size_t i = 1; i < 40; ++i) many += ",spotify:track:" + harness.simulator.catalogue().tracks[i].id;
  CHECK(harness.put("/me/library?uris=" + many).status == 200);
  CHECK(harness.put("/me/library?uris=" + many + "," + uri).status == 400);
  CHECK(harness.get("/me/library").status == 405);
}

TEST_CASE("each type needs its own scope") {
  Harness harness;
  const auto& made = harness.simulator.catalogue();
  const auto allowed = [&](std::string scope, const std::string& uri) {
    harness.token = harness.simulator.grant({std::move(scope)}).access;
    const Reply reply = harness.put("/me/library?uris=" + uri);
    if (reply.status == 403) CHECK(reply.message() == "Insufficient client scope");
    return reply.status == 200;
  };
  const std::string track = "spotify:track:" + made.tracks[0].id;
  const std::string artist = "spotify:artist:" + made.artists[0].id;
  const std::string playlist = "spotify:playlist:" + harness.simulator.user().playlists.items()[0].id;
  CHECK(allowed("user-library-modify", track));
  CHECK_FALSE(allowed("user-follow-modify", track));
  CHECK(allowed("user-follow-modify", artist));
  CHECK_FALSE(allowed("user-library-modify", artist));
  CHECK(allowed("playlist-modify-public", playlist));
  CHECK_FALSE(allowed("user-library-modify", playlist));
}

TEST_CASE("followed artists are paged by a cursor") {
  Harness harness;
  std::vector<std::string> seen;
  std::string after;
  for (int page = 0; page < 10; ++page) {
    const Reply reply = harness.get("/me/following?type=artist&limit=20" + (after.empty() ? "" : "&after=" + after));
    REQUIRE(reply.status == 200);
    CHECK(keys_of(reply.body) == "artists");
    CHECK(number_at(reply.body, "artists.total") == 63);
    for (const json::Value& item : at(reply.body, "artists.items").array()) seen.push_back(text_at(item, "id"));
    after = text_at(reply.body, "artists.cursors.after");
    CHECK(at(reply.body, "artists.next").is_null() == after.empty());
    if (after.empty()) break;
    CHECK(after == seen.back());
  }
  CHECK(seen.size() == 63);
  std::ranges::sort(seen);
  CHECK(std::ranges::adjacent_find(seen) == seen.end());
  CHECK(harness.get("/me/following").status == 400);
  CHECK(harness.get("/me/following?type=user").status == 400);
}

TEST_CASE("paging shows every saved track once") {
  Harness harness;
  std::vector<std::string> seen;
  int64_t offset = 0;
  int64_t total = 1;
  while (offset < total) {
    const Reply reply = harness.get("/me/tracks?limit=50&offset=" + std::to_string(offset));
    total = number_at(reply.body, "total");
    for (const json::Value& item : at(reply.body, "items").array()) seen.push_back(text_at(item, "track.id"));
    CHECK(at(reply.body, "next").is_null() == (offset + 50 >= total));
    CHECK(at(reply.body, "previous").is_null() == (offset == 0));
    offset += 50;
  }
  CHECK(static_cast<int64_t>(seen.size()) == total);
  std::ranges::sort(seen);
  CHECK(std::ranges::adjacent_find(seen) == seen.end());
  CHECK(harness.get("/me/tracks?limit=0").message() == "Invalid limit");
  CHECK(harness.get("/me/tracks?limit=51").message() == "Invalid limit");
  CHECK(harness.get("/me/tracks?limit=ten").message() == "Invalid limit");
  CHECK(harness.get("/me/tracks?offset=-1").message() == "Invalid offset");
  CHECK(harness.get("/me/tracks?market=usa").message() == "Invalid market code");
}
