#include "store/sqlite/response_cache.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>
#include <utility>

#include "os/files.h"
#include "store/sqlite/database.h"

namespace store::sqlite {

using base::Result;
using base::Task;
using spotify::CacheOwner;
using spotify::StoredAnswer;
using spotify::StoredCacheStats;

namespace {

// The epoch of an owner outlives the answers, so that no late writer takes an old one for the present.
constexpr std::array kMigrations{
    "CREATE TABLE answers ("
    "  owner TEXT NOT NULL,"
    "  login INTEGER NOT NULL,"
    "  key TEXT NOT NULL,"
    "  body TEXT NOT NULL,"
    "  etag TEXT NOT NULL,"
    "  stored_ms INTEGER NOT NULL,"
    "  fresh_ms INTEGER NOT NULL,"
    "  kept_ms INTEGER NOT NULL,"
    "  bytes INTEGER NOT NULL,"
    "  UNIQUE (owner, login, key)"
    ") STRICT;"
    // These two also answer what clean() and stats() ask, so that neither reads a body.
    "CREATE INDEX answers_by_end ON answers (kept_ms, owner, bytes);"
    "CREATE INDEX answers_by_age ON answers (stored_ms);"
    "CREATE TABLE epochs ("
    "  owner TEXT PRIMARY KEY NOT NULL,"
    "  epoch INTEGER NOT NULL"
    ") STRICT;",
};
constexpr Schema kSchema{
    .application_id = 0x534D4343, .migrations = kMigrations, .durability = Schema::Durability::kConsistent};

// How many answers are stored between two looks at the bounds.
constexpr int kPutsBetweenCleanings = 256;

// The first text after all that begin with `prefix`, or nothing when there is none.
std::optional<std::string> end_of(std::string prefix) {
  while (!prefix.empty() && static_cast<unsigned char>(prefix.back()) == 0xFF) prefix.pop_back();
  if (prefix.empty()) return std::nullopt;
  prefix.back() = static_cast<char>(static_cast<unsigned char>(prefix.back()) + 1);
  return prefix;
}

}  // namespace

// Everything that lives on the worker's thread.
struct ResponseCache::Core {
  Core(const base::Clock& given, ResponseCacheOptions chosen) : clock(given), options(std::move(chosen)) {}

  Result<Database*> opened();
  Result<int64_t> epoch_of(const Database& file, const std::string& owner) const;
  Result<Found> find(const CacheOwner& owner, const std::string& key);
  Result<void> put(const CacheOwner& owner, const StoredAnswer& answer, int64_t epoch);
  Result<void> invalidate(const CacheOwner& owner, const std::vector<std::string>& prefixes);
  Result<int64_t> clean();
  Result<int64_t> cut(const Database& file) const;
  Result<int64_t> clear(const std::string& owner);
  Result<StoredCacheStats> stats(const std::string& owner);

  const base::Clock& clock;
  ResponseCacheOptions options;
  std::optional<Database> database;
  // Why the file cannot be used. It is not tried again: each try would cost every read some time.
  std::optional<base::Error> broken;
  int puts = 0;
};

Result<Database*> ResponseCache::Core::opened() {
  if (database) return &*database;
  if (broken) return std::unexpected(*broken);
  auto file = Database::open(options.directory, options.file_name, kSchema);
  if (!file && file.error().detail.starts_with("damaged")) {
    const std::string path = options.directory + "/" + options.file_name;
    for (const char* end : {"", "-wal", "-shm"}) std::remove((path + end).c_str());
    file = Database::open(options.directory, options.file_name, kSchema);
  }
  if (!file) {
    broken = std::move(file).error();
    return std::unexpected(*broken);
  }
  database.emplace(*std::move(file));
  // What ended while no process was there.
  TRY([[maybe_unused]] const int64_t gone, clean());
  return &*database;
}

Result<int64_t> ResponseCache::Core::epoch_of(const Database& file, const std::string& owner) const {
  TRY(Database::Rows rows, file.query("SELECT epoch FROM epochs WHERE owner = ?1", {owner}));
  TRY(const bool found, rows.next());
  return found ? rows.integer(0) : int64_t{0};
}

Result<ResponseCache::Found> ResponseCache::Core::find(const CacheOwner& owner, const std::string& key) {
  TRY(const Database* file, opened());
  Found found;
  TRY(found.epoch, epoch_of(*file, owner.name));
  const int64_t now = clock.wall().unix_ms;
  TRY(Database::Rows rows, file->query("SELECT body, etag, fresh_ms, kept_ms FROM answers "
                                       "WHERE owner = ?1 AND login = ?2 AND key = ?3 "
                                       "AND stored_ms <= ?4 AND kept_ms > ?4",
                                       {owner.name, owner.login, key, now}));
  TRY(const bool any, rows.next());
  if (!any) return found;
  found.answer = StoredAnswer{.key = key,
                              .body = rows.text(0),
                              .etag = rows.text(1),
                              .fresh_until = {rows.integer(2)},
                              .kept_until = {rows.integer(3)}};
  return found;
}

Result<void> ResponseCache::Core::put(const CacheOwner& owner, const StoredAnswer& answer, int64_t epoch) {
  const auto bytes = static_cast<int64_t>(answer.key.size() + answer.body.size() + answer.etag.size());
  if (bytes > options.answer_bytes_max) return {};
  TRY(const Database* file, opened());
  {
    TRY(Database::Transaction transaction, Database::Transaction::begin(*file, Database::Access::kWrite));
    TRY(const int64_t now_at, epoch_of(*file, owner.name));
    if (now_at != epoch) return {};
    TRY([[maybe_unused]] const int64_t changed,
        file->execute("INSERT INTO answers (owner, login, key, body, etag, stored_ms, fresh_ms, kept_ms, bytes) "
                      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) "
                      "ON CONFLICT (owner, login, key) DO UPDATE SET "
                      "body = ?4, etag = ?5, stored_ms = ?6, fresh_ms = ?7, kept_ms = ?8, bytes = ?9",
                      {owner.name, owner.login, answer.key, answer.body, answer.etag, clock.wall().unix_ms,
                       answer.fresh_until.unix_ms, answer.kept_until.unix_ms, bytes}));
    TRY_VOID(transaction.commit());
  }
  if (++puts % kPutsBetweenCleanings != 0) return {};
  TRY([[maybe_unused]] const int64_t gone, clean());
  return {};
}

Result<void> ResponseCache::Core::invalidate(const CacheOwner& owner, const std::vector<std::string>& prefixes) {
  TRY(const Database* file, opened());
  TRY(Database::Transaction transaction, Database::Transaction::begin(*file, Database::Access::kWrite));
  for (const std::string& prefix : prefixes) {
    const auto end = end_of(prefix);
    const std::string_view sql = end ? "DELETE FROM answers WHERE owner = ?1 AND login = ?2 AND key >= ?3 AND key < ?4"
                                     : "DELETE FROM answers WHERE owner = ?1 AND login = ?2 AND key >= ?3 AND ?4 = ''";
    TRY([[maybe_unused]] const int64_t gone, file->execute(sql, {owner.name, owner.login, prefix, end.value_or("")}));
  }
  TRY([[maybe_unused]] const int64_t changed, file->execute("INSERT INTO epochs (owner, epoch) VALUES (?1, 1) "
                                                            "ON CONFLICT (owner) DO UPDATE SET epoch = epoch + 1",
                                                            {owner.name}));
  return transaction.commit();
}

Result<int64_t> ResponseCache::Core::clean() {
  TRY(const Database* file, opened());
  TRY(Database::Transaction transaction, Database::Transaction::begin(*file, Database::Access::kWrite));
  const int64_t now = clock.wall().unix_ms;
  TRY(const int64_t outdated, file->execute("DELETE FROM answers WHERE kept_ms <= ?1", {now}));
  TRY(const int64_t early, file->execute("DELETE FROM answers WHERE stored_ms > ?1", {now}));
  TRY(const int64_t beyond, cut(*file));
  TRY_VOID(transaction.commit());
  return outdated + early + beyond;
}

// A tenth more than needed goes, so that the next one is not due at once.
Result<int64_t> ResponseCache::Core::cut(const Database& file) const {
  int64_t gone = 0;
  for (;;) {
    TRY(Database::Rows rows, file.query("SELECT count(*), ifnull(sum(bytes), 0) FROM answers", {}));
    TRY([[maybe_unused]] const bool row, rows.next());
    const int64_t entries = rows.integer(0);
    if (entries <= options.entries_max && rows.integer(1) <= options.bytes_max) return gone;
    const int64_t beyond = entries - options.entries_max;
    const int64_t share = entries / 10 + 1;
    TRY(const int64_t removed,
        file.execute("DELETE FROM answers WHERE rowid IN (SELECT rowid FROM answers ORDER BY stored_ms LIMIT ?1)",
                     {std::max(beyond, int64_t{0}) + share}));
    gone += removed;
  }
}

Result<int64_t> ResponseCache::Core::clear(const std::string& owner) {
  TRY(const Database* file, opened());
  TRY(Database::Transaction transaction, Database::Transaction::begin(*file, Database::Access::kWrite));
  TRY(const int64_t gone, file->execute("DELETE FROM answers WHERE owner = ?1", {owner}));
  TRY([[maybe_unused]] const int64_t changed, file->execute("INSERT INTO epochs (owner, epoch) VALUES (?1, 1) "
                                                            "ON CONFLICT (owner) DO UPDATE SET epoch = epoch + 1",
                                                            {owner}));
  TRY_VOID(transaction.commit());
  return gone;
}

Result<StoredCacheStats> ResponseCache::Core::stats(const std::string& owner) {
  TRY(const Database* file, opened());
  TRY(Database::Rows rows, file->query("SELECT count(*), ifnull(sum(bytes), 0), ifnull(sum(kept_ms <= ?2), 0) "
                                       "FROM answers INDEXED BY answers_by_end WHERE owner = ?1",
                                       {owner, clock.wall().unix_ms}));
  TRY([[maybe_unused]] const bool row, rows.next());
  return StoredCacheStats{.entries = rows.integer(0), .bytes = rows.integer(1), .outdated = rows.integer(2)};
}

ResponseCache::ResponseCache(Services services, ResponseCacheOptions options)
    : services_(services), core_(std::make_shared<Core>(services.clock, std::move(options))) {}

ResponseCache::~ResponseCache() = default;

Task<Result<ResponseCache::Found>> ResponseCache::find(CacheOwner owner, std::string key) {
  auto work = [core = core_, owner = std::move(owner), key = std::move(key)] { return core->find(owner, key); };
  return base::run_on(services_.loop, services_.worker, std::move(work));
}

Task<Result<void>> ResponseCache::put(CacheOwner owner, StoredAnswer answer, int64_t epoch) {
  auto work = [core = core_, owner = std::move(owner), answer = std::move(answer), epoch] {
    return core->put(owner, answer, epoch);
  };
  return base::run_on(services_.loop, services_.worker, std::move(work));
}

Task<Result<void>> ResponseCache::invalidate(CacheOwner owner, std::vector<std::string> prefixes) {
  auto work = [core = core_, owner = std::move(owner), prefixes = std::move(prefixes)] {
    return core->invalidate(owner, prefixes);
  };
  return base::run_on(services_.loop, services_.worker, std::move(work));
}

Task<Result<int64_t>> ResponseCache::clean() {
  auto work = [core = core_] { return core->clean(); };
  return base::run_on(services_.loop, services_.worker, std::move(work));
}

Task<Result<int64_t>> ResponseCache::clear(std::string owner) {
  auto work = [core = core_, owner = std::move(owner)] { return core->clear(owner); };
  return base::run_on(services_.loop, services_.worker, std::move(work));
}

Task<Result<StoredCacheStats>> ResponseCache::stats(std::string owner) {
  auto work = [core = core_, owner = std::move(owner)] { return core->stats(owner); };
  return base::run_on(services_.loop, services_.worker, std::move(work));
}

}  // namespace store::sqlite
