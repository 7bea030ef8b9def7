// Master keys that stand in no file and no variable: SPOTIFY_MCP_KEY_PROVIDER names the desktop's keyring or a PKCS#11
// token. They are asked once, at the start, by a child process, since what they need (a bus, a module, threads) a
// confined server does not have.
#pragma once

#include "base/random.h"
#include "base/result.h"
#include "os/environment.h"

namespace app {

// Asks the provider, if one is named, and keeps the answer in the environment as SPOTIFY_MCP_MASTER_KEY. While the
// process has one thread. kNotFound when it has no key yet.
base::Result<void> fetch_master_key(os::Environment& environment);
// Makes the key where the provider keeps it; `keys init`. kConflict when there is one. Nothing where none is named.
base::Result<bool> make_provided_key(const os::Environment& environment, base::Random& random);

}  // namespace app
