// Podcasts and audiobooks, and those of them that the user saved.
#include "spotify/transport.h"

namespace spotify {
namespace {

ApiRequest read_of(Operation operation, std::string_view id, const std::optional<Market>& market, Call call) {
  http::Parameters query;
  add_market(query, market);
  return {.operation = operation, .target = make_target(info(operation), {id}, query), .call = std::move(call)};
}

ApiRequest list_of(Operation operation, std::initializer_list<std::string_view> id, PageRequest asked,
                   const std::optional<Market>& market, Call call) {
  http::Parameters query;
  add_page(query, asked);
  add_market(query, market);
  return {.operation = operation, .target = make_target(info(operation), id, query), .call = std::move(call)};
}

}  // namespace

Client::Answer<Show> Client::show(ShowId id, std::optional<Market> market, Call call) {
  co_return co_await read_as<Show>(*transport_, read_of(Operation::kGetShow, id.text(), market, call));
}

Client::Answer<Page<SimplifiedEpisode>> Client::show_episodes(ShowId id, PageRequest page, std::optional<Market> market,
                                                              Call call) {
  const PageRequest asked = folded(page);
  ApiRequest request = list_of(Operation::kGetShowEpisodes, {id.text()}, asked, market, call);
  co_return co_await read_page<SimplifiedEpisode>(*transport_, std::move(request), asked);
}

Client::Answer<Episode> Client::episode(EpisodeId id, std::optional<Market> market, Call call) {
  co_return co_await read_as<Episode>(*transport_, read_of(Operation::kGetEpisode, id.text(), market, call));
}

Client::Answer<Audiobook> Client::audiobook(AudiobookId id, std::optional<Market> market, Call call) {
  co_return co_await read_as<Audiobook>(*transport_, read_of(Operation::kGetAudiobook, id.text(), market, call));
}

Client::Answer<Page<SimplifiedEpisode>> Client::audiobook_chapters(AudiobookId id, PageRequest page,
                                                                   std::optional<Market> market, Call call) {
  const PageRequest asked = folded(page);
  ApiRequest request = list_of(Operation::kGetAudiobookChapters, {id.text()}, asked, market, call);
  co_return co_await read_page<SimplifiedEpisode>(*transport_, std::move(request), asked);
}

Client::Answer<Page<SavedShow>> Client::saved_shows(PageRequest page, Call call) {
  const PageRequest asked = folded(page);
  ApiRequest request = list_of(Operation::kGetSavedShows, {}, asked, std::nullopt, call);
  co_return co_await read_page<SavedShow>(*transport_, std::move(request), asked);
}

Client::Answer<Page<SavedEpisode>> Client::saved_episodes(PageRequest page, std::optional<Market> market, Call call) {
  const PageRequest asked = folded(page);
  ApiRequest request = list_of(Operation::kGetSavedEpisodes, {}, asked, market, call);
  co_return co_await read_page<SavedEpisode>(*transport_, std::move(request), asked);
}

Client::Answer<Page<SimplifiedAudiobook>> Client::saved_audiobooks(PageRequest page, Call call) {
  const PageRequest asked = folded(page);
  ApiRequest request = list_of(Operation::kGetSavedAudiobooks, {}, asked, std::nullopt, call);
  co_return co_await read_page<SimplifiedAudiobook>(*transport_, std::move(request), asked);
}

}  // namespace spotify
