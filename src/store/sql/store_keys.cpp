// The keys that seal the grants: had from the master key, replaced by newer ones, wrapped anew, destroyed. Every step
// is one transaction, so a process that dies in the middle leaves a whole one behind, and the next goes on from there.
#include <algorithm>
#include <utility>

#include "store/sql/key_table.h"
#include "store/sql/on_worker.h"
#include "store/sql/store_core.h"

namespace store::sql {

using base::Code;
using base::fail;
using base::Result;

namespace {

// One statement that changes rows, whose number does not matter.
Result<void> run(const Database& file, std::string_view sql, std::initializer_list<Parameter> parameters) {
  TRY([[maybe_unused]] const int64_t changed, file.execute(sql, parameters));
  return {};
}

struct GrantRow {
  std::string principal;
  int64_t generation = 0;
  SealedGrant sealed;
};

Result<std::vector<GrantRow>> all_of(Rows rows) {
  std::vector<GrantRow> all;
  for (;;) {
    TRY(const bool found, rows.next());
    if (!found) return all;
    all.push_back({.principal = rows.text(0),
                   .generation = rows.integer(1),
                   .sealed = {.key_id = rows.text(2), .data_key = rows.blob(3), .box = rows.blob(4)}});
  }
}

Result<void> put_back(const Database& file, const GrantRow& row, const SealedGrant& sealed) {
  return run(file, "UPDATE grants SET key_id = ?2, data_key = ?3, box = ?4 WHERE principal = ?1",
             {row.principal, sealed.key_id, Blob{sealed.data_key}, Blob{sealed.box}});
}

}  // namespace

std::unexpected<base::Error> not_ours() {
  return fail(
      Code::kUnavailable,
      "The keys of the store were sealed under another master key, or changed from outside. Give the master key "
      "back that they are under (SPOTIFY_MCP_MASTER_KEY, or the key file). If `keys rotate --master` was ended in the "
      "middle, give the new one too (SPOTIFY_MCP_NEW_MASTER_KEY_FILE); if the key is lost, run `spotify-mcp-server "
      "logout --lost-key` and log in again. Nothing was changed.",
      "a row of keys does not open");
}

KeyInfo info_of(const StoredKey& row) {
  return {.purpose = row.purpose, .version = row.version, .state = row.state, .id = row.id, .created = row.created};
}

Result<StoredKey> next_key(const KeyTable& table, const KeyWrap& wrap, base::Random& random, std::string_view purpose,
                           const crypto::Key& key, base::Wall now) {
  TRY(const std::vector<StoredKey> rows, table.rows(purpose));
  StoredKey row{.purpose = std::string(purpose),
                .version = rows.empty() ? 1 : rows.front().version + 1,
                .state = KeyState::kPrimary,
                .id = key_id(key),
                .created = now,
                .box = {}};
  row.box = wrap.seal(random, row, key);
  TRY_VOID(table.put(row));
  return row;
}

Result<Store::Core::Keys> Store::Core::open_keys(const KeyWrap& wrap, int64_t change) const {
  TRY(const std::vector<StoredKey> rows, KeyTable(*database).rows(kGrantKeys));
  std::optional<Vault> vault;
  std::vector<crypto::Key> older;
  std::set<std::string> given_up;
  for (const StoredKey& row : rows) {
    if (row.state == KeyState::kCompromised) given_up.insert(row.id);
    if (row.state != KeyState::kPrimary && row.state != KeyState::kEnabled) continue;
    auto key = wrap.open(row);
    if (!key) return not_ours();
    if (row.state == KeyState::kPrimary) {
      vault.emplace(*key);
    } else {
      older.push_back(*std::move(key));
    }
  }
  if (!vault) return not_ours();
  for (const crypto::Key& key : older) vault->add(key);
  return Keys{.change = change, .vault = *std::move(vault), .given_up = std::move(given_up)};
}

Result<const Store::Core::Keys*> Store::Core::keys_now() {
  TRY(const int64_t change, KeyTable(*database).change(kGrantKeys));
  if (!keys || keys->change != change) {
    TRY(keys, open_keys(KeyWrap(*master), change));
  }
  return &*keys;
}

// Grants of the time before there were data keys. One that does not open stays as it is: reading it will say so.
Result<void> Store::Core::seal_direct_grants(const crypto::Key& key, const Vault& vault) const {
  const Database& file = *database;
  TRY(Rows rows, file.query("SELECT principal, generation, key_id, data_key, box FROM grants "
                            "WHERE box IS NOT NULL AND data_key IS NULL",
                            {}));
  TRY(const std::vector<GrantRow> grants, all_of(std::move(rows)));
  for (const GrantRow& row : grants) {
    if (row.sealed.key_id != Vault::direct_key_id(key)) return wrong_key();
    const auto grant = Vault::open_direct(key, row.principal, row.generation, row.sealed.box);
    if (grant) TRY_VOID(put_back(file, row, vault.seal(random, row.principal, row.generation, *grant)));
  }
  return {};
}

Result<void> Store::Core::begin_keys(const crypto::Key& key) {
  const Database& file = *database;
  TRY(Transaction transaction, Transaction::begin(file, Access::kWrite));
  const KeyTable table(file);
  // Another process may have been first.
  TRY(const int64_t change, table.change(kGrantKeys));
  if (change > 0 && open_keys(KeyWrap(key), change)) return {};
  if (change > 0) {
    TRY(const bool needed, has_grant());
    if (needed) return wrong_key();
    // They open with a key that is gone, and nothing needs them.
    TRY(const std::vector<StoredKey> rows, table.rows(kGrantKeys));
    for (const StoredKey& row : rows) TRY_VOID(table.destroy(row));
  }
  const crypto::Key first = first_key(key, kGrantKeys);
  TRY([[maybe_unused]] const StoredKey row, next_key(table, KeyWrap(key), random, kGrantKeys, first, clock.wall()));
  TRY_VOID(seal_direct_grants(key, Vault(first)));
  return transaction.commit();
}

Result<void> Store::Core::unlock() {
  if (master) return {};
  TRY(const Database* file, opened());
  TRY(const Sealed before, sealed());
  TRY(crypto::Key key, options.master_key(before));
  TRY(const int64_t change, KeyTable(*file).change(kGrantKeys));
  // The usual case writes nothing and waits for nobody.
  if (change == 0 || !open_keys(KeyWrap(key), change)) TRY_VOID(begin_keys(key));
  master.emplace(std::move(key));
  return {};
}

Result<std::vector<KeyInfo>> Store::Core::list_keys() {
  TRY(const Database* file, opened());
  TRY(const Transaction reading, Transaction::begin(*file, Access::kRead));
  TRY(const std::vector<StoredKey> rows, KeyTable(*file).rows(""));
  std::vector<KeyInfo> all;
  for (const StoredKey& row : rows) {
    all.push_back(info_of(row));
    TRY(Rows count, file->query("SELECT count(*) FROM grants WHERE key_id = ?1", {row.id}));
    TRY([[maybe_unused]] const bool found, count.next());
    all.back().grants = count.integer(0);
    if (row.purpose != kSigningKeys || row.state != KeyState::kPrimary) continue;
    TRY(Rows sealed, file->query("SELECT count(*) FROM api_keys WHERE length(signing_box) > 0", {}));
    TRY([[maybe_unused]] const bool some, sealed.next());
    all.back().api_keys = sealed.integer(0);
  }
  return all;
}

Result<KeyInfo> Store::Core::rotate(const std::string& purpose, Leak leak, int64_t seen) {
  TRY_VOID(unlock());
  const Database& file = *database;
  const KeyWrap wrap(*master);
  TRY(Transaction transaction, Transaction::begin(file, Access::kWrite));
  const KeyTable table(file);
  TRY_VOID(begin_purpose(purpose, wrap));
  TRY(const std::vector<StoredKey> rows, table.rows(purpose));
  if (seen > 0 && rows.front().version != seen) return info_of(rows.front());
  TRY(const StoredKey fresh, replace_keys(purpose, leak, wrap));
  TRY_VOID(transaction.commit());
  return info_of(fresh);
}

Result<Rewrapped> Store::Core::rewrap(const std::string& after, int64_t rows_max) {
  TRY_VOID(unlock());
  const Database& file = *database;
  TRY(Transaction transaction, Transaction::begin(file, Access::kWrite));
  TRY(const Keys* now, keys_now());
  TRY(Rows rows, file.query("SELECT principal, generation, key_id, data_key, box FROM grants "
                            "WHERE box IS NOT NULL AND key_id <> ?1 AND principal > ?2 "
                            "ORDER BY principal LIMIT ?3",
                            {now->vault.key_id(), after, rows_max}));
  TRY(const std::vector<GrantRow> grants, all_of(std::move(rows)));
  Rewrapped done{.last = grants.empty() ? after : grants.back().principal,
                 .more = static_cast<int64_t>(grants.size()) == rows_max};
  for (const GrantRow& row : grants) {
    if (now->given_up.contains(row.sealed.key_id)) {
      TRY_VOID(end_grant(row.principal));
      ++done.ended;
      continue;
    }
    const auto sealed = now->vault.rewrap(random, row.principal, row.generation, row.sealed);
    // One that was changed from outside stays as it is, and so does the key that it is under.
    if (sealed) TRY_VOID(put_back(file, row, *sealed));
    ++(sealed ? done.rewrapped : done.damaged);
  }
  TRY_VOID(transaction.commit());
  return done;
}

Result<int64_t> Store::Core::destroy_unused_keys() {
  TRY(const Database* file, opened());
  TRY(Transaction transaction, Transaction::begin(*file, Access::kWrite));
  const KeyTable table(*file);
  TRY(const std::vector<StoredKey> rows, table.rows(kGrantKeys));
  int64_t destroyed = 0;
  for (const StoredKey& row : rows) {
    if (row.state == KeyState::kPrimary || row.state == KeyState::kDestroyed) continue;
    TRY(Rows under, file->query("SELECT 1 FROM grants WHERE key_id = ?1 LIMIT 1", {row.id}));
    TRY(const bool used, under.next());
    if (used) continue;
    TRY_VOID(table.destroy(row));
    ++destroyed;
  }
  TRY_VOID(transaction.commit());
  if (destroyed > 0) TRY_VOID(file->fold_log(Database::Fold::kAll));
  return destroyed;
}

Result<void> Store::Core::replace_master(const crypto::Key& after) {
  TRY_VOID(unlock());
  const Database& file = *database;
  const KeyWrap old_wrap(*master);
  const KeyWrap new_wrap(after);
  TRY(Transaction transaction, Transaction::begin(file, Access::kWrite));
  const KeyTable table(file);
  // The first keys of these came from the old master key, and go on without it.
  for (const std::string_view purpose : {kAuditKeys, kSigningKeys, kStateKeys}) {
    TRY_VOID(begin_purpose(purpose, old_wrap));
  }
  TRY(const std::vector<StoredKey> rows, table.rows(""));
  for (StoredKey row : rows) {
    if (row.state == KeyState::kDestroyed) continue;
    const auto key = old_wrap.open(row);
    if (!key) return not_ours();
    row.box = new_wrap.seal(random, row, *key);
    // The key is the same, so whoever has it in memory goes on: `change` stays.
    TRY_VOID(run(file, "UPDATE keys SET box = ?3 WHERE purpose = ?1 AND version = ?2",
                 {row.purpose, row.version, Blob{row.box}}));
  }
  TRY_VOID(transaction.commit());
  TRY_VOID(file.fold_log(Database::Fold::kAll));
  master.emplace(after.clone());
  return {};
}

Result<LostKeys> Store::Core::lost_keys(const crypto::Key* at_hand, Lost lost) {
  TRY(const Database* file, opened());
  TRY(Transaction transaction, Transaction::begin(*file, lost == Lost::kDestroy ? Access::kWrite : Access::kRead));
  const KeyTable table(*file);
  TRY(const bool needed, has_grant());
  if (needed && lost == Lost::kDestroy) {
    return fail(Code::kConflict, "A login is stored under these keys. Run `spotify-mcp-server logout` first.");
  }
  LostKeys done;
  TRY(const std::vector<StoredKey> rows, table.rows(""));
  for (const StoredKey& row : rows) {
    if (row.box.empty() || (at_hand != nullptr && KeyWrap(*at_hand).open(row))) continue;
    // Without a login, the keys of logins are replaced by the next one.
    if (lost == Lost::kCount && row.purpose == kGrantKeys) continue;
    ++done.found;
    if (lost == Lost::kCount) continue;
    TRY_VOID(table.destroy(row));
    ++done.destroyed;
  }
  if (lost == Lost::kCount) return done;
  TRY_VOID(transaction.commit());
  TRY_VOID(file->fold_log(Database::Fold::kAll));
  return done;
}

base::Task<Result<LostKeys>> Store::lost_keys(std::optional<crypto::Key> at_hand, Lost lost) {
  auto work = [core = core_, key = std::move(at_hand), lost] { return core->lost_keys(key ? &*key : nullptr, lost); };
  return on_worker(services_.loop, services_.worker, core_, std::move(work));
}

base::Task<Result<std::vector<KeyInfo>>> Store::keys() {
  auto work = [core = core_] { return core->list_keys(); };
  return on_worker(services_.loop, services_.worker, core_, std::move(work));
}

base::Task<Result<KeyInfo>> Store::rotate(std::string purpose, Leak leak, int64_t seen) {
  auto work = [core = core_, purpose = std::move(purpose), leak, seen] { return core->rotate(purpose, leak, seen); };
  return on_worker(services_.loop, services_.worker, core_, std::move(work));
}

base::Task<Result<Rewrapped>> Store::rewrap(std::string after, int64_t rows_max) {
  auto work = [core = core_, after = std::move(after), rows_max] { return core->rewrap(after, rows_max); };
  return on_worker(services_.loop, services_.worker, core_, std::move(work));
}

base::Task<Result<int64_t>> Store::destroy_unused_keys() {
  auto work = [core = core_] { return core->destroy_unused_keys(); };
  return on_worker(services_.loop, services_.worker, core_, std::move(work));
}

base::Task<Result<void>> Store::replace_master(crypto::Key after) {
  auto work = [core = core_, after = std::move(after)] { return core->replace_master(after); };
  return on_worker(services_.loop, services_.worker, core_, std::move(work));
}

Result<std::vector<crypto::Key>> stored_keys(const Place& place, const crypto::Key& master, std::string_view purpose) {
  std::vector<crypto::Key> keys;
  TRY(const bool there, place.exists());
  if (!there) return keys;
  TRY(const std::unique_ptr<Database> file, place.open());
  // The newest is the one that seals.
  TRY(const std::vector<StoredKey> rows, KeyTable(*file).rows(purpose));
  for (const StoredKey& row : rows) {
    if (row.box.empty()) continue;
    auto key = KeyWrap(master).open(row);
    if (!key) return not_ours();
    keys.push_back(*std::move(key));
  }
  return keys;
}

}  // namespace store::sql
