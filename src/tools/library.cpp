// The toolset "library": what the user saved and follows, behind URIs of any kind.
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tools/answers.h"
#include "tools/arguments.h"
#include "tools/library_write.h"
#include "tools/list.h"
#include "tools/make.h"
#include "tools/present.h"

namespace tools {
namespace {

constexpr size_t kUrisMax = 200;

using Uris = schema::List<spotify::LibraryUri, 1, kUrisMax>;

struct SavedArguments {
  Limit limit{20};
  std::optional<CursorText> cursor;
  std::optional<spotify::Market> market;
  std::optional<Detail> detail;

  static constexpr auto fields() {
    return schema::Fields{
        schema::defaulted("limit", &SavedArguments::limit, kAboutLimit),
        schema::optional("cursor", &SavedArguments::cursor, kAboutCursor),
        schema::optional("market", &SavedArguments::market, kAboutMarket),
        schema::optional("detail", &SavedArguments::detail, kAboutDetail),
    };
  }
};

base::Task<base::Result<List>> get_saved_tracks(const Services& services, mcp::CallContext& context,
                                                SavedArguments arguments) {
  const ListKey key(services, context, "get_saved_tracks", {text_of(arguments.market)});
  CO_TRY(const int offset, key.offset_of(arguments.cursor));
  const spotify::PageRequest request{.limit = static_cast<int>(arguments.limit.value()), .offset = offset};
  const auto client = services.client_for(context.principal());
  CO_TRY(const auto page, co_await client->saved_tracks(request, arguments.market, call_of(context)));
  const Presenter presenter(services, detail_of(arguments.detail));
  co_return list_of(page, request.limit, key, services.options.answer_bytes_max,
                    [&](const spotify::SavedTrack& saved) { return presenter.item(saved.track, saved.added_at); });
}

base::Task<base::Result<List>> get_saved_albums(const Services& services, mcp::CallContext& context,
                                                SavedArguments arguments) {
  const ListKey key(services, context, "get_saved_albums", {text_of(arguments.market)});
  CO_TRY(const int offset, key.offset_of(arguments.cursor));
  const spotify::PageRequest request{.limit = static_cast<int>(arguments.limit.value()), .offset = offset};
  const auto client = services.client_for(context.principal());
  CO_TRY(const auto page, co_await client->saved_albums(request, arguments.market, call_of(context)));
  const Presenter presenter(services, detail_of(arguments.detail));
  co_return list_of(page, request.limit, key, services.options.answer_bytes_max,
                    [&](const spotify::SavedAlbum& saved) { return presenter.item(saved.album, saved.added_at); });
}

struct WriteArguments {
  Uris uris;
  bool dry_run = false;

  static constexpr auto fields() {
    return schema::Fields{
        schema::required("uris", &WriteArguments::uris,
                         "Tracks, albums, episodes, shows, audiobooks, artists, playlists.", kMeansUris),
        schema::defaulted("dry_run", &WriteArguments::dry_run, kAboutDryRun),
    };
  }
};

base::Task<base::Result<WriteAnswer>> change(const Services& services, mcp::CallContext& context, std::string tool,
                                             WriteArguments arguments, Wanted wanted) {
  const auto client = services.client_for(context.principal());
  LibraryChange asked{.tool = std::move(tool),
                      .wanted = wanted,
                      .uris = distinct(arguments.uris.items()),
                      .run = run_of(arguments.dry_run)};
  co_return co_await change_library(services, context, client, std::move(asked));
}

base::Task<base::Result<WriteAnswer>> save_to_library(const Services& services, mcp::CallContext& context,
                                                      WriteArguments arguments) {
  return change(services, context, "save_to_library", std::move(arguments), Wanted::kThere);
}

base::Task<base::Result<WriteAnswer>> remove_from_library(const Services& services, mcp::CallContext& context,
                                                          WriteArguments arguments) {
  return change(services, context, "remove_from_library", std::move(arguments), Wanted::kGone);
}

struct CheckArguments {
  Uris uris;

  static constexpr auto fields() {
    return schema::Fields{schema::required("uris", &CheckArguments::uris, "", kMeansUris)};
  }
};

struct Saved {
  std::string uri;
  bool saved = false;

  static constexpr auto fields() {
    return schema::Fields{schema::required("uri", &Saved::uri), schema::required("saved", &Saved::saved)};
  }
};

struct CheckAnswer {
  std::vector<Saved> items;
  int64_t saved = 0;

  static constexpr auto fields() {
    return schema::Fields{schema::required("items", &CheckAnswer::items),
                          schema::required("saved", &CheckAnswer::saved)};
  }
};

base::Task<base::Result<CheckAnswer>> check_library(const Services& services, mcp::CallContext& context,
                                                    CheckArguments arguments) {
  const auto uris = distinct(arguments.uris.items());
  const auto client = services.client_for(context.principal());
  CO_TRY(const auto flags, co_await client->check_library(uris, call_of(context)));
  CheckAnswer answer;
  for (size_t i = 0; i < uris.size(); ++i) {
    answer.items.push_back({.uri = uris[i].text(), .saved = flags[i]});
    answer.saved += flags[i] ? 1 : 0;
  }
  co_return answer;
}

// Artists are followed and playlists subscribed to, which Spotify counts as other permissions than saving.
constexpr std::array kLookScopes{"user-library-read", "user-follow-read", "playlist-read-private"};
constexpr std::array kChangeScopes{"user-library-modify", "user-follow-modify", "playlist-modify-public"};

mcp::ToolInfo entry(std::string name, std::string title, std::string description, mcp::Effect effect) {
  return {.name = std::move(name),
          .title = std::move(title),
          .description = std::move(description),
          .effect = effect,
          .toolset = "library",
          .scopes = {"user-library-read"}};
}

// For tools that take every kind of item.
mcp::ToolInfo any_kind(mcp::ToolInfo info) {
  info.scopes.assign(kLookScopes.begin(), kLookScopes.end());
  // A change is read back.
  if (info.effect != mcp::Effect::kRead) {
    info.scopes.insert(info.scopes.end(), kChangeScopes.begin(), kChangeScopes.end());
  }
  return info;
}

}  // namespace

std::vector<mcp::Tool> library_tools(const Services& services) {
  return {
      make(services,
           entry("get_saved_tracks", "Liked songs", "Tracks the user saved, newest first.", mcp::Effect::kRead),
           &get_saved_tracks),
      make(services,
           entry("get_saved_albums", "Saved albums", "Albums the user saved, newest first.", mcp::Effect::kRead),
           &get_saved_albums),
      make(services,
           any_kind(entry("save_to_library", "Save to library", "Saves (likes) items; follows artists and playlists.",
                          mcp::Effect::kWrite)),
           &save_to_library),
      make(services,
           any_kind(entry("remove_from_library", "Remove from library",
                          "Removes saved items; unfollows artists and playlists.", mcp::Effect::kDestroy)),
           &remove_from_library),
      make(services,
           any_kind(
               entry("check_library", "Check library", "Which of these are saved or followed.", mcp::Effect::kRead)),
           &check_library),
  };
}

}  // namespace tools
