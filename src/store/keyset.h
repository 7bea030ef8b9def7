// The keys of one purpose, in versions, as a store keeps them. The master key seals nothing but these (envelope
// encryption): it can be replaced by sealing a handful of keys anew, and a key of them by wrapping anew the small data
// keys under it. A row is bound to all that it says, its state among them, so that whoever can write the store can
// neither swap two keys nor bring one back that was given up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "crypto/key.h"

namespace store {

// What is sealed under the keys of a purpose.
inline constexpr std::string_view kGrantKeys = "grants";  // The data keys of the stored logins.
inline constexpr std::string_view kAuditKeys = "audit";   // The audit trail, all of whose keys come from this one.
inline constexpr std::string_view kSigningKeys = "api-keys";  // What requests with API keys are signed with.
// What clients carry between two requests and give back: requestState, tickets that confirm a change, cursors.
inline constexpr std::string_view kStateKeys = "request-state";

enum class KeyState {
  kPrimary,      // Seals, and opens. One of each purpose.
  kEnabled,      // Opens what was sealed before.
  kCompromised,  // Opens nothing any more; what is under it is given up.
  kDestroyed,    // Only its name is left.
};
std::string_view name_of(KeyState state);
std::optional<KeyState> key_state(std::string_view name);

// One row, as it is stored.
struct StoredKey {
  std::string purpose;
  int64_t version = 1;
  KeyState state = KeyState::kPrimary;
  std::string id;  // key_id() of the key.
  base::Wall created{};
  std::string box;  // Empty where it is destroyed.
};

// How much of an id people are shown.
inline constexpr size_t kKeyIdShown = 16;

// Names a key without giving it away, and commits to it: AES-GCM alone lets one box open under two keys.
std::string key_id(const crypto::Key& key);

// The first key of a purpose comes from the master key, so that what is sealed under it can be opened with that alone.
// Every later one is drawn at random.
crypto::Key first_key(const crypto::Key& master, std::string_view purpose);

// Seals keys under the master key, of which it keeps no copy.
class KeyWrap {
 public:
  explicit KeyWrap(const crypto::Key& master);

  // The box for a row with these values; the one in `row` is not looked at.
  std::string seal(base::Random& random, const StoredKey& row, const crypto::Key& key) const;
  // kForbidden when the row was changed, or belongs to another master key.
  base::Result<crypto::Key> open(const StoredKey& row) const;

 private:
  crypto::Key key_;
};

}  // namespace store
