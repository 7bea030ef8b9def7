// GET /search: one paging object per requested type.
#include <algorithm>
#include <array>
#include <tuple>

#include "sim/spotify/encoding.h"
#include "sim/spotify/handlers.h"
#include "sim/spotify/playlist_render.h"
#include "sim/spotify/search.h"

namespace sim::spotify {
namespace {

// More is never found, whatever the catalogue holds.
constexpr int64_t kReach = 1000;

struct Type {
  std::string_view name;
  std::string_view plural;
  Kind kind;
  json::Object (*render)(const View&, Index);
};

// In the order of the answer. Playlists are searched apart: they are not of the catalogue.
constexpr auto kTypes = std::to_array<Type>({
    {"track", "tracks", Kind::kTrack, render_track},
    {"artist", "artists", Kind::kArtist, render_artist},
    {"album", "albums", Kind::kAlbum, render_simplified_album},
    {"playlist", "playlists", Kind::kTrack, nullptr},
    {"show", "shows", Kind::kShow, render_simplified_show},
    {"episode", "episodes", Kind::kEpisode, render_simplified_episode},
    {"audiobook", "audiobooks", Kind::kAudiobook, render_simplified_audiobook},
});

std::vector<const Playlist*> find_playlists(const Call& call, const SearchQuery& query) {
  if (!query.filters.empty()) return {};
  std::vector<std::pair<SearchScore, const Playlist*>> hits;
  for (const auto& [id, playlist] : call.world.playlists()) {
    if (playlist.visibility != Visibility::kPublic) continue;
    const SearchDocument document{tokenize(playlist.name), tokenize(playlist.owner), tokenize(playlist.description)};
    if (const auto scored = score(document, query.words)) hits.emplace_back(*scored, &playlist);
  }
  std::ranges::sort(hits, [](const auto& a, const auto& b) {
    return std::tuple(-a.first.matched, -a.first.points, std::string_view(a.second->id)) <
           std::tuple(-b.first.matched, -b.first.points, std::string_view(b.second->id));
  });
  std::vector<const Playlist*> found;
  for (const auto& hit : hits) found.push_back(hit.second);
  return found;
}

json::Array playlist_items(const Call& call, const std::vector<const Playlist*>& found, const Window& shown) {
  const int every = call.config().null_playlist_every;
  json::Array items;
  for (size_t i = shown.begin(found.size()); i < shown.end(found.size()); ++i) {
    const bool is_hole = every > 0 && i % static_cast<size_t>(every) == static_cast<size_t>(every) - 1;
    if (is_hole || found[i]->is_hidden) items.emplace_back(nullptr);
    else items.emplace_back(render_simplified_playlist(call, *found[i]));
  }
  return items;
}

json::Object search_type(Call& call, const Type& type, const SearchQuery& query, const Window& shown) {
  if (type.render == nullptr) {
    const auto found = find_playlists(call, query);
    return page(call, shown, found.size(), playlist_items(call, found, shown));
  }
  const View view = call.view();
  auto found = call.world.search_index().find(type.kind, query);
  if (type.kind == Kind::kAudiobook && !has_audiobooks(call.country())) found.clear();
  if (static_cast<int64_t>(found.size()) > kReach) found.resize(kReach);
  return page_over(call, shown, found, [&](Index i) { return type.render(view, i); });
}

}  // namespace

Reply search(Call& call) {
  TRY_VOID(call.check_market());
  const Bounds bounds = call.is_dev2026() ? Bounds{.limit_max = 10, .limit_default = 5, .offset_max = kReach}
                                          : Bounds{.offset_max = kReach};
  TRY(const Window shown, window(call, bounds));
  const std::string_view q = call.parameter("q").value_or("");
  if (q.empty()) return refuse(400, "No search query");
  const auto wanted = split_list(call.parameter("type").value_or(""));
  if (wanted.empty()) return refuse(400, "Missing parameter type");
  for (const std::string& name : wanted) {
    if (std::ranges::find(kTypes, name, &Type::name) == kTypes.end()) {
      return refuse(400, "Bad search type field " + name);
    }
  }
  const SearchQuery query = parse_search_query(q);
  json::Object body;
  for (const Type& type : kTypes) {
    if (std::ranges::find(wanted, type.name) == wanted.end()) continue;
    body.append(std::string(type.plural), search_type(call, type, query, shown));
  }
  return json_response(200, std::move(body));
}

}  // namespace sim::spotify
