// A configuration file that nobody can read or change without the master key ("SMCF1"). Two lines of printable ASCII:
// a header in JSON, which anybody can read, and the sealed settings in base64. The bytes of the header are
// authenticated with them, so the environment and the generation in it cannot be changed either. The header is written
// in one way only, and one that differs by a byte from what we would write is refused before anything is derived.
// docs/sealed-configuration.md has the format.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"
#include "config/settings.h"
#include "crypto/aead.h"
#include "crypto/bytes.h"
#include "crypto/kdf.h"
#include "crypto/key.h"

namespace config {

// What one file of settings may hold, plain or sealed, and how large that is once it is sealed.
inline constexpr size_t kPlainBytesMax = size_t{256} * 1024;
inline constexpr size_t kHeaderBytesMax = 2048;
inline constexpr size_t kSealedBytesMax = kHeaderBytesMax + 2 + (kPlainBytesMax + 18) / 3 * 4;
// Exact in every JSON implementation.
inline constexpr int64_t kGenerationMax = (int64_t{1} << 53) - 1;

// The master key as it was given: 32 random bytes, or a passphrase.
using MasterSecret = std::variant<crypto::Key, base::Secret>;

struct SealedHeader {
  static constexpr size_t kSaltBytes = 32;

  Deployment environment = Deployment::kProduction;
  // Grows with every change, so that an older file is known as such.
  int64_t generation = 1;
  // RFC 3339, for people.
  std::string created = {};
  // Names the key without giving it away.
  std::string key_id = {};
  // Set for a passphrase, which is stretched by argon2id first.
  std::optional<crypto::Argon2Cost> stretched = std::nullopt;
  std::array<std::byte, kSaltBytes> salt{};
  crypto::Aes256Gcm::Nonce nonce{};
  // AES-GCM lets one box open under two keys; this digest of the key does not.
  crypto::Digest commitment{};
};

// Whether the text claims to be a sealed file; what claims so wrongly is refused by open().
bool is_sealed(std::string_view text);

// The header alone; nothing in it is authenticated yet. kInvalidArgument unless every byte is as seal() writes it,
// and the cost of a passphrase within what we are willing to pay for a file that anybody may have written.
base::Result<SealedHeader> read_header(std::string_view text);

struct SealedAs {
  Deployment environment = Deployment::kProduction;
  int64_t generation = 1;
  base::Wall created = {};
  // What a passphrase costs to try once.
  crypto::Argon2Cost cost = {};
};
// kInvalidArgument for more than kPlainBytesMax, or a cost or a generation that open() would refuse.
base::Result<std::string> seal(const MasterSecret& master, const SealedAs& as, std::string_view plain,
                               base::Random& random);

struct Opened {
  SealedHeader header;
  base::Secret text;
};
// kForbidden for another key and for a file that was changed, kInvalidArgument for one that is no such file. Slow for
// a passphrase. Whether environment and generation are the right ones is the caller's to judge.
base::Result<Opened> open(const MasterSecret& master, std::string_view text);

}  // namespace config
