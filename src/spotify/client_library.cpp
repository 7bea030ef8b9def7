// The library: saved things and followed ones behind one endpoint that takes URIs in the query only, 40 at a time.
#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <set>
#include <string_view>

#include "spotify/errors.h"
#include "spotify/transport.h"

namespace spotify {
namespace {

std::vector<std::string> library_reads() {
  return {"/me/library",  "/me/tracks",     "/me/albums",    "/me/shows",
          "/me/episodes", "/me/audiobooks", "/me/playlists", "/me/following"};
}

base::Error nothing_given() { return {base::Code::kInvalidArgument, "Give at least one item.", {}, std::nullopt}; }

template <class Item>
std::string joined(const std::vector<Item>& items, size_t from) {
  const size_t end = std::min(from + kLibraryItemsPerRequest, items.size());
  std::string text;
  for (size_t i = from; i < end; ++i) text.append(text.empty() ? "" : ",").append(items[i].text());
  return text;
}

ApiRequest library_request(Operation operation, const std::vector<LibraryUri>& items, size_t from, Call call) {
  return {.operation = operation,
          .target = make_target(info(operation), {}, {{"uris", joined(items, from)}}),
          .call = std::move(call)};
}

ApiRequest library_request(Operation operation, const std::vector<ArtistId>& artists, size_t from, Call call) {
  return {.operation = operation,
          .target = make_target(info(operation), {}, {{"type", "artist"}, {"ids", joined(artists, from)}}),
          .call = std::move(call)};
}

// Spotify does not say which permission it misses; it follows from what was asked for.
std::string_view scope_for(const LibraryUri& item) {
  switch (item.kind()) {
    case Kind::kArtist:
    case Kind::kUser:
      return "user-follow-modify";
    case Kind::kPlaylist:
      return "playlist-modify-public";
    default:
      return "user-library-modify";
  }
}
std::string_view scope_for(const ArtistId& artist) { return scope_for(LibraryUri(artist)); }

template <class Item>
base::Error naming_scopes(base::Error error, const std::vector<Item>& items, size_t from) {
  if (cause_of(error) != Cause::kScope) return error;
  const size_t end = std::min(from + kLibraryItemsPerRequest, items.size());
  std::set<std::string_view> scopes;
  for (size_t i = from; i < end; ++i) scopes.insert(scope_for(items[i]));
  error.message = scope_error(fmt::format("{}", fmt::join(scopes, " or ")), "").message;
  return error;
}

template <class Item>
base::Task<base::Result<LibraryWrite>> write_library(Transport& transport, Operation operation, std::vector<Item> items,
                                                     Call call) {
  if (items.empty()) co_return std::unexpected(nothing_given());
  LibraryWrite written;
  for (size_t at = 0; at < items.size(); at += kLibraryItemsPerRequest) {
    auto done = co_await command(transport, library_request(operation, items, at, call), library_reads());
    if (!done) {
      base::Error error = naming_scopes(std::move(done).error(), items, at);
      if (at == 0) co_return std::unexpected(std::move(error));
      written.stopped = std::move(error);
      break;
    }
    written.items_done += std::min(kLibraryItemsPerRequest, items.size() - at);
  }
  co_return written;
}

struct Following {
  Operation in_library;
  Operation by_ids;
};

// The library takes artists too, although its description leaves them out; only older apps have the documented way.
base::Task<base::Result<LibraryWrite>> write_following(Client& client, Transport& transport, Following operations,
                                                       std::vector<ArtistId> artists, Call call) {
  const auto regime = co_await client.regime(call);
  if (!regime && regime.error().code == base::Code::kUnauthenticated) co_return std::unexpected(regime.error());
  if (regime && exists_in(info(operations.by_ids), *regime)) {
    co_return co_await write_library(transport, operations.by_ids, std::move(artists), std::move(call));
  }
  std::vector<LibraryUri> uris(artists.begin(), artists.end());
  co_return co_await write_library(transport, operations.in_library, std::move(uris), std::move(call));
}

ApiRequest saved_request(Operation operation, PageRequest asked, const std::optional<Market>& market, Call call) {
  http::Parameters query;
  add_page(query, asked);
  add_market(query, market);
  return {.operation = operation, .target = make_target(info(operation), {}, query), .call = call};
}

}  // namespace

Client::Answer<LibraryWrite> Client::save_to_library(std::vector<LibraryUri> items, Call call) {
  co_return co_await write_library(*transport_, Operation::kSaveToLibrary, std::move(items), call);
}

Client::Answer<LibraryWrite> Client::remove_from_library(std::vector<LibraryUri> items, Call call) {
  co_return co_await write_library(*transport_, Operation::kRemoveFromLibrary, std::move(items), call);
}

Client::Answer<std::vector<bool>> Client::check_library(std::vector<LibraryUri> items, Call call) {
  if (items.empty()) co_return std::unexpected(nothing_given());
  std::vector<bool> flags;
  for (size_t at = 0; at < items.size(); at += kLibraryItemsPerRequest) {
    CO_TRY(const auto part,
           co_await read_as<Several<bool>>(*transport_, library_request(Operation::kCheckLibrary, items, at, call)));
    // An answer that does not match one to one says nothing about any of them.
    if (part.skipped > 0 || part.size() != std::min(kLibraryItemsPerRequest, items.size() - at)) {
      co_return std::unexpected(make_error(Cause::kUpstream, base::Code::kUpstream,
                                           "Spotify did not answer for every item. Try again with fewer.",
                                           "contains: other length"));
    }
    flags.insert(flags.end(), part.begin(), part.end());
  }
  co_return flags;
}

Client::Answer<LibraryWrite> Client::follow_artists(std::vector<ArtistId> artists, Call call) {
  constexpr Following kOperations{.in_library = Operation::kSaveToLibrary, .by_ids = Operation::kFollow};
  co_return co_await write_following(*this, *transport_, kOperations, std::move(artists), call);
}

Client::Answer<LibraryWrite> Client::unfollow_artists(std::vector<ArtistId> artists, Call call) {
  constexpr Following kOperations{.in_library = Operation::kRemoveFromLibrary, .by_ids = Operation::kUnfollow};
  co_return co_await write_following(*this, *transport_, kOperations, std::move(artists), call);
}

Client::Answer<Page<SavedTrack>> Client::saved_tracks(PageRequest page, std::optional<Market> market, Call call) {
  const PageRequest asked = folded(page);
  co_return co_await read_page<SavedTrack>(*transport_, saved_request(Operation::kGetSavedTracks, asked, market, call),
                                           asked);
}

Client::Answer<Page<SavedAlbum>> Client::saved_albums(PageRequest page, std::optional<Market> market, Call call) {
  const PageRequest asked = folded(page);
  co_return co_await read_page<SavedAlbum>(*transport_, saved_request(Operation::kGetSavedAlbums, asked, market, call),
                                           asked);
}

}  // namespace spotify
