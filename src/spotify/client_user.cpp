// The user: profile, top items, followed artists.
#include <algorithm>

#include "spotify/transport.h"

namespace spotify {
namespace {

struct FollowedAnswer {
  CursorPage<Artist> artists;

  static constexpr auto fields() { return schema::Fields{schema::required("artists", &FollowedAnswer::artists)}; }
};

ApiRequest read_of(Operation operation, const http::Parameters& query, Call call) {
  return {.operation = operation, .target = make_target(info(operation), {}, query), .call = call};
}

http::Parameters top_query(TimeRange range, PageRequest page) {
  http::Parameters query{{"time_range", std::string(schema::enum_name(range))}};
  add_page(query, page);
  return query;
}

}  // namespace

Client::Answer<Me> Client::me(Call call) {
  co_return co_await read_as<Me>(*transport_, read_of(Operation::kGetMe, {}, call));
}

Client::Answer<Page<Artist>> Client::top_artists(TimeRange range, PageRequest page, Call call) {
  const PageRequest asked = folded(page);
  co_return co_await read_page<Artist>(*transport_, read_of(Operation::kGetTopArtists, top_query(range, asked), call),
                                       asked);
}

Client::Answer<Page<Track>> Client::top_tracks(TimeRange range, PageRequest page, Call call) {
  const PageRequest asked = folded(page);
  co_return co_await read_page<Track>(*transport_, read_of(Operation::kGetTopTracks, top_query(range, asked), call),
                                      asked);
}

Client::Answer<CursorPage<Artist>> Client::followed_artists(int limit, std::optional<ArtistId> after, Call call) {
  http::Parameters query{{"type", "artist"}, {"limit", std::to_string(std::clamp(limit, 1, 50))}};
  if (after) query.emplace_back("after", std::string(after->text()));
  CO_TRY(auto answer,
         co_await read_as<FollowedAnswer>(*transport_, read_of(Operation::kGetFollowedArtists, query, call)));
  co_return std::move(answer.artists);
}

}  // namespace spotify
