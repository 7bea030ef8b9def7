// Everything that the simulated service knows besides tokens: people, their libraries and players, playlists.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "sim/spotify/catalogue.h"
#include "sim/spotify/config.h"
#include "sim/spotify/player.h"
#include "sim/spotify/playlist.h"
#include "sim/spotify/search.h"

namespace sim::spotify {

struct Saved {
  std::string id;
  base::Wall added_at;
};

// Newest first, each id once.
class SavedList {
 public:
  const std::vector<Saved>& items() const { return items_; }
  bool contains(std::string_view id) const;
  // Saving again changes nothing, not even the date.
  void add(std::string id, base::Wall at);
  void remove(std::string_view id);

 private:
  std::vector<Saved> items_;
};

// What a person saved and follows.
struct Shelves {
  SavedList tracks;
  SavedList albums;
  SavedList shows;
  SavedList episodes;
  SavedList audiobooks;
  SavedList followed_artists;
  SavedList followed_users;
  SavedList playlists;  // Owned and followed.
};

enum class Product { kPremium, kFree };

struct User : Shelves {
  std::string id;
  std::string account_id;
  std::optional<std::string> display_name;
  std::string email;
  std::string country = "US";
  Product product = Product::kPremium;
  // On the list of people who may use the app.
  bool is_registered = true;
  // For short_term, medium_term and long_term.
  std::vector<Index> top_artists[3];
  std::vector<Index> top_tracks[3];
  Player player;
  // What GET /me/player shows until then, when Config::player_lag is set.
  std::optional<Player> stale_player;
  base::Wall stale_until;
};

// Libraries and playlists as they were before the latest change.
struct Past {
  std::map<std::string, Shelves, std::less<>> shelves;
  std::map<std::string, Playlist, std::less<>> playlists;
};

class World {
 public:
  World(const Config& config, base::Wall now, base::Random& random);
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  User* find_user(std::string_view id);
  Playlist* find_playlist(std::string_view id);
  const std::map<std::string, Playlist, std::less<>>& playlists() const { return playlists_; }
  // Makes an empty playlist that the owner has in the list.
  Playlist& create_playlist(std::string_view owner, std::string name, base::Wall now);
  Past past() const;
  // Puts the past in the place of the present, and the other way round.
  void swap(Past& past);
  // Made at the first search, since many tests never search.
  const SearchIndex& search_index();

  const Config& config;
  base::Random& random;
  // The one that the config brings, or one of our own.
  const std::shared_ptr<const Catalogue> shared_catalogue;
  const Catalogue& catalogue;
  std::map<std::string, User, std::less<>> users;

 private:
  friend class Preload;
  Playlist& add_playlist(std::string id, std::string_view owner, std::string name);

  std::map<std::string, Playlist, std::less<>> playlists_;
  std::unique_ptr<SearchIndex> search_index_;
};

}  // namespace sim::spotify
