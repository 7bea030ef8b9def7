// The whole content of a playlist: one request for its head and one for each further 50 items, so 200 for 10,000.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "curation/entry.h"
#include "mcp/context.h"
#include "spotify/client.h"
#include "tools/desk.h"
#include "tools/services.h"

namespace tools {

struct Content {
  spotify::PlaylistId id;
  spotify::Playlist head{};  // Without its items.
  std::string spoken{};      // Its name in quotation marks, or its URI.
  std::string snapshot{};
  std::shared_ptr<Reading> reading{};

  const std::vector<curation::Entry>& entries() const { return reading->entries; }
  std::vector<std::string> uris() const { return curation::uris_of(reading->entries); }
};

// kDeadline or kRateLimited says how far it came; the same call goes on there. With a market Spotify says what cannot
// be played, and may name a track by another URI.
base::Task<base::Result<Content>> content_of(const Services& services, mcp::CallContext& context,
                                             std::shared_ptr<spotify::Client> client, spotify::PlaylistId id,
                                             std::optional<spotify::Market> market = std::nullopt);

// The same in two steps: the head, with as many items as it brings along or were read before, and the rest.
base::Task<base::Result<Content>> begin_content(const Services& services, mcp::CallContext& context,
                                                std::shared_ptr<spotify::Client> client, spotify::PlaylistId id,
                                                std::optional<spotify::Market> market = std::nullopt);
base::Task<base::Result<Content>> finish_content(mcp::CallContext& context, std::shared_ptr<spotify::Client> client,
                                                 Content content, std::optional<spotify::Market> market = std::nullopt);

// When a call has to come to its end, so that it can still tell what it did.
base::Instant last_moment(const mcp::CallContext& context);

// For songs of other lists, such as search results.
curation::Entry entry_of(const spotify::Track& track);

}  // namespace tools
