// The keys of the other purposes, and what stands under them: the signing keys of API keys; what clients carry.
#include <utility>

#include "base/text.h"
#include "store/memory_api_keys.h"
#include "store/sql/api_key_row.h"
#include "store/sql/key_table.h"
#include "store/sql/on_worker.h"
#include "store/sql/store_core.h"

namespace store::sql {

using base::Result;

Result<std::vector<crypto::Key>> Store::Core::open_purpose(std::string_view purpose) const {
  TRY(const std::vector<StoredKey> rows, KeyTable(*database).rows(purpose));
  const KeyWrap wrap(*master);
  std::vector<crypto::Key> opened;
  bool seals = false;
  // The newest is the one that seals.
  for (const StoredKey& row : rows) {
    if (row.state != KeyState::kPrimary && row.state != KeyState::kEnabled) continue;
    auto key = wrap.open(row);
    if (!key) return not_ours();
    seals = seals || row.state == KeyState::kPrimary;
    opened.push_back(*std::move(key));
  }
  if (!seals && !opened.empty()) return not_ours();
  if (opened.empty()) opened.push_back(first_key(*master, purpose));
  return opened;
}

Result<void> Store::Core::begin_purpose(std::string_view purpose, const KeyWrap& wrap) {
  const KeyTable table(*database);
  TRY(const std::vector<StoredKey> rows, table.rows(purpose));
  if (!rows.empty() && rows.front().state == KeyState::kPrimary) return {};
  TRY([[maybe_unused]] const StoredKey first,
      next_key(table, wrap, random, purpose, first_key(*master, purpose), clock.wall()));
  return {};
}

// The keys that seal and open now do less from here on, and a new one seals.
Result<StoredKey> Store::Core::replace_keys(std::string_view purpose, Leak leak, const KeyWrap& wrap) {
  const KeyTable table(*database);
  TRY(std::vector<StoredKey> rows, table.rows(purpose));
  for (StoredKey& row : rows) {
    if (row.state == KeyState::kDestroyed || row.state == KeyState::kCompromised) continue;
    auto key = wrap.open(row);
    if (!key) return not_ours();
    row.state = leak == Leak::kSuspected ? KeyState::kCompromised : KeyState::kEnabled;
    row.box = wrap.seal(random, row, *key);
    TRY_VOID(table.put(row));
  }
  return next_key(table, wrap, random, purpose, crypto::Key::generate(random), clock.wall());
}

Result<std::vector<crypto::Key>> Store::Core::purpose_keys(const std::string& purpose) {
  TRY_VOID(unlock());
  const Database& file = *database;
  {
    TRY(const Transaction reading, Transaction::begin(file, Access::kRead));
    TRY(const int64_t change, KeyTable(file).change(purpose));
    if (change > 0) return open_purpose(purpose);
  }
  TRY(Transaction transaction, Transaction::begin(file, Access::kWrite));
  // Another process may have been first.
  TRY_VOID(begin_purpose(purpose, KeyWrap(*master)));
  TRY_VOID(transaction.commit());
  return open_purpose(purpose);
}

Result<int64_t> Store::Core::key_change(const std::string& purpose) {
  TRY(const Database* file, opened());
  return KeyTable(*file).change(purpose);
}

Result<const SigningSeal*> Store::Core::signing_now() {
  TRY(const int64_t change, KeyTable(*database).change(kSigningKeys));
  if (!signing || signing->change != change) {
    TRY(const std::vector<crypto::Key> opened, open_purpose(kSigningKeys));
    signing.emplace(Signing{.change = change, .seal = SigningSeal(opened)});
  }
  return &signing->seal;
}

Result<void> Store::Core::add_signing(ApiKey key, const base::Secret& signing_key) {
  TRY_VOID(unlock());
  const Database& file = *database;
  TRY(Transaction transaction, Transaction::begin(file, Access::kWrite));
  TRY_VOID(begin_purpose(kSigningKeys, KeyWrap(*master)));
  TRY(const SigningSeal* seal, signing_now());
  key.signing_box = seal->seal(random, key, signing_key);
  TRY(const bool added, insert_api_key(file, key));
  if (!added) return std::unexpected(key_is_there());
  return transaction.commit();
}

Result<std::optional<base::Secret>> Store::Core::signing_key(const std::string& id) {
  TRY_VOID(unlock());
  const Database& file = *database;
  // The row and the keys of one moment.
  TRY(const Transaction reading, Transaction::begin(file, Access::kRead));
  TRY(const SigningSeal* seal, signing_now());
  TRY(const std::optional<ApiKey> key, find_api_key(file, id));
  if (!key || key->signing_box.empty()) return std::optional<base::Secret>();
  TRY(base::Secret opened, seal->open(*key));
  return std::optional(std::move(opened));
}

Result<void> Store::Core::reseal_all(const SigningSeal& before, const SigningSeal& after, Resealed& done) {
  TRY(const std::vector<ApiKey> rows, all_api_keys(*database));
  for (const ApiKey& row : rows) {
    if (row.signing_box.empty()) continue;
    const auto opened = before.open(row);
    if (!opened) {
      ++done.damaged;
      continue;
    }
    TRY_VOID(put_signing_box(*database, row.id, after.seal(random, row, *opened)));
    ++done.resealed;
  }
  return {};
}

Result<Resealed> Store::Core::rotate_signing(Leak leak) {
  TRY_VOID(unlock());
  const Database& file = *database;
  const KeyWrap wrap(*master);
  const std::string purpose(kSigningKeys);
  Resealed done;
  {
    TRY(Transaction transaction, Transaction::begin(file, Access::kWrite));
    TRY_VOID(begin_purpose(purpose, wrap));
    TRY(const std::vector<crypto::Key> before, open_purpose(purpose));
    TRY(const StoredKey fresh, replace_keys(purpose, leak, wrap));
    done.key = info_of(fresh);
    if (leak == Leak::kSuspected) {
      TRY(done.revoked, revoke_api_keys(file, clock.wall()));
    } else {
      TRY(const std::vector<crypto::Key> after, open_purpose(purpose));
      TRY_VOID(reseal_all(SigningSeal(before), SigningSeal(after), done));
    }
    const KeyTable table(file);
    TRY(const std::vector<StoredKey> rows, table.rows(purpose));
    for (const StoredKey& row : rows) {
      if (row.state != KeyState::kPrimary && row.state != KeyState::kDestroyed) TRY_VOID(table.destroy(row));
    }
    TRY_VOID(transaction.commit());
  }
  TRY_VOID(file.fold_log(Database::Fold::kAll));
  return done;
}

Result<int64_t> Store::Core::destroy_old_state_keys(std::chrono::milliseconds lifetime) {
  TRY(const Database* file, opened());
  int64_t destroyed = 0;
  {
    TRY(Transaction transaction, Transaction::begin(*file, Access::kWrite));
    const KeyTable table(*file);
    TRY(const std::vector<StoredKey> rows, table.rows(kStateKeys));
    if (rows.empty() || clock.wall() - rows.front().created <= lifetime) return 0;
    for (const StoredKey& row : rows) {
      if (row.state == KeyState::kPrimary || row.state == KeyState::kDestroyed) continue;
      TRY_VOID(table.destroy(row));
      ++destroyed;
    }
    TRY_VOID(transaction.commit());
  }
  if (destroyed > 0) TRY_VOID(file->fold_log(Database::Fold::kAll));
  return destroyed;
}

Result<bool> Store::Core::spend(const std::string& principal, const std::string& id, base::Wall until) {
  TRY(const Database* file, opened());
  TRY(Transaction transaction, Transaction::begin(*file, Access::kAdd));
  TRY([[maybe_unused]] const int64_t forgotten,
      file->execute("DELETE FROM spent_states WHERE until_ms < ?1", {clock.wall().unix_ms}));
  {
    TRY(Rows count, file->query("SELECT count(*) FROM spent_states WHERE principal = ?1", {principal}));
    TRY([[maybe_unused]] const bool row, count.next());
    if (count.integer(0) >= kSpentMax) {
      return base::fail(base::Code::kRateLimited, "Too many changes were confirmed in the last minutes. Wait a while.");
    }
  }
  TRY(const int64_t added, file->execute("INSERT INTO spent_states (principal, id, until_ms) VALUES (?1, ?2, ?3) "
                                         "ON CONFLICT (principal, id) DO NOTHING",
                                         {principal, id, until.unix_ms}));
  TRY_VOID(transaction.commit());
  return added > 0;
}

Result<void> Store::Core::forget_user(const std::string& principal) {
  TRY(const Database* file, opened());
  constexpr std::string_view kOfApiKey = "api-key ";
  {
    TRY(Transaction transaction, Transaction::begin(*file, Access::kWrite));
    TRY_VOID(end_grant(principal));
    for (const std::string_view sql : {std::string_view("DELETE FROM archive WHERE principal = ?1"),
                                       std::string_view("DELETE FROM spent_states WHERE principal = ?1"),
                                       std::string_view("DELETE FROM quota_counts WHERE bucket = 'writes:' || ?1"),
                                       std::string_view("DELETE FROM user_salts WHERE \"user\" = ?1")}) {
      TRY([[maybe_unused]] const int64_t changed, file->execute(sql, {principal}));
    }
    if (principal.starts_with(kOfApiKey)) {
      TRY([[maybe_unused]] const int64_t changed,
          file->execute("UPDATE api_keys SET label = '', addresses = '', signing_box = ?3, "
                        "revoked_ms = coalesce(revoked_ms, ?2) WHERE id = ?1",
                        {principal.substr(kOfApiKey.size()), clock.wall().unix_ms, Blob{}}));
    }
    TRY_VOID(transaction.commit());
  }
  return file->fold_log(Database::Fold::kAll);
}

base::Task<Result<void>> Store::forget_user(std::string principal) {
  auto work = [core = core_, principal = std::move(principal)] { return core->forget_user(principal); };
  return on_worker(services_.loop, services_.worker, core_, std::move(work));
}

base::Task<Result<void>> Store::add_signing(ApiKey key, base::Secret signing_key) {
  auto work = [core = core_, key = std::move(key), signing_key = std::move(signing_key)] {
    return core->add_signing(key, signing_key);
  };
  return on_worker(services_.loop, services_.worker, core_, std::move(work));
}

base::Task<Result<std::optional<base::Secret>>> Store::signing_key(std::string id) {
  auto work = [core = core_, id = std::move(id)] { return core->signing_key(id); };
  return on_worker(services_.loop, services_.worker, core_, std::move(work));
}

base::Task<Result<bool>> Store::spend(std::string principal, std::string id, base::Wall until) {
  auto work = [core = core_, principal = std::move(principal), id = std::move(id), until] {
    return core->spend(principal, id, until);
  };
  return on_worker(services_.loop, services_.worker, core_, std::move(work));
}

base::Task<Result<std::vector<crypto::Key>>> Store::purpose_keys(std::string purpose) {
  auto work = [core = core_, purpose = std::move(purpose)] { return core->purpose_keys(purpose); };
  return on_worker(services_.loop, services_.worker, core_, std::move(work));
}

base::Task<Result<int64_t>> Store::key_change(std::string purpose) {
  auto work = [core = core_, purpose = std::move(purpose)] { return core->key_change(purpose); };
  return on_worker(services_.loop, services_.worker, core_, std::move(work));
}

base::Task<Result<Resealed>> Store::rotate_signing(Leak leak) {
  auto work = [core = core_, leak] { return core->rotate_signing(leak); };
  return on_worker(services_.loop, services_.worker, core_, std::move(work));
}

base::Task<Result<int64_t>> Store::destroy_old_state_keys(std::chrono::milliseconds lifetime) {
  auto work = [core = core_, lifetime] { return core->destroy_old_state_keys(lifetime); };
  return on_worker(services_.loop, services_.worker, core_, std::move(work));
}

}  // namespace store::sql
