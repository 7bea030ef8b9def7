// Artists, albums and tracks.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <unordered_set>

#include "sim/spotify/catalogue.h"
#include "sim/spotify/seeded.h"
#include "sim/spotify/words.h"

namespace sim::spotify {
namespace {

constexpr Index kArtistCount = 340;
constexpr Index kCompilationCount = 24;
constexpr int kNewestYear = 2026;

class MusicMaker {
 public:
  explicit MusicMaker(Catalogue& catalogue) : made_(catalogue), seeded_(catalogue.seed) {}

  void run() {
    made_.artists.reserve(kArtistCount + 1);
    made_.albums.reserve(800);
    made_.tracks.reserve(6000);
    for (Index i = 0; i < kArtistCount; ++i) add_artist(i);
    const Index various = add_various_artists();
    for (Index i = 0; i < kArtistCount; ++i) add_releases(i);
    for (Index i = 0; i < kCompilationCount; ++i) add_compilation(i, various);
    link();
  }

 private:
  std::string words(std::string_view first, std::string_view second) {
    return fmt::format("{} {}", first, second);
  }

  std::string artist_name(Index i) {
    const auto odd = words::odd_artists();
    if (i % 9 == 4 && i / 9 < odd.size()) return std::string(odd[i / 9]);
    const auto adjective = seeded_.pick(words::adjectives());
    const auto noun = seeded_.pick(words::nouns());
    switch (seeded_.below(7)) {
      case 0:
        return fmt::format("The {} {}s", adjective, noun);
      case 1:
        return words(adjective, noun);
      case 2:
        return fmt::format("{} & the {}s", seeded_.pick(words::first_names()), noun);
      case 3:
        return fmt::format("{} {} Orchestra", seeded_.pick(words::places()), noun);
      default:
        return words(seeded_.pick(words::first_names()), seeded_.pick(words::last_names()));
    }
  }

  void add_artist(Index i) {
    Artist artist;
    artist.id = catalogue_id(made_.seed, "artist", i);
    artist.name = artist_name(i);
    while (!names_.insert(artist.name).second) artist.name += " II";
    const auto genres = words::genres();
    // Some artists carry no genre, as most do on the real service since 2026.
    const uint32_t count = i % 5 == 0 ? 0 : 1 + seeded_.below(2);
    for (uint32_t n = 0; n < count; ++n) {
      artist.genres.emplace_back(genres[(i + n * 7) % genres.size()]);
    }
    // Squared, so that few are popular.
    const int draw = seeded_.between(0, 99);
    artist.popularity = draw * draw / 100;
    artist.followers = artist.popularity * artist.popularity * seeded_.between(20, 900);
    made_.artists.push_back(std::move(artist));
  }

  Index add_various_artists() {
    Artist various;
    various.id = catalogue_id(made_.seed, "artist", kArtistCount);
    various.name = "Various Artists";
    made_.artists.push_back(std::move(various));
    return kArtistCount;
  }

  Date release_date(bool is_new) {
    if (is_new) return {fmt::format("{}-11-{:02}", kNewestYear, seeded_.between(10, 23)), "day"};
    // Most music is of the last twenty years.
    const int year = seeded_.chance(75) ? seeded_.between(2006, kNewestYear - 1) : seeded_.between(1968, 2005);
    const int month = seeded_.between(1, 12);
    const uint32_t precision = seeded_.below(100);
    if (precision < 8) return {fmt::format("{}", year), "year"};
    if (precision < 14) return {fmt::format("{}-{:02}", year, month), "month"};
    return {fmt::format("{}-{:02}-{:02}", year, month, seeded_.between(1, 28)), "day"};
  }

  std::string album_name(Index i) {
    const auto odd = words::odd_albums();
    if (i % 61 == 17) return std::string(odd[(i / 61) % odd.size()]);
    switch (seeded_.below(5)) {
      case 0:
        return fmt::format("{} of the {}", seeded_.pick(words::nouns()), seeded_.pick(words::nouns()));
      case 1:
        return fmt::format("Songs for a {} {}", seeded_.pick(words::adjectives()),
                           seeded_.pick(words::nouns()));
      case 2:
        return std::string(seeded_.pick(words::places()));
      default:
        return words(seeded_.pick(words::adjectives()), seeded_.pick(words::nouns()));
    }
  }

  std::string track_name(Index i) {
    const auto odd = words::odd_tracks();
    if (i % 43 == 11) return std::string(odd[(i / 43) % odd.size()]);
    const auto noun = seeded_.pick(words::nouns());
    switch (seeded_.below(8)) {
      case 0:
        return fmt::format("{} the {}", seeded_.pick(words::verbs()), noun);
      case 1:
        return fmt::format("{} in {}", noun, seeded_.pick(words::places()));
      case 2:
        return fmt::format("{} Me, {}", seeded_.pick(words::verbs()), seeded_.pick(words::first_names()));
      case 3:
        return std::string(noun);
      case 4:
        return fmt::format("No {} Tonight", noun);
      default:
        return words(seeded_.pick(words::adjectives()), noun);
    }
  }

  std::string isrc(int year) {
    return fmt::format("QZSIM{:02}{:05}", year % 100, made_.tracks.size() % 100000);
  }

  Index new_album(AlbumType type, Index artist, std::string name, Date released) {
    Album album;
    const auto i = static_cast<Index>(made_.albums.size());
    album.id = catalogue_id(made_.seed, "album", i);
    album.name = std::move(name);
    album.type = type;
    album.artists = {artist};
    album.is_new = released.text >= "2026-11-10";
    album.released = std::move(released);
    album.label = seeded_.pick(words::labels());
    album.upc = fmt::format("0{:011}", 19000000000ULL + i * 37ULL);
    album.popularity = made_.artists[artist].popularity * 4 / 5;
    made_.albums.push_back(std::move(album));
    return i;
  }

  Track& new_track(Index album) {
    Track track;
    const auto i = static_cast<Index>(made_.tracks.size());
    track.id = catalogue_id(made_.seed, "track", i);
    track.album = album;
    track.duration_ms = seeded_.between(95'000, 412'000);
    track.is_explicit = seeded_.chance(9);
    track.is_restricted = i % 97 == 40;
    made_.albums[album].tracks.push_back(i);
    made_.tracks.push_back(std::move(track));
    return made_.tracks.back();
  }

  // Sometimes with guests, named in the title as often as not.
  void credit(Track& track, Index artist) {
    track.artists = {artist};
    if (!seeded_.chance(18)) return;
    const uint32_t guests = 1 + seeded_.below(2);
    for (uint32_t n = 0; n < guests; ++n) {
      const Index guest = seeded_.below(kArtistCount);
      if (std::ranges::find(track.artists, guest) == track.artists.end()) track.artists.push_back(guest);
    }
    if (track.artists.size() > 1 && seeded_.chance(50)) {
      track.name += fmt::format(" (feat. {})", made_.artists[track.artists[1]].name);
    }
  }

  void add_releases(Index artist) {
    const uint32_t releases = 1 + seeded_.below(3);
    for (uint32_t n = 0; n < releases; ++n) {
      const bool single = seeded_.chance(n == 0 ? 15 : 50);
      const Date released = release_date(artist % 17 == 3 && n == 0);
      const Index album = new_album(single ? AlbumType::kSingle : AlbumType::kAlbum, artist,
                                    album_name(static_cast<Index>(made_.albums.size())), released);
      const int count = single ? seeded_.between(1, 3) : seeded_.between(7, 13);
      const bool two_discs = !single && seeded_.chance(6);
      for (int number = 1; number <= count; ++number) add_track(album, artist, number, count, two_discs);
      if (single) made_.albums[album].name = made_.tracks[made_.albums[album].tracks[0]].name;
    }
  }

  void add_track(Index album, Index artist, int number, int count, bool two_discs) {
    const auto i = static_cast<Index>(made_.tracks.size());
    Track& track = new_track(album);
    const int first_disc = two_discs ? (count + 1) / 2 : count;
    track.disc = number > first_disc ? 2 : 1;
    track.number = number > first_disc ? number - first_disc : number;
    track.name = track_name(i);
    // A second version of the song before it: what a search for duplicates has to tell apart.
    if (number > 1 && seeded_.chance(4)) {
      constexpr std::string_view kVersions[] = {" - Live", " - Remastered 2011", " (Acoustic)", " - Radio Edit"};
      track.name = made_.tracks[i - 1].name + std::string(seeded_.pick(kVersions));
    }
    track.isrc = isrc(made_.albums[album].released.year());
    track.popularity = std::max(0, made_.artists[artist].popularity - seeded_.between(0, 40));
    credit(track, artist);
  }

  // A compilation holds other tracks with the same recordings: new ids, equal ISRC.
  void add_compilation(Index n, Index various) {
    const bool own = n % 2 == 0;
    const Index artist = own ? n * 11 % kArtistCount : various;
    const std::string name =
        own ? fmt::format("The Best of {}", made_.artists[artist].name)
            : fmt::format("{} {}, Vol. {}", seeded_.pick(words::adjectives()), seeded_.pick(words::genres()),
                          n / 2 + 1);
    const auto originals = static_cast<uint32_t>(made_.tracks.size());
    std::vector<Index> candidates;
    for (Index i = 0; i < originals; ++i) {
      if (!own || made_.tracks[i].artists[0] == artist) candidates.push_back(i);
    }
    const Index album = new_album(AlbumType::kCompilation, artist, name, release_date(false));
    const uint32_t count = std::min<uint32_t>(15, static_cast<uint32_t>(candidates.size()));
    for (uint32_t i = 0; i < count; ++i) {
      // A stride through all candidates takes each at most once.
      const Track original = made_.tracks[candidates[i * candidates.size() / count]];
      Track& copy = new_track(album);
      copy.number = static_cast<int>(i) + 1;
      copy.name = original.name;
      copy.artists = original.artists;
      copy.duration_ms = original.duration_ms;
      copy.is_explicit = original.is_explicit;
      copy.isrc = original.isrc;
      copy.popularity = original.popularity / 2;
    }
  }

  void link() {
    for (Index i = 0; i < made_.albums.size(); ++i) {
      const Album& album = made_.albums[i];
      made_.artists[album.artists[0]].albums.push_back(i);
      for (const Index track : album.tracks) {
        for (const Index artist : made_.tracks[track].artists) {
          made_.artists[artist].tracks.push_back(track);
          auto& guest_of = made_.artists[artist].appears_on;
          const bool own = artist == album.artists[0];
          if (!own && (guest_of.empty() || guest_of.back() != i)) guest_of.push_back(i);
        }
      }
    }
    for (Artist& artist : made_.artists) {
      // The index decides between equals, so that the order is the same everywhere.
      std::ranges::sort(artist.albums, std::ranges::greater(),
                        [&](Index i) { return std::pair(std::string_view(made_.albums[i].released.text), i); });
      std::ranges::sort(artist.tracks, std::ranges::greater(),
                        [&](Index i) { return std::pair(made_.tracks[i].popularity, i); });
    }
  }

  Catalogue& made_;
  Seeded seeded_;
  std::unordered_set<std::string> names_;
};

}  // namespace

void add_music(Catalogue& catalogue) { MusicMaker(catalogue).run(); }

}  // namespace sim::spotify
