// The desktop's keyring (the Secret Service of freedesktop.org: GNOME Keyring, KWallet, KeePassXC), through libsecret,
// which is loaded with the first call. Both calls block, may ask the person to unlock the keyring, and leave threads of
// GLib behind: call them in a process that ends soon.
#pragma once

#include <optional>

#include "base/result.h"
#include "base/secret.h"
#include "os/environment.h"

namespace keys {

// Nothing when the keyring holds no key of this program. kUnavailable without libsecret, without a session, or where
// the keyring stays locked.
base::Result<std::optional<base::Secret>> read_keyring(const os::Environment& environment);
// Replaces what is there.
base::Result<void> write_keyring(const os::Environment& environment, const base::Secret& text);

}  // namespace keys
