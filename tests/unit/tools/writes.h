// A call of every tool that changes something, each of which would do something to the bench's world.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "crypto/base64.h"
#include "tests/unit/tools/bench.h"
#include "tools/receipt.h"

namespace tools {

struct WriteCall {
  std::string tool;
  json::Object arguments;
};

// Keeps a snapshot and a receipt to go back to.
inline std::vector<WriteCall> every_write(Bench& bench) {
  const std::string id = bench.playlist_id("Mixed bag");
  const std::string device = bench.device("Robin's phone");
  const auto parsed = *spotify::PlaylistId::parse(id);
  const json::Array first{bench.playlist("Mixed bag").entries().front().uri};
  const json::Array saved{"spotify:track:" + bench.simulator.user().tracks.items().front().id};
  REQUIRE(bench.loop.run(
      keep(bench.services, "owner",
           Snapshot{.id = "snap_y", .playlist = *spotify::PlaylistId::parse(bench.playlist_id("Twice as nice"))})));
  REQUIRE(bench.loop.run(
      keep(bench.services, "owner", Receipt{.id = "rcpt_x", .playlist = parsed, .tool = "x", .way = Way::kMade})));
  return {
      {"play", {{"uris", bench.track_uris(3)}, {"device_id", device}}},
      {"pause", {}},
      {"skip_next", {}},
      {"skip_previous", {}},
      {"seek", {{"position_ms", 1}}},
      {"set_volume", {{"volume_percent", 1}}},
      {"set_shuffle", {{"shuffle", true}}},
      {"set_repeat", {{"mode", "track"}}},
      {"transfer_playback", {{"device_id", device}}},
      {"add_to_queue", {{"uri", bench.track_uri(1)}}},
      {"create_playlist", {{"name", "x"}}},
      {"update_playlist", {{"playlist_id", id}, {"name", "x"}}},
      {"add_tracks_to_playlist", {{"playlist_id", id}, {"uris", bench.track_uris(150)}}},
      {"remove_tracks_from_playlist", {{"playlist_id", id}, {"uris", first}}},
      {"reorder_playlist", {{"playlist_id", id}, {"range_start", 0}, {"insert_before", 3}}},
      {"unfollow_playlist", {{"playlist_id", id}}},
      {"save_to_library", {{"uris", bench.track_uris(90, 1000)}}},
      {"remove_from_library", {{"uris", saved}}},
      {"logout", {}},
      {"dedupe_playlist", {{"playlist_id", bench.playlist_id("Twice as nice")}}},
      {"replace_playlist_items", {{"playlist_id", bench.playlist_id("Twice as nice")}, {"uris", bench.track_uris(2)}}},
      {"sort_playlist", {{"playlist_id", bench.playlist_id("Twice as nice")}, {"by", "title"}}},
      {"shuffle_playlist", {{"playlist_id", id}}},
      {"clone_playlist", {{"playlist_id", id}, {"name", "x"}}},
      {"merge_playlists", {{"playlist_ids", json::Array{id}}, {"name", "x"}}},
      {"split_playlist", {{"playlist_id", id}, {"by", "artist"}}},
      {"snapshot_playlist", {{"playlist_id", id}}},
      {"restore_playlist", {{"playlist_id", bench.playlist_id("Twice as nice")}, {"snapshot", "snap_y"}}},
      {"undo", {{"receipt", "rcpt_x"}}},
      {"import_playlist", {{"content", bench.track_uri(3)}}},
      {"set_playlist_cover", {{"playlist_id", id}, {"image", crypto::base64_encode("\xFF\xD8\xFF a picture")}}},
      {"follow_artists", {{"artist_ids", json::Array{bench.stranger()}}}},
      {"unfollow_artists", {{"artist_ids", json::Array{bench.followed()}}}},
      {"cleanup_cache", {}},
      {"clear_user_cache", {}},
  };
}

}  // namespace tools
