// JSON of the catalogue's objects, as the regime shows them: dev2026 lacks popularity, followers, available_markets,
// label, publisher and their like.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "json/value.h"
#include "sim/spotify/catalogue.h"
#include "sim/spotify/config.h"
#include "sim/spotify/player.h"

namespace sim::spotify {

inline constexpr std::string_view kApiUrl = "https://api.spotify.com/v1";

struct View {
  const Catalogue& catalogue;
  Regime regime = Regime::kDev2026;
  // As asked for: `is_playable` only appears with one.
  std::optional<std::string_view> market{};
  bool resume_points = false;
  // How far this person heard what they played; null for none.
  const Player* player = nullptr;
  base::Wall now{};

  bool is_legacy() const { return regime != Regime::kDev2026; }
};

json::Object render_artist_reference(const View& view, Index index);
json::Object render_artist(const View& view, Index index);
json::Object render_simplified_album(const View& view, Index index);
json::Object render_album(const View& view, Index index);
json::Object render_simplified_track(const View& view, Index index);
json::Object render_track(const View& view, Index index);
json::Object render_simplified_show(const View& view, Index index);
json::Object render_show(const View& view, Index index);
json::Object render_simplified_episode(const View& view, Index index);
json::Object render_episode(const View& view, Index index);
json::Object render_simplified_audiobook(const View& view, Index index);
json::Object render_audiobook(const View& view, Index index);
json::Object render_simplified_chapter(const View& view, Index index);
json::Object render_chapter(const View& view, Index index);
// From a "spotify:local:artist:album:title:seconds".
json::Object render_local_track(std::string_view uri);

// What a track or episode URI stands for; null when it is neither or no longer exists.
json::Value render_playable(const View& view, std::string_view uri);
std::optional<Ref> find_playable(const Catalogue& catalogue, std::string_view uri);
int64_t duration_ms(const Catalogue& catalogue, Ref playable);

// A context object of playback and history; null without one.
json::Value render_context(const std::optional<std::string>& uri);
json::Array render_images(std::string_view prefix, std::string_view id);
// The owner and adder of playlists.
json::Object render_user_reference(std::string_view id);
// With milliseconds, as recently played has them.
std::string to_rfc3339_ms(base::Wall at);

}  // namespace sim::spotify
