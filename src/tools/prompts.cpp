#include "tools/prompts.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "tools/tool_reader.h"

namespace tools {
namespace {

constexpr size_t kArgumentMax = 500;  // Code points.

struct Argument {
  std::string_view name;
  std::string_view about;
  bool required = false;
  std::string_view otherwise = "";  // Stands in the text when the argument is left out.
  std::string_view list = "";       // The tool whose entries complete it, by name.
};

// `text` has {name} where an argument goes in.
struct Row {
  std::string_view name;
  std::string_view title;
  std::string_view about;
  std::vector<Argument> arguments = {};
  std::vector<std::string_view> tools;
  std::string_view text;
};

const std::vector<Row> kRows = {
    {.name = "playlist_from_mood",
     .title = "Build a playlist from a mood",
     .about = "Finds music for a mood or an occasion, shows it, and makes a playlist of it.",
     .arguments = {{.name = "mood", .about = "What it is for: a mood, an activity, a time of day.", .required = true},
                   {.name = "tracks", .about = "How many tracks, about.", .otherwise = "25"},
                   {.name = "taste",
                    .about = "Artists, genres or languages to lean on or to leave out.",
                    .otherwise = "what I usually listen to",
                    .list = "get_followed_artists"}},
     .tools = {"get_top_items", "search_tracks", "create_playlist", "add_tracks_to_playlist"},
     .text = "Build a Spotify playlist for this mood or occasion: {mood}\n"
             "About how many tracks: {tracks}\n"
             "Taste to follow: {taste}\n\n"
             "1. Look at get_top_items (tracks and artists) to learn my taste.\n"
             "2. Make several different searches with search_tracks; no more than two tracks of one artist, no track "
             "twice, no karaoke or cover version unless I asked for it.\n"
             "3. Show me the list with a name for the playlist and one line on why it fits. Wait for my yes.\n"
             "4. Then create_playlist (private) and add_tracks_to_playlist in the order that you showed, and give me "
             "the link."},
    {.name = "clean_up_playlist",
     .title = "Clean up a playlist",
     .about = "Looks for duplicates, for what cannot be played any more and for a better order, and proposes changes.",
     .arguments = {{.name = "playlist", .about = "Its name, id or link.", .required = true, .list = "get_playlists"}},
     .tools = {"get_playlists", "get_playlist", "remove_tracks_from_playlist", "reorder_playlist"},
     .text = "Clean up this playlist of mine: {playlist}\n\n"
             "1. Find it with get_playlists unless I gave an id or a link, and read it whole with get_playlist, "
             "following next_cursor to the end.\n"
             "2. List, each with its place: the same track twice, the same song in two versions, what cannot be "
             "played, and what does not seem to belong.\n"
             "3. Propose what to remove and what to move, and wait for my yes. Change nothing before.\n"
             "4. Try each change with dry_run first. Then use remove_tracks_from_playlist and reorder_playlist with "
             "the snapshot_id that you read, and tell me what is different now."},
    {.name = "what_to_play_next",
     .title = "What to play next",
     .about = "Suggests what fits to what plays now and what was played lately, and queues what you choose.",
     .arguments =
         {{.name = "wish", .about = "More of the same, calmer, something new, ...", .otherwise = "whatever fits best"},
          {.name = "device", .about = "Where to play.", .otherwise = "where it plays now", .list = "get_devices"}},
     .tools = {"get_playback_state", "get_recently_played", "get_queue", "search_tracks", "add_to_queue"},
     .text = "Suggest what I should hear next on Spotify.\n"
             "My wish: {wish}\n"
             "Device: {device}\n\n"
             "1. Look at get_playback_state, get_queue and get_recently_played.\n"
             "2. Find five tracks with search_tracks that go well with it and that I did not hear just now. Say in a "
             "few words why each.\n"
             "3. Ask which of them I want, and add those with add_to_queue in that order. If nothing plays, offer to "
             "start."},
    {.name = "weekly_digest",
     .title = "Weekly digest",
     .about = "What you listened to lately, what is new in it, and what you might go back to.",
     .tools = {"get_recently_played", "get_top_items", "get_saved_tracks"},
     .text = "Write a short digest of my listening on Spotify.\n\n"
             "1. Read get_recently_played, get_top_items for the short and the medium term (tracks and artists), and "
             "get_saved_tracks.\n"
             "2. Tell me what I heard most lately, what is new against the months before, what I saved, and three "
             "things from before that I have not heard for a while.\n"
             "3. Say what the data cannot show: Spotify gives only the last 50 plays and no counts. Invent no numbers. "
             "Change nothing."},
    {.name = "move_my_library",
     .title = "Move my library here",
     .about = "Takes a list from another service, matches it on Spotify, and saves or collects what you confirm.",
     .arguments = {{.name = "from", .about = "Where the list comes from.", .otherwise = "another service"},
                   {.name = "into",
                    .about = "A playlist by name, or `library`.",
                    .otherwise = "a new private playlist",
                    .list = "get_playlists"}},
     .tools = {"search_tracks", "get_playlists", "create_playlist", "add_tracks_to_playlist", "save_to_library"},
     .text = "Help me to bring music from {from} to Spotify, into: {into}\n\n"
             "1. Ask me for the list (artist and title on each line, or an exported file) if I have not given it yet.\n"
             "2. Match each line with search_tracks. Prefer the studio version over live, cover, karaoke and remaster "
             "unless the line says otherwise.\n"
             "3. Show a table: line, match, how sure you are, the runner-up. Mark what you did not find. Guess "
             "nothing.\n"
             "4. Wait for my corrections and my yes. Then save_to_library, or create_playlist and "
             "add_tracks_to_playlist; at the end tell me how many were asked, done and left out."},
};

// `text` with every {name} replaced; what is put in is not looked at again.
std::string fill_in(std::string_view text, const std::map<std::string, std::string>& values) {
  std::string out;
  while (!text.empty()) {
    const size_t open = text.find('{');
    const size_t close = open == std::string_view::npos ? open : text.find('}', open);
    out += text.substr(0, open);
    if (close == std::string_view::npos) break;
    const auto value = values.find(std::string(text.substr(open + 1, close - open - 1)));
    if (value != values.end()) out += value->second;
    text.remove_prefix(close + 1);
  }
  return out;
}

base::Result<mcp::PromptResult> render(const Row& row, std::map<std::string, std::string> values) {
  for (const Argument& argument : row.arguments) {
    std::string& value = values[std::string(argument.name)];
    value = base::trim(value);
    if (value.empty()) value = argument.otherwise;
    if (value.empty()) {
      return base::fail(base::Code::kInvalidArgument, fmt::format("{} must not be empty.", argument.name));
    }
    if (base::has_control_characters(value) || base::count_code_points(value) > kArgumentMax) {
      return base::fail(base::Code::kInvalidArgument,
                        fmt::format("{} must be one line of at most {} characters.", argument.name, kArgumentMax));
    }
  }
  mcp::PromptResult result{.description = std::string(row.about), .messages = {}};
  result.messages.push_back({.role = "user", .content = mcp::Content::text(fill_in(row.text, values))});
  return result;
}

base::Task<base::Result<mcp::PromptResult>> give(base::Result<mcp::PromptResult> result) { co_return result; }

base::Task<base::Result<std::vector<std::string>>> nothing() { co_return std::vector<std::string>{}; }

mcp::Complete completion(const Row& row, std::span<const mcp::Tool> offered) {
  std::map<std::string, Source> sources;
  for (const Argument& argument : row.arguments) {
    const mcp::Tool* tool = argument.list.empty() ? nullptr : find_tool(offered, argument.list);
    if (tool == nullptr) continue;
    json::Object arguments;
    if (argument.list != "get_devices") arguments.append("limit", 50);
    sources.emplace(argument.name, Source(tool->call, std::move(arguments), "name"));
  }
  if (sources.empty()) return nullptr;
  return [sources = std::move(sources)](mcp::CallContext& context, std::string argument, std::string typed,
                                        std::map<std::string, std::string>) {
    const auto source = sources.find(argument);
    return source == sources.end() ? nothing() : complete_from(source->second, context, std::move(typed));
  };
}

}  // namespace

std::vector<mcp::Prompt> prompts_over(std::span<const mcp::Tool> offered) {
  std::vector<mcp::Prompt> prompts;
  for (const Row& row : kRows) {
    const bool possible =
        std::ranges::all_of(row.tools, [&](std::string_view name) { return find_tool(offered, name) != nullptr; });
    if (!possible) continue;
    mcp::Prompt prompt{
        .name = std::string(row.name),
        .title = std::string(row.title),
        .description = std::string(row.about),
        .arguments = {},
        .get = [&row](mcp::CallContext&,
                      std::map<std::string, std::string> values) { return give(render(row, std::move(values))); },
        .complete = completion(row, offered)};
    for (const Argument& argument : row.arguments) {
      prompt.arguments.push_back({std::string(argument.name), std::string(argument.about), argument.required});
    }
    prompts.push_back(std::move(prompt));
  }
  return prompts;
}

std::string document(std::span<const mcp::Prompt> prompts) {
  std::string text =
      "\n## Prompts\n\nEach is there when the tools that it names are.\n\n"
      "| prompt | what it does | arguments |\n|---|---|---|\n";
  for (const mcp::Prompt& prompt : prompts) {
    std::string arguments;
    for (const mcp::PromptArgument& argument : prompt.arguments) {
      arguments += fmt::format("{}{}", arguments.empty() ? "" : ", ",
                               argument.required ? fmt::format("**{}**", argument.name) : argument.name);
    }
    text +=
        fmt::format("| `{}` | {} | {} |\n", prompt.name, prompt.description, arguments.empty() ? "none" : arguments);
  }
  return text;
}

}  // namespace tools
