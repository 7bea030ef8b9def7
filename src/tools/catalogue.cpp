#include "tools/catalogue.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <set>
#include <utility>

#include "base/check.h"
#include "tools/make.h"
#include "tools/needs.h"

namespace tools {
namespace {

constexpr std::array kToolsets{
    Toolset{"search", "Find music, podcasts and audiobooks."},
    Toolset{"catalogue", "One track, album or artist in detail."},
    Toolset{"playback", "What plays, where, and the commands of the player."},
    Toolset{"queue", "What comes next."},
    Toolset{"playlists", "Read, make and change playlists."},
    Toolset{"library", "What the user saved and follows."},
    Toolset{"user", "The account and what its owner likes."},
    Toolset{"auth", "Logging in and out from within the assistant.", Default::kOnStdio},
    Toolset{"curation", "Keep playlists in order: duplicates, sorting, copies, snapshots, undo, export and import.",
            Default::kNowhere},
    Toolset{"podcasts", "Podcasts and audiobooks, and how far they were heard.", Default::kNowhere},
    Toolset{"follow", "Following artists.", Default::kNowhere},
    Toolset{"operations", "What this server knows of itself: cache, quota, what is wrong.", Default::kNowhere},
};

// Not in any default, so that it stays under 40 tools: `spotify-mcp-server logout` does the same, and save_to_library
// says what was saved before. They come with their toolsets or by their names.
constexpr std::array<std::string_view, 2> kOnRequest{"check_library", "logout"};

// In every default, and beside every toolset whose changes leave a receipt: there is no other way back.
constexpr std::string_view kUndo = "undo";

constexpr std::array<std::string_view, 15> kScopes{
    "playlist-modify-private",
    "playlist-modify-public",
    "playlist-read-collaborative",
    "playlist-read-private",
    "ugc-image-upload",
    "user-follow-modify",
    "user-follow-read",
    "user-library-modify",
    "user-library-read",
    "user-modify-playback-state",
    "user-read-currently-playing",
    "user-read-playback-position",
    "user-read-playback-state",
    "user-read-recently-played",
    "user-top-read",
};

template <size_t N>
bool holds(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

const Toolset* find_toolset(std::string_view name) {
  const auto found = std::ranges::find(kToolsets, name, &Toolset::name);
  return found == kToolsets.end() ? nullptr : &*found;
}

// An object that takes members which nobody described hides what an argument is for.
bool is_closed(const json::Value& schema) {
  if (schema.text_or_empty("type") == "array") {
    const json::Value* items = schema.find("items");
    return items == nullptr || is_closed(*items);
  }
  const json::Value* properties = schema.find("properties");
  if (properties == nullptr) return true;
  const json::Value* additional = schema.find("additionalProperties");
  if (additional == nullptr || *additional != json::Value(false)) return false;
  return std::ranges::all_of(properties->object(), [](const json::Member& each) { return is_closed(each.value); });
}

// Hosts handle a combinator at the root badly: some drop the tool, some the whole list.
bool has_combinator(const json::Object& schema) {
  constexpr std::array<std::string_view, 7> kCombinators{"anyOf", "oneOf", "allOf", "not", "if", "enum", "const"};
  return std::ranges::any_of(kCombinators, [&](std::string_view name) { return schema.find(name) != nullptr; });
}

std::optional<std::string> find_flaw_of(const mcp::Tool& tool) {
  if (auto flaw = mcp::find_flaw(tool)) return flaw;
  const auto flaw = [&](std::string_view what) { return fmt::format("{}: {}", tool.info.name, what); };
  if (tool.info.title.empty()) return flaw("the title is missing");
  if (find_toolset(tool.info.toolset) == nullptr) return flaw("its toolset is not in the table");
  if (!tool.output_schema) return flaw("the output schema is missing");
  if (has_combinator(tool.input_schema) || has_combinator(*tool.output_schema)) return flaw("a combinator at a root");
  if (!is_closed(json::Value(tool.input_schema))) {
    return flaw("arguments without additionalProperties false");
  }
  for (const std::string& scope : tool.info.scopes) {
    if (!holds(kScopes, scope)) return flaw("a scope that Spotify does not have");
  }
  return std::nullopt;
}

bool is_default(const mcp::Tool& tool, Audience audience) {
  if (holds(kOnRequest, tool.info.name)) return false;
  if (tool.info.name == kUndo) return true;
  const Toolset* toolset = find_toolset(tool.info.toolset);
  if (toolset == nullptr || toolset->part_of_default == Default::kNowhere) return false;
  return toolset->part_of_default == Default::kEverywhere || audience == Audience::kStdio;
}

// What asks Spotify for no permission changes nothing there.
bool leaves_receipt(const mcp::Tool& tool) {
  return tool.info.effect != mcp::Effect::kRead && !tool.info.scopes.empty();
}

std::vector<std::string> toolsets_with_receipts(std::span<const mcp::Tool> tools) {
  std::set<std::string> names;
  for (const mcp::Tool& tool : tools) {
    if (leaves_receipt(tool)) names.insert(tool.info.toolset);
  }
  return {names.begin(), names.end()};
}

// It needs what the changes need that it takes back, so that a login asks for nothing more because of it; beside none
// it is only for those who name it.
void fit_undo(std::vector<mcp::Tool>& kept, const policy::Selection& selection) {
  const auto undo =
      std::ranges::find(kept, kUndo, [](const mcp::Tool& tool) { return std::string_view(tool.info.name); });
  if (undo == kept.end()) return;
  std::set<std::string> scopes;
  for (const mcp::Tool& tool : kept) {
    if (leaves_receipt(tool) && tool.info.name != kUndo)
      scopes.insert(tool.info.scopes.begin(), tool.info.scopes.end());
  }
  if (!scopes.empty()) {
    undo->info.scopes.assign(scopes.begin(), scopes.end());
  } else if (std::ranges::find(selection.tools, kUndo) == selection.tools.end()) {
    kept.erase(undo);
  }
}

std::string_view effect_word(mcp::Effect effect) {
  switch (effect) {
    case mcp::Effect::kRead:
      return "reads";
    case mcp::Effect::kWrite:
      return "changes";
    case mcp::Effect::kDestroy:
      return "removes";
  }
  return "";
}

std::string_view default_words(Default part) {
  switch (part) {
    case Default::kEverywhere:
      return "";
    case Default::kOnStdio:
      return " By default on stdio only.";
    case Default::kNowhere:
      return " Only when asked for.";
  }
  return "";
}

std::string_view remark_on(const mcp::Tool& tool) {
  if (holds(kOnRequest, tool.info.name)) return " Only when asked for.";
  return tool.info.name == kUndo ? " Also by default, and beside every toolset that changes something on Spotify." : "";
}

std::string permissions_of(const mcp::Tool& tool) {
  if (tool.info.name == kUndo) return "those of what it takes back";
  return tool.info.scopes.empty() ? "none" : fmt::format("{}", fmt::join(tool.info.scopes, ", "));
}

std::string arguments_of(const mcp::Tool& tool) {
  const json::Value schema(tool.input_schema);
  const json::Value* properties = schema.find("properties");
  const json::Value* required = schema.find("required");
  std::vector<std::string> names;
  for (const auto& [name, value] : properties->object()) {
    const bool is_required =
        required != nullptr && std::ranges::find(required->array(), json::Value(name)) != required->array().end();
    names.push_back(is_required ? fmt::format("**{}**", name) : name);
  }
  return names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

std::span<const Toolset> toolsets() { return kToolsets; }

std::vector<mcp::Tool> all_tools(const Services& services) {
  std::vector<mcp::Tool> tools;
  for (auto* const make_tools :
       {&search_tools, &catalogue_tools, &playback_tools, &queue_tools, &playlist_tools, &library_tools, &user_tools,
        &auth_tools, &curation_tools, &podcast_tools, &follow_tools, &operations_tools}) {
    for (mcp::Tool& tool : make_tools(services)) tools.push_back(std::move(tool));
  }
  ENSURE(!find_catalogue_flaw(tools));
  return tools;
}

std::optional<std::string> find_catalogue_flaw(std::span<const mcp::Tool> tools) {
  std::set<std::string_view> names;
  for (const mcp::Tool& tool : tools) {
    if (auto flaw = find_flaw_of(tool)) return flaw;
    if (!names.insert(tool.info.name).second) return fmt::format("{}: a second tool of that name", tool.info.name);
  }
  return std::nullopt;
}

base::Result<std::vector<mcp::Tool>> select_tools(std::vector<mcp::Tool> tools, const policy::Selection& selection,
                                                  Audience audience, std::optional<spotify::Regime> regime) {
  std::vector<policy::Candidate> candidates;
  const std::vector<std::string> undoable = toolsets_with_receipts(tools);
  for (const mcp::Tool& tool : tools) {
    const bool reads = tool.info.effect == mcp::Effect::kRead;
    candidates.push_back({.name = tool.info.name,
                          .toolset = tool.info.toolset,
                          .also_with = tool.info.name == kUndo ? undoable : std::vector<std::string>(),
                          .needs = reads ? policy::Access::kReadOnly : policy::Access::kReadWrite,
                          .scopes = tool.info.name == kUndo ? std::vector<std::string>() : tool.info.scopes,
                          .by_default = is_default(tool, audience),
                          .is_possible = !regime || !missing_in(*regime, operations_of(tool.info.name))});
  }
  TRY(const policy::Chosen chosen, policy::select(candidates, selection));
  std::vector<mcp::Tool> kept;
  for (const size_t index : chosen.kept) kept.push_back(std::move(tools[index]));
  fit_undo(kept, selection);
  return kept;
}

std::vector<std::string> scopes_of(std::span<const mcp::Tool> tools) {
  std::set<std::string> scopes;
  for (const mcp::Tool& tool : tools) scopes.insert(tool.info.scopes.begin(), tool.info.scopes.end());
  return {scopes.begin(), scopes.end()};
}

std::string document(std::span<const mcp::Tool> tools) {
  std::string text =
      "# Tools\n\n"
      "Made from the catalogue by the test runner `snapshots`; `UPDATE_SNAPSHOTS=1` writes it anew. Required arguments "
      "are "
      "bold.\nEvery answer comes as structured content and as the same JSON in text. Rows of lists are concise; where "
      "a "
      "tool takes `detail`, `detailed` adds what leads on: the URIs of artists and album, ISRC, kind of album, genres, "
      "and popularity where Spotify gives it.\n";
  for (const Toolset& toolset : kToolsets) {
    text +=
        fmt::format("\n## {}\n\n{}{}\n\n| tool | | what it does | arguments | permissions |\n|---|---|---|---|---|\n",
                    toolset.name, toolset.about, default_words(toolset.part_of_default));
    for (const mcp::Tool& tool : tools) {
      if (tool.info.toolset != toolset.name) continue;
      text += fmt::format("| `{}` | {} | {}{} | {} | {} |\n", tool.info.name, effect_word(tool.info.effect),
                          tool.info.description, remark_on(tool), arguments_of(tool), permissions_of(tool));
    }
  }
  return text;
}

}  // namespace tools
