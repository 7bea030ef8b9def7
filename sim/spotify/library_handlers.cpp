// PUT, DELETE and contains of /me/library, which take URIs of every type in the query, and the saved lists.
#include "sim/spotify/call.h"
#include "sim/spotify/encoding.h"
#include "sim/spotify/handlers.h"
#include "sim/spotify/library.h"

namespace sim::spotify {

Answer<Shelf> find_shelf(Call& call, const Uri& uri) {
  User& user = call.user();
  const auto kind = call.catalogue().find(uri.id);
  const auto has = [&](Kind wanted) { return kind && kind->kind == wanted; };
  if (uri.type == "track") return Shelf{&user.tracks, "user-library", has(Kind::kTrack)};
  if (uri.type == "album") return Shelf{&user.albums, "user-library", has(Kind::kAlbum)};
  if (uri.type == "episode") return Shelf{&user.episodes, "user-library", has(Kind::kEpisode)};
  // An audiobook's own URI is that of a show.
  if (uri.type == "audiobook" || (uri.type == "show" && has(Kind::kAudiobook))) {
    return Shelf{&user.audiobooks, "user-library", has(Kind::kAudiobook)};
  }
  if (uri.type == "show") return Shelf{&user.shows, "user-library", has(Kind::kShow)};
  if (uri.type == "artist") return Shelf{&user.followed_artists, "user-follow", has(Kind::kArtist)};
  if (uri.type == "user") {
    return Shelf{&user.followed_users, "user-follow", call.world.find_user(uri.id) != nullptr};
  }
  if (uri.type == "playlist") {
    const Playlist* playlist = call.world.find_playlist(uri.id);
    return Shelf{&user.playlists, "playlist", playlist != nullptr && !playlist->is_hidden};
  }
  return refuse(400, "Invalid uri type");
}

namespace {

constexpr size_t kUrisMax = 40;

enum class Use { kRead, kModify };

std::string scope_for(std::string_view family, Use use) {
  if (family == "playlist") return use == Use::kRead ? "playlist-read-private" : "playlist-modify-public";
  return std::string(family) + (use == Use::kRead ? "-read" : "-modify");
}

struct Wanted {
  Uri uri;
  Shelf shelf;
};

// The whole list is judged before any of it acts.
Answer<std::vector<Wanted>> wanted_uris(Call& call, Use use) {
  const auto parameter = call.parameter("uris");
  if (!parameter) return refuse(400, "Missing required field: uris");
  const auto texts = split_list(*parameter);
  if (texts.empty()) return refuse(400, "Missing required field: uris");
  if (texts.size() > kUrisMax) return refuse(400, "Too many uris requested");
  std::vector<Wanted> wanted;
  for (const std::string& text : texts) {
    auto uri = parse_uri(text);
    if (!uri) return refuse(400, "Invalid uri: " + text);
    TRY(const Shelf shelf, find_shelf(call, *uri));
    TRY_VOID(call.require_scope(scope_for(shelf.scope_family, use)));
    wanted.push_back({std::move(*uri), shelf});
  }
  return wanted;
}

}  // namespace

void put_on_shelf(Call& call, const Shelf& shelf, const Uri& uri) {
  shelf.list->add(uri.id, call.now);
  if (uri.type != "playlist") return;
  Playlist& playlist = *call.world.find_playlist(uri.id);
  if (playlist.owner != call.user().id) playlist.followers.insert(call.user().id);
}

void take_from_shelf(Call& call, const Shelf& shelf, const Uri& uri) {
  shelf.list->remove(uri.id);
  if (Playlist* playlist = call.world.find_playlist(uri.id)) playlist->followers.erase(call.user().id);
}

Reply put_library(Call& call) {
  TRY(const std::vector<Wanted> wanted, wanted_uris(call, Use::kModify));
  for (const Wanted& each : wanted) {
    if (!each.shelf.exists) return refuse(404, "Resource not found");
  }
  for (const Wanted& each : wanted) put_on_shelf(call, each.shelf, each.uri);
  return empty_response(200);
}

Reply delete_library(Call& call) {
  TRY(const std::vector<Wanted> wanted, wanted_uris(call, Use::kModify));
  for (const Wanted& each : wanted) take_from_shelf(call, each.shelf, each.uri);
  return empty_response(200);
}

Reply library_contains(Call& call) {
  TRY(const std::vector<Wanted> wanted, wanted_uris(call, Use::kRead));
  json::Array found;
  for (const Wanted& each : wanted) found.emplace_back(each.shelf.list->contains(each.uri.id));
  return json_response(200, std::move(found));
}

namespace {

// {added_at, NAME: object} for each thing that is saved.
Reply saved(Call& call, const SavedList& list, Kind kind, std::string_view name,
            json::Object (*render)(const View&, Index)) {
  TRY_VOID(call.check_market());
  TRY(const Window shown, window(call));
  const View view = call.view();
  return json_response(200, page_over(call, shown, list.items(), [&](const Saved& each) -> json::Value {
    const auto index = call.catalogue().find(kind, each.id);
    if (!index) return nullptr;
    json::Object object = render(view, *index);
    // Saved audiobooks stand in the list without a wrapper.
    if (name.empty()) return object;
    return json::Object{{"added_at", base::to_rfc3339(each.added_at)}, {std::string(name), std::move(object)}};
  }));
}

}  // namespace

Reply get_saved_tracks(Call& call) {
  return saved(call, call.user().tracks, Kind::kTrack, "track", render_track);
}
Reply get_saved_albums(Call& call) {
  return saved(call, call.user().albums, Kind::kAlbum, "album", render_album);
}
Reply get_saved_shows(Call& call) {
  return saved(call, call.user().shows, Kind::kShow, "show", render_simplified_show);
}
Reply get_saved_episodes(Call& call) {
  return saved(call, call.user().episodes, Kind::kEpisode, "episode", render_episode);
}
Reply get_saved_audiobooks(Call& call) {
  return saved(call, call.user().audiobooks, Kind::kAudiobook, "", render_simplified_audiobook);
}

}  // namespace sim::spotify
