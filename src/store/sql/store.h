// Grants, the quota ledger and small facts in one database, the grants sealed. It is opened at the first use, on the
// worker; the loop never waits for it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/loop.h"
#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"
#include "crypto/key.h"
#include "store/api_keys.h"
#include "store/facts.h"
#include "store/grants.h"
#include "store/keyset.h"
#include "store/quota.h"
#include "store/sql/database.h"

namespace store::sql {

// Whether the database holds what only the key of before opens: a grant, or the key of an audit trail.
enum class Sealed { kNothing, kSomething };

// Keys whose master key is gone.
enum class Lost { kCount, kDestroy };
struct LostKeys {
  int64_t found = 0;
  int64_t destroyed = 0;
};

struct StoreOptions {
  std::shared_ptr<const Place> place;
  // The key that seals the keys of the grants. Called on the worker, once, when a grant is first written or read; it
  // may block, and may make the key when nothing is sealed yet. Its error becomes the error of the call.
  std::function<base::Result<crypto::Key>(Sealed)> master_key;
};

// A key as one may see it.
struct KeyInfo {
  std::string purpose;
  int64_t version = 1;
  KeyState state = KeyState::kPrimary;
  std::string id;
  base::Wall created{};
  int64_t grants = 0;    // That are sealed under it.
  int64_t api_keys = 0;  // The same.
};

// Whether somebody else may have the keys that are replaced.
enum class Leak { kNone, kSuspected };

// One step of wrapping anew.
struct Rewrapped {
  std::string last;  // Where the next step begins.
  int64_t rewrapped = 0;
  int64_t ended = 0;    // Were under a compromised key, and are gone.
  int64_t damaged = 0;  // Changed from outside; left as they are.
  bool more = false;
};

// What a new key for the API keys has brought.
struct Resealed {
  KeyInfo key;  // That seals now.
  int64_t resealed = 0;
  int64_t revoked = 0;  // Their signing keys may be known.
  int64_t damaged = 0;  // Changed from outside, or sealed under a master key that is gone; left as they are.
};

class Store : public Grants, public Quota, public Facts, public SigningKeys {
 public:
  // All must outlive the store; `random` and `clock` are used on the worker's thread.
  struct Services {
    base::Loop& loop;
    base::Worker& worker;
    base::Random& random;
    const base::Clock& clock;
  };

  Store(Services services, StoreOptions options);
  // Work that the worker has begun is finished.
  ~Store() override;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  // Opens the database now, so that a damaged one is told at start. Needs no key.
  base::Task<base::Result<void>> open();

  // kUnavailable, and nothing changes, when the stored grant was sealed under another key.
  base::Task<base::Result<std::optional<Grant>>> load(std::string principal) override;
  // Opens the database. Needs no key, and neither does has_grant().
  base::Task<base::Result<Sealed>> sealed();
  base::Task<base::Result<bool>> has_grant(std::string principal);
  base::Task<base::Result<void>> check_writable(std::string principal) override;
  base::Task<base::Result<int64_t>> replace(std::string principal, Grant grant) override;
  base::Task<base::Result<int64_t>> update(std::string principal, Grant grant) override;
  // Needs no key: one may always log out.
  base::Task<base::Result<void>> erase(std::string principal) override;

  base::Task<base::Result<QuotaState>> load() override;
  base::Task<base::Result<void>> block(std::string bucket, QuotaBlock block) override;
  base::Task<base::Result<void>> count(std::vector<QuotaCount> more, base::Wall now) override;

  base::Task<base::Result<std::optional<Fact>>> fact(std::string name) override;
  base::Task<base::Result<void>> learn(std::string name, Fact fact) override;

  base::Task<base::Result<void>> add_signing(ApiKey key, base::Secret signing_key) override;
  base::Task<base::Result<std::optional<base::Secret>>> signing_key(std::string id) override;

  // How many spent states of a principal are kept at once; none is forgotten before its end.
  static constexpr int64_t kSpentMax = 10'000;
  // True for the first who spends this id, in whichever process and life, until then. kRateLimited while too many are
  // kept.
  base::Task<base::Result<bool>> spend(std::string principal, std::string id, base::Wall until);

  // Everything that stands here of a user, in one step: the login, with the key that opens it, the archive, what was
  // counted, the name of an API key, which is revoked, and what tells whose records of the trail are theirs. Needs no
  // key.
  base::Task<base::Result<void>> forget_user(std::string principal);

  // Needs no master key.
  base::Task<base::Result<std::vector<KeyInfo>>> keys();
  // The keys of a purpose, the one that seals first, then those that open. Makes the first where there is none. Not for
  // grants.
  base::Task<base::Result<std::vector<crypto::Key>>> purpose_keys(std::string purpose);
  // Grows with every change of the keys of a purpose, in every process.
  base::Task<base::Result<int64_t>> key_change(std::string purpose);
  // As rotate() for store::kSigningKeys, and all that is sealed under them is sealed anew in the same step; after a
  // leak the API keys are revoked. The keys of before are destroyed.
  base::Task<base::Result<Resealed>> rotate_signing(Leak leak);
  // Destroys the keys of store::kStateKeys that were replaced so long ago that nothing is under them. Gives their
  // number.
  base::Task<base::Result<int64_t>> destroy_old_state_keys(std::chrono::milliseconds lifetime);
  // A new key of that purpose, which seals from here on, in every process; those before it only open, or, where they
  // may have leaked, do nothing more. Gives the new one, or the one that seals when that is no longer version `seen`:
  // another process was first. 0: whichever it is.
  base::Task<base::Result<KeyInfo>> rotate(std::string purpose, Leak leak, int64_t seen = 0);
  // Wraps up to that many grants under the key that seals now; those of a compromised key are ended, as erase() does.
  // Begins behind `after`, the `last` of the step before. Others may read and write in between.
  base::Task<base::Result<Rewrapped>> rewrap(std::string after, int64_t rows_max);
  // Destroys the keys of grants that nothing is under any more. Gives their number.
  base::Task<base::Result<int64_t>> destroy_unused_keys();
  // Seals every key under another master key, in one step: all of them or none. Processes that run go on with the keys
  // that they have.
  base::Task<base::Result<void>> replace_master(crypto::Key after);
  // Finds the keys that do not open with the master key at hand, which is none of them where there is none; destroys
  // them only where they are given up for lost, and no grant is left: kConflict otherwise.
  base::Task<base::Result<LostKeys>> lost_keys(std::optional<crypto::Key> at_hand, Lost lost);

 private:
  struct Core;

  Services services_;
  // Shared with the work on the worker, which may outlive a dropped task.
  std::shared_ptr<Core> core_;
};

// The keys of a purpose that are not destroyed, the one that seals now first; none where none was ever stored. Opens
// the database for this one look, and makes none. Blocking.
base::Result<std::vector<crypto::Key>> stored_keys(const Place& place, const crypto::Key& master,
                                                   std::string_view purpose);

}  // namespace store::sql
