#include "tools/create.h"

#include <chrono>
#include <fmt/format.h>
#include <utility>

#include "tools/desk.h"
#include "tools/playlist_answers.h"

namespace tools {
namespace {

Created repetition_of(const Begun& earlier) {
  Created created{.how = Created::How::kRepeated, .earlier = earlier.playlist};
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(Desk::kRecent).count();
  if (earlier.playlist) {
    created.sentence = fmt::format(
        "Nothing was made: a playlist of this name was made less than {} seconds ago, it is {}. For a second one wait "
        "{} seconds, or give it another name.",
        seconds, earlier.playlist->uri(), seconds);
  } else {
    created.sentence = fmt::format(
        "Nothing was made: making a playlist of this name was begun less than {} seconds ago, and it is not known yet "
        "whether it is there. Look at get_playlists before you make it again.",
        seconds);
  }
  return created;
}

}  // namespace

base::Task<base::Result<Created>> create_once(const Services& services, mcp::CallContext& context,
                                              std::shared_ptr<spotify::Client> client, spotify::NewPlaylist wanted,
                                              spotify::Call call) {
  Desk& desk = services.desk;
  const std::string principal = context.principal().id;
  const std::string name = wanted.name;
  if (const auto earlier = desk.find_making(principal, name)) co_return repetition_of(*earlier);
  // Noted before the first wait: of two calls at once the second is the repetition. A call that is dropped on the way
  // stays noted, for nobody knows how far it came.
  desk.note_making({.principal = principal, .name = name, .at = desk.now()});
  auto created = co_await client->create_playlist(std::move(wanted), call);
  if (created) {
    desk.note_making({.principal = principal, .name = name, .at = desk.now(), .playlist = created->id});
    co_return Created{.playlist = *std::move(created)};
  }
  if (!may_have_happened(created.error())) {
    desk.forget_making(principal, name);
    co_return std::unexpected(std::move(created).error());
  }
  co_return Created{.how = Created::How::kUnknown,
                    .sentence =
                        "No usable answer came, so the playlist may or may not exist. Look at get_playlists "
                        "before creating it again."};
}

}  // namespace tools
