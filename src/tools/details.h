// Changes what a playlist is called and who may see it, with a receipt of how it was before.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "base/task.h"
#include "mcp/context.h"
#include "spotify/client.h"
#include "tools/arguments.h"
#include "tools/playlist_answers.h"
#include "tools/receipt.h"
#include "tools/services.h"

namespace tools {

struct DetailsChange {
  std::string tool;
  spotify::PlaylistId id;
  spotify::PlaylistChange wanted;  // At least one member.
  Run run = Run::kReal;
};
base::Task<base::Result<PlaylistAnswer>> change_details(const Services& services, mcp::CallContext& context,
                                                        std::shared_ptr<spotify::Client> client, DetailsChange change);

// Takes such a change back. kStale when the playlist is no longer called as the change left it, unless forced.
enum class Force { kNo, kYes };
base::Task<base::Result<PlaylistAnswer>> restore_details(const Services& services, mcp::CallContext& context,
                                                         std::shared_ptr<spotify::Client> client, Receipt receipt,
                                                         Run run, Force force);

}  // namespace tools
