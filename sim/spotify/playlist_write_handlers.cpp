// Writes to playlists: create, details, items, cover.
#include <fmt/format.h>

#include <algorithm>

#include "crypto/base64.h"
#include "sim/spotify/encoding.h"
#include "sim/spotify/handlers.h"
#include "sim/spotify/playlist_render.h"
#include "sim/spotify/seeded.h"

namespace sim::spotify {
namespace {

constexpr size_t kUrisMax = 100;
constexpr size_t kImageBytesMax = size_t{256} * 1024;

Answer<void> require_write_scope(const Call& call, Visibility visibility, bool is_collaborative) {
  const bool is_public = visibility == Visibility::kPublic && !is_collaborative;
  return call.require_scope(is_public ? "playlist-modify-public" : "playlist-modify-private");
}

// A playlist whose items this caller may change.
Answer<Playlist*> writable_playlist(Call& call) {
  TRY(Playlist* playlist, find_playlist(call));
  TRY_VOID(require_write_scope(call, playlist->visibility, playlist->is_collaborative));
  if (!playlist->can_write(call.user().id)) {
    return refuse(403, call.is_dev2026() ? "Forbidden" : "You cannot add tracks to a playlist you don't own.");
  }
  return playlist;
}

Answer<std::vector<std::string>> uris_in(const json::Value& list) {
  if (!list.is_array()) return refuse(400, "Malformed json");
  std::vector<std::string> uris;
  for (const json::Value& item : list.array()) {
    if (!item.is_string()) return refuse(400, "Malformed json");
    uris.push_back(item.string());
  }
  return uris;
}

// From the query, which wins, or from the body; nothing when neither has them.
Answer<std::optional<std::vector<std::string>>> requested_uris(const Call& call, const json::Object& body) {
  if (const auto query = call.parameter("uris")) return split_list(*query);
  const json::Value* list = body.find("uris");
  if (list == nullptr) return std::nullopt;
  TRY(std::vector<std::string> uris, uris_in(*list));
  return uris;
}

Answer<void> check_addable(const Call& call, const std::vector<std::string>& uris) {
  if (uris.size() > kUrisMax) return refuse(400, "You can add a maximum of 100 tracks per request.");
  for (const std::string& uri : uris) {
    const auto parsed = parse_uri(uri);
    if (!parsed || (parsed->type != "track" && parsed->type != "episode")) {
      return refuse(400, fmt::format("Invalid track uri: {}", uri));
    }
    if (!find_playable(call.catalogue(), uri)) return refuse(400, "Payload contains a non-existing ID");
  }
  return {};
}

json::Object snapshot_of(const Playlist& playlist) { return {{"snapshot_id", playlist.snapshot_id()}}; }

// A whole number that is not negative, from the body.
Answer<std::optional<size_t>> index_in(const json::Object& body, std::string_view name) {
  const json::Value* value = body.find(name);
  if (value == nullptr || value->is_null()) return std::nullopt;
  if (!value->is_integer() || value->integer() < 0) return refuse(400, fmt::format("Invalid {}", name));
  return static_cast<size_t>(value->integer());
}

struct Details {
  std::optional<std::string> name;
  std::optional<std::string> description;
  std::optional<bool> is_public;
  std::optional<bool> is_collaborative;
};

Answer<Details> details_in(const json::Object& body) {
  Details details;
  for (const json::Member& member : body) {
    const bool is_text = member.name == "name" || member.name == "description";
    const bool is_flag = member.name == "public" || member.name == "collaborative";
    if ((is_text && !member.value.is_string()) || (is_flag && !member.value.is_boolean())) {
      return refuse(400, "Malformed json");
    }
    if (member.name == "name") details.name = member.value.string();
    if (member.name == "description") details.description = member.value.string();
    if (member.name == "public") details.is_public = member.value.boolean();
    if (member.name == "collaborative") details.is_collaborative = member.value.boolean();
  }
  if (details.name && details.name->empty()) return refuse(400, "Missing required field: name");
  return details;
}

Answer<void> apply_details(Playlist& playlist, Details details) {
  const bool collaborative = details.is_collaborative.value_or(playlist.is_collaborative);
  Visibility visibility = playlist.visibility;
  if (details.is_public) visibility = *details.is_public ? Visibility::kPublic : Visibility::kPrivate;
  if (collaborative && visibility == Visibility::kPublic) {
    return refuse(400, "A playlist cannot be both collaborative and public");
  }
  playlist.is_collaborative = collaborative;
  playlist.visibility = visibility;
  if (details.name) playlist.name = std::move(*details.name);
  // An empty description is ignored, so a description cannot be cleared.
  if (details.description && !details.description->empty()) playlist.description = std::move(*details.description);
  return {};
}

}  // namespace

Reply create_playlist(Call& call) {
  const User& user = call.user();
  if (!call.values.empty() && call.values[0] != user.id) {
    return refuse(403, "You cannot create a playlist for another user.");
  }
  TRY(const json::Object body, call.body());
  TRY(Details details, details_in(body));
  if (!details.name) return refuse(400, "Missing required field: name");
  const bool is_public = details.is_public.value_or(true);
  const bool is_collaborative = details.is_collaborative.value_or(false);
  TRY_VOID(require_write_scope(call, is_public ? Visibility::kPublic : Visibility::kPrivate, is_collaborative));
  if (is_public && is_collaborative) return refuse(400, "A playlist cannot be both collaborative and public");
  Playlist& playlist = call.world.create_playlist(user.id, *details.name, call.now);
  TRY_VOID(apply_details(playlist, std::move(details)));
  return json_response(201, render_playlist(call, playlist));
}

Reply change_playlist(Call& call) {
  TRY(Playlist* playlist, find_playlist(call));
  TRY_VOID(require_write_scope(call, playlist->visibility, playlist->is_collaborative));
  if (playlist->owner != call.user().id) return refuse(403, "Forbidden");
  TRY(const json::Object body, call.body());
  TRY(Details details, details_in(body));
  TRY_VOID(apply_details(*playlist, std::move(details)));
  playlist->touch(call.world.random);
  return empty_response(200);
}

Reply add_playlist_items(Call& call) {
  TRY(Playlist* playlist, writable_playlist(call));
  TRY(const json::Object body, call.body());
  TRY(auto uris, requested_uris(call, body));
  if (!uris || uris->empty()) return refuse(400, "No uris provided");
  TRY_VOID(check_addable(call, *uris));
  TRY(std::optional<size_t> position, index_in(body, "position"));
  if (call.parameter("position")) {
    TRY(const int64_t at, integer_parameter(call, "position", 0, 0, INT32_MAX));
    position = static_cast<size_t>(at);
  }
  const size_t size = playlist->entries().size();
  if (position.value_or(0) > size) return refuse(400, "Index out of bounds.");
  if (size + uris->size() > kPlaylistItemsMax) return refuse(400, "Playlist size limit reached");
  playlist->insert(std::move(*uris), position, call.user().id, call.now, call.world.random);
  return json_response(201, snapshot_of(*playlist));
}

Reply update_playlist_items(Call& call) {
  TRY(Playlist* playlist, writable_playlist(call));
  TRY(const json::Object body, call.body());
  TRY(auto uris, requested_uris(call, body));
  TRY(const auto range_start, index_in(body, "range_start"));
  TRY(const auto insert_before, index_in(body, "insert_before"));
  TRY(const auto range_length, index_in(body, "range_length"));
  if (uris && (range_start || insert_before)) {
    return refuse(400, "Items cannot be replaced and reordered in one request");
  }
  if (uris) {
    TRY_VOID(check_addable(call, *uris));
    playlist->replace(std::move(*uris), call.user().id, call.now, call.world.random);
    return json_response(200, snapshot_of(*playlist));
  }
  if (!range_start || !insert_before) return refuse(400, "Missing required field: uris");
  const json::Value* snapshot = body.find("snapshot_id");
  const std::string snapshot_id = snapshot != nullptr && snapshot->is_string() ? snapshot->string() : "";
  TRY_VOID(playlist->reorder({.range_start = *range_start,
                              .range_length = range_length.value_or(1),
                              .insert_before = *insert_before},
                             snapshot_id, call.world.random));
  return json_response(200, snapshot_of(*playlist));
}

Reply remove_playlist_items(Call& call) {
  TRY(Playlist* playlist, writable_playlist(call));
  TRY(const json::Object body, call.body());
  const json::Value* items = body.find(call.path.ends_with("/tracks") ? "tracks" : "items");
  if (items == nullptr || !items->is_array() || items->array().empty()) return refuse(400, "No uris provided");
  if (items->array().size() > kUrisMax) return refuse(400, "You can remove a maximum of 100 tracks per request.");
  std::set<std::string> uris;
  for (const json::Value& item : items->array()) {
    // `positions` is ignored, as the service has done since May 2024.
    const std::string_view uri = item.text_or_empty("uri");
    if (uri.empty()) return refuse(400, "No uris provided");
    const auto parsed = parse_uri(uri);
    const bool valid = uri.starts_with("spotify:local:") ||
                       (parsed && (parsed->type == "track" || parsed->type == "episode"));
    if (!valid) return refuse(400, "Could not remove tracks, please check parameters.");
    uris.emplace(uri);
  }
  const json::Value* snapshot = body.find("snapshot_id");
  const std::string snapshot_id = snapshot != nullptr && snapshot->is_string() ? snapshot->string() : "";
  TRY_VOID(playlist->remove(uris, snapshot_id, call.world.random));
  return json_response(200, snapshot_of(*playlist));
}

Reply put_playlist_image(Call& call) {
  TRY(Playlist* playlist, find_playlist(call));
  TRY_VOID(require_write_scope(call, playlist->visibility, playlist->is_collaborative));
  if (playlist->owner != call.user().id) return refuse(403, "Forbidden");
  const auto type = call.request.headers.find("Content-Type").value_or("");
  if (type != "image/jpeg") return refuse(400, "Unsupported image type");
  if (call.request.body.size() > kImageBytesMax) return empty_response(413);
  const auto image = crypto::base64_decode(call.request.body);
  if (!image || !image->starts_with("\xFF\xD8\xFF")) return refuse(400, "Could not decode the image");
  playlist->cover_url = fmt::format("https://image-cdn-ak.spotifycdn.com/image/ab67706c0000da84{:016x}{:08x}",
                                    fnv1a(call.request.body), static_cast<uint32_t>(fnv1a(playlist->id)));
  return empty_response(202);
}

}  // namespace sim::spotify
