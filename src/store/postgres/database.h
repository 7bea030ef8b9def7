// One connection to a PostgreSQL database, for the stores of store/sql. It comes back by itself: a connection that was
// lost between two transactions is made anew by the next one. Every commit that was answered is on the disk of the
// server, whatever its default says. One thread at a time; every call may block for seconds.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <initializer_list>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"
#include "store/sql/database.h"

struct pg_conn;
struct pg_result;

namespace store::postgres {

// Where the database is, and how to log in there. Nothing is taken from the environment or from files of the user.
struct Server {
  std::string host;  // A name, an address, or the absolute path of the directory with the Unix socket.
  uint16_t port = 5432;
  std::string database;
  std::string user;
  base::Secret password;
  std::string ssl_mode = "verify-full";  // As libpq calls them.
  std::string ca_file;                   // Empty: the authorities of the system.
  int connect_timeout_seconds = 5;       // Two at least.

  // As people are told of it, without the password.
  std::string name() const;
};

// What all connections of a process know of a server that does not even refuse: while it hangs, one of them tries it
// again from time to time, and the others do not wait.
class Outage {
 public:
  static constexpr int64_t kSlowMilliseconds = 1'000;
  static constexpr int64_t kPauseMilliseconds = 5'000;

  // By the clock of the machine; one that is set back ends the pause.
  bool is_on(base::Wall now) const {
    const int64_t since = now.unix_ms - since_ms_.load();
    return since >= 0 && since < kPauseMilliseconds;
  }
  void note(base::Wall began, base::Wall failed) {
    if (failed.unix_ms - began.unix_ms >= kSlowMilliseconds) since_ms_.store(failed.unix_ms);
  }

 private:
  std::atomic<int64_t> since_ms_{std::numeric_limits<int64_t>::min() / 2};
};

// The tables are in a schema of this name.
inline constexpr const char* kSchemaName = "spotify_mcp";

class Database final : public sql::Database {
 public:
  // Makes the tables where they are missing; of several that start at once one makes them. kUnavailable when the server
  // cannot be reached or refuses the login, or when the tables are of a newer version of this program; kForbidden when
  // the user may not make them.
  static base::Result<std::unique_ptr<Database>> open(std::shared_ptr<const Server> server,
                                                      std::shared_ptr<Outage> outage = std::make_shared<Outage>());

  base::Result<sql::Rows> query(std::string_view sql, std::initializer_list<sql::Parameter> parameters) const override;
  base::Result<int64_t> execute(std::string_view sql,
                                std::initializer_list<sql::Parameter> parameters = {}) const override;
  base::Result<void> begin(sql::Access access) const override;
  base::Result<void> commit() const override;
  void roll_back() const override;
  bool gave_way() const override { return gave_way_; }
  // A standby refuses the first byte; how full the disk of the server is nobody finds out from here.
  size_t trial_bytes() const override { return 1'024; }
  // The log is the server's.
  base::Result<void> fold_log(Fold) const override { return {}; }

 private:
  struct Finish {
    void operator()(pg_conn* connection) const;
  };
  struct Clear {
    void operator()(pg_result* result) const;
  };
  using Answer = std::unique_ptr<pg_result, Clear>;
  class Table;

  Database(std::shared_ptr<const Server> server, std::shared_ptr<Outage> outage)
      : server_(std::move(server)), outage_(std::move(outage)) {}

  base::Result<void> connect() const;
  base::Result<void> ensure_connected() const;
  base::Result<int64_t> stored_version() const;
  base::Result<void> migrate() const;
  base::Result<void> check_schema() const;
  // Several statements, constants of this program, without parameters.
  base::Result<void> run(const char* script) const;
  base::Result<Answer> send(std::string_view sql, std::initializer_list<sql::Parameter> parameters) const;
  base::Result<Answer> judged(Answer answer) const;
  bool is_lost() const;
  std::unexpected<base::Error> lost() const;
  std::unexpected<base::Error> failed(const pg_result* answer) const;

  std::shared_ptr<const Server> server_;
  std::shared_ptr<Outage> outage_;
  mutable std::unique_ptr<pg_conn, Finish> connection_;
  mutable bool is_connecting_ = false;
  mutable bool in_transaction_ = false;
  mutable bool gave_way_ = false;
};

class ServerPlace final : public sql::Place {
 public:
  explicit ServerPlace(std::shared_ptr<const Server> server) : server_(std::move(server)) {}

  base::Result<std::unique_ptr<sql::Database>> open() const override;
  // A database has no moment without tables.
  base::Result<bool> exists() const override { return true; }

 private:
  std::shared_ptr<const Server> server_;
  std::shared_ptr<Outage> outage_ = std::make_shared<Outage>();
};

}  // namespace store::postgres
