#include "store/sqlite/api_keys.h"

#include <cstdint>
#include <utility>

#include "base/text.h"
#include "store/memory_api_keys.h"
#include "store/sqlite/database.h"
#include "store/sqlite/migrations.h"

namespace store::sqlite {

using base::Result;
using base::Task;

namespace {

constexpr std::string_view kColumns =
    "SELECT id, label, scopes, addresses, created_ms, expires_ms, revoked_ms, digest, signing_box FROM api_keys";

// Neither a scope nor an address has a space.
std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += text.empty() ? word : " " + word;
  return text;
}

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> words;
  if (text.empty()) return words;
  for (const std::string_view word : base::split(text, ' ')) words.emplace_back(word);
  return words;
}

ApiKey key_of(const Database::Rows& rows) {
  return {.id = rows.text(0),
          .label = rows.text(1),
          .scopes = split(rows.text(2)),
          .addresses = split(rows.text(3)),
          .created = {rows.integer(4)},
          .expires = {rows.integer(5)},
          .revoked = rows.is_null(6) ? std::nullopt : std::optional(base::Wall{rows.integer(6)}),
          .digest = rows.blob(7),
          .signing_box = rows.blob(8)};
}

}  // namespace

// Everything that lives on the worker's thread.
struct SqliteApiKeys::Core {
  Core(std::string directory_given, size_t nonces_max_given)
      : directory(std::move(directory_given)), nonces_max(nonces_max_given) {}

  Result<Database*> opened() {
    if (!database) {
      TRY(Database fresh, Database::open(directory, kDatabaseName, database_schema()));
      database.emplace(std::move(fresh));
    }
    return &*database;
  }

  Result<void> add(const ApiKey& key);
  Result<std::optional<ApiKey>> find(const std::string& id);
  Result<std::vector<ApiKey>> list();
  Result<bool> revoke(const std::string& id, base::Wall now);
  Result<bool> use(const std::string& key_id, const std::string& nonce, base::Wall expires, base::Wall now);

  std::string directory;
  Result<int64_t> count_nonces();

  size_t nonces_max;
  // How many were kept when they were last counted, and what came since; other processes may have added more.
  std::optional<int64_t> nonces;
  std::optional<Database> database;
};

Result<void> SqliteApiKeys::Core::add(const ApiKey& key) {
  TRY(const Database* file, opened());
  TRY(const int64_t added,
      file->execute("INSERT INTO api_keys (id, label, scopes, addresses, created_ms, expires_ms, digest, signing_box) "
                    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (id) DO NOTHING",
                    {key.id, key.label, joined(key.scopes), joined(key.addresses), key.created.unix_ms,
                     key.expires.unix_ms, Blob{key.digest}, Blob{key.signing_box}}));
  if (added == 0) return std::unexpected(key_is_there());
  return {};
}

Result<std::optional<ApiKey>> SqliteApiKeys::Core::find(const std::string& id) {
  TRY(const Database* file, opened());
  TRY(Database::Rows rows, file->query(std::string(kColumns) + " WHERE id = ?1", {id}));
  TRY(const bool found, rows.next());
  return found ? std::optional(key_of(rows)) : std::nullopt;
}

Result<std::vector<ApiKey>> SqliteApiKeys::Core::list() {
  TRY(const Database* file, opened());
  TRY(Database::Rows rows, file->query(std::string(kColumns) + " ORDER BY created_ms, id", {}));
  std::vector<ApiKey> all;
  for (;;) {
    TRY(const bool found, rows.next());
    if (!found) return all;
    all.push_back(key_of(rows));
  }
}

Result<bool> SqliteApiKeys::Core::revoke(const std::string& id, base::Wall now) {
  TRY(const Database* file, opened());
  TRY(const int64_t changed,
      file->execute("UPDATE api_keys SET revoked_ms = coalesce(revoked_ms, ?2) WHERE id = ?1", {id, now.unix_ms}));
  return changed > 0;
}

Result<bool> SqliteApiKeys::Core::use(const std::string& key_id, const std::string& nonce, base::Wall expires,
                                      base::Wall now) {
  TRY(const Database* file, opened());
  TRY(Database::Transaction transaction, Database::Transaction::begin(*file, Database::Access::kWrite));
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

Result<int64_t> SqliteApiKeys::Core::count_nonces() {
  TRY(const Database* file, opened());
  TRY(Database::Rows rows, file->query("SELECT count(*) FROM nonces", {}));
  TRY([[maybe_unused]] const bool row, rows.next());
  return rows.integer(0);
}

SqliteApiKeys::SqliteApiKeys(Services services, std::string directory, size_t nonces_max)
    : services_(services), core_(std::make_shared<Core>(std::move(directory), nonces_max)) {}

SqliteApiKeys::~SqliteApiKeys() = default;

Task<Result<void>> SqliteApiKeys::add(ApiKey key) {
  auto work = [core = core_, key = std::move(key)] { return core->add(key); };
  return base::run_on(services_.loop, services_.worker, std::move(work));
}

Task<Result<std::optional<ApiKey>>> SqliteApiKeys::find(std::string id) {
  auto work = [core = core_, id = std::move(id)] { return core->find(id); };
  return base::run_on(services_.loop, services_.worker, std::move(work));
}

Task<Result<std::vector<ApiKey>>> SqliteApiKeys::list() {
  auto work = [core = core_] { return core->list(); };
  return base::run_on(services_.loop, services_.worker, std::move(work));
}

Task<Result<bool>> SqliteApiKeys::revoke(std::string id, base::Wall now) {
  auto work = [core = core_, id = std::move(id), now] { return core->revoke(id, now); };
  return base::run_on(services_.loop, services_.worker, std::move(work));
}

Task<Result<bool>> SqliteApiKeys::use(std::string key_id, std::string nonce, base::Wall expires, base::Wall now) {
  auto work = [core = core_, key_id = std::move(key_id), nonce = std::move(nonce), expires, now] {
    return core->use(key_id, nonce, expires, now);
  };
  return base::run_on(services_.loop, services_.worker, std::move(work));
}

}  // namespace store::sqlite
