#include "sim/spotify/catalogue.h"

#include <charconv>

#include "sim/spotify/seeded.h"

namespace sim::spotify {

std::string_view album_type_name(AlbumType type) {
  switch (type) {
    case AlbumType::kAlbum:
      return "album";
    case AlbumType::kSingle:
      return "single";
    case AlbumType::kCompilation:
      return "compilation";
  }
  return "album";
}

int Date::year() const {
  int year = 0;
  std::from_chars(text.data(), text.data() + std::min<size_t>(4, text.size()), year);
  return year;
}

Catalogue Catalogue::generate(uint64_t seed) {
  Catalogue made;
  made.seed = seed;
  add_music(made);
  add_spoken(made);
  const auto index = [&](Kind kind, const auto& things) {
    for (Index i = 0; i < things.size(); ++i) made.by_id_.emplace(things[i].id, Ref{kind, i});
  };
  made.by_id_.reserve(made.tracks.size() * 2);
  index(Kind::kArtist, made.artists);
  index(Kind::kAlbum, made.albums);
  index(Kind::kTrack, made.tracks);
  index(Kind::kShow, made.shows);
  index(Kind::kEpisode, made.episodes);
  index(Kind::kAudiobook, made.audiobooks);
  index(Kind::kChapter, made.chapters);
  return made;
}

std::optional<Ref> Catalogue::find(std::string_view id) const {
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return std::nullopt;
  return found->second;
}

std::optional<Index> Catalogue::find(Kind kind, std::string_view id) const {
  const auto ref = find(id);
  if (!ref || ref->kind != kind) return std::nullopt;
  return ref->index;
}

uint64_t Catalogue::fingerprint() const {
  uint64_t hash = 0;
  const auto mix = [&hash](std::string_view text) { hash = (hash * 31) ^ fnv1a(text); };
  const auto mix_all = [&mix](const auto& things) {
    for (const auto& thing : things) {
      mix(thing.id);
      mix(thing.name);
    }
  };
  mix_all(artists);
  mix_all(albums);
  mix_all(tracks);
  mix_all(shows);
  mix_all(episodes);
  mix_all(audiobooks);
  mix_all(chapters);
  for (const Track& each : tracks) {
    mix(each.isrc);
    hash = (hash * 31) ^ static_cast<uint64_t>(each.duration_ms);
    for (const Index by : each.artists) hash = (hash * 31) ^ by;
  }
  for (const Album& each : albums) mix(each.released.text);
  return hash;
}

}  // namespace sim::spotify
