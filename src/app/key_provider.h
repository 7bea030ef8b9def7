// Master keys that stand in no file and no variable: SPOTIFY_MCP_KEY_PROVIDER names the desktop's keyring or a PKCS#11
// token. They are asked once, at the start, by a child process, since what they need (a bus, a module, threads) a
// confined server does not have.
#pragma once

#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"
#include "os/environment.h"

namespace app {

// Asks the provider, if one is named, and keeps the answer in the environment as SPOTIFY_MCP_MASTER_KEY. While the
// process has one thread. Once: an environment that has the answer keeps it. kNotFound when it has no key yet.
base::Result<void> fetch_master_key(os::Environment& environment);
// From here on that is the master key, as a variable would hold it, and no provider is asked any more.
void use_master_key(os::Environment& environment, base::Secret text);
// Makes the key where the provider keeps it; `keys init`. kConflict when there is one. Nothing where none is named.
base::Result<bool> make_provided_key(const os::Environment& environment, base::Random& random);

}  // namespace app
