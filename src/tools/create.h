// Makes a playlist, but never the same one twice in a row: Spotify takes any number of playlists of one name, and a
// client that repeats a call that took long would leave the person with copies.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/task.h"
#include "mcp/context.h"
#include "spotify/client.h"
#include "tools/services.h"

namespace tools {

struct Created {
  enum class How {
    kMade,
    kUnknown,   // No answer came: it may or may not exist.
    kRepeated,  // One of that name was begun by the same principal less than Desk::kRecent ago, so none was made.
  };

  How how = How::kMade;
  std::optional<spotify::Playlist> playlist{};   // Made.
  std::optional<spotify::PlaylistId> earlier{};  // Of a repetition, once it is known.
  std::string sentence{};                        // For the summary, but of one that was made.
};

// An error only when for certain nothing was made.
base::Task<base::Result<Created>> create_once(const Services& services, mcp::CallContext& context,
                                              std::shared_ptr<spotify::Client> client, spotify::NewPlaylist wanted,
                                              spotify::Call call);

}  // namespace tools
