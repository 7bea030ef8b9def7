#include "store/sql/store.h"

#include <utility>

#include "store/sql/database.h"
#include "store/sql/on_worker.h"
#include "store/sql/store_core.h"

namespace store::sql {

using base::Code;
using base::fail;
using base::Result;
using base::Task;

namespace {

std::unexpected<base::Error> given_up() {
  return fail(Code::kUnavailable,
              "The stored Spotify login was given up, because its key may be known to others. Run `spotify-mcp-server "
              "login`.",
              "its key is compromised");
}

}  // namespace

std::unexpected<base::Error> wrong_key() {
  return fail(Code::kUnavailable,
              "The stored Spotify login was sealed with another key. Give that key back (SPOTIFY_MCP_MASTER_KEY, or "
              "the key file), or run `spotify-mcp-server logout` and log in again. Nothing was changed.",
              "key id differs");
}

Result<Database*> Store::Core::opened() { return opened_at(*options.place, database); }

Result<bool> Store::Core::has_grant(const std::string& principal) {
  TRY(const Database* file, opened());
  TRY(Rows rows,
      file->query("SELECT 1 FROM grants WHERE box IS NOT NULL AND (?1 = '' OR principal = ?1) LIMIT 1", {principal}));
  return rows.next();
}

Result<Sealed> Store::Core::sealed() {
  TRY(const bool grant, has_grant());
  if (grant) return Sealed::kSomething;
  TRY(Rows rows,
      database->query("SELECT 1 FROM keys WHERE box IS NOT NULL AND purpose = ?1 LIMIT 1", {std::string(kAuditKeys)}));
  TRY(const bool key, rows.next());
  return key ? Sealed::kSomething : Sealed::kNothing;
}

Result<std::optional<Grant>> Store::Core::load(const std::string& principal) {
  TRY(const Database* file, opened());
  {
    // Without a grant no key is asked for, so a look at an empty store makes none.
    TRY(Rows rows, file->query("SELECT 1 FROM grants WHERE principal = ?1 AND box IS NOT NULL", {principal}));
    TRY(const bool found, rows.next());
    if (!found) return std::optional<Grant>();
  }
  TRY_VOID(unlock());
  // The grant and the keys of one moment.
  TRY(const Transaction reading, Transaction::begin(*file, Access::kRead));
  TRY(const Keys* now, keys_now());
  TRY(Rows rows, file->query("SELECT generation, key_id, data_key, box FROM grants WHERE principal = ?1", {principal}));
  TRY(const bool found, rows.next());
  if (!found || rows.is_null(3)) return std::optional<Grant>();
  const SealedGrant stored{.key_id = rows.text(1), .data_key = rows.blob(2), .box = rows.blob(3)};
  if (now->given_up.contains(stored.key_id)) return given_up();
  if (!now->vault.has(stored.key_id)) return wrong_key();
  TRY(Grant grant, now->vault.open(principal, rows.integer(0), stored));
  return std::optional<Grant>(std::move(grant));
}

Result<void> Store::Core::check_writable(const std::string& principal) {
  TRY(const Database* file, opened());
  TRY_VOID(unlock());
  TRY(Transaction transaction, Transaction::begin(*file, Access::kWrite));
  TRY(const Keys* now, keys_now());
  {
    TRY(Rows rows, file->query("SELECT key_id FROM grants WHERE principal = ?1", {principal}));
    TRY(const bool found, rows.next());
    if (found && !rows.is_null(0) && !now->opens(rows.text(0))) return wrong_key();
  }
  // Only a real write finds a full disk. It takes more room than a grant, and leaves that room in the log of the
  // database for the grant that follows.
  const Blob room{std::string(file->trial_bytes(), '\0')};
  const std::string place;  // No principal is called so.
  TRY([[maybe_unused]] const int64_t added,
      file->execute("INSERT INTO grants (principal, generation, key_id, box) VALUES (?1, 1, '', ?2)", {place, room}));
  TRY([[maybe_unused]] const int64_t removed, file->execute("DELETE FROM grants WHERE principal = ?1", {place}));
  TRY_VOID(transaction.commit());
  return file->fold_log(Database::Fold::kWhatFits);
}

Result<int64_t> Store::Core::write(const std::string& principal, const Grant& grant, Expect expect) {
  TRY(const Database* file, opened());
  TRY_VOID(unlock());
  TRY(Transaction transaction, Transaction::begin(*file, Access::kWrite));
  TRY(const Keys* now, keys_now());
  int64_t generation = 0;
  {
    TRY(Rows rows, file->query("SELECT generation, key_id FROM grants WHERE principal = ?1", {principal}));
    TRY(const bool found, rows.next());
    const bool live = found && !rows.is_null(1);
    generation = found ? rows.integer(0) : 0;
    if (expect == Expect::kSameGeneration && (!live || generation != grant.generation)) {
      return fail(Code::kConflict, "The stored login has changed in the meantime. Try again.");
    }
    if (live && !now->opens(rows.text(1))) return wrong_key();
    // What was read before the key was given up is given up with it; a new login is not.
    if (live && expect == Expect::kSameGeneration && now->given_up.contains(rows.text(1))) return given_up();
  }
  ++generation;
  const SealedGrant sealed_grant = now->vault.seal(random, principal, generation, grant);
  TRY([[maybe_unused]] const int64_t changed,
      file->execute("INSERT INTO grants (principal, generation, key_id, data_key, box) VALUES (?1, ?2, ?3, ?4, ?5) "
                    "ON CONFLICT (principal) DO UPDATE SET generation = ?2, key_id = ?3, data_key = ?4, box = ?5",
                    {principal, generation, sealed_grant.key_id, Blob{sealed_grant.data_key}, Blob{sealed_grant.box}}));
  TRY_VOID(transaction.commit());
  return generation;
}

Result<void> Store::Core::erase(const std::string& principal) {
  TRY(const Database* file, opened());
  TRY(Transaction transaction, Transaction::begin(*file, Access::kWrite));
  TRY_VOID(end_grant(principal));
  return transaction.commit();
}

Result<void> Store::Core::end_grant(const std::string& principal) const {
  TRY([[maybe_unused]] const int64_t changed,
      database->execute("UPDATE grants SET generation = generation + 1, key_id = NULL, data_key = NULL, box = NULL "
                        "WHERE principal = ?1 AND box IS NOT NULL",
                        {principal}));
  return {};
}

Result<QuotaState> Store::Core::load_quota() {
  TRY(const Database* file, opened());
  QuotaState state;
  {
    TRY(Rows rows, file->query("SELECT bucket, until_ms, since_ms FROM quota", {}));
    for (;;) {
      TRY(const bool found, rows.next());
      if (!found) break;
      state.blocks.emplace(rows.text(0), QuotaBlock{.until = {rows.integer(1)}, .since = {rows.integer(2)}});
    }
  }
  TRY(Rows rows, file->query("SELECT bucket, hour, count FROM quota_counts ORDER BY bucket, hour", {}));
  for (;;) {
    TRY(const bool found, rows.next());
    if (!found) return state;
    state.counts.push_back({rows.text(0), rows.integer(1), rows.integer(2)});
  }
}

Result<void> Store::Core::count(const std::vector<QuotaCount>& more, int64_t this_hour) {
  TRY(const Database* file, opened());
  TRY(Transaction transaction, Transaction::begin(*file, Access::kAdd));
  for (const QuotaCount& each : more) {
    // The table takes no count below one, so what would come to nothing is a row that goes.
    TRY([[maybe_unused]] const int64_t spent,
        file->execute("DELETE FROM quota_counts WHERE bucket = ?1 AND hour = ?2 AND count + ?3 <= 0",
                      {each.bucket, each.hour, each.count}));
    const std::string_view sql = each.count > 0
                                     ? "INSERT INTO quota_counts (bucket, hour, count) VALUES (?1, ?2, ?3) "
                                       "ON CONFLICT (bucket, hour) DO UPDATE SET count = quota_counts.count + ?3"
                                     : "UPDATE quota_counts SET count = count + ?3 WHERE bucket = ?1 AND hour = ?2";
    TRY([[maybe_unused]] const int64_t changed, file->execute(sql, {each.bucket, each.hour, each.count}));
  }
  TRY([[maybe_unused]] const int64_t gone, file->execute("DELETE FROM quota_counts WHERE hour <= ?1 OR hour > ?2",
                                                         {this_hour - kHoursKept, this_hour + kHoursAhead}));
  return transaction.commit();
}

Result<std::optional<Fact>> Store::Core::fact(const std::string& name) {
  TRY(const Database* file, opened());
  TRY(Rows rows, file->query("SELECT value, learnt_ms FROM facts WHERE name = ?1", {name}));
  TRY(const bool found, rows.next());
  if (!found) return std::optional<Fact>();
  return std::optional(Fact{rows.text(0), base::Wall{rows.integer(1)}});
}

Result<void> Store::Core::learn(const std::string& name, const Fact& fact) {
  TRY(const Database* file, opened());
  TRY([[maybe_unused]] const int64_t changed,
      file->execute("INSERT INTO facts (name, value, learnt_ms) VALUES (?1, ?2, ?3) "
                    "ON CONFLICT (name) DO UPDATE SET value = ?2, learnt_ms = ?3",
                    {name, fact.value, fact.learnt_at.unix_ms}));
  return {};
}

Result<void> Store::Core::block(const std::string& bucket, QuotaBlock block) {
  TRY(const Database* file, opened());
  TRY([[maybe_unused]] const int64_t changed,
      file->execute("INSERT INTO quota (bucket, until_ms, since_ms) VALUES (?1, ?2, ?3) "
                    "ON CONFLICT (bucket) DO UPDATE SET until_ms = excluded.until_ms, since_ms = excluded.since_ms "
                    "WHERE quota.since_ms > excluded.since_ms OR quota.until_ms < excluded.until_ms",
                    {bucket, block.until.unix_ms, block.since.unix_ms}));
  return {};
}

Store::Store(Services services, StoreOptions options)
    : services_(services), core_(std::make_shared<Core>(services.random, services.clock, std::move(options))) {}

Store::~Store() = default;

Task<Result<void>> Store::open() {
  auto work = [core = core_]() -> Result<void> {
    TRY([[maybe_unused]] const Database* file, core->opened());
    return {};
  };
  return on_worker(services_.loop, services_.worker, core_, std::move(work));
}

Task<Result<std::optional<Grant>>> Store::load(std::string principal) {
  auto work = [core = core_, principal = std::move(principal)] { return core->load(principal); };
  return on_worker(services_.loop, services_.worker, core_, std::move(work));
}

Task<Result<Sealed>> Store::sealed() {
  auto work = [core = core_] { return core->sealed(); };
  return on_worker(services_.loop, services_.worker, core_, std::move(work));
}

Task<Result<bool>> Store::has_grant(std::string principal) {
  auto work = [core = core_, principal = std::move(principal)] { return core->has_grant(principal); };
  return on_worker(services_.loop, services_.worker, core_, std::move(work));
}

Task<Result<void>> Store::check_writable(std::string principal) {
  auto work = [core = core_, principal = std::move(principal)] { return core->check_writable(principal); };
  return on_worker(services_.loop, services_.worker, core_, std::move(work));
}

Task<Result<int64_t>> Store::replace(std::string principal, Grant grant) {
  auto work = [core = core_, principal = std::move(principal), grant = std::move(grant)] {
    return core->write(principal, grant, Expect::kAny);
  };
  return on_worker(services_.loop, services_.worker, core_, std::move(work));
}

Task<Result<int64_t>> Store::update(std::string principal, Grant grant) {
  auto work = [core = core_, principal = std::move(principal), grant = std::move(grant)] {
    return core->write(principal, grant, Expect::kSameGeneration);
  };
  return on_worker(services_.loop, services_.worker, core_, std::move(work));
}

Task<Result<void>> Store::erase(std::string principal) {
  auto work = [core = core_, principal = std::move(principal)] { return core->erase(principal); };
  return on_worker(services_.loop, services_.worker, core_, std::move(work));
}

Task<Result<QuotaState>> Store::load() {
  auto work = [core = core_] { return core->load_quota(); };
  return on_worker(services_.loop, services_.worker, core_, std::move(work));
}

Task<Result<void>> Store::count(std::vector<QuotaCount> more, base::Wall now) {
  auto work = [core = core_, more = std::move(more), hour = hour_of(now)] { return core->count(more, hour); };
  return on_worker(services_.loop, services_.worker, core_, std::move(work));
}

Task<Result<std::optional<Fact>>> Store::fact(std::string name) {
  auto work = [core = core_, name = std::move(name)] { return core->fact(name); };
  return on_worker(services_.loop, services_.worker, core_, std::move(work));
}

Task<Result<void>> Store::learn(std::string name, Fact fact) {
  auto work = [core = core_, name = std::move(name), fact = std::move(fact)] { return core->learn(name, fact); };
  return on_worker(services_.loop, services_.worker, core_, std::move(work));
}

Task<Result<void>> Store::block(std::string bucket, QuotaBlock block) {
  auto work = [core = core_, bucket = std::move(bucket), block] { return core->block(bucket, block); };
  return on_worker(services_.loop, services_.worker, core_, std::move(work));
}

}  // namespace store::sql
