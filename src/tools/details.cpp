#include "tools/details.h"

#include <array>
#include <fmt/format.h>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "tools/present.h"

namespace tools {
namespace {

using Details = spotify::PlaylistChange;

// Spotify gives descriptions as HTML and takes them as text.
std::string unescaped(std::string_view html) {
  constexpr std::array<std::pair<std::string_view, char>, 8> kEntities{{{"&lt;", '<'},
                                                                        {"&gt;", '>'},
                                                                        {"&quot;", '"'},
                                                                        {"&#x27;", '\''},
                                                                        {"&#39;", '\''},
                                                                        {"&#x2F;", '/'},
                                                                        {"&#x60;", '`'},
                                                                        {"&amp;", '&'}}};
  std::string text;
  while (!html.empty()) {
    char next = html.front();
    size_t length = 1;
    for (const auto& [entity, character] : kEntities) {
      if (!html.starts_with(entity)) continue;
      next = character;
      length = entity.size();
    }
    text += next;
    html.remove_prefix(length);
  }
  return text;
}

// As the playlist is now, of what `wanted` is about.
Details now_of(const spotify::Playlist& playlist, const Details& wanted) {
  Details now;
  if (wanted.name) now.name = std::string(playlist.name.raw());
  if (wanted.description) now.description = unescaped(playlist.description.raw());
  if (wanted.is_public && playlist.is_public) now.is_public = *playlist.is_public;
  if (wanted.collaborative) now.collaborative = playlist.collaborative.value_or(false);
  return now;
}

bool shows(const Details& now, const Details& wanted) {
  return now.name == wanted.name && now.description == wanted.description && now.is_public == wanted.is_public &&
         now.collaborative == wanted.collaborative;
}

json::Object to_json(const Details& details) {
  json::Object object;
  if (details.name) object.append("name", *details.name);
  if (details.description) object.append("description", *details.description);
  if (details.is_public) object.append("public", *details.is_public);
  if (details.collaborative) object.append("collaborative", *details.collaborative);
  return object;
}

Details details_in(const json::Object& data, std::string_view name) {
  Details details;
  const json::Value* object = data.find(name);
  if (object == nullptr) return details;
  const auto text = [&](std::string_view member) -> std::optional<std::string> {
    const json::Value* value = object->find(member);
    return value != nullptr && value->is_string() ? std::optional(value->string()) : std::nullopt;
  };
  const auto flag = [&](std::string_view member) -> std::optional<bool> {
    const json::Value* value = object->find(member);
    return value != nullptr && value->is_boolean() ? std::optional(value->boolean()) : std::nullopt;
  };
  return {.name = text("name"),
          .description = text("description"),
          .is_public = flag("public"),
          .collaborative = flag("collaborative")};
}

// "the name and who may see it", for sentences; foreign words stay where they are.
std::string parts_of(const Details& details) {
  std::vector<std::string_view> parts;
  if (details.name) parts.emplace_back("the name");
  if (details.description) parts.emplace_back("the description");
  if (details.is_public)
    parts.emplace_back(*details.is_public ? "who may see it (public)" : "who may see it (private)");
  if (details.collaborative)
    parts.emplace_back(*details.collaborative ? "that others may edit it" : "that only the owner edits it");
  std::string text;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) text += i + 1 == parts.size() ? " and " : ", ";
    text += parts[i];
  }
  return text;
}

void say_outcome(PlaylistAnswer& answer, bool is_shown, bool is_unknown) {
  if (is_shown) {
    answer.status = Status::kVerified;
    answer.summary = "Changed the playlist.";
  } else if (is_unknown) {
    answer.status = Status::kAmbiguous;
    answer.summary =
        "No answer came, so the change may or may not have been made. Look at get_playlist before repeating it.";
  } else {
    answer.status = Status::kAccepted;
    answer.summary = "Spotify took the change but does not show it yet; get_playlist tells.";
  }
}

}  // namespace

base::Task<base::Result<PlaylistAnswer>> change_details(const Services& services, mcp::CallContext& context,
                                                        std::shared_ptr<spotify::Client> client, DetailsChange change) {
  PlaylistAnswer answer{.playlist_id = std::string(change.id.text()), .uri = change.id.uri()};
  CO_TRY(const auto before, co_await client->playlist(change.id, std::nullopt, fresh_call_of(context)));
  if (before.snapshot_id) answer.snapshot_id = before.snapshot_id->text();
  const std::string spoken = Presenter(services).quoted(before.name, change.id.uri());
  const Details was = now_of(before, change.wanted);
  if (shows(was, change.wanted)) {
    answer.status = Status::kUnchanged;
    answer.summary = fmt::format("Nothing to do: {} is so already.", spoken);
    co_return answer;
  }
  if (change.run == Run::kDry) {
    answer.status = Status::kDryRun;
    answer.summary = fmt::format("Dry run, nothing was sent. Would change {} of {}.", parts_of(change.wanted), spoken);
    co_return answer;
  }
  const std::string principal = context.principal().id;
  Receipt receipt{.id = services.desk.new_id("rcpt_"),
                  .playlist = change.id,
                  .tool = change.tool,
                  .at = services.desk.now(),
                  .way = Way::kDetails,
                  .data = {{"before", to_json(was)}, {"after", to_json(change.wanted)}}};
  CO_TRY_VOID(co_await keep(services, principal, receipt));
  Details wanted = change.wanted;
  const auto changed = co_await client->change_playlist(change.id, std::move(wanted), call_of(context));
  const bool is_unknown = !changed && may_have_happened(changed.error());
  if (!changed && !is_unknown) {
    co_await drop(services, principal, receipt.id);
    co_return std::unexpected(changed.error());
  }
  answer.receipt = receipt.id;
  const auto now = co_await client->playlist(change.id, std::nullopt, fresh_call_of(context));
  if (now && now->is_public) answer.is_public = *now->is_public;
  if (now && now->snapshot_id) answer.snapshot_id = now->snapshot_id->text();
  say_outcome(answer, now && shows(now_of(*now, change.wanted), change.wanted), is_unknown);
  co_return answer;
}

base::Task<base::Result<PlaylistAnswer>> restore_details(const Services& services, mcp::CallContext& context,
                                                         std::shared_ptr<spotify::Client> client, Receipt receipt,
                                                         Run run, Force force) {
  const Details after = details_in(receipt.data, "after");
  Details before = details_in(receipt.data, "before");
  PlaylistAnswer answer{.playlist_id = std::string(receipt.playlist->text()), .uri = receipt.playlist->uri()};
  CO_TRY(const auto playlist, co_await client->playlist(*receipt.playlist, std::nullopt, fresh_call_of(context)));
  const Details now = now_of(playlist, after);
  if (force == Force::kNo && !shows(now, after) && !shows(now, before)) {
    answer.status = Status::kStale;
    answer.summary = fmt::format(
        "Nothing was changed: the playlist is not called as {} left it, so somebody changed it since. force true "
        "overwrites that.",
        receipt.tool);
    co_return answer;
  }
  // Spotify ignores an empty description.
  const bool stays = before.description && before.description->empty() && now.description != before.description;
  if (before.description && before.description->empty()) before.description.reset();
  const std::string_view remark = stays ? " The description stays: Spotify cannot take one away again." : "";
  if (to_json(before).empty()) {
    answer.status = Status::kUnchanged;
    answer.summary = "Nothing was changed: Spotify cannot take a description away again.";
    co_return answer;
  }
  CO_TRY(answer,
         co_await change_details(services, context, client,
                                 {.tool = "undo", .id = *receipt.playlist, .wanted = std::move(before), .run = run}));
  answer.summary += remark;
  co_return answer;
}

}  // namespace tools
