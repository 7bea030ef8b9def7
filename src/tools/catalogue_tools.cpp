// The toolset "catalogue": one thing in detail.
#include <algorithm>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tools/answers.h"
#include "tools/arguments.h"
#include "tools/list.h"
#include "tools/make.h"
#include "tools/present.h"

namespace tools {
namespace {

std::vector<Reference> references(const Presenter& presenter,
                                  const spotify::Several<spotify::SimplifiedArtist>& artists) {
  std::vector<Reference> out;
  for (const auto& artist : artists) {
    if (artist.id) out.push_back({.uri = artist.id->uri(), .name = presenter.name(artist.name, artist.id->uri())});
  }
  return out;
}

struct TrackArguments {
  spotify::TrackId track_id;
  std::optional<spotify::Market> market;

  static constexpr auto fields() {
    return schema::Fields{
        schema::required("track_id", &TrackArguments::track_id, "Id, URI or link."),
        schema::optional("market", &TrackArguments::market, kAboutMarket),
    };
  }
};

struct TrackAnswer {
  std::string uri;
  std::optional<std::string> name{};
  std::vector<Reference> artists{};
  std::optional<Reference> album{};
  std::optional<std::string> released{};
  std::optional<int64_t> duration_ms{};
  std::optional<bool> is_explicit{};
  std::optional<bool> is_playable{};
  std::optional<std::string> restriction{};
  std::optional<int64_t> disc_number{};
  std::optional<int64_t> track_number{};
  std::optional<std::string> isrc{};
  std::optional<std::string> url{};

  static constexpr auto fields() {
    using Self = TrackAnswer;
    return schema::Fields{
        schema::required("uri", &Self::uri),
        schema::optional("name", &Self::name),
        schema::required("artists", &Self::artists),
        schema::optional("album", &Self::album),
        schema::optional("released", &Self::released),
        schema::optional("duration_ms", &Self::duration_ms),
        schema::optional("explicit", &Self::is_explicit),
        schema::optional("playable", &Self::is_playable),
        schema::optional("restriction", &Self::restriction),
        schema::optional("disc_number", &Self::disc_number),
        schema::optional("track_number", &Self::track_number),
        schema::optional("isrc", &Self::isrc),
        schema::optional("url", &Self::url),
    };
  }
};

base::Task<base::Result<TrackAnswer>> get_track_details(const Services& services, mcp::CallContext& context,
                                                        TrackArguments arguments) {
  const auto client = services.client_for(context.principal());
  CO_TRY(const auto track, co_await client->track(arguments.track_id, arguments.market, call_of(context)));
  const Presenter presenter(services);
  TrackAnswer answer{.uri = track.id ? track.id->uri() : arguments.track_id.uri()};
  answer.name = presenter.name(track.name, answer.uri);
  answer.artists = references(presenter, track.artists);
  if (track.album) {
    if (track.album->id)
      answer.album = Reference{track.album->id->uri(), presenter.name(track.album->name, track.album->id->uri())};
    answer.released = text_of(track.album->release_date);
  }
  answer.duration_ms = number(track.duration_ms);
  answer.is_explicit = track.is_explicit;
  answer.is_playable = track.is_playable;
  if (track.restrictions) answer.restriction = text_of(track.restrictions->reason);
  answer.disc_number = number(track.disc_number);
  answer.track_number = number(track.track_number);
  if (track.external_ids && track.external_ids->isrc) answer.isrc = text_of(*track.external_ids->isrc);
  answer.url = presenter.link(arguments.track_id.url());
  co_return answer;
}

struct AlbumArguments {
  spotify::AlbumId album_id;
  Limit limit{50};
  std::optional<CursorText> cursor;
  std::optional<spotify::Market> market;

  static constexpr auto fields() {
    return schema::Fields{
        schema::required("album_id", &AlbumArguments::album_id, "Id, URI or link."),
        schema::defaulted("limit", &AlbumArguments::limit, kAboutLimit),
        schema::optional("cursor", &AlbumArguments::cursor, kAboutCursor),
        schema::optional("market", &AlbumArguments::market, kAboutMarket),
    };
  }
};

struct AlbumAnswer : List {
  std::string uri;
  std::optional<std::string> name{};
  std::vector<Reference> artists{};
  std::optional<std::string> type{};
  std::optional<std::string> released{};
  std::optional<std::string> upc{};
  std::optional<std::string> url{};

  static constexpr auto fields() {
    using Self = AlbumAnswer;
    return schema::Fields{
               schema::required("uri", &Self::uri),           schema::optional("name", &Self::name),
               schema::required("artists", &Self::artists),   schema::optional("type", &Self::type),
               schema::optional("released", &Self::released), schema::optional("upc", &Self::upc),
               schema::optional("url", &Self::url),
           } +
           List::fields();
  }
};

base::Task<base::Result<AlbumAnswer>> get_album_details(const Services& services, mcp::CallContext& context,
                                                        AlbumArguments arguments) {
  const ListKey key(services, context, "get_album_details", {arguments.album_id.text(), text_of(arguments.market)});
  CO_TRY(const int offset, key.offset_of(arguments.cursor));
  const int limit = static_cast<int>(arguments.limit.value());
  const auto client = services.client_for(context.principal());
  CO_TRY(auto album, co_await client->album(arguments.album_id, arguments.market, call_of(context)));
  const Presenter presenter(services);
  AlbumAnswer answer;
  answer.uri = arguments.album_id.uri();
  answer.name = presenter.name(album.name, answer.uri);
  answer.artists = references(presenter, album.artists);
  answer.type = text_of(album.album_type);
  answer.released = text_of(album.release_date);
  if (album.external_ids && album.external_ids->upc) answer.upc = text_of(*album.external_ids->upc);
  answer.url = presenter.link(arguments.album_id.url());

  // The album brings its first tracks along; only what lies beyond them is asked for.
  spotify::Page<spotify::SimplifiedTrack> page;
  if (album.tracks) page = *std::move(album.tracks);
  const int known = page.offset + std::max(page.limit, static_cast<int>(page.items.size()) + page.items.skipped);
  if (offset != 0 || std::min(limit, page.total) > known || page.total == 0) {
    const spotify::PageRequest request{.limit = limit, .offset = offset};
    CO_TRY(page, co_await client->album_tracks(arguments.album_id, request, arguments.market, call_of(context)));
  }
  Rows rows = rows_of(page, [&](const spotify::SimplifiedTrack& track) {
    auto item = presenter.item(track);
    // An album's own artists need no repetition on every row.
    if (item && track.artists.size() == album.artists.size() && item->artists == presenter.names(album.artists)) {
      item->artists.reset();
    }
    return item;
  });
  const int end = offset + limit;
  cut_at(rows, end);
  fill(answer, std::move(rows), {.total = page.total, .end = end}, services.options.answer_bytes_max,
       [&](int place) { return key.cursor_at(place); });
  co_return answer;
}

struct ArtistArguments {
  spotify::ArtistId artist_id;

  static constexpr auto fields() {
    return schema::Fields{schema::required("artist_id", &ArtistArguments::artist_id, "Id, URI or link.")};
  }
};

struct ArtistAnswer {
  std::string uri;
  std::optional<std::string> name{};
  std::optional<std::vector<std::string>> genres{};
  std::optional<int64_t> followers{};
  std::optional<std::string> url{};

  static constexpr auto fields() {
    using Self = ArtistAnswer;
    return schema::Fields{
        schema::required("uri", &Self::uri),       schema::optional("name", &Self::name),
        schema::optional("genres", &Self::genres), schema::optional("followers", &Self::followers),
        schema::optional("url", &Self::url),
    };
  }
};

base::Task<base::Result<ArtistAnswer>> get_artist_details(const Services& services, mcp::CallContext& context,
                                                          ArtistArguments arguments) {
  const auto client = services.client_for(context.principal());
  CO_TRY(const auto artist, co_await client->artist(arguments.artist_id, call_of(context)));
  const Presenter presenter(services);
  ArtistAnswer answer{.uri = arguments.artist_id.uri()};
  answer.name = presenter.name(artist.name, answer.uri);
  answer.genres = presenter.names(artist.genres, answer.uri);
  if (artist.followers) answer.followers = number(artist.followers->total);
  answer.url = presenter.link(arguments.artist_id.url());
  co_return answer;
}

struct ArtistAlbumsArguments {
  spotify::ArtistId artist_id;
  std::optional<schema::List<spotify::AlbumGroup, 1, 4>> include_groups;
  Limit limit{20};
  std::optional<CursorText> cursor;
  std::optional<spotify::Market> market;

  static constexpr auto fields() {
    using Self = ArtistAlbumsArguments;
    return schema::Fields{
        schema::required("artist_id", &Self::artist_id, "Id, URI or link."),
        schema::optional("include_groups", &Self::include_groups, "Default: all."),
        schema::defaulted("limit", &Self::limit, kAboutLimit),
        schema::optional("cursor", &Self::cursor, kAboutCursor),
        schema::optional("market", &Self::market, kAboutMarket),
    };
  }
};

base::Task<base::Result<List>> get_artist_albums(const Services& services, mcp::CallContext& context,
                                                 ArtistAlbumsArguments arguments) {
  std::vector<spotify::AlbumGroup> groups;
  if (arguments.include_groups) groups = arguments.include_groups->items();
  std::ranges::sort(groups);
  const auto repeated = std::ranges::unique(groups);
  groups.erase(repeated.begin(), repeated.end());
  std::string names;
  for (const spotify::AlbumGroup group : groups) names.append(schema::enum_name(group)).push_back(',');
  const ListKey key(services, context, "get_artist_albums",
                    {arguments.artist_id.text(), names, text_of(arguments.market)});
  CO_TRY(const int offset, key.offset_of(arguments.cursor));
  const spotify::PageRequest request{.limit = static_cast<int>(arguments.limit.value()), .offset = offset};
  const auto client = services.client_for(context.principal());
  CO_TRY(const auto walked, co_await client->artist_albums(arguments.artist_id, std::move(groups), request,
                                                           arguments.market, call_of(context)));
  const Presenter presenter(services);
  List answer;
  if (walked.stopped) answer.incomplete = fmt::format("Some albums could not be read. {}", walked.stopped->message);
  fill(answer, rows_of(walked.page, [&](const auto& album) { return presenter.item(album); }),
       extent_of(walked.page, request.limit), services.options.answer_bytes_max,
       [&](int place) { return key.cursor_at(place); });
  co_return answer;
}

}  // namespace

std::vector<mcp::Tool> catalogue_tools(const Services& services) {
  return {
      make(services,
           {.name = "get_track_details",
            .title = "Track",
            .description = "One track: artists, album, length, ISRC, whether it can be played.",
            .effect = mcp::Effect::kRead,
            .toolset = "catalogue"},
           &get_track_details),
      make(services,
           {.name = "get_album_details",
            .title = "Album",
            .description = "One album and its tracks.",
            .effect = mcp::Effect::kRead,
            .toolset = "catalogue"},
           &get_album_details),
      make(services,
           {.name = "get_artist_details",
            .title = "Artist",
            .description = "One artist: name, genres.",
            .effect = mcp::Effect::kRead,
            .toolset = "catalogue"},
           &get_artist_details),
      make(services,
           {.name = "get_artist_albums",
            .title = "Albums of an artist",
            .description = "Albums, singles and compilations of an artist.",
            .effect = mcp::Effect::kRead,
            .toolset = "catalogue"},
           &get_artist_albums),
  };
}

}  // namespace tools
