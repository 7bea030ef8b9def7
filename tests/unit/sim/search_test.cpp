// Search: types, filters, paging, ranking, and texts that are awkward to find.
#include "sim/spotify/search.h"

#include "tests/unit/sim/harness.h"

#include "tests/test.h"

using namespace sim_test;

namespace {

Reply search(Harness& harness, std::string_view q, std::string_view rest = "type=track") {
  return harness.get("/search?q=" + http::percent_encode(q) + "&" + std::string(rest));
}

}  // namespace

TEST_CASE("texts become tokens without accents and signs") {
  using spotify::tokenize;
  using Tokens = std::vector<std::string>;
  CHECK(tokenize("GL/OW") == Tokens{"gl", "ow"});
  CHECK(tokenize("Smörgåstårta, Déjà Vécu") == Tokens{"smorgastarta", "deja", "vecu"});
  CHECK(tokenize("O'Quill's Band") == Tokens{"oquills", "band"});
  CHECK(tokenize("!?!") == Tokens{"!?!"});
  CHECK(tokenize("夜明けの電車") == Tokens{"夜明けの電車"});
  CHECK(tokenize("  ").empty());
}

TEST_CASE("queries fall into words and filters") {
  const auto query = spotify::parse_search_query("calm artist:Ada Lund track:\"Kite Song\" loud year:2001-2003");
  CHECK(query.words == std::vector<std::string>{"calm", "loud"});
  REQUIRE(query.filters.size() == 3);
  CHECK(query.filters[0] == std::pair<std::string, std::string>("artist", "Ada Lund"));
  CHECK(query.filters[1] == std::pair<std::string, std::string>("track", "Kite Song"));
  CHECK(query.filters[2] == std::pair<std::string, std::string>("year", "2001-2003"));
  CHECK(spotify::parse_search_query("mood:sad").filters.empty());
  CHECK(spotify::parse_search_query("artist:\"open end").filters[0].second == "open end");
  CHECK(spotify::parse_search_query("").words.empty());
}

TEST_CASE("each type answers with a page under its plural") {
  Harness harness;
  const Reply reply = search(harness, "the", "type=track,artist,album,playlist,show,episode,audiobook&limit=3");
  REQUIRE(reply.status == 200);
  CHECK(keys_of(reply.body) == "albums artists audiobooks episodes playlists shows tracks");
  for (const json::Member& member : reply.body.object()) {
    CHECK(keys_of(member.value) == "href items limit next offset previous total");
    CHECK_MESSAGE(number_at(member.value, "total") > 0, member.name);
    CHECK(at(member.value, "items").array().size() <= 3);
  }
  CHECK(keys_of(search(harness, "the", "type=show").body) == "shows");
}

TEST_CASE("the exact name comes first, for ordinary and for odd names") {
  Harness harness;
  const auto& made = harness.simulator.catalogue();
  for (size_t i = 0; i < made.artists.size(); i += 23) {
    const Reply reply = search(harness, made.artists[i].name, "type=artist");
    CHECK_MESSAGE(text_at(reply.body, "artists.items.0.name") == made.artists[i].name, made.artists[i].name);
  }
  for (const std::string_view name : {"GL/OW", "!?!", "<4", "Ночной Маяк", "قمر الميناء", "🌙 lunch", "C++horus"}) {
    CHECK_MESSAGE(text_at(search(harness, name, "type=artist").body, "artists.items.0.name") == name, name);
  }
  CHECK(text_at(search(harness, "smorgastarta").body, "tracks.items.0.name") == "Smörgåstårta");
}

TEST_CASE("filters narrow to what they name") {
  Harness harness;
  const auto& made = harness.simulator.catalogue();
  const auto& track = made.tracks[200];
  const auto& artist = made.artists[track.artists[0]];
  const auto& album = made.albums[track.album];

  const Reply by_isrc = search(harness, "isrc:" + track.isrc);
  CHECK(number_at(by_isrc.body, "tracks.total") >= 1);
  for (const json::Value& item : at(by_isrc.body, "tracks.items").array()) {
    CHECK(text_at(item, "external_ids.isrc") == track.isrc);
  }
  CHECK(text_at(search(harness, "upc:" + album.upc, "type=album").body, "albums.items.0.id") == album.id);
  CHECK(number_at(search(harness, "upc:" + album.upc, "type=album").body, "albums.total") == 1);

  const Reply by_artist = search(harness, "artist:\"" + artist.name + "\"", "type=track&limit=10");
  CHECK(number_at(by_artist.body, "tracks.total") == static_cast<int64_t>(artist.tracks.size()));

  const Reply by_year = search(harness, "year:1990-1999", "type=album&limit=10");
  CHECK(number_at(by_year.body, "albums.total") > 5);
  for (const json::Value& item : at(by_year.body, "albums.items").array()) {
    CHECK(text_at(item, "release_date").starts_with("199"));
  }
  const Reply fresh = search(harness, "tag:new", "type=album&limit=10");
  CHECK(number_at(fresh.body, "albums.total") > 3);
  for (const json::Value& item : at(fresh.body, "albums.items").array()) {
    CHECK(text_at(item, "release_date") >= "2026-11-10");
  }
  const Reply genre = search(harness, "genre:\"drum and bass\"", "type=artist,track");
  CHECK(number_at(genre.body, "artists.total") > 3);
  CHECK(number_at(genre.body, "tracks.total") > 10);

  const Reply both = search(harness, "track:\"" + track.name + "\" artist:\"" + artist.name + "\"");
  CHECK(text_at(both.body, "tracks.items.0.artists.0.name") == artist.name);
  CHECK(number_at(search(harness, "isrc:QZSIM0000000").body, "tracks.total") == 0);
}

TEST_CASE("paging goes through all results once and stops at a thousand") {
  Harness harness;
  const Reply first = search(harness, "a", "type=track&limit=10");
  CHECK(number_at(first.body, "tracks.limit") == 10);
  CHECK(text_at(first.body, "tracks.next").contains("query=a"));
  CHECK(text_at(first.body, "tracks.next").contains("offset=10"));
  const Reply second = search(harness, "a", "type=track&limit=10&offset=10");
  CHECK(text_at(second.body, "tracks.items.0.id") != text_at(first.body, "tracks.items.0.id"));
  CHECK(text_at(second.body, "tracks.previous").contains("offset=0"));
  // A filter that half the catalogue passes.
  const Reply many = search(harness, "year:1900-2100", "type=track&offset=1000");
  CHECK(number_at(many.body, "tracks.total") == 1000);
  CHECK(at(many.body, "tracks.items").array().empty());
  CHECK(number_at(search(harness, "a", "type=track").body, "tracks.limit") == 5);
}

TEST_CASE("the same search gives the same answer") {
  Harness one;
  Harness two;
  CHECK(search(one, "quiet", "type=track,album&limit=10").text ==
        search(two, "quiet", "type=track,album&limit=10").text);
}

TEST_CASE("bad searches are refused with the service's words") {
  Harness harness;
  CHECK(harness.get("/search?type=track").message() == "No search query");
  CHECK(harness.get("/search?q=&type=track").message() == "No search query");
  CHECK(harness.get("/search?q=a").message() == "Missing parameter type");
  CHECK(search(harness, "a", "type=track,genre").message() == "Bad search type field genre");
  CHECK(search(harness, "a", "type=track&limit=11").message() == "Invalid limit");
  CHECK(search(harness, "a", "type=track&limit=0").message() == "Invalid limit");
  CHECK(search(harness, "a", "type=track&offset=1001").message() == "Invalid offset");
  CHECK(search(harness, "a", "type=track&market=xx").message() == "Invalid market code");
}

TEST_CASE("hidden playlists are holes in the answer") {
  Harness harness;
  const Reply reply = search(harness, "this is", "type=playlist&limit=10");
  const json::Array& items = at(reply.body, "playlists.items").array();
  REQUIRE_FALSE(items.empty());
  CHECK(std::ranges::count_if(items, [](const json::Value& item) { return item.is_null(); }) >= 4);
  spotify::Config config;
  config.null_playlist_every = 0;
  Harness whole(config);
  const Reply kims = search(whole, "by kim", "type=playlist&limit=10");
  CHECK(at(kims.body, "playlists.items.3").is_object());
  CHECK(at(search(harness, "by kim", "type=playlist&limit=10").body, "playlists.items.3").is_null());
}
