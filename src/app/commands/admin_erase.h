// admin erase: removes everything that this installation keeps of a user.
#pragma once

#include <string>

#include "app/io.h"
#include "app/process.h"
#include "base/result.h"
#include "config/settings.h"

namespace app::commands {

// The user as the trail and the store know them: "owner" on stdio and with the local bearer, "api-key ID" with an API
// key. What the trail has written stays, and nobody can tell any more whose it is. What Spotify keeps is not touched.
base::Result<void> erase_user(Process& process, const config::Settings& settings, const std::string& user, Io& io);

}  // namespace app::commands
