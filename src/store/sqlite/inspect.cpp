#include "store/sqlite/inspect.h"

#include <array>
#include <utility>

#include "store/sql/key_table.h"
#include "store/sqlite/database.h"
#include "store/sqlite/migrations.h"

namespace store::sqlite {

using base::Result;

namespace {

Result<std::vector<std::string>> texts_of(const Database& file, std::string_view sql) {
  TRY(Database::Rows rows, file.query(sql, {}));
  std::vector<std::string> all;
  // Ends with the rows.
  while (true) {
    TRY(const bool row, rows.next());
    if (!row) return all;
    all.push_back(rows.text(0));
  }
}

Result<int64_t> number_of(const Database& file, std::string_view sql) {
  TRY(Database::Rows rows, file.query(sql, {}));
  TRY(const bool row, rows.next());
  return row ? rows.integer(0) : 0;
}

constexpr std::string_view kColumns =
    "SELECT m.name || '.' || c.name FROM sqlite_schema AS m, pragma_table_info(m.name) AS c "
    "WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY 1";

Result<int64_t> has_table(const Database& file, std::string_view name) {
  TRY(Database::Rows rows, file.query("SELECT count(*) FROM sqlite_schema WHERE name = ?1", {std::string(name)}));
  TRY(const bool row, rows.next());
  return row ? rows.integer(0) : 0;
}

Result<std::vector<InspectedApiKey>> api_keys_of(const Database& file) {
  std::vector<InspectedApiKey> keys;
  TRY(const int64_t there, has_table(file, "api_keys"));
  if (there == 0) return keys;
  TRY(Database::Rows rows,
      file.query("SELECT id, scopes, created_ms, expires_ms, revoked_ms IS NOT NULL FROM api_keys ORDER BY 3, 1", {}));
  // Ends with the rows.
  while (true) {
    TRY(const bool row, rows.next());
    if (!row) return keys;
    keys.push_back({.id = rows.text(0),
                    .scopes = rows.text(1),
                    .created = {rows.integer(2)},
                    .expires = {rows.integer(3)},
                    .is_revoked = rows.integer(4) != 0});
  }
}

constexpr std::array kScratch{"CREATE TABLE words (number INTEGER PRIMARY KEY, word TEXT NOT NULL) STRICT;"};
constexpr Schema kScratchSchema{.application_id = 0x534D4354, .migrations = kScratch};

}  // namespace

Result<Inspection> inspect_store(const std::string& directory) {
  TRY(const Database file, Database::open_for_reading(directory + "/" + kDatabaseName));
  Inspection inspection;
  for (const std::string_view check : {"PRAGMA integrity_check(20)", "PRAGMA foreign_key_check"}) {
    TRY(const auto said, texts_of(file, check));
    for (const std::string& line : said) {
      if (line != "ok") inspection.problems.push_back(line);
    }
  }
  // A page that is damaged gives no rows that could be relied on.
  if (!inspection.problems.empty()) return inspection;
  TRY(inspection.columns, texts_of(file, kColumns));
  TRY(const int64_t versions, has_table(file, "keys"));
  TRY(inspection.api_keys, api_keys_of(file));
  if (versions > 0) {
    TRY(inspection.keys, sql::KeyTable(file).rows(""));
  }
  const std::string_view select =
      versions > 0 ? "SELECT principal, generation, key_id, box, data_key FROM grants WHERE box IS NOT NULL ORDER BY 1"
                   : "SELECT principal, generation, key_id, box, NULL FROM grants WHERE box IS NOT NULL ORDER BY 1";
  TRY(Database::Rows rows, file.query(select, {}));
  // Ends with the rows.
  while (true) {
    TRY(const bool row, rows.next());
    if (!row) break;
    inspection.grants.push_back({rows.text(0), rows.integer(1), {rows.text(2), rows.blob(4), rows.blob(3)}});
  }
  TRY(const int64_t archived, number_of(file,
                                        "SELECT count(*) FROM archive WHERE principal NOT IN "
                                        "(SELECT principal FROM grants WHERE box IS NOT NULL)"));
  inspection.archived_of_nobody = static_cast<size_t>(archived);
  return inspection;
}

Result<CacheInspection> inspect_cache(const std::string& path, base::Wall now) {
  TRY(const Database file, Database::open_for_reading(path));
  CacheInspection inspection;
  TRY(inspection.columns, texts_of(file, kColumns));
  TRY(Database::Rows rows, file.query("SELECT count(*) FROM answers WHERE kept_ms <= ?1", {now.unix_ms}));
  TRY(const bool row, rows.next());
  if (row) inspection.expired = static_cast<size_t>(rows.integer(0));
  return inspection;
}

Result<Opening> try_opening(const std::string& directory) {
  TRY(const Database file, Database::open(directory, "opening.db", kScratchSchema));
  constexpr int64_t kFull = 2;
  TRY(const int64_t trusted, number_of(file, "PRAGMA trusted_schema"));
  TRY(const int64_t secure, number_of(file, "PRAGMA secure_delete"));
  TRY(const int64_t synchronous, number_of(file, "PRAGMA synchronous"));
  return Opening{
      .trusts_schema = trusted != 0, .secure_delete = secure == 1, .syncs_every_commit = synchronous >= kFull};
}

Result<std::vector<std::string>> try_values(const std::string& directory, const std::vector<std::string>& texts) {
  TRY(const Database file, Database::open(directory, "values.db", kScratchSchema));
  TRY(Database::Transaction transaction, Database::Transaction::begin(file, Database::Access::kWrite));
  std::vector<std::string> changed;
  int64_t number = 0;
  for (const std::string& text : texts) {
    ++number;
    TRY([[maybe_unused]] const int64_t put,
        file.execute("INSERT INTO words (number, word) VALUES (?1, ?2)", {number, text}));
    TRY(Database::Rows rows, file.query("SELECT number FROM words WHERE word = ?1 ORDER BY number DESC", {text}));
    TRY(const bool row, rows.next());
    if (!row || rows.integer(0) != number) changed.push_back(text);
  }
  TRY_VOID(transaction.commit());
  TRY(const int64_t tables, number_of(file, "SELECT count(*) FROM sqlite_schema WHERE type = 'table'"));
  TRY(const int64_t rows, number_of(file, "SELECT count(*) FROM words"));
  if (tables != 1 || rows != number) changed.emplace_back("the tables themselves");
  return changed;
}

}  // namespace store::sqlite
