// What the client's operations take and give beside the models. Limits of Spotify's own are stated here; what is
// outside of them is folded into range or cut into several requests, as each line says.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "schema/type.h"
#include "spotify/id.h"
#include "spotify/market.h"
#include "spotify/model.h"

namespace spotify {

// kFresh asks Spotify even when the answer is known.
enum class Freshness { kCached, kFresh };

struct Call {
  base::Instant deadline = base::Instant::never();
  Freshness freshness = Freshness::kCached;
  // Called after each request of a write that takes several, with how many items of all are done.
  std::function<void(size_t done, size_t total)> on_progress = nullptr;
  // Called when a request has to wait for Spotify's limits, with how long at least. It may be called after the caller
  // has gone, because calls share requests.
  std::function<void(std::chrono::milliseconds wait)> on_wait = nullptr;
};

// `limit` is folded into 1 to 50, `offset` into 0 and up.
struct PageRequest {
  int limit = 20;
  int offset = 0;
};

enum class AlbumGroup { kAlbum, kSingle, kAppearsOn, kCompilation };
enum class TimeRange { kShort, kMedium, kLong };
enum class RepeatMode { kOff, kTrack, kContext };
enum class Shuffle { kOff, kOn };
// What a transfer does to the playback: keep it as it is, or start it.
enum class OnTransfer { kKeep, kPlay };

struct SearchRequest {
  std::string query;  // Spotify's own syntax passes through: artist:"..." year:1990-1999 isrc:...
  // Of track, album, artist, playlist, show, episode, audiobook; not empty.
  std::vector<Kind> kinds{Kind::kTrack};
  PageRequest page{};  // Per kind. Spotify ends every search at 1,000 results.
  std::optional<Market> market{};
};

// One list per kind that was asked for. Spotify gives ten at a time, so that a larger limit is walked; when a later
// page could not be read, `stopped` says why and the lists hold what came before.
struct SearchResults {
  std::optional<Page<Track>> tracks;
  std::optional<Page<Artist>> artists;
  std::optional<Page<SimplifiedAlbum>> albums;
  std::optional<Page<SimplifiedPlaylist>> playlists;
  std::optional<Page<SimplifiedShow>> shows;
  std::optional<Page<SimplifiedEpisode>> episodes;
  std::optional<Page<SimplifiedAudiobook>> audiobooks;
  std::optional<base::Error> stopped;
};

// A list that took several requests; `stopped` as above.
template <class T>
struct Walked {
  Page<T> page;
  std::optional<base::Error> stopped;
};

// Where in a context or in a list of items playback begins: a place from 0, or an item. Spotify refuses it for an
// artist.
using PlayOffset = std::variant<int, PlayableUri>;

// Without a context and without items it resumes.
struct PlayRequest {
  std::optional<DeviceId> device{};
  std::optional<ContextUri> context{};
  // At most 500 are sent; Spotify refuses more than about 800.
  std::vector<PlayableUri> items{};
  std::optional<PlayOffset> offset{};
  std::optional<int64_t> position_ms{};
};
inline constexpr size_t kPlayItemsMax = 500;

struct RecentlyPlayedRequest {
  int limit = 20;  // Folded into 1 to 50.
  // Unix milliseconds; at most one of the two.
  std::optional<int64_t> after_ms{};
  std::optional<int64_t> before_ms{};
};

struct NewPlaylist {
  std::string name;
  std::string description{};
  bool is_public = false;
  bool collaborative = false;  // Spotify requires it to be private then.
};

// Only what is set is changed.
struct PlaylistChange {
  std::optional<std::string> name{};
  std::optional<std::string> description{};
  std::optional<bool> is_public{};
  std::optional<bool> collaborative{};
};

// Cuts `range_length` entries from `range_start` and puts them before the entry that stood at `insert_before`.
struct Reorder {
  int range_start = 0;
  int insert_before = 0;
  int range_length = 1;
  std::optional<SnapshotId> snapshot{};
};

// How far a write came that is cut into requests. It is given once the first request succeeded (before that there is
// only the error); `stopped` tells why it ended early. With Cause::kMayHaveHappened the request after `items_done` may
// have arrived.
struct PlaylistWrite {
  size_t items_done = 0;
  std::optional<SnapshotId> snapshot{};
  std::optional<base::Error> stopped{};
};
inline constexpr size_t kPlaylistItemsPerRequest = 100;
inline constexpr size_t kImageTextMax = size_t{256} * 1024;

struct LibraryWrite {
  size_t items_done = 0;
  std::optional<base::Error> stopped{};
};
inline constexpr size_t kLibraryItemsPerRequest = 40;

}  // namespace spotify

template <>
struct schema::EnumNames<spotify::AlbumGroup> {
  static constexpr std::array kNames{
      std::pair{spotify::AlbumGroup::kAlbum, std::string_view("album")},
      std::pair{spotify::AlbumGroup::kSingle, std::string_view("single")},
      std::pair{spotify::AlbumGroup::kAppearsOn, std::string_view("appears_on")},
      std::pair{spotify::AlbumGroup::kCompilation, std::string_view("compilation")},
  };
};
template <>
struct schema::EnumNames<spotify::TimeRange> {
  static constexpr std::array kNames{
      std::pair{spotify::TimeRange::kShort, std::string_view("short_term")},
      std::pair{spotify::TimeRange::kMedium, std::string_view("medium_term")},
      std::pair{spotify::TimeRange::kLong, std::string_view("long_term")},
  };
};
template <>
struct schema::EnumNames<spotify::RepeatMode> {
  static constexpr std::array kNames{
      std::pair{spotify::RepeatMode::kOff, std::string_view("off")},
      std::pair{spotify::RepeatMode::kTrack, std::string_view("track")},
      std::pair{spotify::RepeatMode::kContext, std::string_view("context")},
  };
};
