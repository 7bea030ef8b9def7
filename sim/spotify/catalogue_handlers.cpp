// Reads of single albums, artists, tracks, shows, episodes, audiobooks and chapters, and of their parts.
#include <algorithm>

#include "sim/spotify/call.h"
#include "sim/spotify/encoding.h"
#include "sim/spotify/handlers.h"

namespace sim::spotify {
namespace {

using Render = json::Object (*)(const View&, Index);

Reply one(Call& call, Kind kind, Render render) {
  TRY_VOID(call.check_market());
  TRY(const Index index, call.find(kind, call.values[0]));
  return json_response(200, render(call.view(), index));
}

// Where there are no audiobooks, none of them is known.
Answer<void> require_audiobooks(const Call& call) {
  TRY_VOID(call.check_market());
  if (!has_audiobooks(call.country())) return refuse(404, "Resource not found");
  return {};
}

Reply parts(Call& call, const std::vector<Index>& all, Render render) {
  TRY_VOID(call.check_market());
  TRY(const Window shown, window(call));
  const View view = call.view();
  return json_response(200, page_over(call, shown, all, [&](Index i) { return render(view, i); }));
}

}  // namespace

Reply get_album(Call& call) { return one(call, Kind::kAlbum, render_album); }
Reply get_artist(Call& call) { return one(call, Kind::kArtist, render_artist); }
Reply get_track(Call& call) { return one(call, Kind::kTrack, render_track); }
Reply get_show(Call& call) { return one(call, Kind::kShow, render_show); }
Reply get_episode(Call& call) { return one(call, Kind::kEpisode, render_episode); }

Reply get_audiobook(Call& call) {
  TRY_VOID(require_audiobooks(call));
  return one(call, Kind::kAudiobook, render_audiobook);
}

Reply get_chapter(Call& call) {
  TRY_VOID(require_audiobooks(call));
  return one(call, Kind::kChapter, render_chapter);
}

Reply get_album_tracks(Call& call) {
  TRY(const Index index, call.find(Kind::kAlbum, call.values[0]));
  return parts(call, call.catalogue().album(index).tracks, render_simplified_track);
}

Reply get_show_episodes(Call& call) {
  TRY(const Index index, call.find(Kind::kShow, call.values[0]));
  return parts(call, call.catalogue().shows[index].episodes, render_simplified_episode);
}

Reply get_audiobook_chapters(Call& call) {
  TRY_VOID(require_audiobooks(call));
  TRY(const Index index, call.find(Kind::kAudiobook, call.values[0]));
  return parts(call, call.catalogue().audiobooks[index].chapters, render_simplified_chapter);
}

Reply get_artist_albums(Call& call) {
  TRY_VOID(call.check_market());
  TRY(const Index index, call.find(Kind::kArtist, call.values[0]));
  const Bounds bounds = call.is_dev2026()
                            ? Bounds{.limit_min = 0, .limit_max = 10, .limit_default = 5}
                            : Bounds{.limit_min = 1, .limit_max = 50, .limit_default = 20};
  TRY(const Window shown, window(call, bounds));
  const auto groups =
      split_list(call.parameter("include_groups").value_or("album,single,appears_on,compilation"));
  for (const std::string& group : groups) {
    const bool known = group == "album" || group == "single" || group == "appears_on" || group == "compilation";
    if (!known) return refuse(400, "Invalid include_groups");
  }
  const auto wanted = [&](std::string_view group) { return std::ranges::find(groups, group) != groups.end(); };
  const Artist& artist = call.catalogue().artist(index);
  std::vector<std::pair<Index, std::string_view>> albums;
  for (const Index i : artist.albums) {
    const std::string_view group = album_type_name(call.catalogue().album(i).type);
    if (wanted(group)) albums.emplace_back(i, group);
  }
  if (wanted("appears_on")) {
    for (const Index i : artist.appears_on) albums.emplace_back(i, "appears_on");
  }
  const View view = call.view();
  return json_response(200, page_over(call, shown, albums, [&](const auto& album) {
    json::Object object = render_simplified_album(view, album.first);
    if (view.is_legacy()) object.append("album_group", album.second);
    return object;
  }));
}

}  // namespace sim::spotify
