// A real PostgreSQL server for the tests of one program, started by tests/support/postgres at the first use and ended
// with the program.
#pragma once

#include <array>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <memory>
#include <spawn.h>
#include <sstream>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

#include "base/check.h"
#include "store/postgres/database.h"

#include "tests/test.h"

namespace test {

class PostgresServer {
 public:
  static PostgresServer& shared() {
    static PostgresServer server;
    return server;
  }
  ~PostgresServer() {
    ::close(to_);
    ::close(from_);
    ::waitpid(script_, nullptr, 0);
  }
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  std::shared_ptr<const store::postgres::Server> login(std::string user = "tester", std::string password = "") const {
    auto server = std::make_shared<store::postgres::Server>();
    server->host = folder_;
    server->database = "postgres";
    server->user = std::move(user);
    server->password = base::Secret(std::move(password));
    server->ssl_mode = "disable";
    return server;
  }
  // By psql, for what the product itself never says.
  void sql(const std::string& text) const {
    std::string program = "psql";
    std::string quiet = "-qXAt";
    std::string host = "--host=" + folder_;
    std::string user = "--username=tester";
    std::string database = "--dbname=postgres";
    std::string stop = "--set=ON_ERROR_STOP=1";
    std::string output = "--output=/dev/null";
    std::string command = "--command=" + text;
    std::array<char*, 9> arguments{program.data(), quiet.data(),  host.data(),    user.data(), database.data(),
                                   stop.data(),    output.data(), command.data(), nullptr};
    pid_t psql = -1;
    int status = -1;
    ENSURE(::posix_spawnp(&psql, program.c_str(), nullptr, nullptr, arguments.data(), environ) == 0);
    ENSURE(::waitpid(psql, &status, 0) == psql && status == 0);
  }
  // As a machine that loses its power; what was answered is there after it.
  void kill() const { ::kill(server_, SIGKILL); }
  void start_again() {
    ENSURE(::write(to_, "\n", 1) == 1);
    hear();
  }

 private:
  PostgresServer() {
    std::array<int, 2> in{};
    std::array<int, 2> out{};
    ENSURE(::pipe2(in.data(), O_CLOEXEC) == 0 && ::pipe2(out.data(), O_CLOEXEC) == 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], 0);
    posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    std::string script = (source_directory() / "tests/support/postgres").string();
    // What this server has been given survives the end of its processes, if not that of the machine.
    std::string quick = "fsync=off";
    std::array<char*, 3> arguments{script.data(), quick.data(), nullptr};
    ENSURE(::posix_spawn(&script_, script.c_str(), &actions, nullptr, arguments.data(), environ) == 0);
    posix_spawn_file_actions_destroy(&actions);
    ::close(in[0]);
    ::close(out[1]);
    to_ = in[1];
    from_ = out[0];
    hear();
  }
  void hear() {
    std::string line;
    for (char c = 0; ::read(from_, &c, 1) == 1 && c != '\n';) line += c;
    std::istringstream(line) >> folder_ >> server_;
    ENSURE(server_ > 0);
  }

  pid_t script_ = -1;
  int to_ = -1;
  int from_ = -1;
  std::string folder_;
  pid_t server_ = -1;
};

// What earlier tests have written is gone.
inline void empty_tables() {
  auto database = store::postgres::Database::open(PostgresServer::shared().login());
  REQUIRE(database);
  REQUIRE(
      (*database)->execute("TRUNCATE grants, leases, quota, quota_counts, facts, archive, keys, api_keys, nonces, "
                           "spent_states, user_salts RESTART IDENTITY"));
}

// The tables are gone too.
inline void empty_database() {
  auto database = store::postgres::Database::open(PostgresServer::shared().login());
  REQUIRE(database);
  REQUIRE((*database)->execute("DROP SCHEMA spotify_mcp CASCADE"));
}

}  // namespace test
