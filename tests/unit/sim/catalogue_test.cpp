// The generated catalogue: sizes, ids, links, determinism, and that it is interesting.
#include "sim/spotify/catalogue.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "sim/spotify/seeded.h"
#include "sim/spotify/words.h"
#include "tests/test.h"

using namespace sim::spotify;

TEST_CASE("the catalogue is large enough") {
  const Catalogue made = Catalogue::generate(1);
  CHECK(made.artists.size() >= 300);
  CHECK(made.tracks.size() >= 3000);
  CHECK(made.albums.size() >= 600);
  CHECK(made.shows.size() >= 30);
  CHECK(made.episodes.size() >= 300);
  CHECK(made.audiobooks.size() >= 20);
  CHECK(made.chapters.size() >= 120);
  CHECK(std::ranges::count(made.albums, AlbumType::kSingle, &Album::type) > 50);
  CHECK(std::ranges::count(made.albums, AlbumType::kCompilation, &Album::type) > 10);
  CHECK(std::ranges::count(made.albums, true, &Album::is_new) > 3);
  CHECK(std::ranges::count(made.tracks, true, &Track::is_restricted) > 10);
  CHECK(std::ranges::count_if(made.tracks, [](const Track& t) { return t.artists.size() > 1; }) > 300);
}

TEST_CASE("the same seed gives the same catalogue, another seed another one") {
  CHECK(Catalogue::generate(1).fingerprint() == Catalogue::generate(1).fingerprint());
  CHECK(Catalogue::generate(1).fingerprint() != Catalogue::generate(2).fingerprint());
}

TEST_CASE("ids are base62, unique over all kinds, and found again") {
  const Catalogue made = Catalogue::generate(3);
  std::set<std::string> ids;
  size_t count = 0;
  const auto check = [&](Kind kind, const auto& things) {
    for (Index i = 0; i < things.size(); ++i) {
      REQUIRE(is_base62_id(things[i].id));
      REQUIRE(base::is_valid_utf8(things[i].name));
      REQUIRE_FALSE(things[i].name.empty());
      REQUIRE(made.find(kind, things[i].id) == i);
      ids.insert(things[i].id);
      ++count;
    }
  };
  check(Kind::kArtist, made.artists);
  check(Kind::kAlbum, made.albums);
  check(Kind::kTrack, made.tracks);
  check(Kind::kShow, made.shows);
  check(Kind::kEpisode, made.episodes);
  check(Kind::kAudiobook, made.audiobooks);
  check(Kind::kChapter, made.chapters);
  CHECK(ids.size() == count);
  CHECK_FALSE(made.find(Kind::kAlbum, made.tracks[0].id).has_value());
  CHECK_FALSE(made.find("0000000000000000000000").has_value());
}

TEST_CASE("links are consistent both ways") {
  const Catalogue made = Catalogue::generate(1);
  for (Index i = 0; i < made.albums.size(); ++i) {
    const Album& album = made.albums[i];
    REQUIRE_FALSE(album.tracks.empty());
    for (const Index track : album.tracks) REQUIRE(made.tracks[track].album == i);
    const auto& own = made.artists[album.artists[0]].albums;
    REQUIRE(std::ranges::find(own, i) != own.end());
  }
  for (const Artist& artist : made.artists) {
    REQUIRE(std::ranges::is_sorted(artist.tracks, std::ranges::greater(),
                                   [&](Index i) { return made.tracks[i].popularity; }));
  }
  for (const Track& track : made.tracks) {
    REQUIRE(track.duration_ms > 0);
    REQUIRE(track.isrc.size() == 12);
    REQUIRE(track.number > 0);
  }
  for (const Show& show : made.shows) REQUIRE_FALSE(show.episodes.empty());
}

TEST_CASE("dates have the form that their precision says") {
  const Catalogue made = Catalogue::generate(1);
  std::set<std::string> precisions;
  for (const Album& album : made.albums) {
    const size_t length = album.released.precision == "day" ? 10 : album.released.precision == "month" ? 7 : 4;
    REQUIRE(album.released.text.size() == length);
    REQUIRE(album.released.year() >= 1968);
    precisions.insert(album.released.precision);
  }
  CHECK(precisions == std::set<std::string>{"day", "month", "year"});
}

TEST_CASE("titles hold several scripts, emoji and signs") {
  const Catalogue made = Catalogue::generate(1);
  const auto has_track = [&](std::string_view name) {
    return std::ranges::any_of(made.tracks, [&](const Track& t) { return t.name.starts_with(name); });
  };
  for (const std::string_view name : words::odd_tracks()) CHECK_MESSAGE(has_track(name), name);
  for (const std::string_view name : words::odd_artists()) {
    CHECK_MESSAGE(std::ranges::find(made.artists, name, &Artist::name) != made.artists.end(), name);
  }
}

TEST_CASE("compilations repeat recordings under new ids") {
  const Catalogue made = Catalogue::generate(1);
  for (const Album& album : made.albums) {
    if (album.type != AlbumType::kCompilation) continue;
    std::set<std::string> recordings;
    for (const Index i : album.tracks) {
      const Track& copy = made.tracks[i];
      recordings.insert(copy.isrc);
      REQUIRE(std::ranges::count(made.tracks, copy.isrc, &Track::isrc) >= 2);
    }
    CHECK(recordings.size() == album.tracks.size());
  }
}

TEST_CASE("the seeded source is uniform enough and repeatable") {
  Seeded a(9);
  Seeded b(9);
  int counts[10] = {};
  for (int i = 0; i < 10'000; ++i) {
    const uint32_t value = a.below(10);
    REQUIRE(value < 10);
    REQUIRE(value == b.below(10));
    ++counts[value];
  }
  for (const int count : counts) CHECK((count > 850 && count < 1150));
  CHECK(catalogue_id(1, "track", 5) == catalogue_id(1, "track", 5));
  CHECK(catalogue_id(1, "track", 5) != catalogue_id(1, "album", 5));
  CHECK(catalogue_id(1, "track", 5) != catalogue_id(2, "track", 5));
}
