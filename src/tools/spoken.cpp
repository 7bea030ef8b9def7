#include "tools/spoken.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <optional>
#include <utility>

#include "spotify/id.h"
#include "tools/arguments.h"
#include "tools/present.h"

namespace tools {
namespace {

using spotify::Kind;

template <class Thing>
std::string name_or(const Presenter& presenter, const base::Result<Thing>& thing, const std::string& uri) {
  return thing ? presenter.quoted(thing->name, uri) : uri;
}

// "Name" by "Artist"; "Name" alone where the artist has none to show.
template <class Thing>
std::string with_artist(const Presenter& presenter, const base::Result<Thing>& thing, const std::string& uri) {
  std::string text = name_or(presenter, thing, uri);
  if (!thing || thing->artists.empty()) return text;
  const std::string artist = presenter.quoted(thing->artists.front().name, "");
  return artist.empty() ? text : fmt::format("{} by {}", text, artist);
}

base::Task<std::string> spoken_one(const Services& services, mcp::CallContext& context,
                                   std::shared_ptr<spotify::Client> client, std::string uri) {
  const auto parsed = spotify::Uri::parse(uri);
  if (!parsed) co_return uri;
  const Presenter presenter(services);
  const spotify::Call call = call_of(context);
  switch (parsed->kind()) {
    case Kind::kTrack:
      co_return with_artist(presenter, co_await client->track(*parsed->as<Kind::kTrack>(), std::nullopt, call), uri);
    case Kind::kAlbum:
      co_return with_artist(presenter, co_await client->album(*parsed->as<Kind::kAlbum>(), std::nullopt, call), uri);
    case Kind::kArtist:
      co_return name_or(presenter, co_await client->artist(*parsed->as<Kind::kArtist>(), call), uri);
    case Kind::kPlaylist:
      co_return name_or(presenter, co_await client->playlist(*parsed->as<Kind::kPlaylist>(), std::nullopt, call), uri);
    case Kind::kShow:
      co_return name_or(presenter, co_await client->show(*parsed->as<Kind::kShow>(), std::nullopt, call), uri);
    case Kind::kEpisode:
      co_return name_or(presenter, co_await client->episode(*parsed->as<Kind::kEpisode>(), std::nullopt, call), uri);
    case Kind::kAudiobook:
      co_return name_or(presenter, co_await client->audiobook(*parsed->as<Kind::kAudiobook>(), std::nullopt, call),
                        uri);
    case Kind::kChapter:
    case Kind::kUser:
    case Kind::kLocal:
    case Kind::kCollection:
      break;
  }
  co_return presenter.uri(uri);
}

}  // namespace

std::string listed(const std::vector<std::string>& names, size_t all) {
  const size_t shown = std::min(names.size(), kSpokenMax);
  if (shown == 0) return {};
  const auto end = names.begin() + static_cast<std::ptrdiff_t>(shown);
  if (all > shown) return fmt::format("{} and {} more", fmt::join(names.begin(), end, ", "), all - shown);
  if (shown == 1) return names.front();
  return fmt::format("{} and {}", fmt::join(names.begin(), end - 1, ", "), *(end - 1));
}

base::Task<std::string> spoken_of(const Services& services, mcp::CallContext& context,
                                  std::shared_ptr<spotify::Client> client, std::vector<std::string> uris) {
  const bool is_hidden = services.options.privacy == Privacy::kLockdown;
  std::vector<std::string> names;
  for (const std::string& uri : uris) {
    if (names.size() == kSpokenMax) break;
    if (is_hidden) {
      names.push_back(Presenter(services).uri(uri));
    } else {
      names.push_back(co_await spoken_one(services, context, client, uri));
    }
  }
  co_return listed(names, uris.size());
}

}  // namespace tools
