#include "sim/spotify/preload.h"

#include <fmt/format.h>

#include "sim/spotify/seeded.h"
#include "sim/spotify/words.h"
#include "sim/spotify/world.h"

namespace sim::spotify {

// A friend of World, so that playlists can have ids that follow from the seed.
class Preload {
 public:
  Preload(World& world, base::Wall now)
      : world_(world), catalogue_(world.catalogue), seeded_(world.config.seed ^ fnv1a("people")), now_(now) {}

  void run() {
    add_people();
    User& user = *world_.find_user(kDefaultUser);
    add_library(user);
    add_top(user);
    add_history(user);
    add_devices(user);
    add_own_playlists(user);
    add_other_playlists(user);
    add_playback(user);
    add_devices(*world_.find_user(kFreeUser));
    for (auto& [id, each] : world_.users) each.player.set_device_idle(world_.config.device_idle);
  }

 private:
  using Uris = std::vector<std::string>;

  base::Wall ago(int64_t hours) const { return now_ + std::chrono::milliseconds(-hours * 3'600'000); }
  Index any_track() { return seeded_.below(static_cast<uint32_t>(catalogue_.tracks.size())); }
  std::string track_uri(Index i) const { return "spotify:track:" + catalogue_.tracks[i].id; }
  std::string episode_uri(Index i) const { return "spotify:episode:" + catalogue_.episodes[i].id; }

  User& add_user(std::string_view id, std::optional<std::string> display_name) {
    User& user = world_.users[std::string(id)];
    user.id = id;
    user.account_id = catalogue_id(world_.config.seed, "account", static_cast<uint32_t>(fnv1a(id)));
    user.display_name = std::move(display_name);
    user.email = fmt::format("{}@example.invalid", id);
    return user;
  }

  void add_people() {
    add_user(kDefaultUser, "Robin Testwell").country = world_.config.country;
    add_user(kFriendUser, "Kim 🎧 Samplesen");
    add_user(kFreeUser, std::nullopt).product = Product::kFree;
    add_user(kStrangerUser, "Stray Visitor").is_registered = false;
    // Owner of playlists that belong to the service.
    add_user("simsvc", "The Service");
  }

  void add_library(User& user) {
    for (int n = 0; n < 120; ++n) user.tracks.add(catalogue_.tracks[any_track()].id, ago(5 + n * 7));
    for (Index n = 0; n < 24; ++n) user.albums.add(catalogue_.albums[size_t{n} * 13 + 2].id, ago(20 + n * 31));
    for (Index n = 0; n < 6; ++n) user.shows.add(catalogue_.shows[size_t{n} * 3].id, ago(50 + n * 90));
    for (Index n = 0; n < 9; ++n) user.episodes.add(catalogue_.episodes[size_t{n} * 17].id, ago(3 + n * 40));
    for (Index n = 0; n < 3; ++n) user.audiobooks.add(catalogue_.audiobooks[size_t{n} * 5].id, ago(300 + n * 100));
    for (Index n = 0; n < 63; ++n)
      user.followed_artists.add(catalogue_.artists[size_t{n} * 5 + 1].id, ago(10 + n * 60));
    user.followed_users.add(std::string(kFriendUser), ago(900));
  }

  void add_top(User& user) {
    for (size_t range = 0; range < 3; ++range) {
      for (Index n = 0; n < 60; ++n) {
        const Index artist = (n * 7 + static_cast<Index>(range) * 29) % 340;
        user.top_artists[range].push_back(artist);
        user.top_tracks[range].push_back(catalogue_.artists[artist].tracks.front());
      }
    }
  }

  void add_history(User& user) {
    for (int n = 49; n >= 0; --n) {
      const Track& track = catalogue_.tracks[any_track()];
      std::optional<std::string> context = "spotify:album:" + catalogue_.albums[track.album].id;
      if (n % 4 == 0) context.reset();
      user.player.add_history(
          {"spotify:track:" + track.id, std::move(context), now_ + std::chrono::milliseconds(-(n + 1) * 1'234'567LL)});
    }
  }

  void add_devices(User& user) {
    const auto id = [&](std::string_view name) {
      return fmt::format("{:016x}{:016x}{:08x}", fnv1a(name), fnv1a(user.id),
                         static_cast<uint32_t>(world_.config.seed));
    };
    user.player.add_device(
        {.id = id("kitchen"), .name = "Kitchen speaker", .type = "Computer", .is_active = true, .volume_percent = 40});
    user.player.add_device({.id = id("phone"),
                            .name = "Robin's phone",
                            .type = "Smartphone",
                            .volume_percent = 100,
                            .supports_volume = false});
    user.player.add_device(
        {.id = id("radio"), .name = "Bedroom radio", .type = "Speaker", .is_restricted = true, .volume_percent = 25});
    user.player.add_device({.id = std::nullopt, .name = "Café TV 📺", .type = "TV", .is_restricted = true});
  }

  Playlist& add(std::string_view kind, uint32_t n, std::string_view owner, std::string name) {
    return world_.add_playlist(catalogue_id(world_.config.seed, kind, n), owner, std::move(name));
  }
  Uris random_tracks(int count) {
    Uris uris;
    for (int n = 0; n < count; ++n) uris.push_back(track_uri(any_track()));
    return uris;
  }
  void fill(Playlist& playlist, Uris uris, int64_t hours_ago) {
    playlist.insert(std::move(uris), std::nullopt, playlist.owner, ago(hours_ago), world_.random);
  }

  void add_own_playlists(User& user) {
    const auto moods = words::playlist_moods();
    uint32_t n = 0;
    const auto own = [&](std::string name) -> Playlist& {
      Playlist& playlist = add("own-playlist", n, user.id, std::move(name));
      user.playlists.add(playlist.id, ago(100 + n * 50));
      ++n;
      return playlist;
    };
    for (size_t i = 0; i < 6; ++i) {
      Playlist& playlist = own(std::string(moods[i]));
      playlist.description = fmt::format("For every {}.", moods[i]);
      playlist.visibility = i % 3 == 2 ? Visibility::kPrivate : Visibility::kPublic;
      fill(playlist, random_tracks(12 + static_cast<int>(i) * 5), 90);
    }
    Playlist& large = own("Everything, always");
    large.visibility = Visibility::kUnset;
    fill(large, random_tracks(250), 80);
    add_mixed(own("Mixed bag"));
    add_with_duplicates(own("Twice as nice"));
    own("Empty for now").visibility = Visibility::kPrivate;
    for (const words::Hostile& hostile : words::hostile_playlists()) {
      Playlist& playlist = own(std::string(hostile.name));
      playlist.description = hostile.description;
      fill(playlist, random_tracks(4), 60);
    }
  }

  // A local file, an episode, a track that no longer exists and one that is not licensed here.
  void add_mixed(Playlist& playlist) {
    Index restricted = 0;
    while (!catalogue_.tracks[restricted].is_restricted) ++restricted;
    Uris uris = random_tracks(3);
    uris.emplace_back("spotify:local:Tin+Roof+Choir::Cellar+Tape+4:312");
    uris.push_back(episode_uri(5));
    uris.push_back("spotify:track:" + catalogue_id(world_.config.seed, "vanished", 0));
    uris.push_back(track_uri(restricted));
    fill(playlist, std::move(uris), 70);
  }

  // The same id three times, and the same recording under two ids.
  void add_with_duplicates(Playlist& playlist) {
    const Track& copy = catalogue_.tracks.back();
    Index original = 0;
    while (catalogue_.tracks[original].isrc != copy.isrc) ++original;
    Uris uris = random_tracks(5);
    uris.push_back(uris[1]);
    uris.push_back(track_uri(original));
    uris.push_back("spotify:track:" + copy.id);
    uris.push_back(uris[1]);
    fill(playlist, std::move(uris), 65);
  }

  void add_other_playlists(User& user) {
    const auto moods = words::playlist_moods();
    Playlist& shared = add("friend-playlist", 0, kFriendUser, "Road trip (add yours!)");
    shared.is_collaborative = true;
    shared.visibility = Visibility::kPrivate;
    shared.collaborators = {user.id};
    fill(shared, random_tracks(18), 200);
    shared.insert(random_tracks(3), std::nullopt, user.id, ago(30), world_.random);
    user.playlists.add(shared.id, ago(195));
    for (uint32_t n = 1; n < 6; ++n) {
      Playlist& playlist = add("friend-playlist", n, kFriendUser, fmt::format("{} by Kim", moods[n + 5]));
      fill(playlist, random_tracks(20), 400);
      world_.find_user(kFriendUser)->playlists.add(playlist.id, ago(400 + n));
      if (n > 2) continue;
      playlist.followers.insert(user.id);
      user.playlists.add(playlist.id, ago(390 + n));
    }
    for (uint32_t n = 0; n < 5; ++n) {
      Playlist& playlist = add("service-playlist", n, "simsvc", fmt::format("This Is {}", moods[n]));
      playlist.is_hidden = true;
      fill(playlist, random_tracks(10), 24);
    }
  }

  // Paused in an album, so that both "play" and "what is playing" have something to say.
  void add_playback(User& user) {
    Index album = 0;
    while (catalogue_.albums[album].tracks.size() < 8) ++album;
    Player::Start start;
    start.context_uri = "spotify:album:" + catalogue_.albums[album].id;
    for (const Index i : catalogue_.albums[album].tracks) {
      start.items.push_back({track_uri(i), catalogue_.tracks[i].duration_ms});
    }
    start.first = 1;
    start.position_ms = 42'000;
    (void)user.player.start(std::nullopt, std::move(start), 0, now_);
    (void)user.player.pause(std::nullopt, now_);
  }

  World& world_;
  const Catalogue& catalogue_;
  Seeded seeded_;
  base::Wall now_;
};

void preload(World& world, base::Wall now) { Preload(world, now).run(); }

}  // namespace sim::spotify
