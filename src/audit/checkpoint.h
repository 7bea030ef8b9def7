// A signed statement of how long the trail is and what it holds, in the text form that transparency logs use: the body
// of C2SP tlog-checkpoint in a C2SP signed-note. Five lines:
//
//   spotify-mcp-server/audit/0123456789abcdef
//   1000
//   <root of the Merkle tree in base64>
//
//   — spotify-mcp-server/audit/0123456789abcdef <base64 of key hash and Ed25519 signature>
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "audit/merkle.h"
#include "crypto/ed25519.h"
#include "crypto/key.h"

namespace audit {

struct Checkpoint {
  uint64_t size = 0;
  Digest root{};

  bool operator==(const Checkpoint&) const = default;
};

inline constexpr size_t kCheckpointLines = 5;

// `id` is the trail's (keys.h).
class CheckpointSigner {
 public:
  CheckpointSigner(std::string_view id, const crypto::Key& seed);

  // Five lines, each with its LF.
  std::string sign(const Checkpoint& checkpoint) const;
  // Nothing for another form, origin, key or signature than ours.
  std::optional<Checkpoint> open(std::string_view note) const;
  // What others check a checkpoint with (signed-note, "Verifiers"): name+hash+base64(0x01 || public key).
  std::string verifier_key() const;

 private:
  std::string origin_;
  crypto::Ed25519 signer_;
  crypto::Ed25519::PublicKey public_key_;
  std::string key_hash_;  // Four bytes.
};

}  // namespace audit
