#include "store/sqlite/snapshot.h"

#include <fmt/format.h>
#include <memory>
#include <sqlite3.h>

#include "os/append_file.h"
#include "os/files.h"

namespace store::sqlite {
namespace {

constexpr std::string_view kMagic("SQLite format 3\0", 16);
constexpr int kBusyMilliseconds = 5'000;
constexpr int kPagesAtOnce = 1'024;
constexpr int kPauseMilliseconds = 10;
constexpr int kPausesMax = 500;

struct Close {
  void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
};
using Handle = std::unique_ptr<sqlite3, Close>;
struct Finish {
  void operator()(sqlite3_backup* backup) const { sqlite3_backup_finish(backup); }
};

std::unexpected<base::Error> failed(const std::string& path, int code) {
  const bool full = (code & 0xFF) == SQLITE_FULL;
  return base::fail(base::Code::kUnavailable,
                    full ? fmt::format("The disk that holds {} is full. Make room and try again.", path)
                         : fmt::format("The database at {} cannot be copied: {}.", path, sqlite3_errstr(code)),
                    fmt::format("sqlite: {}", code));
}

base::Result<Handle> open(const std::string& path) {
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  Handle handle(raw);
  if (code != SQLITE_OK) return failed(path, code);
  sqlite3_busy_timeout(raw, kBusyMilliseconds);
  // Nothing in a file that somebody handed us is trusted.
  sqlite3_db_config(raw, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(raw, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  return handle;
}

}  // namespace

bool is_database(const std::string& path) {
  const auto start = os::read_at(path, 0, kMagic.size());
  return start && *start == kMagic;
}

base::Result<void> copy_database(const std::string& from, const std::string& to) {
  TRY(const Handle source, open(from));
  if (!os::exists(to)) TRY_VOID(os::create_private_file(to, ""));
  TRY(const Handle target, open(to));
  const std::unique_ptr<sqlite3_backup, Finish> backup(sqlite3_backup_init(target.get(), "main", source.get(), "main"));
  if (!backup) return failed(to, sqlite3_errcode(target.get()));
  // Ends with the copy, with an error, or when others have kept it busy for too long.
  for (int pauses = 0;;) {
    const int code = sqlite3_backup_step(backup.get(), kPagesAtOnce);
    if (code == SQLITE_DONE) return {};
    if (code == SQLITE_OK) continue;
    if ((code != SQLITE_BUSY && code != SQLITE_LOCKED) || ++pauses > kPausesMax) return failed(from, code);
    sqlite3_sleep(kPauseMilliseconds);
  }
}

base::Result<void> check_database(const std::string& path) {
  TRY(const Handle handle, open(path));
  sqlite3_stmt* raw = nullptr;
  const int prepared = sqlite3_prepare_v2(handle.get(), "PRAGMA integrity_check(1)", -1, &raw, nullptr);
  const std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement(raw, sqlite3_finalize);
  if (prepared != SQLITE_OK) return failed(path, prepared);
  const int stepped = sqlite3_step(raw);
  if (stepped != SQLITE_ROW) return failed(path, stepped);
  const auto* said = reinterpret_cast<const char*>(sqlite3_column_text(raw, 0));
  if (said != nullptr && std::string_view(said) == "ok") return {};
  return base::fail(base::Code::kUnavailable, fmt::format("The database at {} is damaged.", path),
                    said != nullptr ? said : "");
}

}  // namespace store::sqlite
