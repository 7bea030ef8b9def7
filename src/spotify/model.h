// What Spotify answers, as values (reference: Web API objects of 2026; older names are read as well). Everything that
// may be absent is Maybe or has a default, so that one reader serves every regime. Words that people wrote are
// ForeignText. A later name of the same member stands after the earlier one in a table and wins when both are there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/foreign_text.h"
#include "schema/fields.h"
#include "spotify/id.h"
#include "spotify/lenient.h"

namespace spotify {

// One page of a list by offset. A page can hold fewer entries than `limit`, so the next one begins at offset + limit,
// whatever arrived. `next` of the answer is not read: it names endpoints that do not exist any more.
template <class T>
struct Page {
  Several<T> items;
  int total = 0;
  int limit = 0;
  int offset = 0;

  bool has_more() const { return offset + limit < total; }
  int next_offset() const { return offset + limit; }
  // Where items[i] stands in the whole list, counting the entries that were skipped.
  int position(size_t i) const { return offset + items.positions[i]; }

  static constexpr auto fields() {
    return schema::Fields{
        schema::defaulted("items", &Page::items),
        schema::defaulted("total", &Page::total),
        schema::defaulted("limit", &Page::limit),
        schema::defaulted("offset", &Page::offset),
    };
  }
};

struct Cursors {
  Maybe<std::string> after;
  Maybe<std::string> before;

  static constexpr auto fields() {
    return schema::Fields{schema::defaulted("after", &Cursors::after), schema::defaulted("before", &Cursors::before)};
  }
};

// One page of a list by cursor. No `after` and no `before` means that there is no further page.
template <class T>
struct CursorPage {
  Several<T> items;
  Maybe<Cursors> cursors;
  Maybe<int> total;

  static constexpr auto fields() {
    return schema::Fields{
        schema::defaulted("items", &CursorPage::items),
        schema::defaulted("cursors", &CursorPage::cursors),
        schema::defaulted("total", &CursorPage::total),
    };
  }
};

struct Image {
  Link url;
  Maybe<int> width;
  Maybe<int> height;

  static constexpr auto fields() {
    return schema::Fields{
        schema::defaulted("url", &Image::url),
        schema::defaulted("width", &Image::width),
        schema::defaulted("height", &Image::height),
    };
  }
};

// Why something cannot be played: "market", "product", "explicit" or a word that is not known yet.
struct Restrictions {
  Word reason;

  static constexpr auto fields() { return schema::Fields{schema::defaulted("reason", &Restrictions::reason)}; }
};

struct ExternalIds {
  Maybe<Word> isrc;
  Maybe<Word> ean;
  Maybe<Word> upc;

  static constexpr auto fields() {
    return schema::Fields{
        schema::defaulted("isrc", &ExternalIds::isrc),
        schema::defaulted("ean", &ExternalIds::ean),
        schema::defaulted("upc", &ExternalIds::upc),
    };
  }
};

struct SimplifiedArtist {
  Maybe<ArtistId> id;
  base::ForeignText name;

  static constexpr auto fields() {
    return schema::Fields{
        schema::defaulted("id", &SimplifiedArtist::id),
        schema::defaulted("name", &SimplifiedArtist::name),
    };
  }
};

struct Followers {
  Maybe<int64_t> total;

  static constexpr auto fields() { return schema::Fields{schema::defaulted("total", &Followers::total)}; }
};

struct Artist : SimplifiedArtist {
  Several<Image> images;
  Several<base::ForeignText> genres;
  Maybe<Followers> followers;  // Not in dev2026.
  Maybe<int> popularity;       // Not in dev2026.

  static constexpr auto fields() {
    return SimplifiedArtist::fields() + schema::Fields{
                                            schema::defaulted("images", &Artist::images),
                                            schema::defaulted("genres", &Artist::genres),
                                            schema::defaulted("followers", &Artist::followers),
                                            schema::defaulted("popularity", &Artist::popularity),
                                        };
  }
};

struct SimplifiedAlbum {
  Maybe<AlbumId> id;  // None for a local file's album.
  base::ForeignText name;
  Word album_type;   // "album", "single", "compilation".
  Word album_group;  // With an artist's albums in older regimes: also "appears_on".
  Maybe<int> total_tracks;
  Word release_date;  // YYYY, YYYY-MM or YYYY-MM-DD, as release_date_precision says.
  Word release_date_precision;
  Several<SimplifiedArtist> artists;
  Several<Image> images;
  Maybe<bool> is_playable;
  Maybe<Restrictions> restrictions;

  static constexpr auto fields() {
    using Self = SimplifiedAlbum;
    return schema::Fields{
        schema::defaulted("id", &Self::id),
        schema::defaulted("name", &Self::name),
        schema::defaulted("album_type", &Self::album_type),
        schema::defaulted("album_group", &Self::album_group),
        schema::defaulted("total_tracks", &Self::total_tracks),
        schema::defaulted("release_date", &Self::release_date),
        schema::defaulted("release_date_precision", &Self::release_date_precision),
        schema::defaulted("artists", &Self::artists),
        schema::defaulted("images", &Self::images),
        schema::defaulted("is_playable", &Self::is_playable),
        schema::defaulted("restrictions", &Self::restrictions),
    };
  }
};

// As an album lists it: without the album and without external ids.
struct SimplifiedTrack {
  Maybe<TrackId> id;  // None for a local file.
  Maybe<Uri> uri;
  base::ForeignText name;
  Several<SimplifiedArtist> artists;
  Maybe<int> disc_number;
  Maybe<int> track_number;
  Maybe<int64_t> duration_ms;
  Maybe<bool> is_explicit;
  Maybe<bool> is_local;
  Maybe<bool> is_playable;  // Only when a market applied.
  Maybe<Restrictions> restrictions;

  static constexpr auto fields() {
    using Self = SimplifiedTrack;
    return schema::Fields{
        schema::defaulted("id", &Self::id),
        schema::defaulted("uri", &Self::uri),
        schema::defaulted("name", &Self::name),
        schema::defaulted("artists", &Self::artists),
        schema::defaulted("disc_number", &Self::disc_number),
        schema::defaulted("track_number", &Self::track_number),
        schema::defaulted("duration_ms", &Self::duration_ms),
        schema::defaulted("explicit", &Self::is_explicit),
        schema::defaulted("is_local", &Self::is_local),
        schema::defaulted("is_playable", &Self::is_playable),
        schema::defaulted("restrictions", &Self::restrictions),
    };
  }
};

struct Track : SimplifiedTrack {
  Maybe<SimplifiedAlbum> album;
  Maybe<ExternalIds> external_ids;
  Maybe<int> popularity;  // Not in dev2026.

  static constexpr auto fields() {
    return SimplifiedTrack::fields() + schema::Fields{
                                           schema::defaulted("album", &Track::album),
                                           schema::defaulted("external_ids", &Track::external_ids),
                                           schema::defaulted("popularity", &Track::popularity),
                                       };
  }
};

struct Copyright {
  base::ForeignText text;
  Word type;  // "C" or "P".

  static constexpr auto fields() {
    return schema::Fields{schema::defaulted("text", &Copyright::text), schema::defaulted("type", &Copyright::type)};
  }
};

struct Album : SimplifiedAlbum {
  Maybe<Page<SimplifiedTrack>> tracks;
  Several<Copyright> copyrights;
  Maybe<ExternalIds> external_ids;
  Several<base::ForeignText> genres;
  base::ForeignText label;  // Not in dev2026.
  Maybe<int> popularity;    // Not in dev2026.

  static constexpr auto fields() {
    return SimplifiedAlbum::fields() + schema::Fields{
                                           schema::defaulted("tracks", &Album::tracks),
                                           schema::defaulted("copyrights", &Album::copyrights),
                                           schema::defaulted("external_ids", &Album::external_ids),
                                           schema::defaulted("genres", &Album::genres),
                                           schema::defaulted("label", &Album::label),
                                           schema::defaulted("popularity", &Album::popularity),
                                       };
  }
};

struct SimplifiedShow {
  Maybe<ShowId> id;
  base::ForeignText name;
  base::ForeignText publisher;  // Not in dev2026.
  base::ForeignText description;
  Maybe<bool> is_explicit;
  Maybe<int> total_episodes;
  Word media_type;
  Several<Image> images;
  Several<Word> languages;

  static constexpr auto fields() {
    using Self = SimplifiedShow;
    return schema::Fields{
        schema::defaulted("id", &Self::id),
        schema::defaulted("name", &Self::name),
        schema::defaulted("publisher", &Self::publisher),
        schema::defaulted("description", &Self::description),
        schema::defaulted("explicit", &Self::is_explicit),
        schema::defaulted("total_episodes", &Self::total_episodes),
        schema::defaulted("media_type", &Self::media_type),
        schema::defaulted("images", &Self::images),
        schema::defaulted("languages", &Self::languages),
    };
  }
};

// In search results an audiobook comes under its show id.
struct SimplifiedAudiobook {
  struct Person {
    base::ForeignText name;

    static constexpr auto fields() { return schema::Fields{schema::defaulted("name", &Person::name)}; }
  };

  Maybe<AudiobookId> id;
  base::ForeignText name;
  base::ForeignText description;
  base::ForeignText publisher;  // Not in dev2026.
  Several<Person> authors;
  Several<Person> narrators;
  Maybe<int> total_chapters;
  Maybe<bool> is_explicit;
  Several<Image> images;
  Several<Word> languages;

  static constexpr auto fields() {
    using Self = SimplifiedAudiobook;
    return schema::Fields{
        schema::defaulted("id", &Self::id),
        schema::defaulted("name", &Self::name),
        schema::defaulted("description", &Self::description),
        schema::defaulted("publisher", &Self::publisher),
        schema::defaulted("authors", &Self::authors),
        schema::defaulted("narrators", &Self::narrators),
        schema::defaulted("total_chapters", &Self::total_chapters),
        schema::defaulted("explicit", &Self::is_explicit),
        schema::defaulted("images", &Self::images),
        schema::defaulted("languages", &Self::languages),
    };
  }
};

struct ResumePoint {
  Maybe<bool> fully_played;
  Maybe<int64_t> resume_position_ms;

  static constexpr auto fields() {
    return schema::Fields{
        schema::defaulted("fully_played", &ResumePoint::fully_played),
        schema::defaulted("resume_position_ms", &ResumePoint::resume_position_ms),
    };
  }
};

// Also read for chapters, which are episodes to Spotify. Of one that was removed nearly everything is absent.
struct SimplifiedEpisode {
  Maybe<EpisodeId> id;
  Maybe<Uri> uri;
  base::ForeignText name;
  base::ForeignText description;
  Maybe<int64_t> duration_ms;
  Maybe<bool> is_explicit;
  Maybe<bool> is_playable;
  Word release_date;
  Word release_date_precision;
  Several<Image> images;
  Several<Word> languages;
  Maybe<ResumePoint> resume_point;
  Maybe<Restrictions> restrictions;

  static constexpr auto fields() {
    using Self = SimplifiedEpisode;
    return schema::Fields{
        schema::defaulted("id", &Self::id),
        schema::defaulted("uri", &Self::uri),
        schema::defaulted("name", &Self::name),
        schema::defaulted("description", &Self::description),
        schema::defaulted("duration_ms", &Self::duration_ms),
        schema::defaulted("explicit", &Self::is_explicit),
        schema::defaulted("is_playable", &Self::is_playable),
        schema::defaulted("release_date", &Self::release_date),
        schema::defaulted("release_date_precision", &Self::release_date_precision),
        schema::defaulted("images", &Self::images),
        schema::defaulted("languages", &Self::languages),
        schema::defaulted("resume_point", &Self::resume_point),
        schema::defaulted("restrictions", &Self::restrictions),
    };
  }
};

struct Episode : SimplifiedEpisode {
  Maybe<SimplifiedShow> show;

  static constexpr auto fields() {
    return SimplifiedEpisode::fields() + schema::Fields{schema::defaulted("show", &Episode::show)};
  }
};

struct Show : SimplifiedShow {
  Maybe<Page<SimplifiedEpisode>> episodes;
  Several<Copyright> copyrights;

  static constexpr auto fields() {
    return SimplifiedShow::fields() + schema::Fields{
                                          schema::defaulted("episodes", &Show::episodes),
                                          schema::defaulted("copyrights", &Show::copyrights),
                                      };
  }
};

struct Audiobook : SimplifiedAudiobook {
  Word edition;  // "Unabridged".
  Several<Copyright> copyrights;

  static constexpr auto fields() {
    return SimplifiedAudiobook::fields() + schema::Fields{
                                               schema::defaulted("edition", &Audiobook::edition),
                                               schema::defaulted("copyrights", &Audiobook::copyrights),
                                           };
  }
};

// Something in a list or in the player whose type is neither track nor episode.
struct OtherItem {
  Word type;
  Maybe<Uri> uri;
  base::ForeignText name;

  static constexpr auto fields() {
    return schema::Fields{
        schema::defaulted("type", &OtherItem::type),
        schema::defaulted("uri", &OtherItem::uri),
        schema::defaulted("name", &OtherItem::name),
    };
  }
};

// What a playlist, the queue and the player hold.
using Playable = std::variant<Track, Episode, OtherItem>;
// The URI that names it, when it has one.
const Maybe<Uri>& uri_of(const Playable& item);
const base::ForeignText& name_of(const Playable& item);

struct PublicUser {
  Maybe<UserId> id;
  base::ForeignText display_name;  // Empty when the user has none; Spotify then shows the id.

  static constexpr auto fields() {
    return schema::Fields{
        schema::defaulted("id", &PublicUser::id),
        schema::defaulted("display_name", &PublicUser::display_name),
    };
  }
};

struct PlaylistEntry {
  Word added_at;
  Maybe<PublicUser> added_by;
  Maybe<bool> is_local;
  Maybe<Playable> item;  // None for something that is not available any more.

  static constexpr auto fields() {
    return schema::Fields{
        schema::defaulted("added_at", &PlaylistEntry::added_at),
        schema::defaulted("added_by", &PlaylistEntry::added_by),
        schema::defaulted("is_local", &PlaylistEntry::is_local),
        schema::defaulted("track", &PlaylistEntry::item),
        schema::defaulted("item", &PlaylistEntry::item),
    };
  }
};

struct Playlist {
  Maybe<PlaylistId> id;
  base::ForeignText name;
  base::ForeignText description;
  Maybe<PublicUser> owner;
  Maybe<bool> is_public;  // None: not known.
  Maybe<bool> collaborative;
  Maybe<SnapshotId> snapshot_id;
  Several<Image> images;
  Maybe<Followers> followers;
  // In lists of playlists only `total` is filled. Absent when the user neither owns nor shares the playlist.
  Maybe<Page<PlaylistEntry>> items;

  static constexpr auto fields() {
    return schema::Fields{
        schema::defaulted("id", &Playlist::id),
        schema::defaulted("name", &Playlist::name),
        schema::defaulted("description", &Playlist::description),
        schema::defaulted("owner", &Playlist::owner),
        schema::defaulted("public", &Playlist::is_public),
        schema::defaulted("collaborative", &Playlist::collaborative),
        schema::defaulted("snapshot_id", &Playlist::snapshot_id),
        schema::defaulted("images", &Playlist::images),
        schema::defaulted("followers", &Playlist::followers),
        schema::defaulted("tracks", &Playlist::items),
        schema::defaulted("items", &Playlist::items),
    };
  }
};
using SimplifiedPlaylist = Playlist;

struct SavedTrack {
  Word added_at;
  Track track;

  static constexpr auto fields() {
    return schema::Fields{
        schema::defaulted("added_at", &SavedTrack::added_at),
        schema::required("track", &SavedTrack::track),
    };
  }
};

struct SavedAlbum {
  Word added_at;
  Album album;

  static constexpr auto fields() {
    return schema::Fields{
        schema::defaulted("added_at", &SavedAlbum::added_at),
        schema::required("album", &SavedAlbum::album),
    };
  }
};

struct SavedShow {
  Word added_at;
  SimplifiedShow show;

  static constexpr auto fields() {
    return schema::Fields{
        schema::defaulted("added_at", &SavedShow::added_at),
        schema::required("show", &SavedShow::show),
    };
  }
};

struct SavedEpisode {
  Word added_at;
  Episode episode;

  static constexpr auto fields() {
    return schema::Fields{
        schema::defaulted("added_at", &SavedEpisode::added_at),
        schema::required("episode", &SavedEpisode::episode),
    };
  }
};

struct Me {
  UserId id;
  Maybe<Word> account_id;  // Public and immutable; link accounts by it where it is there.
  base::ForeignText display_name;
  Several<Image> images;
  Maybe<Word> country;  // Not in dev2026.
  Maybe<Word> product;  // Not in dev2026: "premium", "free", "open".

  static constexpr auto fields() {
    return schema::Fields{
        schema::required("id", &Me::id),
        schema::defaulted("account_id", &Me::account_id),
        schema::defaulted("display_name", &Me::display_name),
        schema::defaulted("images", &Me::images),
        schema::defaulted("country", &Me::country),
        schema::defaulted("product", &Me::product),
    };
  }
};

struct Device {
  Maybe<DeviceId> id;  // None: the device cannot be addressed.
  base::ForeignText name;
  Word type;  // "Computer", "Smartphone", "Speaker", ...
  bool is_active = false;
  bool is_private_session = false;
  bool is_restricted = false;  // It takes no commands.
  Maybe<int> volume_percent;
  Maybe<bool> supports_volume;

  static constexpr auto fields() {
    return schema::Fields{
        schema::defaulted("id", &Device::id),
        schema::defaulted("name", &Device::name),
        schema::defaulted("type", &Device::type),
        schema::defaulted("is_active", &Device::is_active),
        schema::defaulted("is_private_session", &Device::is_private_session),
        schema::defaulted("is_restricted", &Device::is_restricted),
        schema::defaulted("volume_percent", &Device::volume_percent),
        schema::defaulted("supports_volume", &Device::supports_volume),
    };
  }
};

// What playback goes through: "album", "artist", "playlist", "show", "collection".
struct Context {
  Word type;
  Maybe<Uri> uri;

  static constexpr auto fields() {
    return schema::Fields{schema::defaulted("type", &Context::type), schema::defaulted("uri", &Context::uri)};
  }
};

// The commands that the player would refuse now, such as "pausing" while paused.
struct Actions {
  std::vector<Word> disallows;

  bool allows(std::string_view action) const;
};

struct Playback {
  Maybe<Device> device;
  bool shuffle_state = false;
  Maybe<bool> smart_shuffle;
  Word repeat_state;  // "off", "track", "context".
  Maybe<int64_t> timestamp;
  Maybe<Context> context;
  Maybe<int64_t> progress_ms;
  Maybe<Playable> item;         // None during an advertisement and in a private session.
  Word currently_playing_type;  // "track", "episode", "ad", "unknown".
  Maybe<Actions> actions;
  bool is_playing = false;

  static constexpr auto fields() {
    return schema::Fields{
        schema::defaulted("device", &Playback::device),
        schema::defaulted("shuffle_state", &Playback::shuffle_state),
        schema::defaulted("smart_shuffle", &Playback::smart_shuffle),
        schema::defaulted("repeat_state", &Playback::repeat_state),
        schema::defaulted("timestamp", &Playback::timestamp),
        schema::defaulted("context", &Playback::context),
        schema::defaulted("progress_ms", &Playback::progress_ms),
        schema::defaulted("item", &Playback::item),
        schema::defaulted("currently_playing_type", &Playback::currently_playing_type),
        schema::defaulted("actions", &Playback::actions),
        schema::defaulted("is_playing", &Playback::is_playing),
    };
  }
};

// What plays and what comes next: the user's queue, then the rest of the context, about 20 entries.
struct Queue {
  Maybe<Playable> currently_playing;
  Several<Playable> queue;

  static constexpr auto fields() {
    return schema::Fields{
        schema::defaulted("currently_playing", &Queue::currently_playing),
        schema::defaulted("queue", &Queue::queue),
    };
  }
};

struct PlayHistory {
  Track track;
  Word played_at;
  Maybe<Context> context;

  static constexpr auto fields() {
    return schema::Fields{
        schema::required("track", &PlayHistory::track),
        schema::defaulted("played_at", &PlayHistory::played_at),
        schema::defaulted("context", &PlayHistory::context),
    };
  }
};

}  // namespace spotify

namespace schema {

template <>
struct Type<spotify::Playable> {
  static void read(const json::Value& value, spotify::Playable& out, Reader& reader);
};

template <>
struct Type<spotify::Actions> {
  static void read(const json::Value& value, spotify::Actions& out, Reader& reader);
};

}  // namespace schema
