// The music, podcasts and audiobooks that exist in the simulated world. Generated from a seed; the same seed gives the
// same catalogue to the byte. Things refer to each other by index into the vectors of Catalogue.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace sim::spotify {

using Index = uint32_t;

enum class Kind { kArtist, kAlbum, kTrack, kShow, kEpisode, kAudiobook, kChapter };

struct Ref {
  Kind kind = Kind::kTrack;
  Index index = 0;
};

struct Artist {
  std::string id;
  std::string name;
  std::vector<std::string> genres;
  int popularity = 0;
  int followers = 0;
  std::vector<Index> albums;      // Own releases, newest first.
  std::vector<Index> appears_on;  // Albums of others with a track by this artist.
  std::vector<Index> tracks;      // Every track with this artist, most popular first.
};

enum class AlbumType { kAlbum, kSingle, kCompilation };
std::string_view album_type_name(AlbumType type);

struct Date {
  std::string text;       // "2019", "2019-04" or "2019-04-30"
  std::string precision;  // "year", "month" or "day"
  int year() const;
};

struct Album {
  std::string id;
  std::string name;
  AlbumType type = AlbumType::kAlbum;
  std::vector<Index> artists;
  std::vector<Index> tracks;
  Date released;
  std::string label;
  std::string upc;
  int popularity = 0;
  bool is_new = false;  // What "tag:new" finds: the last two weeks of the catalogue.
};

struct Track {
  std::string id;
  std::string name;
  std::vector<Index> artists;
  Index album = 0;
  int disc = 1;
  int number = 1;
  int duration_ms = 0;
  bool is_explicit = false;
  // Licensed in Japan only, so that every other market sees it as unplayable.
  bool is_restricted = false;
  std::string isrc;
  int popularity = 0;
};

struct Show {
  std::string id;
  std::string name;
  std::string publisher;
  std::string description;
  std::string language;
  bool is_explicit = false;
  std::vector<Index> episodes;  // Newest first.
};

struct Episode {
  std::string id;
  std::string name;
  std::string description;
  Index show = 0;
  int duration_ms = 0;
  bool is_explicit = false;
  Date released;
};

// The countries that have audiobooks.
bool has_audiobooks(std::string_view country);

struct Audiobook {
  std::string id;
  std::string name;
  std::vector<std::string> authors;
  std::vector<std::string> narrators;
  std::string publisher;
  std::string description;
  std::string language;
  bool is_explicit = false;
  std::vector<Index> chapters;
};

struct Chapter {
  std::string id;
  std::string name;
  Index audiobook = 0;
  int number = 0;  // From 0, as the service counts.
  int duration_ms = 0;
  Date released;
};

class Catalogue {
 public:
  static Catalogue generate(uint64_t seed);

  const Artist& artist(Index i) const { return artists[i]; }
  const Album& album(Index i) const { return albums[i]; }
  const Track& track(Index i) const { return tracks[i]; }
  std::optional<Ref> find(std::string_view id) const;
  // Only when the id is of that kind.
  std::optional<Index> find(Kind kind, std::string_view id) const;
  // A hash over every id, name and link; equal for equal seeds.
  uint64_t fingerprint() const;

  uint64_t seed = 0;
  std::vector<Artist> artists;
  std::vector<Album> albums;
  std::vector<Track> tracks;
  std::vector<Show> shows;
  std::vector<Episode> episodes;
  std::vector<Audiobook> audiobooks;
  std::vector<Chapter> chapters;

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  std::unordered_map<std::string, Ref, Hash, std::equal_to<>> by_id_;
};

// The halves of generate(), in files of their own.
void add_music(Catalogue& catalogue);
void add_spoken(Catalogue& catalogue);

}  // namespace sim::spotify
