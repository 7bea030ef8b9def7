// Tracks, albums and artists.
#include <algorithm>

#include "spotify/transport.h"

namespace spotify {
namespace {

constexpr int kArtistAlbumsPage = 10;

ApiRequest read_of(Operation operation, std::string_view id, const http::Parameters& query, Call call) {
  return {.operation = operation, .target = make_target(info(operation), {id}, query), .call = call};
}

http::Parameters market_query(const std::optional<Market>& market) {
  http::Parameters query;
  add_market(query, market);
  return query;
}

}  // namespace

Client::Answer<Track> Client::track(TrackId id, std::optional<Market> market, Call call) {
  co_return co_await read_as<Track>(*transport_, read_of(Operation::kGetTrack, id.text(), market_query(market), call));
}

Client::Answer<Album> Client::album(AlbumId id, std::optional<Market> market, Call call) {
  co_return co_await read_as<Album>(*transport_, read_of(Operation::kGetAlbum, id.text(), market_query(market), call));
}

Client::Answer<Page<SimplifiedTrack>> Client::album_tracks(AlbumId id, PageRequest page, std::optional<Market> market,
                                                           Call call) {
  const PageRequest asked = folded(page);
  http::Parameters query;
  add_page(query, asked);
  add_market(query, market);
  co_return co_await read_page<SimplifiedTrack>(*transport_,
                                                read_of(Operation::kGetAlbumTracks, id.text(), query, call), asked);
}

Client::Answer<Artist> Client::artist(ArtistId id, Call call) {
  co_return co_await read_as<Artist>(*transport_, read_of(Operation::kGetArtist, id.text(), {}, call));
}

Client::Answer<Walked<SimplifiedAlbum>> Client::artist_albums(ArtistId id, std::vector<AlbumGroup> groups,
                                                              PageRequest page, std::optional<Market> market,
                                                              Call call) {
  const PageRequest asked = folded(page);
  std::string group_names;
  for (const AlbumGroup group : groups) {
    group_names.append(group_names.empty() ? "" : ",").append(schema::enum_name(group));
  }
  Walked<SimplifiedAlbum> walked;
  walked.page.offset = asked.offset;
  const int end = asked.offset + asked.limit;
  for (int at = asked.offset; at < end; at += kArtistAlbumsPage) {
    const PageRequest part{std::min(kArtistAlbumsPage, end - at), at};
    http::Parameters query;
    if (!group_names.empty()) query.emplace_back("include_groups", group_names);
    add_page(query, part);
    add_market(query, market);
    auto read = co_await read_page<SimplifiedAlbum>(*transport_,
                                                    read_of(Operation::kGetArtistAlbums, id.text(), query, call), part);
    if (!read) {
      if (at == asked.offset) co_return std::unexpected(std::move(read).error());
      walked.stopped = std::move(read).error();
      break;
    }
    for (size_t i = 0; i < read->items.size(); ++i) {
      walked.page.items.push_back(std::move(read->items[i]));
      walked.page.items.positions.push_back(read->items.positions[i] + at - asked.offset);
    }
    walked.page.items.skipped += read->items.skipped;
    walked.page.total = read->total;
    walked.page.limit = at + part.limit - asked.offset;
    if (!walked.page.has_more()) break;
  }
  co_return walked;
}

}  // namespace spotify
