// One SQLite database, opened so that nothing in the file is trusted and nothing that was answered is lost: WAL with
// synchronous FULL, no extensions, no trusted schema, a quick check at every opening. Values reach SQL as bound
// parameters only. One thread at a time; every call may block.
#pragma once

#include <cstdint>
#include <expected>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace store::sqlite {

// Bytes that are no text.
struct Blob {
  std::string bytes;
};
using Parameter = std::variant<std::nullptr_t, int64_t, std::string, Blob>;

// A database of this program says so in its header; another one is refused.
struct Schema {
  int32_t application_id;
  // The n-th brings version n-1 to version n. A version that was released is never edited.
  std::span<const char* const> migrations;
  // kConsistent: a crash of the machine may take the latest commits along, and never damages the file.
  enum class Durability { kEveryCommit, kConsistent } durability = Durability::kEveryCommit;
};

class Database {
 public:
  // Makes the file (0600) and its directory (0700) where they are missing. kUnavailable when the file is damaged, is
  // no database, or comes from a newer version; kForbidden or kInvalidArgument when others can reach it. Whatever is
  // wrong, the file is left as it is.
  static base::Result<Database> open(const std::string& directory, const std::string& name, const Schema& schema);

  // An existing file for reading alone, whatever program it is of: nothing of it, and no file beside it, is made or
  // changed. kNotFound, or kUnavailable for what is no database.
  static base::Result<Database> open_for_reading(const std::string& path);

  Database(Database&&) noexcept = default;
  Database& operator=(Database&&) noexcept = default;

  // One row at a time of one statement.
  class Rows {
   public:
    // False after the last row.
    base::Result<bool> next();
    // Columns of the current row, from 0.
    bool is_null(int column) const;
    int64_t integer(int column) const;
    std::string text(int column) const;
    std::string blob(int column) const;

   private:
    friend class Database;
    struct Finalize {
      void operator()(sqlite3_stmt* statement) const;
    };
    Rows(const Database& database, sqlite3_stmt* statement) : database_(database), statement_(statement) {}

    const Database& database_;
    std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  };

  // `sql` is one statement, a constant of this program.
  base::Result<Rows> query(std::string_view sql, std::initializer_list<Parameter> parameters) const;
  // For statements that give no rows. Gives the number of rows that changed.
  base::Result<int64_t> execute(std::string_view sql, std::initializer_list<Parameter> parameters = {}) const;

  // kRead sees one state of the file from its first statement on; kWrite is the only writer until its end.
  enum class Access { kRead, kWrite };
  // The destructor rolls back what was not committed.
  class Transaction {
   public:
    static base::Result<Transaction> begin(const Database& database, Access access);
    ~Transaction();
    Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
    Transaction& operator=(Transaction&&) = delete;
    // After it has returned the change survives a crash of the machine. After an error nobody knows whether it is kept,
    // which the error says.
    base::Result<void> commit();

   private:
    explicit Transaction(const Database* database) : database_(database) {}
    const Database* database_;
  };

 private:
  struct Close {
    void operator()(sqlite3* handle) const;
  };
  Database(std::string path, sqlite3* handle) : path_(std::move(path)), handle_(handle) {}

  base::Result<void> configure(Schema::Durability durability) const;
  base::Result<void> enter_wal() const;
  base::Result<void> check(const Schema& schema) const;
  base::Result<void> migrate(const Schema& schema) const;
  base::Result<int64_t> pragma(std::string_view sql) const;
  std::unexpected<base::Error> failed(int code) const;
  std::unexpected<base::Error> damaged(std::string_view detail) const;

  std::string path_;
  std::unique_ptr<sqlite3, Close> handle_;
};

}  // namespace store::sqlite
