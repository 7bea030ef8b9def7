#include "sim/spotify/world.h"

#include <algorithm>

#include "sim/spotify/preload.h"
#include "sim/spotify/seeded.h"

namespace sim::spotify {

bool SavedList::contains(std::string_view id) const {
  return std::ranges::find(items_, id, &Saved::id) != items_.end();
}

void SavedList::add(std::string id, base::Wall at) {
  if (contains(id)) return;
  // Equal times keep the later call in front, as a list of several URIs does.
  const auto place = std::ranges::find_if(items_, [at](const Saved& saved) { return saved.added_at <= at; });
  items_.insert(place, Saved{std::move(id), at});
}

void SavedList::remove(std::string_view id) {
  std::erase_if(items_, [id](const Saved& saved) { return saved.id == id; });
}

World::World(const Config& given, base::Wall now, base::Random& source)
    : config(given),
      random(source),
      shared_catalogue(given.catalogue ? given.catalogue
                                       : std::make_shared<const Catalogue>(Catalogue::generate(given.seed))),
      catalogue(*shared_catalogue) {
  preload(*this, now);
}

User* World::find_user(std::string_view id) {
  const auto found = users.find(id);
  return found == users.end() ? nullptr : &found->second;
}

Playlist* World::find_playlist(std::string_view id) {
  const auto found = playlists_.find(id);
  return found == playlists_.end() ? nullptr : &found->second;
}

Past World::past() const {
  Past past{.shelves = {}, .playlists = playlists_};
  for (const auto& [id, user] : users) past.shelves.emplace(id, user);
  return past;
}

void World::swap(Past& past) {
  playlists_.swap(past.playlists);
  for (auto& [id, shelves] : past.shelves) std::swap(static_cast<Shelves&>(users.at(id)), shelves);
}

const SearchIndex& World::search_index() {
  if (!search_index_) search_index_ = std::make_unique<SearchIndex>(catalogue);
  return *search_index_;
}

Playlist& World::add_playlist(std::string id, std::string_view owner, std::string name) {
  Playlist& playlist = playlists_[id];
  playlist.id = std::move(id);
  playlist.owner = owner;
  playlist.name = std::move(name);
  playlist.open(random);
  return playlist;
}

Playlist& World::create_playlist(std::string_view owner, std::string name, base::Wall now) {
  Playlist& playlist = add_playlist(random_id(random), owner, std::move(name));
  if (User* user = find_user(owner)) user->playlists.add(playlist.id, now);
  return playlist;
}

}  // namespace sim::spotify
