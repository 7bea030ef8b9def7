// Music, and what all objects share.
#include "sim/spotify/render.h"

#include <fmt/format.h>

#include "base/text.h"
#include "http/url.h"
#include "sim/spotify/encoding.h"
#include "sim/spotify/render_parts.h"
#include "sim/spotify/seeded.h"

namespace sim::spotify {

void add_identity(json::Object& object, std::string_view type, std::string_view plural, std::string_view id) {
  object.append("external_urls", json::Object{{"spotify", fmt::format("https://open.spotify.com/{}/{}", type, id)}});
  object.append("href", fmt::format("{}/{}/{}", kApiUrl, plural, id));
  object.append("id", id);
  object.append("type", type);
  object.append("uri", fmt::format("spotify:{}:{}", type, id));
}

json::Array legacy_markets() { return {"CA", "DE", "GB", "JP", "US"}; }

void add_playability(json::Object& object, const View& view, bool is_restricted) {
  if (!view.market) return;
  const bool playable = !is_restricted || *view.market == "JP";
  object.append("is_playable", playable);
  if (!playable) object.append("restrictions", json::Object{{"reason", "market"}});
}

json::Array render_images(std::string_view prefix, std::string_view id) {
  json::Array images;
  for (const int size : {640, 300, 64}) {
    const std::string hash = fmt::format("{:016x}{:08x}", fnv1a(id), static_cast<uint32_t>(size) * 2654435761U);
    images.emplace_back(json::Object{{"url", fmt::format("https://i.scdn.co/image/{}{}", prefix, hash)},
                                     {"height", size},
                                     {"width", size}});
  }
  return images;
}

json::Object render_artist_reference(const View& view, Index index) {
  const Artist& artist = view.catalogue.artist(index);
  json::Object object;
  add_identity(object, "artist", "artists", artist.id);
  object.append("name", artist.name);
  return object;
}

json::Object render_artist(const View& view, Index index) {
  const Artist& artist = view.catalogue.artist(index);
  json::Object object = render_artist_reference(view, index);
  json::Array genres(artist.genres.begin(), artist.genres.end());
  object.append("genres", std::move(genres));
  object.append("images", render_images("ab6761610000e5eb", artist.id));
  if (view.is_legacy()) {
    object.append("followers", json::Object{{"href", nullptr}, {"total", artist.followers}});
    object.append("popularity", artist.popularity);
  }
  return object;
}

namespace {

json::Array artist_references(const View& view, const std::vector<Index>& artists) {
  json::Array references;
  for (const Index i : artists) references.emplace_back(render_artist_reference(view, i));
  return references;
}

}  // namespace

json::Object render_simplified_album(const View& view, Index index) {
  const Album& album = view.catalogue.album(index);
  json::Object object{{"album_type", album_type_name(album.type)},
                      {"total_tracks", static_cast<int64_t>(album.tracks.size())}};
  add_identity(object, "album", "albums", album.id);
  object.append("images", render_images("ab67616d0000b273", album.id));
  object.append("name", album.name);
  object.append("release_date", album.released.text);
  object.append("release_date_precision", album.released.precision);
  object.append("artists", artist_references(view, album.artists));
  add_playability(object, view, false);
  if (view.is_legacy() && !view.market) object.append("available_markets", legacy_markets());
  return object;
}

json::Object render_album(const View& view, Index index) {
  const Album& album = view.catalogue.album(index);
  json::Object object = render_simplified_album(view, index);
  const Window window{50, 0};
  json::Array tracks;
  for (size_t i = 0; i < window.end(album.tracks.size()); ++i) {
    tracks.emplace_back(render_simplified_track(view, album.tracks[i]));
  }
  object.append("tracks", page_of(fmt::format("{}/albums/{}/tracks", kApiUrl, album.id), window,
                                  album.tracks.size(), std::move(tracks)));
  const std::string owner = fmt::format("{} {}", album.released.year(), album.label);
  object.append("copyrights", json::Array{json::Object{{"text", owner}, {"type", "C"}},
                                          json::Object{{"text", owner}, {"type", "P"}}});
  object.append("external_ids", json::Object{{"upc", album.upc}});
  object.append("genres", json::Array());
  if (view.is_legacy()) {
    object.append("label", album.label);
    object.append("popularity", album.popularity);
  }
  return object;
}

// Older regimes show another recording of the same artist in the place of one that a market lacks, for those that have
// one, and say in `linked_from` what was asked for.
Index relinked(const View& view, Index index) {
  const Track& track = view.catalogue.track(index);
  const bool has_other = index % 2 == 0;
  if (!view.is_legacy() || !view.market || *view.market == "JP" || !track.is_restricted || !has_other) return index;
  for (const Index other : view.catalogue.artist(track.artists.front()).tracks) {
    if (!view.catalogue.track(other).is_restricted) return other;
  }
  return index;
}

json::Object render_simplified_track(const View& view, Index asked) {
  const Index index = relinked(view, asked);
  const Track& track = view.catalogue.track(index);
  json::Object object{{"artists", artist_references(view, track.artists)},
                      {"disc_number", track.disc},
                      {"duration_ms", track.duration_ms},
                      {"explicit", track.is_explicit}};
  add_identity(object, "track", "tracks", track.id);
  object.append("is_local", false);
  object.append("name", track.name);
  object.append("preview_url", nullptr);
  object.append("track_number", track.number);
  add_playability(object, view, track.is_restricted);
  if (view.is_legacy() && !view.market) {
    object.append("available_markets", track.is_restricted ? json::Array{"JP"} : legacy_markets());
  }
  if (index != asked) {
    json::Object from;
    add_identity(from, "track", "tracks", view.catalogue.track(asked).id);
    object.append("linked_from", std::move(from));
  }
  return object;
}

json::Object render_track(const View& view, Index asked) {
  const Track& track = view.catalogue.track(relinked(view, asked));
  json::Object object = render_simplified_track(view, asked);
  object.append("album", render_simplified_album(view, track.album));
  object.append("external_ids", json::Object{{"isrc", track.isrc}});
  if (view.is_legacy()) object.append("popularity", track.popularity);
  return object;
}

json::Object render_local_track(std::string_view uri) {
  const auto parts = base::split(uri, ':');
  const auto part = [&](size_t i) {
    return i < parts.size() ? http::percent_decode(parts[i], true).value_or("") : std::string();
  };
  const long long seconds = base::parse_integer(part(5)).value_or(0);
  const json::Object artist{{"external_urls", json::Object()},
                            {"href", nullptr},
                            {"id", nullptr},
                            {"name", part(2)},
                            {"type", "artist"},
                            {"uri", nullptr}};
  json::Object album{{"album_type", nullptr},
                     {"artists", json::Array()},
                     {"external_urls", json::Object()},
                     {"href", nullptr},
                     {"id", nullptr},
                     {"images", json::Array()},
                     {"name", part(3)},
                     {"release_date", nullptr},
                     {"release_date_precision", nullptr},
                     {"type", "album"},
                     {"uri", nullptr}};
  return json::Object{{"album", std::move(album)},
                      {"artists", json::Array{artist}},
                      {"disc_number", 0},
                      {"duration_ms", seconds * 1000},
                      {"explicit", false},
                      {"external_ids", json::Object()},
                      {"external_urls", json::Object()},
                      {"href", nullptr},
                      {"id", nullptr},
                      {"is_local", true},
                      {"name", part(4)},
                      {"preview_url", nullptr},
                      {"track_number", 0},
                      {"type", "track"},
                      {"uri", uri}};
}

std::optional<Ref> find_playable(const Catalogue& catalogue, std::string_view uri) {
  const auto parsed = parse_uri(uri);
  if (!parsed) return std::nullopt;
  const auto ref = catalogue.find(parsed->id);
  if (!ref) return std::nullopt;
  if (parsed->type == "track" && ref->kind == Kind::kTrack) return ref;
  // A chapter's URI is that of an episode.
  const bool spoken = ref->kind == Kind::kEpisode || ref->kind == Kind::kChapter;
  if (parsed->type == "episode" && spoken) return ref;
  return std::nullopt;
}

int64_t duration_ms(const Catalogue& catalogue, Ref playable) {
  if (playable.kind == Kind::kTrack) return catalogue.tracks[playable.index].duration_ms;
  if (playable.kind == Kind::kEpisode) return catalogue.episodes[playable.index].duration_ms;
  return catalogue.chapters[playable.index].duration_ms;
}

json::Value render_playable(const View& view, std::string_view uri) {
  if (uri.starts_with("spotify:local:")) return render_local_track(uri);
  const auto ref = find_playable(view.catalogue, uri);
  if (!ref) return nullptr;
  if (ref->kind == Kind::kTrack) return render_track(view, ref->index);
  if (ref->kind == Kind::kEpisode) return render_episode(view, ref->index);
  return render_chapter(view, ref->index);
}

json::Value render_context(const std::optional<std::string>& uri) {
  if (!uri) return nullptr;
  if (uri->ends_with(":collection")) {
    return json::Object{{"external_urls", json::Object{{"spotify", "https://open.spotify.com/collection/tracks"}}},
                        {"href", fmt::format("{}/me/tracks", kApiUrl)},
                        {"type", "collection"},
                        {"uri", *uri}};
  }
  const auto parsed = parse_uri(*uri);
  if (!parsed) return nullptr;
  return json::Object{
      {"external_urls",
       json::Object{{"spotify", fmt::format("https://open.spotify.com/{}/{}", parsed->type, parsed->id)}}},
      {"href", fmt::format("{}/{}s/{}", kApiUrl, parsed->type, parsed->id)},
      {"type", parsed->type},
      {"uri", *uri}};
}

json::Object render_user_reference(std::string_view id) {
  const std::string encoded = http::percent_encode(id);
  return json::Object{
      {"external_urls", json::Object{{"spotify", fmt::format("https://open.spotify.com/user/{}", encoded)}}},
      {"href", fmt::format("{}/users/{}", kApiUrl, encoded)},
      {"id", id},
      {"type", "user"},
      {"uri", fmt::format("spotify:user:{}", id)}};
}

std::string to_rfc3339_ms(base::Wall at) {
  std::string text = base::to_rfc3339(at);
  text.pop_back();
  return fmt::format("{}.{:03}Z", text, at.unix_ms % 1000);
}

}  // namespace sim::spotify
