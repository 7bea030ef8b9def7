// Commands to the player. What a command may do is decided by Player; here requests are read and contexts are resolved.
#include <fmt/format.h>

#include <algorithm>

#include "sim/spotify/call.h"
#include "sim/spotify/encoding.h"
#include "sim/spotify/handlers.h"

namespace sim::spotify {
namespace {

// Beyond it the service's front end refuses the body. Undocumented; measured between 800 and 850.
constexpr size_t kPlayUrisMax = 800;

uint64_t draw(Call& call) { return call.world.random.below(UINT64_MAX); }

// What every command does around its own part: time passes, free accounts are refused, a success has no useful body.
template <class Command>
Reply command(Call& call, Command run) {
  User& user = call.user();
  if (user.product == Product::kFree) {
    return refuse(403, "Player command failed: Premium required", "PREMIUM_REQUIRED");
  }
  user.player.advance(call.now);
  const auto lag = call.config().player_lag;
  std::optional<Player> before;
  if (lag.count() > 0) before = user.player;
  const Answer<void> done = run(user.player);
  if (!done) return std::unexpected(done.error());
  if (before) {
    user.stale_player = std::move(before);
    user.stale_until = call.now + lag;
  }
  if (call.config().command_reply == CommandReply::kNoContent) return empty_response(204);
  return text_response(200, "oPClBVDzidwlAlSqmFF-zKNO62E");
}

std::optional<std::string_view> device_of(const Call& call) { return call.parameter("device_id"); }

void append_playable(const Catalogue& catalogue, std::string_view uri, std::vector<Playable>& items) {
  const auto ref = find_playable(catalogue, uri);
  if (ref) items.push_back({std::string(uri), duration_ms(catalogue, *ref)});
}

void append_all(std::string_view type, const auto& things, const std::vector<Index>& list,
                std::vector<Playable>& items) {
  for (const Index i : list) {
    items.push_back({fmt::format("spotify:{}:{}", type, things[i].id), int64_t{things[i].duration_ms}});
  }
}

// The playable items of a context in its order. Local files and items that no longer exist are passed over.
Answer<std::vector<Playable>> context_items(Call& call, std::string_view uri) {
  const Catalogue& catalogue = call.catalogue();
  std::vector<Playable> items;
  if (uri == fmt::format("spotify:user:{}:collection", call.user().id)) {
    for (const Saved& saved : call.user().tracks.items()) {
      append_playable(catalogue, "spotify:track:" + saved.id, items);
    }
    return items;
  }
  const auto parsed = parse_uri(uri);
  if (!parsed) return refuse(400, "Invalid context uri");
  if (parsed->type == "playlist") {
    const Playlist* playlist = call.world.find_playlist(parsed->id);
    if (playlist == nullptr) return refuse(404, "Resource not found");
    for (const Entry& entry : playlist->entries()) append_playable(catalogue, entry.uri, items);
    return items;
  }
  const auto ref = catalogue.find(parsed->id);
  const auto is = [&](std::string_view type, Kind kind) { return parsed->type == type && ref && ref->kind == kind; };
  if (is("album", Kind::kAlbum)) {
    append_all("track", catalogue.tracks, catalogue.albums[ref->index].tracks, items);
  } else if (is("artist", Kind::kArtist)) {
    append_all("track", catalogue.tracks, catalogue.artists[ref->index].tracks, items);
    if (items.size() > 50) items.resize(50);
  } else if (is("show", Kind::kShow)) {
    append_all("episode", catalogue.episodes, catalogue.shows[ref->index].episodes, items);
  } else if (is("show", Kind::kAudiobook) || is("audiobook", Kind::kAudiobook)) {
    append_all("episode", catalogue.chapters, catalogue.audiobooks[ref->index].chapters, items);
  } else if (parsed->type == "track" || parsed->type == "episode" || parsed->type == "user") {
    return refuse(400, "Invalid context uri");
  } else {
    return refuse(404, "Resource not found");
  }
  return items;
}

Answer<std::vector<Playable>> listed_items(const Call& call, const json::Value& uris) {
  if (!uris.is_array()) return refuse(400, "Malformed json");
  if (uris.array().size() > kPlayUrisMax) return refuse(413, "Request entity too large");
  std::vector<Playable> items;
  for (const json::Value& uri : uris.array()) {
    const size_t before = items.size();
    if (uri.is_string()) append_playable(call.catalogue(), uri.string(), items);
    if (items.size() == before) return refuse(400, "Invalid track uri");
  }
  if (items.empty()) return refuse(400, "No uris provided");
  return items;
}

Answer<size_t> offset_in(const json::Object& body, const std::vector<Playable>& items, std::string_view context) {
  const json::Value* offset = body.find("offset");
  if (offset == nullptr || offset->is_null()) return 0U;
  if (context.starts_with("spotify:artist:")) return refuse(400, "Can't have offset for context type: ARTIST");
  const std::string_view uri = offset->text_or_empty("uri");
  if (!uri.empty()) {
    const auto found = std::ranges::find(items, uri, &Playable::uri);
    if (found == items.end()) return refuse(400, "Invalid offset");
    return static_cast<size_t>(found - items.begin());
  }
  const json::Value* position = offset->find("position");
  if (position == nullptr || !position->is_integer()) return refuse(400, "Invalid offset");
  if (position->integer() < 0 || position->integer() >= static_cast<int64_t>(items.size())) {
    return refuse(400, "Invalid offset");
  }
  return static_cast<size_t>(position->integer());
}

Answer<int64_t> required_number(const Call& call, std::string_view name, int64_t high) {
  if (!call.parameter(name)) return refuse(400, fmt::format("Required parameter {} missing", name));
  return integer_parameter(call, name, 0, 0, high);
}

Reply start_items(Call& call, const json::Object& body, std::string_view context_uri) {
  const json::Value* uris = body.find("uris");
  if (!context_uri.empty() && uris != nullptr) return refuse(400, "context_uri and uris cannot both be given");
  TRY(std::vector<Playable> items,
      context_uri.empty() ? listed_items(call, *uris) : context_items(call, context_uri));
  Player::Start start;
  TRY(const size_t first, offset_in(body, items, context_uri));
  start.first = first;
  start.items = std::move(items);
  if (!context_uri.empty()) start.context_uri = context_uri;
  if (const json::Value* position = body.find("position_ms")) {
    if (!position->is_integer() || position->integer() < 0) return refuse(400, "Invalid position_ms");
    start.position_ms = position->integer();
  }
  const uint64_t seed = draw(call);
  return command(call, [&](Player& player) { return player.start(device_of(call), std::move(start), seed, call.now); });
}

}  // namespace

Reply start_playback(Call& call) {
  TRY(const json::Object body, call.body());
  const json::Value* context = body.find("context_uri");
  if (context != nullptr && !context->is_string()) return refuse(400, "Invalid context uri");
  if (context != nullptr || body.find("uris") != nullptr) {
    return start_items(call, body, context != nullptr ? std::string_view(context->string()) : "");
  }
  // `{"position_ms": n}` alone resumes there, `{}` and no body just resume.
  const json::Value* position = body.find("position_ms");
  return command(call, [&](Player& player) -> Answer<void> {
    TRY_VOID(player.resume(device_of(call), call.now));
    if (position == nullptr || !position->is_integer()) return {};
    return player.seek(std::nullopt, std::max<int64_t>(0, position->integer()), call.now);
  });
}

Reply transfer_playback(Call& call) {
  TRY(const json::Object body, call.body());
  const json::Value* ids = body.find("device_ids");
  if (ids == nullptr || !ids->is_array() || ids->array().empty()) {
    return refuse(400, "Missing required field: device_ids");
  }
  if (ids->array().size() > 1) return refuse(400, "Only one device_id is supported");
  if (!ids->array()[0].is_string()) return refuse(400, "Malformed json");
  const json::Value* play = body.find("play");
  const bool starts = play != nullptr && play->is_boolean() && play->boolean();
  const auto how = starts ? Player::Transfer::kPlay : Player::Transfer::kKeepState;
  return command(call,
                 [&](Player& player) { return player.transfer(ids->array()[0].string(), how, call.now); });
}

Reply pause_playback(Call& call) {
  return command(call, [&](Player& player) { return player.pause(device_of(call), call.now); });
}

Reply skip_to_next(Call& call) {
  return command(call, [&](Player& player) { return player.next(device_of(call), call.now); });
}

Reply skip_to_previous(Call& call) {
  return command(call, [&](Player& player) { return player.previous(device_of(call), call.now); });
}

Reply seek_playback(Call& call) {
  TRY(const int64_t position, required_number(call, "position_ms", INT32_MAX));
  return command(call, [&](Player& player) { return player.seek(device_of(call), position, call.now); });
}

Reply set_volume(Call& call) {
  TRY(const int64_t percent, required_number(call, "volume_percent", 100));
  return command(call, [&](Player& player) {
    return player.set_volume(device_of(call), static_cast<int>(percent), call.now);
  });
}

Reply set_shuffle(Call& call) {
  const auto state = call.parameter("state");
  if (!state) return refuse(400, "Required parameter state missing");
  if (state != "true" && state != "false") return refuse(400, "Invalid state");
  const Shuffle shuffle = state == "true" ? Shuffle::kOn : Shuffle::kOff;
  const uint64_t seed = draw(call);
  return command(call,
                 [&](Player& player) { return player.set_shuffle(device_of(call), shuffle, seed, call.now); });
}

Reply set_repeat(Call& call) {
  const auto state = call.parameter("state");
  if (!state) return refuse(400, "Required parameter state missing");
  if (state != "off" && state != "track" && state != "context") return refuse(400, "Invalid state");
  const Repeat repeat = state == "off"     ? Repeat::kOff
                        : state == "track" ? Repeat::kTrack
                                           : Repeat::kContext;
  return command(call, [&](Player& player) { return player.set_repeat(device_of(call), repeat, call.now); });
}

Reply add_to_queue(Call& call) {
  const auto uri = call.parameter("uri");
  if (!uri) return refuse(400, "Required parameter uri missing");
  const auto parsed = parse_uri(*uri);
  if (!parsed || (parsed->type != "track" && parsed->type != "episode")) return refuse(400, "Invalid track uri");
  const auto ref = find_playable(call.catalogue(), *uri);
  if (!ref) return refuse(404, "Resource not found");
  Playable item{std::string(*uri), duration_ms(call.catalogue(), *ref)};
  return command(call,
                 [&](Player& player) { return player.enqueue(device_of(call), std::move(item), call.now); });
}

}  // namespace sim::spotify
