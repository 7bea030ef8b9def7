// One SQLite database, opened so that nothing in the file is trusted and nothing that was answered is lost: WAL with
// synchronous FULL, no extensions, no trusted schema, a quick check at every opening. Values reach SQL as bound
// parameters only. One thread at a time; every call may block.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "store/sql/database.h"

struct sqlite3;
struct sqlite3_stmt;

namespace store::sqlite {

using sql::Blob;
using sql::Parameter;

// A database of this program says so in its header; another one is refused.
struct Schema {
  int32_t application_id;
  // The n-th brings version n-1 to version n. A version that was released is never edited.
  std::span<const char* const> migrations;
  // kConsistent: a crash of the machine may take the latest commits along, and never damages the file.
  enum class Durability { kEveryCommit, kConsistent } durability = Durability::kEveryCommit;
};

class Database final : public sql::Database {
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

  using Rows = sql::Rows;
  using Access = sql::Access;
  using Transaction = sql::Transaction;

  // Rows must not outlive the database.
  base::Result<Rows> query(std::string_view sql, std::initializer_list<Parameter> parameters) const override;
  base::Result<int64_t> execute(std::string_view sql, std::initializer_list<Parameter> parameters = {}) const override;

  // Whoever writes is the only one.
  base::Result<void> begin(Access access) const override;
  base::Result<void> commit() const override;
  void roll_back() const override;
  // More than a grant takes, so that this much room is left in the log for the grant that follows.
  size_t trial_bytes() const override { return size_t{64} * 1024; }
  base::Result<void> fold_log(Fold fold) const override;

 private:
  class Statement;
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
