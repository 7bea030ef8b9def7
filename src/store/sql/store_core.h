// What of Store lives on the worker's thread; for store.cpp and store_keys.cpp only.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/keyset.h"
#include "store/signing_seal.h"
#include "store/sql/database.h"
#include "store/sql/key_table.h"
#include "store/sql/store.h"
#include "store/vault.h"

namespace store::sql {

std::unexpected<base::Error> not_ours();
// The next one of a purpose, which seals from here on.
base::Result<StoredKey> next_key(const KeyTable& table, const KeyWrap& wrap, base::Random& random,
                                 std::string_view purpose, const crypto::Key& key, base::Wall now);
KeyInfo info_of(const StoredKey& row);

enum class Expect { kAny, kSameGeneration };

std::unexpected<base::Error> wrong_key();

struct Store::Core {
  Core(base::Random& source, const base::Clock& time, StoreOptions given)
      : random(source), clock(time), options(std::move(given)) {}

  // The keys that open grants, and those that do no more.
  struct Keys {
    int64_t change = 0;
    Vault vault;
    std::set<std::string> given_up;

    // Whether a grant under that key is ours to replace.
    bool opens(const std::string& id) const { return vault.has(id) || given_up.contains(id); }
  };

  base::Result<Database*> opened();
  base::Result<Sealed> sealed();
  // Whether any grant is sealed, or that of one principal.
  base::Result<bool> has_grant(const std::string& principal = {});
  // Has the master key, and keys under it, from here on. Not inside a transaction: it may ask for the key for long.
  base::Result<void> unlock();
  // As they stand in the database at this moment. Inside a transaction, after unlock().
  base::Result<const Keys*> keys_now();

  base::Result<std::optional<Grant>> load(const std::string& principal);
  base::Result<void> check_writable(const std::string& principal);
  base::Result<int64_t> write(const std::string& principal, const Grant& grant, Expect expect);
  base::Result<void> erase(const std::string& principal);
  // The same inside a writing transaction.
  base::Result<void> end_grant(const std::string& principal) const;
  base::Result<QuotaState> load_quota();
  base::Result<void> block(const std::string& bucket, QuotaBlock block);
  base::Result<void> count(const std::vector<QuotaCount>& more, int64_t this_hour);
  base::Result<std::optional<Fact>> fact(const std::string& name);
  base::Result<void> learn(const std::string& name, const Fact& fact);

  base::Result<std::vector<KeyInfo>> list_keys();
  base::Result<KeyInfo> rotate(const std::string& purpose, Leak leak, int64_t seen);
  base::Result<Rewrapped> rewrap(const std::string& after, int64_t rows_max);
  base::Result<int64_t> destroy_unused_keys();
  base::Result<void> replace_master(const crypto::Key& after);
  base::Result<LostKeys> lost_keys(const crypto::Key* at_hand, Lost lost);

  base::Result<void> add_signing(ApiKey key, const base::Secret& signing_key);
  base::Result<std::optional<base::Secret>> signing_key(const std::string& id);
  base::Result<void> forget_user(const std::string& principal);
  base::Result<bool> spend(const std::string& principal, const std::string& id, base::Wall until);
  base::Result<std::vector<crypto::Key>> purpose_keys(const std::string& purpose);
  base::Result<int64_t> key_change(const std::string& purpose);
  base::Result<Resealed> rotate_signing(Leak leak);
  base::Result<int64_t> destroy_old_state_keys(std::chrono::milliseconds lifetime);

  base::Random& random;
  const base::Clock& clock;
  StoreOptions options;
  std::unique_ptr<Database> database;
  std::optional<crypto::Key> master;
  std::optional<Keys> keys;
  // The keys of the API keys as they stood at that change.
  struct Signing {
    int64_t change = 0;
    SigningSeal seal;
  };
  std::optional<Signing> signing;

 private:
  // Inside a transaction, after unlock(). Those that open something, the one that seals first; without one in the file,
  // the first key of the master key.
  base::Result<std::vector<crypto::Key>> open_purpose(std::string_view purpose) const;
  // Inside a writing transaction: the first key of a purpose that has none that seals.
  base::Result<void> begin_purpose(std::string_view purpose, const KeyWrap& wrap);
  base::Result<const SigningSeal*> signing_now();
  base::Result<void> reseal_all(const SigningSeal& before, const SigningSeal& after, Resealed& done);
  base::Result<StoredKey> replace_keys(std::string_view purpose, Leak leak, const KeyWrap& wrap);
  base::Result<Keys> open_keys(const KeyWrap& wrap, int64_t change) const;
  base::Result<void> begin_keys(const crypto::Key& key);
  base::Result<void> seal_direct_grants(const crypto::Key& key, const Vault& vault) const;
};

}  // namespace store::sql
