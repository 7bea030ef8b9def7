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

enum class Wanted { kFollowed, kNotFollowed };

constexpr Verb verb_of(Wanted wanted) {
  return wanted == Wanted::kFollowed ? Verb{.done = "Followed", .would = "follow", .what = "artists", .where = ""}
                                     : Verb{.done = "Unfollowed", .would = "unfollow", .what = "artists", .where = ""};
}

using Artists = std::vector<spotify::ArtistId>;

// Those that are not yet as wanted.
base::Task<base::Result<Artists>> left_to_do(spotify::Client& client, Artists artists, Wanted wanted,
                                             spotify::Call call) {
  if (artists.empty()) co_return artists;
  const std::vector<spotify::LibraryUri> uris(artists.begin(), artists.end());
  CO_TRY(const auto followed, co_await client.check_library(uris, call));
  Artists left;
  for (size_t i = 0; i < artists.size(); ++i) {
    if (followed[i] != (wanted == Wanted::kFollowed)) left.push_back(artists[i]);
  }
  co_return left;
}

// What the answer says after the artists were read back.
void look_back(WriteAnswer& answer, const base::Result<Artists>& left, const Verb& verb) {
  if (!left) {
    answer.summary += " It could not be read back.";
  } else if (left->empty()) {
    answer.status = Status::kVerified;
  } else {
    answer.status = Status::kPartial;
    answer.done -= static_cast<int64_t>(left->size());
    answer.summary = fmt::format(
        "Spotify took the request, but {} of {} artists are not {} yet. Look again in a "
        "minute with check_library.",
        left->size(), answer.asked, verb.would == "follow" ? "followed" : "unfollowed");
  }
}

base::Task<base::Result<WriteAnswer>> change(const Services& services, mcp::CallContext& context,
                                             FollowArguments arguments, Wanted wanted) {
  const Verb verb = verb_of(wanted);
  const Artists artists = distinct(arguments.artist_ids.items());
  const auto client = services.client_for(context.principal());
  CO_TRY(Artists left, co_await left_to_do(*client, artists, wanted, fresh_call_of(context)));
  const size_t already = artists.size() - left.size();
  const std::string aside =
      already == 0
          ? ""
          : fmt::format(" {} were {}.", already, wanted == Wanted::kFollowed ? "followed already" : "not followed");
  if (left.empty()) {
    co_return WriteAnswer{.summary = "Nothing to do." + aside,
                          .status = Status::kUnchanged,
                          .asked = static_cast<int64_t>(artists.size())};
  }
  if (arguments.dry_run) {
    WriteAnswer answer = dry_answer(left.size(), verb);
    answer.summary += aside;
    co_return answer;
  }
  auto writing = wanted == Wanted::kFollowed ? client->follow_artists(left, call_of(context))
                                             : client->unfollow_artists(left, call_of(context));
  auto written = co_await std::move(writing);
  CO_TRY(WriteAnswer answer, answer_of(std::move(written), left.size(), verb));
  if (answer.status == Status::kAccepted) {
    const auto still = co_await left_to_do(*client, std::move(left), wanted, fresh_call_of(context));
    look_back(answer, still, verb);
  }
  answer.summary += aside;
  co_return answer;
}

base::Task<base::Result<WriteAnswer>> follow_artists(const Services& services, mcp::CallContext& context,
                                                     FollowArguments arguments) {
  return change(services, context, std::move(arguments), Wanted::kFollowed);
}

base::Task<base::Result<WriteAnswer>> unfollow_artists(const Services& services, mcp::CallContext& context,
                                                       FollowArguments arguments) {
  return change(services, context, std::move(arguments), Wanted::kNotFollowed);
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
      make(services, entry("follow_artists", "Follow artists", "Follows artists.", mcp::Effect::kWrite),
           &follow_artists),
      make(services, entry("unfollow_artists", "Unfollow artists", "Stops following artists.", mcp::Effect::kDestroy),
           &unfollow_artists),
  };
}

}  // namespace tools
