#include "tools/resources.h"

#include <array>
#include <chrono>
#include <fmt/format.h>
#include <map>
#include <string_view>
#include <utility>

#include "json/write.h"
#include "tools/tool_reader.h"

namespace tools {
namespace {

using Contents = std::vector<mcp::ResourceContents>;

constexpr std::string_view kJson = "application/json";
constexpr int kLimit = 50;

// A URI, the tool that answers it, and the argument of the tool that the URI's variable is. A fixed URI has none, or
// one whose value is `given`.
struct Row {
  std::string_view uri;
  std::string_view name;
  std::string_view title;
  std::string_view about;
  std::string_view tool;
  std::string_view argument = "";
  std::string_view given = "";
  bool is_list = false;
  std::chrono::milliseconds ttl = std::chrono::seconds(60);
};

constexpr std::chrono::milliseconds kLive{0};  // What plays is old at once.

constexpr std::array kFixed = {
    Row{.uri = "spotify://me", .name = "me", .title = "Account", .about = "Who is logged in.", .tool = "get_me"},
    Row{.uri = "spotify://me/playlists",
        .name = "my_playlists",
        .title = "My playlists",
        .about = "The first 50 playlists that the user owns or follows.",
        .tool = "get_playlists",
        .is_list = true},
    Row{.uri = "spotify://me/tracks",
        .name = "saved_tracks",
        .title = "Saved tracks",
        .about = "The 50 tracks that were saved last.",
        .tool = "get_saved_tracks",
        .is_list = true},
    Row{.uri = "spotify://me/albums",
        .name = "saved_albums",
        .title = "Saved albums",
        .about = "The 50 albums that were saved last.",
        .tool = "get_saved_albums",
        .is_list = true},
    Row{.uri = "spotify://me/artists",
        .name = "followed_artists",
        .title = "Followed artists",
        .about = "The first 50 artists that the user follows.",
        .tool = "get_followed_artists",
        .is_list = true},
    Row{.uri = "spotify://me/top/tracks",
        .name = "top_tracks",
        .title = "Top tracks",
        .about = "What the user listened to most in about half a year.",
        .tool = "get_top_items",
        .argument = "type",
        .given = "track",
        .is_list = true},
    Row{.uri = "spotify://me/top/artists",
        .name = "top_artists",
        .title = "Top artists",
        .about = "Whom the user listened to most in about half a year.",
        .tool = "get_top_items",
        .argument = "type",
        .given = "artist",
        .is_list = true},
    Row{.uri = "spotify://me/recently-played",
        .name = "recently_played",
        .title = "Recently played",
        .about = "The last 50 tracks.",
        .tool = "get_recently_played",
        .is_list = true,
        .ttl = kLive},
    Row{.uri = "spotify://me/player",
        .name = "player",
        .title = "Player",
        .about = "What plays, where and how. Subscribers are told of changes.",
        .tool = "get_playback_state",
        .ttl = kLive},
    Row{.uri = "spotify://me/queue",
        .name = "queue",
        .title = "Queue",
        .about = "What comes next. Subscribers are told of the next track.",
        .tool = "get_queue",
        .ttl = kLive},
    Row{.uri = "spotify://me/devices",
        .name = "devices",
        .title = "Devices",
        .about = "Where Spotify can play.",
        .tool = "get_devices",
        .ttl = kLive},
    Row{.uri = "playlists://user/all",
        .name = "playlists_user_all",
        .title = "My playlists",
        .about = "The same as spotify://me/playlists.",
        .tool = "get_playlists",
        .is_list = true},
};

constexpr std::array kTemplates = {
    Row{.uri = "spotify://playlist/{id}",
        .name = "playlist",
        .title = "Playlist",
        .about = "A playlist with its first 50 entries.",
        .tool = "get_playlist",
        .argument = "playlist_id"},
    Row{.uri = "spotify://album/{id}",
        .name = "album",
        .title = "Album",
        .about = "An album with its tracks.",
        .tool = "get_album_details",
        .argument = "album_id"},
    Row{.uri = "spotify://artist/{id}",
        .name = "artist",
        .title = "Artist",
        .about = "An artist.",
        .tool = "get_artist_details",
        .argument = "artist_id"},
    Row{.uri = "spotify://track/{id}",
        .name = "track",
        .title = "Track",
        .about = "A track.",
        .tool = "get_track_details",
        .argument = "track_id"},
    Row{.uri = "playlists://user/{id}",
        .name = "playlists_user",
        .title = "Playlist",
        .about = "The same as spotify://playlist/{id}.",
        .tool = "get_playlist",
        .argument = "playlist_id"},
    Row{.uri = "albums://details/{id}",
        .name = "albums_details",
        .title = "Album",
        .about = "The same as spotify://album/{id}.",
        .tool = "get_album_details",
        .argument = "album_id"},
    Row{.uri = "artists://details/{id}",
        .name = "artists_details",
        .title = "Artist",
        .about = "The same as spotify://artist/{id}.",
        .tool = "get_artist_details",
        .argument = "artist_id"},
    Row{.uri = "tracks://details/{id}",
        .name = "tracks_details",
        .title = "Track",
        .about = "The same as spotify://track/{id}.",
        .tool = "get_track_details",
        .argument = "track_id"},
    Row{.uri = "tracks://search/{query}",
        .name = "tracks_search",
        .title = "Search for tracks",
        .about = "The first 20 tracks that a search finds.",
        .tool = "search_tracks",
        .argument = "query"},
};

// Where the values of a template's variable come from.
struct Known {
  std::string_view tool;
  std::string_view list;
  std::string_view value = "id";
};
constexpr std::array kKnown{
    Known{"get_playlist", "get_playlists"},
    Known{"get_album_details", "get_saved_albums"},
    Known{"get_artist_details", "get_followed_artists"},
    Known{"get_track_details", "get_saved_tracks"},
    Known{"search_tracks", "get_followed_artists", "name"},
};

base::Task<base::Result<Contents>> read(mcp::ToolFunction call, mcp::CallContext& context, std::string uri,
                                        json::Object arguments) {
  CO_TRY(const auto answer, co_await answer_of(std::move(call), context, std::move(arguments)));
  mcp::ResourceContents contents{.uri = std::move(uri), .mime_type = std::string(kJson), .text = json::write(answer)};
  co_return Contents{std::move(contents)};
}

mcp::ResourceRead reader(const Row& row, const mcp::Tool& tool) {
  return [&row, call = tool.call](mcp::CallContext& context, std::string uri,
                                  std::map<std::string, std::string> variables) {
    json::Object arguments;
    if (!row.argument.empty()) {
      arguments.append(std::string(row.argument),
                       variables.empty() ? std::string(row.given) : std::move(variables.begin()->second));
    }
    if (row.is_list) arguments.append("limit", kLimit);
    return read(call, context, std::move(uri), std::move(arguments));
  };
}

mcp::Complete completion(const Row& row, std::span<const mcp::Tool> offered) {
  for (const Known& known : kKnown) {
    const mcp::Tool* list = known.tool == row.tool ? find_tool(offered, known.list) : nullptr;
    if (list == nullptr) continue;
    return [source = Source(list->call, {{"limit", kLimit}}, std::string(known.value))](
               mcp::CallContext& context, std::string, std::string typed, std::map<std::string, std::string>) {
      return complete_from(source, context, std::move(typed));
    };
  }
  return nullptr;
}

}  // namespace

Resources resources_over(std::span<const mcp::Tool> offered) {
  Resources resources;
  for (const Row& row : kFixed) {
    const mcp::Tool* tool = find_tool(offered, row.tool);
    if (tool == nullptr) continue;
    resources.fixed.push_back({.uri = std::string(row.uri),
                               .name = std::string(row.name),
                               .title = std::string(row.title),
                               .description = std::string(row.about),
                               .mime_type = std::string(kJson),
                               .read = reader(row, *tool),
                               .ttl = row.ttl});
  }
  for (const Row& row : kTemplates) {
    const mcp::Tool* tool = find_tool(offered, row.tool);
    if (tool == nullptr) continue;
    resources.templates.push_back({.uri_template = std::string(row.uri),
                                   .name = std::string(row.name),
                                   .title = std::string(row.title),
                                   .description = std::string(row.about),
                                   .mime_type = std::string(kJson),
                                   .read = reader(row, *tool),
                                   .ttl = row.ttl,
                                   .complete = completion(row, offered)});
  }
  return resources;
}

std::string document(const Resources& resources) {
  std::string text =
      "\n## Resources\n\nEach is the answer of a reading tool, and is there when the tool is.\n\n"
      "| URI | what it holds |\n|---|---|\n";
  for (const mcp::Resource& each : resources.fixed) text += fmt::format("| `{}` | {} |\n", each.uri, each.description);
  for (const mcp::ResourceTemplate& each : resources.templates) {
    text += fmt::format("| `{}` | {}{} |\n", each.uri_template, each.description,
                        each.complete ? " Completed by name." : "");
  }
  return text;
}

}  // namespace tools
