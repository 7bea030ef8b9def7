// Playlists and their items. A long write is cut into requests of 100, one after the other, because their order counts.
#include <algorithm>

#include "spotify/transport.h"

namespace spotify {
namespace {

constexpr std::string_view kBothTypes = "track,episode";

struct SnapshotAnswer {
  Maybe<SnapshotId> snapshot_id;

  static constexpr auto fields() {
    return schema::Fields{schema::defaulted("snapshot_id", &SnapshotAnswer::snapshot_id)};
  }
};

struct Chunk {
  Operation operation = Operation::kAddPlaylistItems;
  json::Object body;
  size_t items = 0;
};

enum class Chain { kNone, kSnapshot };

std::vector<std::string> reads_of(const PlaylistId& id) {
  return {"/playlists/" + std::string(id.text()), "/me/playlists"};
}

base::Error nothing_given() { return {base::Code::kInvalidArgument, "Give at least one item.", {}, std::nullopt}; }

template <class T>
json::Array uris_of(const std::vector<T>& items, size_t from, size_t count) {
  json::Array uris;
  for (size_t i = from; i < from + count; ++i) uris.emplace_back(items[i].text());
  return uris;
}

std::optional<SnapshotId> snapshot_of(const Json& json) {
  if (json == nullptr) return std::nullopt;
  const auto answer = schema::parse<SnapshotAnswer>(*json, schema::Mode::kTolerant, "answer");
  return answer ? answer->snapshot_id : std::nullopt;
}

// With kSnapshot each request names the revision that the one before made.
base::Task<base::Result<PlaylistWrite>> write_chunks(Transport& transport, PlaylistId id, std::vector<Chunk> chunks,
                                                     std::optional<SnapshotId> snapshot, Chain chain, Call call) {
  PlaylistWrite written;
  size_t total = 0;
  for (const Chunk& chunk : chunks) total += chunk.items;
  for (Chunk& chunk : chunks) {
    if (chain == Chain::kSnapshot && snapshot) chunk.body.set("snapshot_id", snapshot->text());
    ApiRequest request{.operation = chunk.operation,
                       .target = make_target(info(chunk.operation), {id.text()}, {}),
                       .body = std::move(chunk.body),
                       .call = call};
    auto answer = co_await transport.write(std::move(request), reads_of(id));
    if (!answer) {
      if (&chunk == chunks.data()) co_return std::unexpected(std::move(answer).error());
      written.stopped = std::move(answer).error();
      break;
    }
    written.items_done += chunk.items;
    // Without a snapshot in the answer the next request names none, rather than an old one.
    snapshot = snapshot_of(*answer);
    written.snapshot = snapshot;
    if (call.on_progress && chunks.size() > 1) call.on_progress(written.items_done, total);
  }
  co_return written;
}

void add_chunks(std::vector<Chunk>& chunks, const std::vector<PlayableUri>& items, size_t from,
                std::optional<int> position) {
  for (size_t at = from; at < items.size(); at += kPlaylistItemsPerRequest) {
    const size_t count = std::min(kPlaylistItemsPerRequest, items.size() - at);
    json::Object body{{"uris", uris_of(items, at, count)}};
    if (position) body.append("position", *position + static_cast<int>(at));
    chunks.push_back({Operation::kAddPlaylistItems, std::move(body), count});
  }
}

}  // namespace

Client::Answer<Page<SimplifiedPlaylist>> Client::my_playlists(PageRequest page, Call call) {
  const PageRequest asked = folded(page);
  http::Parameters query;
  add_page(query, asked);
  ApiRequest request{.operation = Operation::kGetMyPlaylists,
                     .target = make_target(info(Operation::kGetMyPlaylists), {}, query),
                     .call = call};
  co_return co_await read_page<SimplifiedPlaylist>(*transport_, std::move(request), asked);
}

Client::Answer<Playlist> Client::playlist(PlaylistId id, std::optional<Market> market, Call call) {
  http::Parameters query{{"additional_types", std::string(kBothTypes)}};
  add_market(query, market);
  ApiRequest request{.operation = Operation::kGetPlaylist,
                     .target = make_target(info(Operation::kGetPlaylist), {id.text()}, query),
                     .call = call};
  co_return co_await read_as<Playlist>(*transport_, std::move(request));
}

Client::Answer<Page<PlaylistEntry>> Client::playlist_items(PlaylistId id, PageRequest page,
                                                           std::optional<Market> market,
                                                           std::optional<SnapshotId> snapshot, Call call) {
  const PageRequest asked = folded(page);
  http::Parameters query{{"additional_types", std::string(kBothTypes)}};
  add_page(query, asked);
  add_market(query, market);
  ApiRequest request{.operation = Operation::kGetPlaylistItems,
                     .target = make_target(info(Operation::kGetPlaylistItems), {id.text()}, query),
                     .call = call};
  if (snapshot) request.version = snapshot->text();
  co_return co_await read_page<PlaylistEntry>(*transport_, std::move(request), asked);
}

Client::Answer<Playlist> Client::create_playlist(NewPlaylist playlist, Call call) {
  json::Object body{{"name", playlist.name}, {"public", playlist.is_public}};
  if (playlist.collaborative) body.append("collaborative", true);
  if (!playlist.description.empty()) body.append("description", playlist.description);
  const OperationInfo& operation = info(Operation::kCreatePlaylist);
  ApiRequest request{.operation = operation.operation,
                     .target = make_target(operation, {}, {}),
                     .body = std::move(body),
                     .call = call};
  CO_TRY(const Json json, co_await transport_->write(std::move(request), {"/me/playlists"}));
  auto created = read_model<Playlist>(json);
  // Spotify said yes but not what: the playlist is there and must not be made twice.
  if (!created || !created->id) {
    co_return std::unexpected(may_have_happened(
        operation, created ? base::Error{base::Code::kUpstream, {}, "no id", std::nullopt} : created.error()));
  }
  co_return created;
}

Client::Answer<void> Client::change_playlist(PlaylistId id, PlaylistChange change, Call call) {
  json::Object body;
  if (change.name) body.append("name", *change.name);
  if (change.description) body.append("description", *change.description);
  if (change.is_public) body.append("public", *change.is_public);
  if (change.collaborative) body.append("collaborative", *change.collaborative);
  if (body.empty()) co_return base::fail(base::Code::kInvalidArgument, "Say what to change about the playlist.");
  ApiRequest request{.operation = Operation::kChangePlaylist,
                     .target = make_target(info(Operation::kChangePlaylist), {id.text()}, {}),
                     .body = std::move(body),
                     .call = call};
  co_return co_await command(*transport_, std::move(request), reads_of(id));
}

Client::Answer<PlaylistWrite> Client::add_playlist_items(PlaylistId id, std::vector<PlayableUri> items,
                                                         std::optional<int> position, Call call) {
  if (items.empty()) co_return std::unexpected(nothing_given());
  std::vector<Chunk> chunks;
  add_chunks(chunks, items, 0, position);
  co_return co_await write_chunks(*transport_, id, std::move(chunks), std::nullopt, Chain::kNone, call);
}

Client::Answer<PlaylistWrite> Client::remove_playlist_items(PlaylistId id, std::vector<Uri> items,
                                                            std::optional<SnapshotId> snapshot, Call call) {
  if (items.empty()) co_return std::unexpected(nothing_given());
  std::vector<Chunk> chunks;
  for (size_t at = 0; at < items.size(); at += kPlaylistItemsPerRequest) {
    const size_t count = std::min(kPlaylistItemsPerRequest, items.size() - at);
    json::Array entries;
    for (size_t i = at; i < at + count; ++i) entries.emplace_back(json::Object{{"uri", items[i].text()}});
    chunks.push_back({Operation::kRemovePlaylistItems, json::Object{{"items", std::move(entries)}}, count});
  }
  co_return co_await write_chunks(*transport_, id, std::move(chunks), std::move(snapshot), Chain::kSnapshot, call);
}

Client::Answer<PlaylistWrite> Client::reorder_playlist_items(PlaylistId id, Reorder reorder, Call call) {
  json::Object body{{"range_start", reorder.range_start},
                    {"insert_before", reorder.insert_before},
                    {"range_length", reorder.range_length}};
  std::vector<Chunk> chunks;
  chunks.push_back({Operation::kReorderPlaylistItems, std::move(body), static_cast<size_t>(reorder.range_length)});
  co_return co_await write_chunks(*transport_, id, std::move(chunks), std::move(reorder.snapshot), Chain::kSnapshot,
                                  call);
}

Client::Answer<PlaylistWrite> Client::replace_playlist_items(PlaylistId id, std::vector<PlayableUri> items, Call call) {
  const size_t first = std::min(kPlaylistItemsPerRequest, items.size());
  std::vector<Chunk> chunks;
  chunks.push_back({Operation::kReplacePlaylistItems, json::Object{{"uris", uris_of(items, 0, first)}}, first});
  add_chunks(chunks, items, first, std::nullopt);
  co_return co_await write_chunks(*transport_, id, std::move(chunks), std::nullopt, Chain::kNone, call);
}

Client::Answer<Several<Image>> Client::playlist_images(PlaylistId id, Call call) {
  ApiRequest request{.operation = Operation::kGetPlaylistImages,
                     .target = make_target(info(Operation::kGetPlaylistImages), {id.text()}, {}),
                     .call = call};
  co_return co_await read_as<Several<Image>>(*transport_, std::move(request));
}

Client::Answer<void> Client::set_playlist_image(PlaylistId id, std::string jpeg_base64, Call call) {
  if (jpeg_base64.empty() || jpeg_base64.size() > kImageTextMax) {
    co_return base::fail(base::Code::kInvalidArgument,
                         "A cover is a JPEG of at most 256 KiB as base64, that is about 190 KiB as a file.");
  }
  ApiRequest request{.operation = Operation::kSetPlaylistImage,
                     .target = make_target(info(Operation::kSetPlaylistImage), {id.text()}, {}),
                     .jpeg_base64 = std::move(jpeg_base64),
                     .call = call};
  co_return co_await command(*transport_, std::move(request), reads_of(id));
}

}  // namespace spotify
