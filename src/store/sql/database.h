// What the tables of the stores need of a database: statements with bound parameters, and transactions. One adapter
// per engine implements it (store/sqlite, store/postgres), so that what the stores do stands once. One thread at a
// time; every call may block.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "base/result.h"

namespace store::sql {

// Bytes that are no text.
struct Blob {
  std::string bytes;
};
using Parameter = std::variant<std::nullptr_t, int64_t, std::string, Blob>;

// What an engine gives of one statement.
class Cursor {
 public:
  virtual ~Cursor() = default;
  virtual base::Result<bool> next() = 0;
  virtual bool is_null(int column) const = 0;
  virtual int64_t integer(int column) const = 0;
  virtual std::string bytes(int column) const = 0;
};

// One row at a time of one statement.
class Rows {
 public:
  explicit Rows(std::unique_ptr<Cursor> cursor) : cursor_(std::move(cursor)) {}

  // False after the last row.
  base::Result<bool> next() { return cursor_->next(); }
  // Columns of the current row, from 0.
  bool is_null(int column) const { return cursor_->is_null(column); }
  int64_t integer(int column) const { return cursor_->integer(column); }
  std::string text(int column) const { return cursor_->bytes(column); }
  std::string blob(int column) const { return cursor_->bytes(column); }

 private:
  std::unique_ptr<Cursor> cursor_;
};

enum class Access {
  kRead,   // Sees one state of the database from its first statement on.
  kWrite,  // The only writer, of all processes, until its end: what it has read is still true when it commits.
  kAdd,    // Writes, and others may at the same time: for statements that are each right by themselves.
};

class Database {
 public:
  virtual ~Database() = default;

  // `sql` is one statement, a constant of this program, whose n-th parameter is written ?n.
  virtual base::Result<Rows> query(std::string_view sql, std::initializer_list<Parameter> parameters) const = 0;
  // For statements that give no rows; outside of a transaction it is one by itself. Gives the number of rows that
  // changed.
  virtual base::Result<int64_t> execute(std::string_view sql,
                                        std::initializer_list<Parameter> parameters = {}) const = 0;

  // Called by Transaction alone.
  virtual base::Result<void> begin(Access access) const = 0;
  virtual base::Result<void> commit() const = 0;
  virtual void roll_back() const = 0;
  // Whether the latest failure ended a transaction for the sake of another one, so that it may be run again from its
  // beginning.
  virtual bool gave_way() const { return false; }

  // What is written to find out whether something could be written.
  virtual size_t trial_bytes() const = 0;
  // What was overwritten may still stand in a log of the engine: kAll removes it there as far as the engine can be told
  // to, kWhatFits only moves what is in nobody's way.
  enum class Fold { kWhatFits, kAll };
  virtual base::Result<void> fold_log(Fold fold) const = 0;
};

// The destructor rolls back what was not committed.
class Transaction {
 public:
  static base::Result<Transaction> begin(const Database& database, Access access) {
    TRY_VOID(database.begin(access));
    return Transaction(&database);
  }
  ~Transaction() {
    if (database_ != nullptr) database_->roll_back();
  }
  Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  // After it has returned the change survives a crash of the machine. After an error nobody knows whether it is kept,
  // which the error says.
  base::Result<void> commit() {
    TRY_VOID(database_->commit());
    database_ = nullptr;
    return {};
  }

 private:
  explicit Transaction(const Database* database) : database_(database) {}
  const Database* database_;
};

// Where the tables are, for all who open them. Used from several threads.
class Place {
 public:
  virtual ~Place() = default;
  // A connection of one's own, with the tables of this version: they are made where they are missing. Blocking.
  virtual base::Result<std::unique_ptr<Database>> open() const = 0;
  // Whether there is something to be opened. Makes nothing. Blocking.
  virtual base::Result<bool> exists() const = 0;
};

}  // namespace store::sql
