// Operations that dev2026 no longer has: batch reads, the library by ids, other users, followers of playlists.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "json/parse.h"
#include "sim/spotify/handlers.h"
#include "sim/spotify/library.h"
#include "sim/spotify/playlist_render.h"
#include "sim/spotify/seeded.h"

namespace sim::spotify {
namespace {

// {"ids": [...]}, or the array alone, as the service's own SDK sends it.
Answer<std::vector<std::string>> ids_in_body(const Call& call) {
  std::vector<std::string> ids;
  const auto bare = json::parse(call.request.body);
  json::Value list;
  if (bare && bare->is_array()) {
    list = *bare;
  } else {
    TRY(const json::Object body, call.body());
    if (const json::Value* named = body.find("ids")) list = *named;
  }
  if (!list.is_array()) return ids;
  for (const json::Value& id : list.array()) {
    if (id.is_string()) ids.push_back(id.string());
  }
  return ids;
}

Answer<std::vector<std::string>> ids_in(const Call& call, size_t max) {
  std::vector<std::string> ids = split_list(call.parameter("ids").value_or(""));
  if (ids.empty()) {
    TRY(ids, ids_in_body(call));
  }
  if (ids.empty()) return refuse(400, "Missing required field: ids");
  if (ids.size() > max) return refuse(400, "Too many ids requested");
  return ids;
}

Reply batch(Call& call, Kind kind, std::string_view key, size_t max, json::Object (*render)(const View&, Index)) {
  TRY_VOID(call.check_market());
  TRY(const std::vector<std::string> ids, ids_in(call, max));
  const View view = call.view();
  json::Array found;
  for (const std::string& id : ids) {
    if (!is_base62_id(id)) return refuse(400, "Invalid base62 id");
    const auto index = call.catalogue().find(kind, id);
    found.push_back(index ? json::Value(render(view, *index)) : json::Value());
  }
  return json_response(200, json::Object{{std::string(key), std::move(found)}});
}

// "/me/tracks/contains" and "/me/tracks" -> URIs of tracks; /me/following names the type in its query.
Answer<std::vector<Uri>> named_uris(const Call& call) {
  const auto parts = base::split(call.path, '/');
  std::string type(parts[2]);
  if (type == "following") {
    type = call.parameter("type").value_or("");
    if (type != "artist" && type != "user") return refuse(400, "Invalid type");
  } else {
    type.pop_back();
  }
  TRY(const std::vector<std::string> ids, ids_in(call, type == "album" ? 20 : 50));
  std::vector<Uri> uris;
  for (const std::string& id : ids) {
    if (type != "user" && !is_base62_id(id)) return refuse(400, "Invalid base62 id");
    uris.push_back({type, id});
  }
  return uris;
}

int success_status(const Call& call) { return call.path == "/me/following" ? 204 : 200; }

}  // namespace

Reply get_albums(Call& call) { return batch(call, Kind::kAlbum, "albums", 20, render_album); }
Reply get_artists(Call& call) { return batch(call, Kind::kArtist, "artists", 50, render_artist); }
Reply get_tracks(Call& call) { return batch(call, Kind::kTrack, "tracks", 50, render_track); }
Reply get_shows(Call& call) { return batch(call, Kind::kShow, "shows", 50, render_simplified_show); }
Reply get_episodes(Call& call) { return batch(call, Kind::kEpisode, "episodes", 50, render_episode); }
Reply get_audiobooks(Call& call) { return batch(call, Kind::kAudiobook, "audiobooks", 50, render_audiobook); }
Reply get_chapters(Call& call) { return batch(call, Kind::kChapter, "chapters", 50, render_chapter); }

Reply get_artist_top_tracks(Call& call) {
  TRY(const Index index, call.find(Kind::kArtist, call.values[0]));
  const View view = call.view();
  json::Array tracks;
  for (const Index i : call.catalogue().artist(index).tracks) {
    if (tracks.size() == 10) break;
    tracks.emplace_back(render_track(view, i));
  }
  return json_response(200, json::Object{{"tracks", std::move(tracks)}});
}

Reply get_new_releases(Call& call) {
  TRY(const Window shown, window(call));
  std::vector<Index> fresh;
  for (Index i = 0; i < call.catalogue().albums.size(); ++i) {
    if (call.catalogue().albums[i].is_new) fresh.push_back(i);
  }
  const View view = call.view();
  json::Object albums = page_over(call, shown, fresh, [&](Index i) { return render_simplified_album(view, i); });
  return json_response(200, json::Object{{"albums", std::move(albums)}});
}

namespace {

struct Category {
  std::string_view id;
  std::string_view name;
};
// Both forms of ids that the service has.
constexpr auto kCategories = std::to_array<Category>({
    {"party", "Party"},
    {"mood", "Mood"},
    {"focus", "Focus"},
    {"0SIMULATEDcategory00wk", "Workout"},
    {"0SIMULATEDcategory00sl", "Sleep"},
    {"0SIMULATEDcategory00tr", "Travel"},
});

json::Object render_category(const Category& category) {
  return {{"href", fmt::format("{}/browse/categories/{}", kApiUrl, category.id)},
          {"icons", json::Array{json::Object{
                        {"url", fmt::format("https://i.scdn.co/image/{:016x}", fnv1a(category.id))},
                        {"height", nullptr},
                        {"width", nullptr}}}},
          {"id", category.id},
          {"name", category.name}};
}

}  // namespace

Reply get_categories(Call& call) {
  TRY(const Window shown, window(call));
  return json_response(200, json::Object{{"categories", page_over(call, shown, kCategories, render_category)}});
}

Reply get_category(Call& call) {
  const auto* const found = std::ranges::find(kCategories, call.values[0], &Category::id);
  if (found == kCategories.end()) return refuse(404, "Specified id doesn't exist");
  return json_response(200, render_category(*found));
}

Reply get_markets(Call&) {
  return json_response(200, json::Object{{"markets", json::Array{"CA", "DE", "GB", "JP", "US"}}});
}

Reply get_user(Call& call) {
  const User* user = call.world.find_user(call.values[0]);
  if (user == nullptr) return refuse(404, "Resource not found");
  json::Object object = render_user_reference(user->id);
  object.append("display_name", user->display_name ? json::Value(*user->display_name) : json::Value());
  object.append("followers", json::Object{{"href", nullptr}, {"total", 0}});
  object.append("images", render_images("ab6775700000ee85", user->id));
  return json_response(200, std::move(object));
}

Reply get_user_playlists(Call& call) {
  const User* user = call.world.find_user(call.values[0]);
  if (user == nullptr) return refuse(404, "Resource not found");
  TRY(const Window shown, window(call));
  std::vector<const Playlist*> visible;
  for (const Saved& saved : user->playlists.items()) {
    const Playlist* playlist = call.world.find_playlist(saved.id);
    const bool own = call.person != nullptr && call.person->id == user->id;
    if (playlist != nullptr && (own || playlist->visibility == Visibility::kPublic)) visible.push_back(playlist);
  }
  return json_response(200, page_over(call, shown, visible, [&](const Playlist* playlist) {
    return render_simplified_playlist(call, *playlist);
  }));
}

Reply save_by_ids(Call& call) {
  TRY(const std::vector<Uri> uris, named_uris(call));
  for (const Uri& uri : uris) {
    TRY(const Shelf shelf, find_shelf(call, uri));
    if (shelf.exists) put_on_shelf(call, shelf, uri);
  }
  return empty_response(success_status(call));
}

Reply remove_by_ids(Call& call) {
  TRY(const std::vector<Uri> uris, named_uris(call));
  for (const Uri& uri : uris) {
    TRY(const Shelf shelf, find_shelf(call, uri));
    take_from_shelf(call, shelf, uri);
  }
  return empty_response(success_status(call));
}

Reply contains_by_ids(Call& call) {
  TRY(const std::vector<Uri> uris, named_uris(call));
  json::Array found;
  for (const Uri& uri : uris) {
    TRY(const Shelf shelf, find_shelf(call, uri));
    found.emplace_back(shelf.list->contains(uri.id));
  }
  return json_response(200, std::move(found));
}

Reply follow_playlist(Call& call) {
  TRY(const Playlist* playlist, find_playlist(call));
  const Uri uri{"playlist", playlist->id};
  TRY(const Shelf shelf, find_shelf(call, uri));
  put_on_shelf(call, shelf, uri);
  return empty_response(200);
}

Reply unfollow_playlist(Call& call) {
  TRY(const Playlist* playlist, find_playlist(call));
  const Uri uri{"playlist", playlist->id};
  TRY(const Shelf shelf, find_shelf(call, uri));
  take_from_shelf(call, shelf, uri);
  return empty_response(200);
}

Reply playlist_followers_contain(Call& call) {
  TRY(const Playlist* playlist, find_playlist(call));
  const bool follows = call.person != nullptr && playlist->followers.contains(call.person->id);
  return json_response(200, json::Array{follows});
}

}  // namespace sim::spotify
