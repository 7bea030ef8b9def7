#include "store/sql/api_key_table.h"

#include <cstdint>
#include <utility>

#include "store/memory_api_keys.h"
#include "store/sql/api_key_row.h"
#include "store/sql/database.h"
#include "store/sql/on_worker.h"

namespace store::sql {

using base::Result;
using base::Task;

// Everything that lives on the worker's thread.
struct ApiKeyTable::Core {
  Core(std::shared_ptr<const Place> place_given, size_t nonces_max_given)
      : place(std::move(place_given)), nonces_max(nonces_max_given) {}

  Result<Database*> opened() { return opened_at(*place, database); }

  Result<void> add(const ApiKey& key);
  Result<std::optional<ApiKey>> find(const std::string& id);
  Result<std::vector<ApiKey>> list();
  Result<bool> revoke(const std::string& id, base::Wall now);
  Result<bool> use(const std::string& key_id, const std::string& nonce, base::Wall expires, base::Wall now);

  std::shared_ptr<const Place> place;
  Result<int64_t> count_nonces();

  size_t nonces_max;
  // How many were kept when they were last counted, and what came since; other processes may have added more.
  std::optional<int64_t> nonces;
  std::unique_ptr<Database> database;
};

Result<void> ApiKeyTable::Core::add(const ApiKey& key) {
  TRY(const Database* file, opened());
  TRY(const bool added, insert_api_key(*file, key));
  if (!added) return std::unexpected(key_is_there());
  return {};
}

Result<std::optional<ApiKey>> ApiKeyTable::Core::find(const std::string& id) {
  TRY(const Database* file, opened());
  return find_api_key(*file, id);
}

Result<std::vector<ApiKey>> ApiKeyTable::Core::list() {
  TRY(const Database* file, opened());
  return all_api_keys(*file);
}

Result<bool> ApiKeyTable::Core::revoke(const std::string& id, base::Wall now) {
  TRY(const Database* file, opened());
  TRY(const int64_t changed,
      file->execute("UPDATE api_keys SET revoked_ms = coalesce(revoked_ms, ?2) WHERE id = ?1", {id, now.unix_ms}));
  return changed > 0;
}

Result<bool> ApiKeyTable::Core::use(const std::string& key_id, const std::string& nonce, base::Wall expires,
                                    base::Wall now) {
  TRY(const Database* file, opened());
  TRY(Transaction transaction, Transaction::begin(*file, Access::kAdd));
  TRY(const int64_t forgotten, file->execute("DELETE FROM nonces WHERE expires_ms < ?1", {now.unix_ms}));
  if (nonces) *nonces -= forgotten;
  // Counting them all for each request would be slow, so it is done where the count looks full.
  if (!nonces || *nonces >= static_cast<int64_t>(nonces_max)) {
    TRY(nonces, count_nonces());
    if (*nonces >= static_cast<int64_t>(nonces_max)) return std::unexpected(too_many_nonces());
  }
  TRY(const int64_t added, file->execute("INSERT INTO nonces (key_id, nonce, expires_ms) VALUES (?1, ?2, ?3) "
                                         "ON CONFLICT (key_id, nonce) DO NOTHING",
                                         {key_id, nonce, expires.unix_ms}));
  TRY_VOID(transaction.commit());
  *nonces += added;
  return added > 0;
}

Result<int64_t> ApiKeyTable::Core::count_nonces() {
  TRY(const Database* file, opened());
  TRY(Rows rows, file->query("SELECT count(*) FROM nonces", {}));
  TRY([[maybe_unused]] const bool row, rows.next());
  return rows.integer(0);
}

ApiKeyTable::ApiKeyTable(Services services, std::shared_ptr<const Place> place, size_t nonces_max)
    : services_(services), core_(std::make_shared<Core>(std::move(place), nonces_max)) {}

ApiKeyTable::~ApiKeyTable() = default;

Task<Result<void>> ApiKeyTable::add(ApiKey key) {
  auto work = [core = core_, key = std::move(key)] { return core->add(key); };
  return on_worker(services_.loop, services_.worker, core_, std::move(work));
}

Task<Result<std::optional<ApiKey>>> ApiKeyTable::find(std::string id) {
  auto work = [core = core_, id = std::move(id)] { return core->find(id); };
  return on_worker(services_.loop, services_.worker, core_, std::move(work));
}

Task<Result<std::vector<ApiKey>>> ApiKeyTable::list() {
  auto work = [core = core_] { return core->list(); };
  return on_worker(services_.loop, services_.worker, core_, std::move(work));
}

Task<Result<bool>> ApiKeyTable::revoke(std::string id, base::Wall now) {
  auto work = [core = core_, id = std::move(id), now] { return core->revoke(id, now); };
  return on_worker(services_.loop, services_.worker, core_, std::move(work));
}

Task<Result<bool>> ApiKeyTable::use(std::string key_id, std::string nonce, base::Wall expires, base::Wall now) {
  auto work = [core = core_, key_id = std::move(key_id), nonce = std::move(nonce), expires, now] {
    return core->use(key_id, nonce, expires, now);
  };
  return on_worker(services_.loop, services_.worker, core_, std::move(work));
}

}  // namespace store::sql
