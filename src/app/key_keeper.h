// Replaces the keys of the store while everything runs: when the administrator asks for it, when a key has become old,
// and to its end where a process was killed in the middle.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/trail.h"
#include "base/clock.h"
#include "base/loop.h"
#include "base/result.h"
#include "base/task.h"
#include "store/sql/store.h"

namespace app {

struct KeyRotation {
  store::sql::KeyInfo key;  // That seals now.
  bool went_on = false;     // A rotation had been begun before, and no further key was made.
  int64_t rewrapped = 0;
  int64_t ended = 0;
  int64_t damaged = 0;
  int64_t destroyed = 0;
};

// Of the keys of one purpose, the one that seals; nothing where there is none.
std::optional<store::sql::KeyInfo> sealing_key(const std::vector<store::sql::KeyInfo>& keys, std::string_view purpose);
// How many grants are not under the key that seals now.
int64_t count_behind(const std::vector<store::sql::KeyInfo>& keys);

class KeyKeeper {
 public:
  // All must outlive it and its tasks.
  struct Services {
    base::Loop& loop;
    const base::Clock& clock;
    audit::Trail& trail;
    store::sql::Store& store;
  };

  explicit KeyKeeper(Services services) : services_(services) {}

  // A new key for the grants, and every grant under it. What an earlier rotation left is ended first, and is then all
  // that is done, unless the keys may have leaked. The trail has it before anything changes.
  // `seen` as in Store::rotate().
  base::Task<base::Result<KeyRotation>> rotate(store::sql::Leak leak, int64_t seen = 0);
  // Ends what was begun, and rotates when the key is older than `age`; zero: never. Nothing when there was nothing to
  // do.
  base::Task<base::Result<std::optional<KeyRotation>>> keep(std::chrono::hours age);

  // How long a key of what clients carry opens after it was replaced: longer than anything under it is good, and than
  // another process needs to hear of the new one.
  static constexpr std::chrono::minutes kStatesLive{30};
  // As rotate(), for what clients carry (store::kStateKeys): a new key, and the ones before it for kStatesLive.
  base::Task<base::Result<store::sql::KeyInfo>> rotate_states(store::sql::Leak leak, int64_t seen = 0);
  // As keep(), for the same.
  base::Task<base::Result<void>> keep_states(std::chrono::hours age);
  // As rotate(), for the signing keys of API keys.
  base::Task<base::Result<KeyRotation>> rotate_signing(store::sql::Leak leak);

 private:
  base::Task<base::Result<KeyRotation>> wrap_all(KeyRotation rotation);
  base::Task<base::Result<void>> tell(std::string step, KeyRotation rotation);

  Services services_;
};

}  // namespace app
