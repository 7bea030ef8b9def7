#include "tools/present.h"

#include <algorithm>
#include <fmt/format.h>
#include <functional>
#include <utility>

namespace tools {
namespace {

constexpr size_t kNameMax = 200;
constexpr size_t kDescriptionMax = 300;
constexpr size_t kNamesMax = 10;

std::optional<std::string> some(std::string text) {
  return text.empty() ? std::nullopt : std::optional(std::move(text));
}

// The URI of a local file spells out its artist and title.
std::string shown_uri(const std::string& uri, bool lockdown) {
  return lockdown && uri.starts_with("spotify:local:") ? "spotify:local:hidden" : uri;
}
std::string shown_uri(const spotify::Uri& uri, bool lockdown) { return shown_uri(uri.text(), lockdown); }

template <class Thing>
std::optional<std::string> uri_text(const Thing& thing, bool lockdown) {
  if (thing.uri) return shown_uri(*thing.uri, lockdown);
  if (thing.id) return thing.id->uri();
  return std::nullopt;
}

// The URI of a thing by its id. Other URIs, of users and local files, hold words, so only their kind is told.
std::string subject_of(std::string_view uri) {
  const auto parsed = spotify::Uri::parse(uri);
  if (!parsed) return "name";
  switch (parsed->kind()) {
    case spotify::Kind::kLocal:
      return "local file";
    case spotify::Kind::kUser:
    case spotify::Kind::kCollection:
      return "user";
    default:
      return parsed->text();
  }
}

}  // namespace

std::string Presenter::shown(const base::ForeignText& text, size_t code_points_max, Markup markup,
                             std::string_view of) const {
  if (lockdown_ || text.empty()) return {};
  Sanitised sanitised = sanitise(text.raw(), code_points_max, markup);
  if (!sanitised.signs.empty() && on_suspicion_) on_suspicion_({subject_of(of), sanitised.signs});
  return std::move(sanitised.text);
}

std::optional<std::string> Presenter::name(const base::ForeignText& text, std::string_view of) const {
  return some(shown(text, kNameMax, Markup::kNone, of));
}

std::optional<std::string> Presenter::description(const base::ForeignText& html, std::string_view of) const {
  return some(shown(html, kDescriptionMax, Markup::kHtml, of));
}

std::string Presenter::quoted(const base::ForeignText& text, std::string otherwise) const {
  auto shown = name(text, otherwise);
  if (!shown) return otherwise;
  std::ranges::replace(*shown, '"', '\'');
  return fmt::format("\"{}\"", *shown);
}

std::string Presenter::spoken(const spotify::Playable& item) const {
  const auto& uri = uri_of(item);
  std::string text = quoted(name_of(item), uri ? shown_uri(*uri, lockdown_) : "an item without a name");
  if (const auto* track = std::get_if<spotify::Track>(&item); track != nullptr && !track->artists.empty()) {
    if (const auto artist = quoted(track->artists.front().name, ""); !artist.empty()) text += " by " + artist;
  }
  return text;
}

std::string Presenter::spoken(const spotify::Device& device) const {
  return quoted(device.name, device.id ? fmt::format("device {}", device.id->text()) : "a device without an id");
}

std::optional<std::string> Presenter::link(std::string url) const {
  return lockdown_ ? std::nullopt : some(std::move(url));
}

// `words` is what somebody wrote of one entry (a member, or the entry itself), `uri_of` the URI of what is so called.
template <class T, class Words, class UriOf>
std::optional<std::vector<std::string>> shown_names(const Presenter& presenter, const spotify::Several<T>& all,
                                                    Words words, UriOf uri_of) {
  std::vector<std::string> out;
  for (const T& each : all) {
    if (out.size() == kNamesMax) break;
    if (auto shown = presenter.name(std::invoke(words, each), uri_of(each))) out.push_back(*std::move(shown));
  }
  return out.empty() ? std::nullopt : std::optional(std::move(out));
}

std::optional<std::vector<std::string>> Presenter::names(
    const spotify::Several<spotify::SimplifiedArtist>& artists) const {
  return shown_names(*this, artists, &spotify::SimplifiedArtist::name,
                     [](const auto& artist) { return artist.id ? artist.id->uri() : std::string(); });
}

std::optional<std::vector<std::string>> Presenter::names(const spotify::Several<base::ForeignText>& words,
                                                         std::string_view of) const {
  return shown_names(*this, words, std::identity(), [of](const auto&) { return of; });
}

std::optional<std::vector<std::string>> Presenter::names(
    const spotify::Several<spotify::SimplifiedAudiobook::Person>& people, std::string_view of) const {
  return shown_names(*this, people, &spotify::SimplifiedAudiobook::Person::name, [of](const auto&) { return of; });
}

namespace {

// Nothing for artists without an id, as those of a local file.
std::optional<std::vector<std::string>> uris_of(const spotify::Several<spotify::SimplifiedArtist>& artists) {
  std::vector<std::string> uris;
  for (const auto& artist : artists) {
    if (artist.id) uris.push_back(artist.id->uri());
  }
  return uris.empty() ? std::nullopt : std::optional(std::move(uris));
}

}  // namespace

std::optional<Item> Presenter::item(const spotify::SimplifiedTrack& track) const {
  auto uri = uri_text(track, lockdown_);
  if (!uri) return std::nullopt;
  Item item{.uri = *std::move(uri)};
  item.name = name(track.name, item.uri);
  item.artists = names(track.artists);
  item.duration_ms = number(track.duration_ms);
  item.is_explicit = only_if(true, track.is_explicit);
  item.is_playable = only_if(false, track.is_playable);
  if (track.id) item.url = link(track.id->url());
  if (is_detailed_) item.artist_uris = uris_of(track.artists);
  return item;
}

std::optional<Item> Presenter::item(const spotify::Track& track) const {
  auto item = this->item(static_cast<const spotify::SimplifiedTrack&>(track));
  if (item && track.album) item->album = name(track.album->name, item->uri);
  if (!item || !is_detailed_) return item;
  if (track.album && track.album->id) item->album_uri = track.album->id->uri();
  if (track.album) item->released = text_of(track.album->release_date);
  if (track.external_ids && track.external_ids->isrc) item->isrc = text_of(*track.external_ids->isrc);
  item->popularity = number(track.popularity);
  return item;
}

std::optional<Item> Presenter::item(const spotify::SimplifiedEpisode& episode) const {
  auto uri = uri_text(episode, lockdown_);
  if (!uri) return std::nullopt;
  Item item{.uri = *std::move(uri)};
  item.name = name(episode.name, item.uri);
  item.released = text_of(episode.release_date);
  item.duration_ms = number(episode.duration_ms);
  item.is_explicit = only_if(true, episode.is_explicit);
  item.is_playable = only_if(false, episode.is_playable);
  item.resume_ms = resume_of(episode);
  item.is_played = played_of(episode);
  if (episode.id) item.url = link(episode.id->url());
  return item;
}

std::optional<Item> Presenter::item(const spotify::Episode& episode) const {
  auto item = this->item(static_cast<const spotify::SimplifiedEpisode&>(episode));
  if (item && episode.show) item->show = name(episode.show->name, item->uri);
  if (item && is_detailed_ && episode.show && episode.show->id) item->show_uri = episode.show->id->uri();
  return item;
}

std::optional<Item> Presenter::item(const spotify::Playable& playable) const {
  if (const auto* track = std::get_if<spotify::Track>(&playable)) return item(*track);
  if (const auto* episode = std::get_if<spotify::Episode>(&playable)) return item(*episode);
  const auto& uri = uri_of(playable);
  if (!uri) return std::nullopt;
  return Item{.uri = shown_uri(*uri, lockdown_), .name = name(name_of(playable), uri->text())};
}

std::optional<Item> Presenter::item(const spotify::SimplifiedAlbum& album) const {
  if (!album.id) return std::nullopt;
  Item item{.uri = album.id->uri()};
  item.name = name(album.name, item.uri);
  item.artists = names(album.artists);
  item.released = text_of(album.release_date);
  item.tracks = number(album.total_tracks);
  item.is_playable = only_if(false, album.is_playable);
  item.url = link(album.id->url());
  if (!is_detailed_) return item;
  item.artist_uris = uris_of(album.artists);
  item.album_type = text_of(album.album_type);
  return item;
}

std::optional<Item> Presenter::item(const spotify::SimplifiedArtist& artist) const {
  if (!artist.id) return std::nullopt;
  return Item{.uri = artist.id->uri(), .name = name(artist.name, artist.id->uri()), .url = link(artist.id->url())};
}

std::optional<Item> Presenter::item(const spotify::Artist& artist) const {
  auto item = this->item(static_cast<const spotify::SimplifiedArtist&>(artist));
  if (!item || !is_detailed_) return item;
  item->genres = names(artist.genres, item->uri);
  item->popularity = number(artist.popularity);
  return item;
}

std::optional<Item> Presenter::item(const spotify::Playlist& playlist) const {
  if (!playlist.id) return std::nullopt;
  Item item{.uri = playlist.id->uri()};
  item.name = name(playlist.name, item.uri);
  if (playlist.owner) item.owner = name(playlist.owner->display_name, item.uri);
  if (playlist.items) item.tracks = playlist.items->total;
  item.url = link(playlist.id->url());
  return item;
}

std::optional<Item> Presenter::item(const spotify::SimplifiedShow& show) const {
  if (!show.id) return std::nullopt;
  Item item{.uri = show.id->uri()};
  item.name = name(show.name, item.uri);
  item.episodes = number(show.total_episodes);
  item.is_explicit = only_if(true, show.is_explicit);
  item.url = link(show.id->url());
  return item;
}

std::optional<Item> Presenter::item(const spotify::SimplifiedAudiobook& book) const {
  if (!book.id) return std::nullopt;
  Item item{.uri = book.id->uri()};
  item.name = name(book.name, item.uri);
  item.authors = names(book.authors, item.uri);
  item.chapters = number(book.total_chapters);
  item.is_explicit = only_if(true, book.is_explicit);
  item.url = link(book.id->url());
  return item;
}

std::string Presenter::uri(const std::string& text) const { return shown_uri(text, lockdown_); }

std::optional<Item> Presenter::item(const curation::Entry& entry) const {
  if (entry.uri.empty()) return std::nullopt;
  Item item{.uri = uri(entry.uri), .name = name(entry.title, entry.uri)};
  spotify::Several<base::ForeignText> artists;
  for (const base::ForeignText& artist : entry.artists) artists.push_back(artist);
  item.artists = names(artists, entry.uri);
  // An entry of a playlist keeps the show of an episode where a track has its album.
  (entry.uri.starts_with("spotify:episode:") ? item.show : item.album) = name(entry.album, entry.uri);
  if (entry.duration_ms > 0) item.duration_ms = entry.duration_ms;
  if (entry.is_explicit) item.is_explicit = true;
  if (!entry.is_playable) item.is_playable = false;
  return item;
}

Device Presenter::device(const spotify::Device& device) const {
  Device out;
  if (device.id) out.id = device.id->text();
  out.name = name(device.name);
  out.type = device.type.text();
  out.active = device.is_active;
  if (device.is_restricted) out.restricted = true;
  out.volume_percent = number(device.volume_percent);
  if (device.supports_volume && !*device.supports_volume) out.volume_fixed = true;
  return out;
}

std::optional<std::string> text_of(const spotify::Word& word) {
  return word.empty() ? std::nullopt : std::optional(word.text());
}

std::optional<std::vector<std::string>> texts_of(const spotify::Several<spotify::Word>& words) {
  std::vector<std::string> out;
  for (const auto& word : words) {
    if (out.size() == kNamesMax) break;
    if (!word.empty()) out.push_back(word.text());
  }
  return out.empty() ? std::nullopt : std::optional(std::move(out));
}

std::optional<int64_t> resume_of(const spotify::SimplifiedEpisode& episode) {
  if (!episode.resume_point || played_of(episode)) return std::nullopt;
  const auto& at = episode.resume_point->resume_position_ms;
  return at && *at > 0 ? std::optional<int64_t>(*at) : std::nullopt;
}

std::optional<bool> played_of(const spotify::SimplifiedEpisode& episode) {
  return episode.resume_point ? only_if(true, episode.resume_point->fully_played) : std::nullopt;
}

std::optional<bool> only_if(bool wanted, const spotify::Maybe<bool>& value) {
  return value && *value == wanted ? std::optional(wanted) : std::nullopt;
}

}  // namespace tools
