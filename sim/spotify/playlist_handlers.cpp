// Reads of playlists.
#include "sim/spotify/fields.h"
#include "sim/spotify/handlers.h"
#include "sim/spotify/playlist_render.h"

namespace sim::spotify {
namespace {

Reply filtered(const Call& call, json::Object body) {
  const auto fields = call.parameter("fields");
  if (!fields || fields->empty()) return json_response(200, std::move(body));
  auto kept = filter_fields(std::move(body), *fields);
  if (!kept) return refuse(400, "Invalid fields parameter");
  return json_response(200, *kept);
}

// One's own private playlists need a scope even for reading.
Answer<void> check_read_scope(const Call& call, const Playlist& playlist) {
  if (call.person == nullptr || playlist.visibility == Visibility::kPublic) return {};
  if (playlist.is_collaborative) return call.require_scope("playlist-read-collaborative");
  return call.require_scope("playlist-read-private");
}

}  // namespace

Reply get_playlist(Call& call) {
  TRY_VOID(call.check_market());
  TRY(const Playlist* playlist, find_playlist(call));
  TRY_VOID(check_read_scope(call, *playlist));
  return filtered(call, render_playlist(call, *playlist));
}

Reply get_playlist_items(Call& call) {
  TRY_VOID(call.check_market());
  TRY(const Playlist* playlist, find_playlist(call));
  TRY_VOID(check_read_scope(call, *playlist));
  if (!can_see_items(call, *playlist)) return refuse(403, "Forbidden");
  const bool is_legacy_path = call.path.ends_with("/tracks");
  TRY(const Window shown, window(call, Bounds{.limit_max = is_legacy_path ? 100 : 50}));
  const View view = call.view();
  return filtered(call, page_over(call, shown, playlist->entries(),
                                  [&](const Entry& entry) { return render_entry(call, view, entry); }));
}

Reply get_my_playlists(Call& call) {
  TRY(const Window shown, window(call));
  std::vector<const Playlist*> visible;
  for (const Saved& saved : call.user().playlists.items()) {
    const Playlist* playlist = call.world.find_playlist(saved.id);
    if (playlist == nullptr || playlist->is_hidden) continue;
    if (playlist->is_collaborative && !call.has_scope("playlist-read-collaborative")) continue;
    visible.push_back(playlist);
  }
  json::Array items;
  for (size_t i = shown.begin(visible.size()); i < shown.end(visible.size()); ++i) {
    items.emplace_back(render_simplified_playlist(call, *visible[i]));
  }
  // The links name an operation that dev2026 does not have, as the service's do.
  const std::string links = "/users/" + http::percent_encode(call.user().id) + "/playlists";
  return json_response(200, page(call, shown, visible.size(), std::move(items), links));
}

Reply get_playlist_images(Call& call) {
  TRY(const Playlist* playlist, find_playlist(call));
  return json_response(200, render_playlist_images(call, *playlist));
}

}  // namespace sim::spotify
