// Search: pages of ten, walked until the asked limit.
#include <algorithm>

#include "spotify/transport.h"

namespace spotify {
namespace {

constexpr int kSearchPage = 10;
// Offset and limit together end here, whatever `total` says.
constexpr int kSearchEnd = 1000;

struct SearchAnswer {
  Maybe<Page<Track>> tracks;
  Maybe<Page<Artist>> artists;
  Maybe<Page<SimplifiedAlbum>> albums;
  Maybe<Page<SimplifiedPlaylist>> playlists;
  Maybe<Page<SimplifiedShow>> shows;
  Maybe<Page<SimplifiedEpisode>> episodes;
  Maybe<Page<SimplifiedAudiobook>> audiobooks;

  static constexpr auto fields() {
    return schema::Fields{
        schema::defaulted("tracks", &SearchAnswer::tracks),
        schema::defaulted("artists", &SearchAnswer::artists),
        schema::defaulted("albums", &SearchAnswer::albums),
        schema::defaulted("playlists", &SearchAnswer::playlists),
        schema::defaulted("shows", &SearchAnswer::shows),
        schema::defaulted("episodes", &SearchAnswer::episodes),
        schema::defaulted("audiobooks", &SearchAnswer::audiobooks),
    };
  }
};

// Appends what was read at `read.offset` to the list; true when this kind has more.
template <class T>
bool append(std::optional<Page<T>>& list, Maybe<Page<T>>& from, PageRequest read, int first_offset) {
  if (!list) {
    list.emplace();
    list->offset = first_offset;
  }
  list->limit = read.offset + read.limit - first_offset;
  // A kind that was asked for and is not there has no results.
  if (!from) return false;
  const int shift = read.offset - first_offset;
  for (size_t i = 0; i < from->items.size(); ++i) {
    list->items.push_back(std::move(from->items[i]));
    list->items.positions.push_back(from->items.positions[i] + shift);
  }
  list->items.skipped += from->items.skipped;
  list->total = from->total;
  return list->has_more();
}

bool append_kind(Kind kind, SearchResults& results, SearchAnswer& from, PageRequest read, int first_offset) {
  switch (kind) {
    case Kind::kTrack:
      return append(results.tracks, from.tracks, read, first_offset);
    case Kind::kArtist:
      return append(results.artists, from.artists, read, first_offset);
    case Kind::kAlbum:
      return append(results.albums, from.albums, read, first_offset);
    case Kind::kPlaylist:
      return append(results.playlists, from.playlists, read, first_offset);
    case Kind::kShow:
      return append(results.shows, from.shows, read, first_offset);
    case Kind::kEpisode:
      return append(results.episodes, from.episodes, read, first_offset);
    case Kind::kAudiobook:
      return append(results.audiobooks, from.audiobooks, read, first_offset);
    default:
      return false;
  }
}

bool is_searchable(Kind kind) {
  return kind != Kind::kChapter && kind != Kind::kUser && kind != Kind::kLocal && kind != Kind::kCollection;
}

ApiRequest search_request(const SearchRequest& request, const std::vector<Kind>& kinds, PageRequest page, Call call) {
  std::string types;
  for (const Kind kind : kinds) types.append(types.empty() ? "" : ",").append(kind_name(kind));
  http::Parameters query{{"q", request.query}, {"type", std::move(types)}};
  add_page(query, page);
  add_market(query, request.market);
  return {.operation = Operation::kSearch, .target = make_target(info(Operation::kSearch), {}, query), .call = call};
}

}  // namespace

Client::Answer<SearchResults> Client::search(SearchRequest request, Call call) {
  const PageRequest asked = folded(request.page);
  std::vector<Kind> kinds;
  for (const Kind kind : request.kinds) {
    if (is_searchable(kind) && std::ranges::find(kinds, kind) == kinds.end()) kinds.push_back(kind);
  }
  if (kinds.empty()) {
    co_return base::fail(base::Code::kInvalidArgument,
                         "Say what to search for: tracks, albums, artists, playlists, shows, episodes or audiobooks.");
  }
  if (asked.offset >= kSearchEnd) {
    co_return base::fail(base::Code::kInvalidArgument,
                         "Spotify ends a search at 1,000 results. Narrow the search text instead.");
  }
  SearchResults results;
  const int end = std::min(asked.offset + asked.limit, kSearchEnd);
  for (int at = asked.offset; at < end && !kinds.empty(); at += kSearchPage) {
    const PageRequest page{std::min(kSearchPage, end - at), at};
    auto read = co_await read_as<SearchAnswer>(*transport_, search_request(request, kinds, page, call));
    if (!read) {
      if (at == asked.offset) co_return std::unexpected(std::move(read).error());
      results.stopped = std::move(read).error();
      break;
    }
    std::erase_if(kinds, [&](Kind kind) { return !append_kind(kind, results, *read, page, asked.offset); });
  }
  co_return results;
}

}  // namespace spotify
