// Ids, URIs and links: one table of what is read and what is refused, and how.
#include "spotify/id.h"

#include <string>
#include <string_view>
#include <vector>

#include "schema/fields.h"

#include "tests/test.h"

namespace spotify {
namespace {

#define ID "Inv3ntedInv3ntedInv3nt"

enum class As {
  kTrack,
  kAlbum,
  kArtist,
  kPlaylist,
  kShow,
  kEpisode,
  kAudiobook,
  kChapter,
  kUser,
  kUri,
  kPlayable,
  kContext,
  kLibrary
};

struct Row {
  As as;
  std::string_view given;
  // The canonical text, or "!" and words of the refusal.
  std::string_view wanted;
};

template <class T>
std::string outcome(std::string_view given) {
  auto parsed = T::parse(given);
  if (!parsed) {
    CHECK(parsed.error().code == base::Code::kInvalidArgument);
    return "!" + parsed.error().message;
  }
  return std::string(parsed->text());
}

std::string outcome(As as, std::string_view given) {
  switch (as) {
    case As::kTrack:
      return outcome<TrackId>(given);
    case As::kAlbum:
      return outcome<AlbumId>(given);
    case As::kArtist:
      return outcome<ArtistId>(given);
    case As::kPlaylist:
      return outcome<PlaylistId>(given);
    case As::kShow:
      return outcome<ShowId>(given);
    case As::kEpisode:
      return outcome<EpisodeId>(given);
    case As::kAudiobook:
      return outcome<AudiobookId>(given);
    case As::kChapter:
      return outcome<ChapterId>(given);
    case As::kUser:
      return outcome<UserId>(given);
    case As::kUri:
      return outcome<Uri>(given);
    case As::kPlayable:
      return outcome<PlayableUri>(given);
    case As::kContext:
      return outcome<ContextUri>(given);
    case As::kLibrary:
      return outcome<LibraryUri>(given);
  }
  return "";
}

constexpr Row kRows[] = {
    // Bare ids.
    {As::kTrack, ID, ID},
    {As::kAlbum, ID, ID},
    {As::kArtist, ID, ID},
    {As::kPlaylist, ID, ID},
    {As::kShow, ID, ID},
    {As::kEpisode, ID, ID},
    {As::kAudiobook, ID, ID},
    {As::kChapter, ID, ID},
    {As::kTrack, "0000000000000000000000", "0000000000000000000000"},
    {As::kTrack, "zzzzzzzzzzzzzzzzzzzzzz", "zzzzzzzzzzzzzzzzzzzzzz"},
    {As::kTrack, "ZZZZZZZZZZZZZZZZZZZZZZ", "ZZZZZZZZZZZZZZZZZZZZZZ"},
    {As::kTrack, "", "!must be a track id, URI or link"},
    {As::kTrack, "Inv3ntedInv3ntedInv3n", "!an id has 22 letters and digits, this has 21"},
    {As::kTrack, "Inv3ntedInv3ntedInv3ntx", "!this has 23"},
    {As::kTrack, "Inv3ntedInv3ntedInv3n_", "!must be a track id"},
    {As::kTrack, "Inv3ntedInv3ntedInv3n-", "!must be a track id"},
    {As::kTrack, "Inv3ntedInv3ntedInv3n/", "!must be a track id"},
    {As::kTrack, " " ID, "!must be a track id"},
    {As::kTrack, ID " ", "!must be a track id"},
    {As::kTrack, ID "\n", "!must be a track id"},
    {As::kTrack, "4uLU6hMCjMI75M1A2tKU\xC3\xA9", "!must be a track id"},
    {As::kTrack, "Bohemian Rhapsody", "!must be a track id"},
    {As::kTrack, "../../../me/player/play", "!must be a track id"},
    {As::kTrack, "..%2F..%2Fme%2Fplayer%2F", "!must be a track id"},
    {As::kAlbum, "x", "!must be an album id, URI or link"},
    {As::kArtist, "x", "!must be an artist id, URI or link"},
    {As::kPlaylist, "37i9", "!must be a playlist id, URI or link; an id has 22"},
    {As::kEpisode, "x!", "!must be an episode id, URI or link"},
    {As::kAudiobook, "x!", "!must be an audiobook id, URI or link"},
    {As::kChapter, "x!", "!must be a chapter id, URI or link"},
    // URIs.
    {As::kTrack, "spotify:track:" ID, ID},
    {As::kAlbum, "spotify:album:" ID, ID},
    {As::kArtist, "spotify:artist:" ID, ID},
    {As::kPlaylist, "spotify:playlist:" ID, ID},
    {As::kShow, "spotify:show:" ID, ID},
    {As::kEpisode, "spotify:episode:" ID, ID},
    {As::kAudiobook, "spotify:audiobook:" ID, ID},
    {As::kAudiobook, "spotify:show:" ID, ID},
    {As::kChapter, "spotify:chapter:" ID, ID},
    {As::kChapter, "spotify:episode:" ID, ID},
    {As::kPlaylist, "spotify:user:wizzler:playlist:" ID, ID},
    {As::kPlaylist, "spotify:user:caf%C3%A9:playlist:" ID, ID},
    {As::kTrack, "spotify:album:" ID, "!must be a track id, URI or link; this is an album"},
    {As::kTrack, "spotify:playlist:" ID, "!this is a playlist"},
    {As::kTrack, "spotify:episode:" ID, "!this is an episode"},
    {As::kTrack, "spotify:user:wizzler", "!this is a user"},
    {As::kTrack, "spotify:local:A:B:C:1", "!this is a local file"},
    {As::kTrack, "spotify:user:wizzler:collection", "!this is a collection"},
    {As::kAlbum, "spotify:track:" ID, "!must be an album id, URI or link; this is a track"},
    {As::kShow, "spotify:audiobook:" ID, "!this is an audiobook"},
    {As::kEpisode, "spotify:chapter:" ID, "!this is a chapter"},
    {As::kTrack, "spotify:track:", "!must be a track id"},
    {As::kTrack, "spotify:track", "!must be a track id"},
    {As::kTrack, "spotify:", "!must be a track id"},
    {As::kTrack, "spotify:track:" ID ":", "!must be a track id"},
    {As::kTrack, "spotify:track:" ID "x", "!must be a track id"},
    {As::kTrack, "spotify:track:short", "!must be a track id"},
    {As::kTrack, "Spotify:track:" ID, "!must be a track id"},
    {As::kTrack, "spotify:Track:" ID, "!must be a track id"},
    {As::kTrack, "spotify%3Atrack%3A" ID, "!must be a track id"},
    {As::kTrack, "spotify:track:" ID ",spotify:track:" ID, "!must be a track id"},
    {As::kPlaylist, "spotify:user::playlist:" ID, "!must be a playlist id"},
    {As::kPlaylist, "spotify:user:x:playlist:" ID ":y", "!must be a playlist id"},
    {As::kPlaylist, "spotify:user:x:album:" ID, "!must be a playlist id"},
    {As::kPlaylist, "spotify:user:%zz:playlist:" ID, "!must be a playlist id"},
    // Links.
    {As::kTrack, "https://open.spotify.com/track/" ID, ID},
    {As::kTrack, "https://open.spotify.com/track/" ID "?si=abc123", ID},
    {As::kTrack, "https://open.spotify.com/track/" ID "?si=abc&utm_source=copy#x", ID},
    {As::kTrack, "https://open.spotify.com/track/" ID "#0:30", ID},
    {As::kTrack, "https://open.spotify.com/track/" ID "/", ID},
    {As::kTrack, "https://open.spotify.com/intl-de/track/" ID, ID},
    {As::kTrack, "https://open.spotify.com/intl-pt-BR/track/" ID "?si=x", ID},
    {As::kTrack, "https://open.spotify.com/embed/track/" ID, ID},
    {As::kTrack, "https://open.spotify.com/intl-fr/embed/track/" ID, ID},
    {As::kTrack, "http://open.spotify.com/track/" ID, ID},
    {As::kTrack, "HTTPS://Open.Spotify.com/track/" ID, ID},
    {As::kAlbum, "https://open.spotify.com/album/" ID "?highlight=spotify:track:" ID, ID},
    {As::kArtist, "https://open.spotify.com/artist/" ID, ID},
    {As::kPlaylist, "https://open.spotify.com/playlist/" ID, ID},
    {As::kPlaylist, "https://open.spotify.com/user/wizzler/playlist/" ID, ID},
    {As::kShow, "https://open.spotify.com/show/" ID, ID},
    {As::kEpisode, "https://open.spotify.com/episode/" ID, ID},
    {As::kAudiobook, "https://open.spotify.com/show/" ID, ID},
    {As::kAudiobook, "https://open.spotify.com/audiobook/" ID, ID},
    {As::kChapter, "https://open.spotify.com/chapter/" ID, ID},
    {As::kTrack, "https://open.spotify.com/album/" ID, "!must be a track id, URI or link; this is an album"},
    {As::kArtist, "https://open.spotify.com/intl-de/user/wizzler", "!this is a user"},
    {As::kTrack, "https://open.spotify.com/", "!must be a track id"},
    {As::kTrack, "https://open.spotify.com", "!must be a track id"},
    {As::kTrack, "https://open.spotify.com/track/", "!must be a track id"},
    {As::kTrack, "https://open.spotify.com/track/short", "!must be a track id"},
    {As::kTrack, "https://open.spotify.com//track/" ID, "!must be a track id"},
    {As::kTrack, "https://open.spotify.com/track/" ID "/x", "!must be a track id"},
    {As::kTrack, "https://open.spotify.com.evil.example/track/" ID, "!must be a track id"},
    {As::kTrack, "https://open.spotify.com@evil.example/track/" ID, "!must be a track id"},
    {As::kTrack, "https://user@open.spotify.com/track/" ID, "!must be a track id"},
    {As::kTrack, "https://open.spotify.com:443/track/" ID, "!must be a track id"},
    {As::kTrack, "https://evil.example/open.spotify.com/track/" ID, "!must be a track id"},
    {As::kTrack, "https://api.spotify.com/v1/tracks/" ID, "!must be a track id"},
    {As::kTrack, "ftp://open.spotify.com/track/" ID, "!must be a track id"},
    {As::kTrack, "open.spotify.com/track/" ID, "!must be a track id"},
    {As::kTrack, "javascript:alert(1)", "!must be a track id"},
    {As::kTrack, "https://spotify.link/AbCdEf", "!is a short link, which cannot be read"},
    {As::kPlayable, "https://spotify.app.link/AbCdEf", "!is a short link"},
    // Users.
    {As::kUser, "wizzler", "wizzler"},
    {As::kUser, "1112264649", "1112264649"},
    {As::kUser, "317g2sbpe3ccycu45fes6lfr5lpe", "317g2sbpe3ccycu45fes6lfr5lpe"},
    {As::kUser, "a.b_c$d", "a.b_c$d"},
    {As::kUser, "caf\xC3\xA9", "caf\xC3\xA9"},
    {As::kUser, "spotify:user:wizzler", "wizzler"},
    {As::kUser, "spotify:user:caf%C3%A9", "caf\xC3\xA9"},
    {As::kUser, "https://open.spotify.com/user/a%24b?si=1", "a$b"},
    {As::kUser, "", "!must be a user id"},
    {As::kUser,
     "a\x01"
     "b",
     "!must be a user id"},
    {As::kUser, "a\xFF", "!must be a user id"},
    {As::kUser, "spotify:track:" ID, "!must be a user id, URI or link; this is a track"},
    {As::kUser, "spotify:user:", "!must be a user id"},
    {As::kUser, "https://example.com/user/x", "!must be a user id"},
    // Any URI.
    {As::kUri, "spotify:track:" ID, "spotify:track:" ID},
    {As::kUri, "https://open.spotify.com/album/" ID, "spotify:album:" ID},
    {As::kUri, "spotify:audiobook:" ID, "spotify:show:" ID},
    {As::kUri, "spotify:chapter:" ID, "spotify:episode:" ID},
    {As::kUri, "spotify:user:wizzler:playlist:" ID, "spotify:playlist:" ID},
    {As::kUri, "spotify:user:wizzler", "spotify:user:wizzler"},
    {As::kUri, "spotify:user:caf\xC3\xA9", "spotify:user:caf%C3%A9"},
    {As::kUri, "spotify:user:wizzler:collection", "spotify:user:wizzler:collection"},
    {As::kUri, "spotify:local:Ada+Loop::Live+2023:5432", "spotify:local:Ada+Loop::Live+2023:5432"},
    {As::kUri, "spotify:local:::Title:0", "spotify:local:::Title:0"},
    {As::kUri, "spotify:local:A:B:C:abc", "!must be a Spotify URI"},
    {As::kUri, "spotify:local:A:B:C:-1", "!must be a Spotify URI"},
    {As::kUri, "spotify:local:A:B:C", "!must be a Spotify URI"},
    {As::kUri, "spotify:local:A B:B:C:1", "!must be a Spotify URI"},
    {As::kUri, "spotify:local:%3CA%3E:B:C+%28D%29:1", "spotify:local:%3CA%3E:B:C+%28D%29:1"},
    {As::kUri, "spotify:local:<system>:B:C:1", "!must be a Spotify URI"},
    {As::kUri, "spotify:local:https://evil.example/x:C:1", "!must be a Spotify URI"},
    {As::kUri, "spotify:local:A:B:[x](y):1", "!must be a Spotify URI"},
    {As::kUri, ID, "!a bare id does not say of what kind it is"},
    {As::kUri, "spotify:station:" ID, "!must be a Spotify URI"},
    {As::kUri, "spotify:user:x:starred", "!must be a Spotify URI"},
    // What can be played.
    {As::kPlayable, ID, "spotify:track:" ID},
    {As::kPlayable, "spotify:track:" ID, "spotify:track:" ID},
    {As::kPlayable, "spotify:episode:" ID, "spotify:episode:" ID},
    {As::kPlayable, "spotify:chapter:" ID, "spotify:episode:" ID},
    {As::kPlayable, "https://open.spotify.com/intl-it/episode/" ID, "spotify:episode:" ID},
    {As::kPlayable, "spotify:album:" ID, "!must be a track or episode URI or link; this is an album"},
    {As::kPlayable, "spotify:local:A:B:C:1", "!this is a local file"},
    {As::kPlayable, "short", "!must be a track or episode URI or link"},
    // What playback goes through.
    {As::kContext, "spotify:album:" ID, "spotify:album:" ID},
    {As::kContext, "spotify:artist:" ID, "spotify:artist:" ID},
    {As::kContext, "spotify:playlist:" ID, "spotify:playlist:" ID},
    {As::kContext, "spotify:show:" ID, "spotify:show:" ID},
    {As::kContext, "spotify:audiobook:" ID, "spotify:show:" ID},
    {As::kContext, "spotify:user:wizzler:collection", "spotify:user:wizzler:collection"},
    {As::kContext, "spotify:track:" ID, "!must be an album, artist, playlist or show URI or link; this is a track"},
    {As::kContext, "spotify:user:wizzler", "!this is a user"},
    {As::kContext, ID, "!a bare id does not say of what kind it is"},
    // What the library takes.
    {As::kLibrary, "spotify:track:" ID, "spotify:track:" ID},
    {As::kLibrary, "spotify:artist:" ID, "spotify:artist:" ID},
    {As::kLibrary, "spotify:user:wizzler", "spotify:user:wizzler"},
    {As::kLibrary, "spotify:playlist:" ID, "spotify:playlist:" ID},
    {As::kLibrary, "spotify:audiobook:" ID, "spotify:show:" ID},
    {As::kLibrary, "https://open.spotify.com/episode/" ID, "spotify:episode:" ID},
    {As::kLibrary, "spotify:chapter:" ID, "!this is a chapter"},
    {As::kLibrary, "spotify:local:A:B:C:1", "!this is a local file"},
    {As::kLibrary, ID, "!a bare id does not say of what kind it is"},
};

TEST_CASE("what is read as an id, URI or link and what is refused") {
  static_assert(std::size(kRows) >= 150);
  for (const Row& row : kRows) {
    CAPTURE(row.given);
    const std::string got = outcome(row.as, row.given);
    CAPTURE(got);
    if (row.wanted.starts_with('!')) {
      CHECK(got.starts_with('!'));
      CHECK(got.contains(row.wanted.substr(1)));
      // What was given is never echoed.
      CHECK((row.given.size() < 8 || !got.contains(row.given)));
    } else {
      CHECK(got == row.wanted);
    }
  }
}

TEST_CASE("an overlong text is refused, not searched") {
  const std::string longest = "spotify:local:" + std::string(2000, 'a') + ":b:c:1";
  CHECK(!Uri::parse(longest));
  CHECK(!UserId::parse(std::string(129, 'a')));
  CHECK(UserId::parse(std::string(128, 'a')).has_value());
  CHECK(!TrackId::parse(std::string(1'000'000, 'a')));
}

TEST_CASE("ids give their URI and their link") {
  const auto track = TrackId::parse(ID).value();
  CHECK(track.uri() == "spotify:track:" ID);
  CHECK(track.url() == "https://open.spotify.com/track/" ID);
  CHECK(AudiobookId::parse(ID).value().uri() == "spotify:show:" ID);
  CHECK(ChapterId::parse(ID).value().url() == "https://open.spotify.com/episode/" ID);
  CHECK(UserId::parse("a b").value().uri() == "spotify:user:a%20b");
  CHECK(Uri::collection_of(UserId::parse("wizzler").value()).text() == "spotify:user:wizzler:collection");
  CHECK(Uri::parse("spotify:local:A:B:C:1").value().url() == "");
  CHECK(TrackId().empty());
  CHECK(TrackId().text() == "");
}

TEST_CASE("a URI gives back its typed id") {
  const auto uri = Uri::parse("https://open.spotify.com/track/" ID "?si=1").value();
  CHECK(uri.kind() == Kind::kTrack);
  CHECK(uri.id() == ID);
  CHECK(uri.as<Kind::kTrack>() == TrackId::parse(ID).value());
  CHECK(!uri.as<Kind::kAlbum>().has_value());
  CHECK(LibraryUri(PlaylistId::parse(ID).value()).text() == "spotify:playlist:" ID);
  CHECK(PlayableUri(EpisodeId::parse(ID).value()).text() == "spotify:episode:" ID);
}

TEST_CASE("opaque ids are visible ASCII of bounded length") {
  CHECK(DeviceId::parse("5fbb3ba6aa454b5534c4ba43a8c7e8e45a63ad0e").has_value());
  CHECK(SnapshotId::parse("AAAACG9jmE4O/USJ4XSA7mfhfXkaxawY").has_value());
  CHECK(!DeviceId::parse(""));
  CHECK(!DeviceId::parse("a b"));
  CHECK(!DeviceId::parse("a\n"));
  CHECK(!DeviceId::parse("\xC3\xA9"));
  CHECK(!SnapshotId::parse(std::string(257, 'a')));
  CHECK(DeviceId::parse(" ").error().message == "must be a device id as get_devices shows it, not a name");
}

TEST_CASE("the schema of every kind accepts what the parser accepts") {
  for (const Row& row : kRows) {
    if (row.wanted.starts_with('!')) continue;
    CAPTURE(row.given);
    const json::Object constraints = row.as == As::kUser  ? UserId::constraints()
                                     : row.as >= As::kUri ? Uri::constraints()
                                                          : TrackId::constraints();
    const auto size = static_cast<int64_t>(row.given.size());
    CHECK(size <= constraints.find("maxLength")->integer());
    // A bare id is shorter than any URI; only PlayableUri reads it, which the minimum must allow.
    if (const json::Value* least = constraints.find("minLength")) CHECK(size >= least->integer());
  }
  CHECK(schema::json_schema<TrackId>().find("pattern")->string() == "[0-9A-Za-z]{22}");
}

}  // namespace
}  // namespace spotify
