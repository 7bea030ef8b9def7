#include "sim/spotify/playlist_render.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/spotify/encoding.h"
#include "sim/spotify/render_parts.h"
#include "sim/spotify/seeded.h"

namespace sim::spotify {

bool can_see_items(const Call& call, const Playlist& playlist) {
  if (playlist.is_hidden) return false;
  if (!call.is_dev2026()) return true;
  return call.person != nullptr && playlist.can_write(call.person->id);
}

json::Array render_playlist_images(const Call& call, const Playlist& playlist) {
  if (!playlist.cover_url.empty()) {
    return {json::Object{{"url", playlist.cover_url}, {"height", nullptr}, {"width", nullptr}}};
  }
  for (const Entry& entry : playlist.entries()) {
    const auto ref = find_playable(call.catalogue(), entry.uri);
    if (!ref || ref->kind != Kind::kTrack) continue;
    return render_images("ab67616d00001e02", call.catalogue().tracks[ref->index].id);
  }
  return {};
}

namespace {

json::Object render_owner(const Call& call, const Playlist& playlist) {
  json::Object owner = render_user_reference(playlist.owner);
  const User* user = call.world.find_user(playlist.owner);
  const bool named = user != nullptr && user->display_name;
  owner.append("display_name", named ? json::Value(*user->display_name) : json::Value());
  return owner;
}

json::Object render_head(const Call& call, const Playlist& playlist) {
  json::Object object{{"collaborative", playlist.is_collaborative}, {"description", playlist.description}};
  add_identity(object, "playlist", "playlists", playlist.id);
  object.append("name", playlist.name);
  object.append("owner", render_owner(call, playlist));
  object.append("primary_color", nullptr);
  object.append("public", playlist.visibility == Visibility::kUnset
                              ? json::Value()
                              : json::Value(playlist.visibility == Visibility::kPublic));
  object.append("snapshot_id", playlist.snapshot_id());
  return object;
}

std::string items_href(const Playlist& playlist, std::string_view name) {
  return fmt::format("{}/playlists/{}/{}", kApiUrl, playlist.id, name);
}

}  // namespace

json::Object render_simplified_playlist(const Call& call, const Playlist& playlist) {
  json::Object object = render_head(call, playlist);
  json::Array images = render_playlist_images(call, playlist);
  // As recorded: an empty playlist has no array but null.
  object.append("images", images.empty() ? json::Value() : json::Value(std::move(images)));
  const auto total = static_cast<int64_t>(playlist.entries().size());
  const auto summary = [&](std::string_view name) {
    return json::Object{{"href", items_href(playlist, name)}, {"total", total}};
  };
  if (call.config().regime != Regime::kExtended) object.append("items", summary("items"));
  if (!call.is_dev2026()) object.append("tracks", summary("tracks"));
  return object;
}

json::Object render_playlist(const Call& call, const Playlist& playlist) {
  json::Object object = render_head(call, playlist);
  object.append("images", render_playlist_images(call, playlist));
  object.append("followers",
                json::Object{{"href", nullptr}, {"total", static_cast<int64_t>(playlist.followers.size())}});
  if (!can_see_items(call, playlist)) return object;
  const View view = call.view();
  const Window shown{100, 0};
  const auto& entries = playlist.entries();
  const auto page_named = [&](std::string_view name) {
    json::Array items;
    for (size_t i = 0; i < shown.end(entries.size()); ++i) items.emplace_back(render_entry(call, view, entries[i]));
    return page_of(items_href(playlist, name), shown, entries.size(), std::move(items));
  };
  if (call.config().regime != Regime::kExtended) object.append("items", page_named("items"));
  if (!call.is_dev2026()) object.append("tracks", page_named("tracks"));
  return object;
}

json::Object render_entry(const Call& call, const View& view, const Entry& entry) {
  json::Object object{{"added_at", base::to_rfc3339(entry.added_at)},
                      {"added_by", render_user_reference(entry.added_by)},
                      {"is_local", entry.uri.starts_with("spotify:local:")},
                      {"primary_color", nullptr},
                      {"video_thumbnail", json::Object{{"url", nullptr}}}};
  json::Value item = render_playable(view, entry.uri);
  const bool is_episode = entry.uri.starts_with("spotify:episode:");
  const auto types = split_list(call.parameter("additional_types").value_or("track"));
  // Without asking for episodes a client gets a hole in their place.
  if (is_episode && std::ranges::find(types, "episode") == types.end()) item = nullptr;
  if (item.is_object()) {
    item.object().set("episode", is_episode);
    item.object().set("track", !is_episode);
  }
  if (!call.is_dev2026()) object.append("track", item);
  if (call.config().regime != Regime::kExtended || call.path.ends_with("/items")) {
    object.append("item", std::move(item));
  }
  return object;
}

Answer<Playlist*> find_playlist(Call& call) {
  if (!is_base62_id(call.values[0])) return refuse(400, "Invalid base62 id");
  Playlist* playlist = call.world.find_playlist(call.values[0]);
  if (playlist == nullptr || playlist->is_hidden) return refuse(404, "Resource not found");
  return playlist;
}

}  // namespace sim::spotify
