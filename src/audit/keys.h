// The keys of a trail, all from one, one way: who has one of them has none of the others.
#pragma once

#include <string>

#include "crypto/key.h"

namespace audit {

struct Keys {
  std::string id;       // Names the trail's key without giving it away: 16 hex digits.
  crypto::Key initial;  // Of epoch 0. A writer needs it once, a verifier always.
  crypto::Key state;    // Seals the state file.
  crypto::Key names;    // For pseudonyms.
  crypto::Key signing;  // The Ed25519 seed of the checkpoints.

  // From the key of this trail, which is one of the keys that the master key seals (store/keyset.h).
  static Keys of(const crypto::Key& root);
  // Of the first trail of a master key.
  static Keys derive(const crypto::Key& master);
  Keys clone() const;
};

}  // namespace audit
