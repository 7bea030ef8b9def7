// The toolset "follow": the artists that the user follows. Spotify's own description of the library leaves artists out,
// so each change is read back, and only what was seen is called verified.
#include <cstdint>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tools/arguments.h"
#include "tools/library_write.h"
#include "tools/make.h"

namespace tools {
namespace {

constexpr size_t kArtistsMax = 200;

struct FollowArguments {
  schema::List<spotify::ArtistId, 1, kArtistsMax> artist_ids;
  bool dry_run = false;

  static constexpr auto fields() {
    return schema::Fields{
        schema::required("artist_ids", &FollowArguments::artist_ids, "Ids, URIs or links."),
        schema::defaulted("dry_run", &FollowArguments::dry_run, kAboutDryRun),
    };
  }
};

base::Task<base::Result<WriteAnswer>> change(const Services& services, mcp::CallContext& context, std::string tool,
                                             FollowArguments arguments, Wanted wanted) {
  const auto artists = distinct(arguments.artist_ids.items());
  const auto client = services.client_for(context.principal());
  LibraryChange asked{.tool = std::move(tool),
                      .shelf = Shelf::kFollowing,
                      .wanted = wanted,
                      .uris = {artists.begin(), artists.end()},
                      .run = run_of(arguments.dry_run)};
  co_return co_await change_library(services, context, client, std::move(asked));
}

base::Task<base::Result<WriteAnswer>> follow_artists(const Services& services, mcp::CallContext& context,
                                                     FollowArguments arguments) {
  return change(services, context, "follow_artists", std::move(arguments), Wanted::kThere);
}

base::Task<base::Result<WriteAnswer>> unfollow_artists(const Services& services, mcp::CallContext& context,
                                                       FollowArguments arguments) {
  return change(services, context, "unfollow_artists", std::move(arguments), Wanted::kGone);
}

mcp::ToolInfo entry(std::string name, std::string title, std::string description, mcp::Effect effect) {
  return {.name = std::move(name),
          .title = std::move(title),
          .description = std::move(description),
          .effect = effect,
          .toolset = "follow",
          .scopes = {"user-follow-modify", "user-follow-read"}};
}

}  // namespace

std::vector<mcp::Tool> follow_tools(const Services& services) {
  return {
      make(services,
           entry("follow_artists", "Follow artists", "Follows artists by id; save_to_library does the same by URI.",
                 mcp::Effect::kWrite),
           &follow_artists),
      make(services,
           entry("unfollow_artists", "Unfollow artists",
                 "Stops following artists by id; remove_from_library does the same by URI.", mcp::Effect::kDestroy),
           &unfollow_artists),
  };
}

}  // namespace tools
