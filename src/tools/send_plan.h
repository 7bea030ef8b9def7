// Sends a plan, one request after the other, and knows at any moment what is certain of the playlist.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "curation/plan.h"
#include "mcp/context.h"
#include "spotify/client.h"
#include "tools/answers.h"
#include "tools/content.h"
#include "tools/services.h"

namespace tools {

// What became of a plan.
struct Progress {
  size_t planned = 0;
  size_t done = 0;
  std::vector<std::string> uris{};  // The content after the requests that are known to be done.
  std::optional<std::string> snapshot{};
  std::vector<std::string> refused{};  // What Spotify does not take, and was left out.
  std::optional<base::Error> stopped{};
  bool is_unknown = false;  // The request after `done` may have happened.
};

// Ends at the first request that fails or has no answer; of the latter it looks whether it was carried out. Items
// that Spotify refuses are left out, up to ten.
base::Task<Progress> send_all(const Services& services, mcp::CallContext& context,
                              std::shared_ptr<spotify::Client> client, Content content, curation::Plan plan);

// Whether Spotify shows the end of the plan: the snapshot of its last request, or the content.
base::Task<Status> verify(const Services& services, mcp::CallContext& context, std::shared_ptr<spotify::Client> client,
                          spotify::PlaylistId id, Progress progress);

}  // namespace tools
