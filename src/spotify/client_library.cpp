// The library: saved things and followed ones behind one endpoint that takes URIs in the query only, 40 at a time.
#include <algorithm>

#include "spotify/transport.h"

namespace spotify {
namespace {

std::vector<std::string> library_reads() {
  return {"/me/library", "/me/tracks", "/me/albums", "/me/playlists", "/me/following"};
}

base::Error nothing_given() {
  return {base::Code::kInvalidArgument, "Give at least one item.", {}, std::nullopt};
}

ApiRequest library_request(Operation operation, const std::vector<LibraryUri>& items, size_t from, Call call) {
  const size_t end = std::min(from + kLibraryItemsPerRequest, items.size());
  std::string uris;
  for (size_t i = from; i < end; ++i) uris.append(uris.empty() ? "" : ",").append(items[i].text());
  return {.operation = operation,
          .target = make_target(info(operation), {}, {{"uris", std::move(uris)}}),
          .call = call};
}

base::Task<base::Result<LibraryWrite>> write_library(Transport& transport, Operation operation,
                                                     std::vector<LibraryUri> items, Call call) {
  if (items.empty()) co_return std::unexpected(nothing_given());
  LibraryWrite written;
  for (size_t at = 0; at < items.size(); at += kLibraryItemsPerRequest) {
    auto done = co_await command(transport, library_request(operation, items, at, call), library_reads());
    if (!done) {
      if (at == 0) co_return std::unexpected(std::move(done).error());
      written.stopped = std::move(done).error();
      break;
    }
    written.items_done += std::min(kLibraryItemsPerRequest, items.size() - at);
  }
  co_return written;
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
    CO_TRY(const auto part, co_await read_as<Several<bool>>(
                                *transport_, library_request(Operation::kCheckLibrary, items, at, call)));
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

Client::Answer<Page<SavedTrack>> Client::saved_tracks(PageRequest page, std::optional<Market> market, Call call) {
  const PageRequest asked = folded(page);
  co_return co_await read_page<SavedTrack>(*transport_,
                                           saved_request(Operation::kGetSavedTracks, asked, market, call), asked);
}

Client::Answer<Page<SavedAlbum>> Client::saved_albums(PageRequest page, std::optional<Market> market, Call call) {
  const PageRequest asked = folded(page);
  co_return co_await read_page<SavedAlbum>(*transport_,
                                           saved_request(Operation::kGetSavedAlbums, asked, market, call), asked);
}

}  // namespace spotify
