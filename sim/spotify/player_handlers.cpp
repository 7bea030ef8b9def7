// Reads of the player.
#include <fmt/format.h>

#include <algorithm>

#include "sim/spotify/call.h"
#include "sim/spotify/encoding.h"
#include "sim/spotify/handlers.h"

namespace sim::spotify {
namespace {

constexpr size_t kQueueShown = 20;

// The state as it is now, or as it was while a write has not come through yet.
const Player& shown_player(Call& call) {
  User& user = call.user();
  user.player.advance(call.now);
  if (user.stale_player && call.now < user.stale_until) {
    user.stale_player->advance(call.now);
    return *user.stale_player;
  }
  return user.player;
}

json::Object render_device(const Device& device) {
  return {{"id", device.id ? json::Value(*device.id) : json::Value()},
          {"is_active", device.is_active},
          {"is_private_session", device.is_private_session},
          {"is_restricted", device.is_restricted},
          {"name", device.name},
          {"supports_volume", device.supports_volume},
          {"type", device.type},
          {"volume_percent", device.volume_percent ? json::Value(*device.volume_percent) : json::Value()}};
}

json::Object render_disallows(const Player& player, bool is_episode) {
  json::Object disallows;
  const bool is_ad = player.is_advertisement();
  disallows.append(player.is_playing() ? "resuming" : "pausing", true);
  if (is_ad) disallows.append("seeking", true);
  if (is_ad || !player.has_next()) disallows.append("skipping_next", true);
  if (is_ad || !player.has_previous()) disallows.append("skipping_prev", true);
  if (is_ad || is_episode) disallows.append("toggling_repeat_track", true);
  return disallows;
}

std::string_view playing_type(const Player& player, bool is_episode) {
  if (player.is_advertisement()) return "ad";
  return is_episode ? "episode" : "track";
}

// A private session tells nobody what it plays; whether it tells that it plays is a knob.
bool is_private(const Player& player) {
  const Device* device = player.active_device();
  return device != nullptr && device->is_private_session;
}
bool is_silent(const Call& call, const Player& player) {
  if (player.active_device() == nullptr || player.current() == nullptr) return true;
  return is_private(player) && call.config().private_session == PrivateSession::kSilent;
}

json::Object render_state(const Call& call, const Player& player) {
  const Playable& current = *player.current();
  const bool is_episode = current.uri.starts_with("spotify:episode:");
  const auto types = split_list(call.parameter("additional_types").value_or("track"));
  const bool is_unasked = is_episode && std::ranges::find(types, "episode") == types.end();
  const bool hides_item = is_unasked || player.is_advertisement() || is_private(player);
  json::Object state{{"timestamp", player.changed_at().unix_ms},
                     {"context", render_context(player.context_uri())},
                     {"progress_ms", player.progress_ms(call.now)},
                     {"item", hides_item ? json::Value() : render_playable(call.view(), current.uri)}};
  state.append("currently_playing_type", playing_type(player, is_episode));
  state.append("actions", json::Object{{"disallows", render_disallows(player, is_episode)}});
  state.append("is_playing", player.is_playing());
  return state;
}

}  // namespace

Reply get_playback(Call& call) {
  TRY_VOID(call.check_market());
  const Player& player = shown_player(call);
  if (is_silent(call, player)) return empty_response(204);
  json::Object body{{"device", render_device(*player.active_device())},
                    {"shuffle_state", player.shuffle() == Shuffle::kOn},
                    {"smart_shuffle", false},
                    {"repeat_state", repeat_name(player.repeat())}};
  for (json::Member& member : render_state(call, player)) body.append(member.name, std::move(member.value));
  return json_response(200, std::move(body));
}

Reply get_currently_playing(Call& call) {
  TRY_VOID(call.check_market());
  const Player& player = shown_player(call);
  if (is_silent(call, player)) return empty_response(204);
  return json_response(200, render_state(call, player));
}

Reply get_devices(Call& call) {
  json::Array devices;
  for (const Device& device : shown_player(call).devices()) devices.emplace_back(render_device(device));
  return json_response(200, json::Object{{"devices", std::move(devices)}});
}

Reply get_queue(Call& call) {
  const Player& player = shown_player(call);
  const View view = call.view();
  json::Array queue;
  for (const std::string& uri : player.upcoming(kQueueShown)) queue.push_back(render_playable(view, uri));
  const Playable* current = player.is_advertisement() || is_private(player) ? nullptr : player.current();
  return json_response(
      200, json::Object{{"currently_playing", current != nullptr ? render_playable(view, current->uri) : json::Value()},
                        {"queue", std::move(queue)}});
}

}  // namespace sim::spotify
