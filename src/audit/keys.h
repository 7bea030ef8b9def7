// The keys of a trail, all from the master key, one way: who has one of them has none of the others.
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

  static Keys derive(const crypto::Key& master);
  Keys clone() const;
};

}  // namespace audit
