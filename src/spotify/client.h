// The typed client of the Spotify Web API, one per user. It paces, caches and joins reads, refreshes the token once
// when it is refused, repeats only what is safe, and gives every refusal as an error that says what to do (errors.h).
//
// Every operation takes values and an absolute deadline. Dropping a task cancels it; tasks must be dropped before the
// client. Where several requests are needed (a long list, a long write) they are made inside.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/random.h"
#include "base/result.h"
#include "base/task.h"
#include "http/interfaces.h"
#include "http/url.h"
#include "schema/type.h"
#include "spotify/cache.h"
#include "spotify/cache_store.h"
#include "spotify/gate.h"
#include "spotify/id.h"
#include "spotify/market.h"
#include "spotify/model.h"
#include "spotify/regime.h"
#include "spotify/requests.h"
#include "spotify/token_source.h"
#include "spotify/witness.h"

namespace spotify {

class Transport;

// "https://api.spotify.com/v1" or another https URL; plain http only to a loopback host. The path is the prefix of
// every request; the bearer token goes to this server and to no other.
base::Result<http::Url> parse_api_url(std::string_view text);

struct ClientOptions {
  http::Url api{.scheme = "https", .host = "api.spotify.com", .port = std::nullopt, .target = "/v1"};
  // One request; the deadline of the call still holds.
  std::chrono::milliseconds attempt_max{15'000};
  CacheOptions cache{};
  // Whose answers these are, in a store that many users share.
  std::string cache_owner{};
};

struct CacheReport {
  CacheStats memory{};
  // What other processes, or earlier lives of this one, knew already.
  uint64_t stored_hits = 0;
  // Reads that waited for the same one in flight, and answers that Spotify confirmed without sending them again.
  uint64_t joined = 0;
  uint64_t confirmed = 0;
  // Nothing without a store.
  std::optional<base::Result<StoredCacheStats>> stored{};
};

class Client {
 public:
  // All must outlive the client. The gate is shared by all clients of one Spotify app.
  struct Services {
    http::Client& http;
    TokenSource& tokens;
    Gate& gate;
    base::Loop& loop;
    const base::Clock& clock;
    base::Random& random;
    base::Log& log;
    // Shared by all clients of one app. Null: every client finds the regime by itself.
    RegimeProbe* regime = nullptr;
    // Null: answers are kept in memory only.
    CacheStore* store = nullptr;
  };

  Client(Services services, ClientOptions options);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  template <class T>
  using Answer = base::Task<base::Result<T>>;

  // Search and catalogue.
  Answer<SearchResults> search(SearchRequest request, Call call);
  Answer<Track> track(TrackId id, std::optional<Market> market, Call call);
  Answer<Album> album(AlbumId id, std::optional<Market> market, Call call);
  Answer<Page<SimplifiedTrack>> album_tracks(AlbumId id, PageRequest page, std::optional<Market> market, Call call);
  Answer<Artist> artist(ArtistId id, Call call);
  // Ten at a time inside. No groups means all of them.
  Answer<Walked<SimplifiedAlbum>> artist_albums(ArtistId id, std::vector<AlbumGroup> groups, PageRequest page,
                                                std::optional<Market> market, Call call);

  // Podcasts and audiobooks. How far an episode or a chapter was played comes with user-read-playback-position.
  Answer<Show> show(ShowId id, std::optional<Market> market, Call call);
  Answer<Page<SimplifiedEpisode>> show_episodes(ShowId id, PageRequest page, std::optional<Market> market, Call call);
  Answer<Episode> episode(EpisodeId id, std::optional<Market> market, Call call);
  Answer<Audiobook> audiobook(AudiobookId id, std::optional<Market> market, Call call);
  Answer<Page<SimplifiedEpisode>> audiobook_chapters(AudiobookId id, PageRequest page, std::optional<Market> market,
                                                     Call call);

  // Player. Nothing plays: no Playback. Reads of the player are never cached.
  Answer<std::optional<Playback>> playback(std::optional<Market> market, Call call);
  Answer<Several<Device>> devices(Call call);
  Answer<CursorPage<PlayHistory>> recently_played(RecentlyPlayedRequest request, Call call);
  Answer<Queue> queue(Call call);
  // Spotify accepts a command before it is carried out; whoever needs to know reads the playback afterwards.
  Answer<void> play(PlayRequest request, Call call);
  Answer<void> pause(std::optional<DeviceId> device, Call call);
  Answer<void> next(std::optional<DeviceId> device, Call call);
  Answer<void> previous(std::optional<DeviceId> device, Call call);
  Answer<void> seek(int64_t position_ms, std::optional<DeviceId> device, Call call);
  Answer<void> set_volume(schema::Bounded<0, 100> percent, std::optional<DeviceId> device, Call call);
  Answer<void> set_shuffle(Shuffle shuffle, std::optional<DeviceId> device, Call call);
  Answer<void> set_repeat(RepeatMode mode, std::optional<DeviceId> device, Call call);
  Answer<void> transfer(DeviceId device, OnTransfer on_transfer, Call call);
  Answer<void> add_to_queue(PlayableUri item, std::optional<DeviceId> device, Call call);

  // Playlists. Deleting one is remove_from_library with its URI.
  Answer<Page<SimplifiedPlaylist>> my_playlists(PageRequest page, Call call);
  Answer<Playlist> playlist(PlaylistId id, std::optional<Market> market, Call call);
  // With the snapshot that playlist() gave, pages come from the cache for as long as it is the current one.
  Answer<Page<PlaylistEntry>> playlist_items(PlaylistId id, PageRequest page, std::optional<Market> market,
                                             std::optional<SnapshotId> snapshot, Call call);
  Answer<Playlist> create_playlist(NewPlaylist playlist, Call call);
  Answer<void> change_playlist(PlaylistId id, PlaylistChange change, Call call);
  // In requests of 100, in order; without a position at the end.
  Answer<PlaylistWrite> add_playlist_items(PlaylistId id, std::vector<PlayableUri> items, std::optional<int> position,
                                           Call call);
  // Every occurrence of each URI, which may be a local file's. In requests of 100.
  Answer<PlaylistWrite> remove_playlist_items(PlaylistId id, std::vector<Uri> items, std::optional<SnapshotId> snapshot,
                                              Call call);
  Answer<PlaylistWrite> reorder_playlist_items(PlaylistId id, Reorder reorder, Call call);
  // The first 100 replace the content, the rest is added.
  Answer<PlaylistWrite> replace_playlist_items(PlaylistId id, std::vector<PlayableUri> items, Call call);
  // Widest first; the addresses are good for less than a day.
  Answer<Several<Image>> playlist_images(PlaylistId id, Call call);
  // A JPEG as base64, at most kImageTextMax bytes of it. Spotify takes it before it shows it.
  Answer<void> set_playlist_image(PlaylistId id, std::string jpeg_base64, Call call);

  // Library, in requests of 40.
  Answer<LibraryWrite> save_to_library(std::vector<LibraryUri> items, Call call);
  Answer<LibraryWrite> remove_from_library(std::vector<LibraryUri> items, Call call);
  // In the order of `items`.
  Answer<std::vector<bool>> check_library(std::vector<LibraryUri> items, Call call);
  Answer<Page<SavedTrack>> saved_tracks(PageRequest page, std::optional<Market> market, Call call);
  Answer<Page<SavedAlbum>> saved_albums(PageRequest page, std::optional<Market> market, Call call);
  Answer<Page<SavedShow>> saved_shows(PageRequest page, Call call);
  Answer<Page<SavedEpisode>> saved_episodes(PageRequest page, std::optional<Market> market, Call call);
  // Spotify lists them without the day on which they were saved.
  Answer<Page<SimplifiedAudiobook>> saved_audiobooks(PageRequest page, Call call);
  // As the regime wants it: behind the library of dev2026, by ids elsewhere.
  Answer<LibraryWrite> follow_artists(std::vector<ArtistId> artists, Call call);
  Answer<LibraryWrite> unfollow_artists(std::vector<ArtistId> artists, Call call);

  // The user.
  Answer<Me> me(Call call);
  Answer<Page<Artist>> top_artists(TimeRange range, PageRequest page, Call call);
  Answer<Page<Track>> top_tracks(TimeRange range, PageRequest page, Call call);
  // `after` is the id of the last artist of the page before.
  Answer<CursorPage<Artist>> followed_artists(int limit, std::optional<ArtistId> after, Call call);

  // What Spotify lets this app call. Asked once and remembered.
  Answer<Regime> regime(Call call);

  // From here on every read is noted in what this gives. One at a time: whoever observes after this ends it, so that
  // what others read meanwhile may be noted as well, and nothing of one's own is missing from a witness that is whole.
  std::shared_ptr<Witness> observe();
  // Ends it. Whether everything that was read since was answered out of memory, and noted.
  bool is_whole(const std::shared_ptr<Witness>& witness);
  // Whether the same reads would be answered with the same once more, by the same login; counts as so many hits.
  base::Task<bool> still_holds(std::shared_ptr<const Witness> witness, Call call);

  CacheStats cache_stats() const;
  base::Task<CacheReport> cache_report();
  // Removes what is out of date, in memory and in the store. Gives how many answers went.
  Answer<int64_t> clean_cache();
  // Forgets every answer of this user. Gives how many went.
  Answer<int64_t> forget_cache();

  // What of the app's quota is used, by all processes of the user.
  base::Task<QuotaReport> quota();

 private:
  std::unique_ptr<Transport> transport_;
};

}  // namespace spotify
