// A key in a PKCS#11 token: a smart card, a YubiHSM, the HSM of a cloud, or SoftHSM. The key in the token cannot be
// read; the master key is the HMAC-SHA-256 that the token computes under it of a constant, so it takes the token and
// its PIN to have it. The module is loaded for the call, and unloaded after it. Blocking.
#pragma once

#include <string>

#include "base/result.h"
#include "base/secret.h"
#include "crypto/key.h"

namespace keys {

struct Token {
  std::string module;                          // Path of the library that speaks to it.
  std::string label = {};                      // Of the token; empty: the only one that is there.
  std::string key = "spotify-mcp-master-key";  // Label of the key.
};

// kNotFound when the token or the key is not there, kForbidden when the PIN is wrong, kUnavailable for anything else.
base::Result<crypto::Key> read_token(const Token& token, const base::Secret& pin);
// Makes the key in the token, from its own random source, never to leave it. kConflict when there is one of that label.
base::Result<void> make_token_key(const Token& token, const base::Secret& pin);

}  // namespace keys
