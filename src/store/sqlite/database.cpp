#include "store/sqlite/database.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include "base/check.h"
#include "os/files.h"

namespace store::sqlite {

using base::Code;
using base::fail;
using base::Result;

namespace {

constexpr int kBusyMilliseconds = 5'000;
constexpr int kWalTries = 200;  // Of 10 ms each.

int bind(sqlite3_stmt* statement, int index, const Parameter& parameter) {
  if (const auto* number = std::get_if<int64_t>(&parameter)) return sqlite3_bind_int64(statement, index, *number);
  if (const auto* text = std::get_if<std::string>(&parameter)) {
    return sqlite3_bind_text64(statement, index, text->data(), text->size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  }
  if (const auto* blob = std::get_if<Blob>(&parameter)) {
    return sqlite3_bind_blob64(statement, index, blob->bytes.data(), blob->bytes.size(), SQLITE_TRANSIENT);
  }
  return sqlite3_bind_null(statement, index);
}

}  // namespace

void Database::Close::operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }

class Database::Statement final : public sql::Cursor {
 public:
  Statement(const Database& database, sqlite3_stmt* statement) : database_(database), statement_(statement) {}

  Result<bool> next() override {
    const int code = sqlite3_step(statement_.get());
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    return database_.failed(code);
  }
  bool is_null(int column) const override { return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL; }
  int64_t integer(int column) const override { return sqlite3_column_int64(statement_.get(), column); }
  std::string bytes(int column) const override {
    // The pointer first: asking for the size does not convert a value, asking for the bytes may.
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_.get(), column));
    const auto size = static_cast<size_t>(sqlite3_column_bytes(statement_.get(), column));
    return bytes == nullptr ? std::string() : std::string(bytes, size);
  }

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  const Database& database_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

Result<Database> Database::open(const std::string& directory, const std::string& name, const Schema& schema) {
  const auto named = [](base::Error error) {
    error.message = "storage.directory: " + error.message;
    return std::unexpected(std::move(error));
  };
  if (auto made = os::make_private_directory(directory); !made) return named(std::move(made).error());
  const std::string path = directory + "/" + name;
  // An empty file is an empty database. Made here, it has its mode from the first moment, and SQLite gives the same
  // mode to the files that it puts beside it.
  if (!os::exists(path)) {
    const auto created = os::create_private_file(path, "");
    if (!created && created.error().code != Code::kConflict) return named(created.error());
  }
  if (auto checked = os::check_private_file(path); !checked) return named(std::move(checked).error());

  sqlite3* handle = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int opened = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  Database database(path, handle);
  if (opened != SQLITE_OK) return database.failed(opened);
  // Without the permission to write SQLite opens a file for reading and says nothing.
  if (sqlite3_db_readonly(handle, "main") == 1) {
    return fail(Code::kForbidden,
                fmt::format("storage.directory: {0} cannot be written. Run: chmod 600 '{0}', or take a directory "
                            "on a disk that is not read-only.",
                            path),
                "read-only");
  }
  TRY_VOID(database.configure(schema.durability));
  TRY_VOID(database.check(schema));
  TRY_VOID(database.enter_wal());
  TRY_VOID(database.migrate(schema));
  return database;
}

Result<Database> Database::open_for_reading(const std::string& path) {
  if (!os::exists(path)) return fail(Code::kNotFound, fmt::format("There is no database at {}.", path));
  // Without a log beside it nobody writes, and SQLite need not make its files to find that out.
  const bool still = !os::exists(path + "-wal");
  // What a URI gives a meaning to is escaped.
  std::string uri = "file:";
  for (const char c : path)
    uri += c == '?' || c == '#' || c == '%' ? fmt::format("%{:02X}", static_cast<int>(c)) : std::string(1, c);
  if (still) uri += "?immutable=1";
  sqlite3* handle = nullptr;
  const int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int opened = sqlite3_open_v2(uri.c_str(), &handle, flags, nullptr);
  Database database(path, handle);
  if (opened != SQLITE_OK) return database.failed(opened);
  TRY_VOID(database.configure(Schema::Durability::kEveryCommit));
  TRY([[maybe_unused]] const int64_t version, database.pragma("PRAGMA user_version"));
  return database;
}

Result<void> Database::configure(Schema::Durability durability) const {
  sqlite3* handle = handle_.get();
  sqlite3_busy_timeout(handle, kBusyMilliseconds);
  struct Switch {
    int option;
    int value;
  };
  for (const Switch each : {Switch{SQLITE_DBCONFIG_DEFENSIVE, 1}, Switch{SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
                            Switch{SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0}, Switch{SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
                            Switch{SQLITE_DBCONFIG_ENABLE_VIEW, 0}, Switch{SQLITE_DBCONFIG_DQS_DML, 0},
                            Switch{SQLITE_DBCONFIG_DQS_DDL, 0}, Switch{SQLITE_DBCONFIG_ENABLE_FKEY, 1}}) {
    const int code = sqlite3_db_config(handle, each.option, each.value, nullptr);
    if (code != SQLITE_OK) return failed(code);
  }
  // secure_delete: what is replaced is overwritten, so that an old token does not linger in a free page.
  const bool full = durability == Schema::Durability::kEveryCommit;
  for (const char* sql : {full ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL", "PRAGMA secure_delete=ON",
                          "PRAGMA cell_size_check=ON", "PRAGMA mmap_size=0", "PRAGMA temp_store=MEMORY"}) {
    TRY(Rows rows, query(sql, {}));
    TRY([[maybe_unused]] const bool row, rows.next());
  }
  return {};
}

Result<void> Database::enter_wal() const {
  // The change of mode does not wait for other processes by itself, and happens once in the life of a file.
  for (int left = kWalTries;; --left) {
    auto mode = [this]() -> Result<std::string> {
      TRY(Rows rows, query("PRAGMA journal_mode=WAL", {}));
      TRY(const bool row, rows.next());
      return row ? rows.text(0) : std::string();
    }();
    if (mode && *mode == "wal") return {};
    if (mode) {
      return fail(
          Code::kUnavailable,
          fmt::format("The file system of {} cannot hold the database. Set storage.directory to a local disk.", path_),
          "no WAL");
    }
    if ((sqlite3_errcode(handle_.get()) & 0xFF) != SQLITE_BUSY || left == 0) return std::unexpected(mode.error());
    sqlite3_sleep(10);
  }
}

Result<int64_t> Database::pragma(std::string_view sql) const {
  TRY(Rows rows, query(sql, {}));
  TRY(const bool row, rows.next());
  if (!row) return damaged("a pragma gave nothing");
  return rows.integer(0);
}

Result<void> Database::check(const Schema& schema) const {
  // One state of the file for all questions: another process may be making its tables right now.
  TRY(const Transaction reading, Transaction::begin(*this, Access::kRead));
  {
    TRY(Rows rows, query("PRAGMA quick_check(1)", {}));
    TRY(const bool row, rows.next());
    if (!row || rows.text(0) != "ok") return damaged(row ? rows.text(0) : "quick_check gave nothing");
  }
  TRY(const int64_t id, pragma("PRAGMA application_id"));
  TRY(const int64_t version, pragma("PRAGMA user_version"));
  TRY(const int64_t tables, pragma("SELECT count(*) FROM sqlite_schema"));
  const bool is_new = id == 0 && version == 0 && tables == 0;
  if (!is_new && id != schema.application_id) {
    return fail(Code::kUnavailable,
                fmt::format("{} is the database of another program. Set storage.directory to another place.", path_));
  }
  if (version > static_cast<int64_t>(schema.migrations.size())) {
    return fail(Code::kUnavailable,
                fmt::format("{} was written by a newer version of this program. Use that version, or set "
                            "storage.directory to another place.",
                            path_));
  }
  return {};
}

Result<void> Database::migrate(const Schema& schema) const {
  const auto newest = static_cast<int64_t>(schema.migrations.size());
  TRY(const int64_t seen, pragma("PRAGMA user_version"));
  if (seen == newest) return {};
  TRY(Transaction transaction, Transaction::begin(*this, Access::kWrite));
  // Another process may have done it between the look and the lock.
  TRY(const int64_t version, pragma("PRAGMA user_version"));
  for (int64_t next = version; next < newest; ++next) {
    const char* script = schema.migrations[static_cast<size_t>(next)];
    const int code = sqlite3_exec(handle_.get(), script, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return failed(code);
  }
  // A pragma takes no parameters; both are numbers of ours.
  TRY([[maybe_unused]] const int64_t id, execute(fmt::format("PRAGMA application_id={}", schema.application_id)));
  TRY([[maybe_unused]] const int64_t set, execute(fmt::format("PRAGMA user_version={}", newest)));
  return transaction.commit();
}

Result<Database::Rows> Database::query(std::string_view sql, std::initializer_list<Parameter> parameters) const {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v2(handle_.get(), sql.data(), static_cast<int>(sql.size()), &statement, nullptr);
  auto prepared = std::make_unique<Statement>(*this, statement);
  if (code != SQLITE_OK) return failed(code);
  ENSURE(sqlite3_bind_parameter_count(statement) == static_cast<int>(parameters.size()));
  int index = 0;
  for (const Parameter& parameter : parameters) {
    const int bound = bind(statement, ++index, parameter);
    if (bound != SQLITE_OK) return failed(bound);
  }
  return Rows(std::move(prepared));
}

Result<int64_t> Database::execute(std::string_view sql, std::initializer_list<Parameter> parameters) const {
  TRY(Rows rows, query(sql, parameters));
  TRY([[maybe_unused]] const bool row, rows.next());
  return sqlite3_changes64(handle_.get());
}

Result<void> Database::begin(Access access) const {
  TRY([[maybe_unused]] const int64_t begun, execute(access == Access::kRead ? "BEGIN" : "BEGIN IMMEDIATE"));
  return {};
}

void Database::roll_back() const {
  // A failure here is one of a transaction that SQLite has already rolled back.
  sqlite3_exec(handle_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

Result<void> Database::commit() const {
  const auto committed = execute("COMMIT");
  if (committed) return {};
  // Where only the last step failed, the log holds all of it, and the next opening finds it there.
  base::Error error = committed.error();
  error.message += " Whether the last change is kept is not known: look before you repeat it.";
  return std::unexpected(std::move(error));
}

Result<void> Database::fold_log(Fold fold) const {
  TRY(Rows folded,
      query(fold == Fold::kAll ? "PRAGMA wal_checkpoint(TRUNCATE)" : "PRAGMA wal_checkpoint(PASSIVE)", {}));
  TRY([[maybe_unused]] const bool row, folded.next());
  return {};
}

std::unexpected<base::Error> Database::damaged(std::string_view detail) const {
  return fail(
      Code::kUnavailable,
      fmt::format("The database at {} is damaged. Move it away and log in again; nothing of it was changed.", path_),
      fmt::format("damaged, {}", detail));
}

std::unexpected<base::Error> Database::failed(int code) const {
  const std::string detail = fmt::format("sqlite: {} ({})", sqlite3_errstr(code), code);
  switch (code & 0xFF) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return damaged(detail);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return fail(Code::kUnavailable, "Another process keeps the database busy. Try again.", detail);
    case SQLITE_FULL:
      return fail(Code::kUnavailable, fmt::format("The disk that holds {} is full. Make room and try again.", path_),
                  detail);
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_AUTH:
      return fail(Code::kUnavailable,
                  fmt::format("The database at {} cannot be written. Check its owner and permissions, those of its "
                              "directory, and whether its disk is mounted read-only.",
                              path_),
                  detail);
    default:
      return fail(Code::kUnavailable, fmt::format("The database at {} cannot be used now.", path_), detail);
  }
}

}  // namespace store::sqlite
