// The stores in PostgreSQL: the contracts of all stores against a real server, and what only a server can do to us.
#include <fmt/format.h>
#include <memory>
#include <netinet/in.h>
#include <set>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "checks/inventory.h"
#include "store/postgres/database.h"
#include "store/postgres/leases.h"
#include "store/sql/api_key_table.h"
#include "store/sql/archive_table.h"
#include "store/sql/store.h"
#include "store/sql/user_salts.h"
#include "store/sqlite/stores.h"
#include "tests/support/postgres_server.h"
#include "tests/support/seeded_random.h"
#include "tests/support/temporary_directory.h"
#include "tests/unit/store/api_keys_contract.h"
#include "tests/unit/store/archive_contract.h"
#include "tests/unit/store/keyset_contract.h"
#include "tests/unit/store/store_contract.h"

#include "tests/test.h"

namespace {

using base::Code;
using store::postgres::Database;
using store::postgres::RowLeases;
using store::postgres::ServerPlace;
using store::sql::Access;
using store::sql::Blob;
using store::sql::Store;
using test::PostgresServer;

std::unique_ptr<Database> connect() {
  auto database = Database::open(PostgresServer::shared().login());
  REQUIRE(database);
  return *std::move(database);
}

std::string text_of(const Database& database, std::string_view sql) {
  auto rows = database.query(sql, {});
  REQUIRE(rows);
  REQUIRE(*rows->next());
  return rows->text(0);
}

// Two replicas on one database, which is empty at first.
struct PostgresWorld {
  PostgresWorld() { test::empty_tables(); }

  test::ManualLoop loop;
  test::InlineWorker worker;
  test::SeededRandom random;
  test::ManualClock clock;
  std::shared_ptr<const store::sql::Place> place = std::make_shared<ServerPlace>(PostgresServer::shared().login());
  std::unique_ptr<Store> stores[2]{open(1), open(1)};
  store::sql::ArchiveTable archives[2]{{{loop, worker}, place, archive_contract::kLimits},
                                       {{loop, worker}, place, archive_contract::kLimits}};
  store::sql::ApiKeyTable api_keys[2]{{{loop, worker}, place, api_keys_contract::kNoncesMax},
                                      {{loop, worker}, place, api_keys_contract::kNoncesMax}};
  RowLeases stored_leases[2]{{{loop, worker, random}, place}, {{loop, worker, random}, place}};

  std::unique_ptr<Store> open(uint64_t master) {
    return std::make_unique<Store>(
        Store::Services{loop, worker, random, clock},
        store::sql::StoreOptions{.place = place, .master_key = [master](store::sql::Sealed) {
                                   return base::Result<crypto::Key>(keyset_contract::master_of(master));
                                 }});
  }
  store::Grants& grants(int view) { return *stores[view]; }
  store::Leases& leases(int view) { return stored_leases[view]; }
  store::Quota& quota(int view) { return *stores[view]; }
  store::Facts& facts(int view) { return *stores[view]; }
  store::Archive& archive(int view) { return archives[view]; }
  store::ApiKeys& keys(int view) { return api_keys[view]; }
  store::Nonces& nonces(int view) { return api_keys[view]; }
};

struct SqliteWorld {
  test::TemporaryDirectory directory;
  test::ManualLoop loop;
  test::InlineWorker worker;
  test::SeededRandom random;
  test::ManualClock clock;

  std::unique_ptr<Store> open(uint64_t master) {
    return std::make_unique<store::sqlite::Store>(
        Store::Services{loop, worker, random, clock},
        store::sqlite::StoreOptions{.directory = directory.path() + "/state",
                                    .master_key = [master](store::sql::Sealed) {
                                      return base::Result<crypto::Key>(keyset_contract::master_of(master));
                                    }});
  }
};

}  // namespace

TEST_CASE("the stores in PostgreSQL keep the contract") { store_contract::run_all<PostgresWorld>(); }
TEST_CASE("the archive in PostgreSQL keeps the contract") { archive_contract::run_all<PostgresWorld>(); }
TEST_CASE("the keys in PostgreSQL keep the contract") { keyset_contract::run_all<PostgresWorld>(); }
TEST_CASE("the keys in SQLite keep the contract") { keyset_contract::run_all<SqliteWorld>(); }
TEST_CASE("API keys and nonces in PostgreSQL keep the contract") {
  SUBCASE("keys") { api_keys_contract::keeps_keys<PostgresWorld>(); }
  SUBCASE("nonces") { api_keys_contract::takes_a_nonce_once<PostgresWorld>(); }
}

TEST_CASE("the salt of a user is the same for every replica") {
  PostgresWorld world;
  store::sql::UserSalts one(world.place, world.random);
  store::sql::UserSalts two(world.place, world.random);
  CHECK_FALSE(*two.find("a'; --"));
  const auto salt = one.salt_of("a'; --");
  REQUIRE(salt);
  CHECK(salt->size() == 16);
  CHECK(*two.salt_of("a'; --") == *salt);
  CHECK(*two.find("a'; --") == *salt);
  CHECK(*two.salt_of("b") != *salt);
}

TEST_CASE("the inventory of data has every column of the shared database, and no other") {
  test::empty_database();
  std::set<std::string> listed;
  for (const auto columns : {checks::store_columns(), checks::replica_columns()}) {
    for (const checks::DataColumn& column : columns) listed.insert(std::string(column.column));
  }
  std::set<std::string> there;
  const auto database = connect();
  auto rows = database->query(
      "SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'spotify_mcp'", {});
  REQUIRE(rows);
  while (*rows->next()) there.insert(rows->text(0));
  CHECK(there == listed);
}

TEST_CASE("PostgreSQL never sees a token") {
  PostgresWorld world;
  const auto store = world.open(1);
  REQUIRE(world.loop.run(store->replace("owner", store_contract::a_grant("secret"))));
  const auto database = connect();
  const std::string all = text_of(*database, "SELECT string_agg(g::text, ' ') FROM grants g");
  const std::string box = text_of(*database, "SELECT box FROM grants");
  CHECK(all.contains("owner"));
  for (const std::string& seen : {all, box}) CHECK_FALSE(seen.contains("fake-"));
}

TEST_CASE("a text that PostgreSQL cannot keep is refused, and no text is ever part of a statement") {
  PostgresWorld world;
  const auto zero = world.loop.run(world.facts(0).learn(std::string("a\0b", 3), {"x", {1}}));
  REQUIRE(!zero);
  CHECK(zero.error().code == Code::kInvalidArgument);
  const auto latin = world.loop.run(world.facts(0).learn("\xE9", {"x", {1}}));
  REQUIRE(!latin);
  CHECK(latin.error().code == Code::kInvalidArgument);
  // The connection is as good as before.
  REQUIRE(world.loop.run(world.facts(0).learn("'; DROP TABLE facts; --", {"x", {1}})));
  CHECK((*world.loop.run(world.facts(1).fact("'; DROP TABLE facts; --")))->value == "x");
}

TEST_CASE("replicas that start together make the tables once") {
  test::empty_database();
  std::vector<std::string> said(6);
  {
    std::vector<std::jthread> replicas;
    for (std::string& each : said) {
      replicas.emplace_back([&each, login = PostgresServer::shared().login()] {
        const auto database = Database::open(login);
        each = database ? "opened" : database.error().message + database.error().detail;
      });
    }
  }
  for (const std::string& each : said) CHECK(each == "opened");
  CHECK(text_of(*connect(), "SELECT count(*)::text FROM schema_version") == "1");
}

TEST_CASE("tables of a newer version are left alone") {
  test::empty_database();
  REQUIRE(connect()->execute("UPDATE schema_version SET version = 1000"));
  const auto refused = Database::open(PostgresServer::shared().login());
  REQUIRE(!refused);
  CHECK(refused.error().code == Code::kUnavailable);
  CHECK(refused.error().message.contains("newer version"));
  test::PostgresServer::shared().sql("SET client_min_messages TO warning; DROP SCHEMA spotify_mcp CASCADE");
}

TEST_CASE("what is wrong with a login is said, without its password") {
  test::empty_database();
  const auto error_of = [](const std::shared_ptr<const store::postgres::Server>& login) {
    const auto database = Database::open(login);
    REQUIRE(!database);
    return database.error();
  };
  const base::Error wrong = error_of(PostgresServer::shared().login("locked", "obviously-wrong"));
  CHECK(wrong.code == Code::kUnavailable);
  CHECK(wrong.message.contains("password authentication failed"));
  CHECK(wrong.message.contains("store.url"));
  CHECK_FALSE((wrong.message + wrong.detail).contains("obviously-wrong"));
  const base::Error powerless = error_of(PostgresServer::shared().login("locked", "obviously-fake"));
  CHECK(powerless.code == Code::kForbidden);
  CHECK(powerless.message.contains("CREATE SCHEMA spotify_mcp AUTHORIZATION \"locked\""));
  // As that error says.
  PostgresServer::shared().sql("CREATE SCHEMA spotify_mcp AUTHORIZATION locked");
  CHECK(Database::open(PostgresServer::shared().login("locked", "obviously-fake")));
  const auto nowhere = std::make_shared<store::postgres::Server>();
  nowhere->host = "/nonexistent";
  nowhere->database = "state";
  nowhere->user = "mcp";
  nowhere->ssl_mode = "disable";
  CHECK(error_of(nowhere).code == Code::kUnavailable);
  CHECK(error_of(nowhere).message.contains("postgres:///nonexistent:5432/state"));
}

TEST_CASE("a commit waits for the disk whatever the database usually does, and nobody waits for ever") {
  PostgresServer::shared().sql("ALTER ROLE tester SET synchronous_commit TO off");
  const auto database = connect();
  CHECK(text_of(*database, "SELECT current_setting('synchronous_commit')") == "on");
  PostgresServer::shared().sql("ALTER ROLE tester RESET synchronous_commit");
  CHECK(text_of(*database, "SELECT current_setting('statement_timeout')") == "10s");
  CHECK(text_of(*database, "SELECT current_setting('lock_timeout')") == "5s");
  CHECK(text_of(*database, "SELECT current_setting('idle_in_transaction_session_timeout')") == "15s");
}

TEST_CASE("what the database refuses becomes an error that says what to do") {
  const auto database = connect();
  struct Refusal {
    const char* state;
    Code code;
    const char* advice;
  };
  for (const Refusal each : {Refusal{"55P03", Code::kUnavailable, "Others keep the database busy. Try again."},
                             Refusal{"57014", Code::kUnavailable, "Others keep the database busy. Try again."},
                             Refusal{"53100", Code::kUnavailable, "a full disk, or too many connections"},
                             Refusal{"25006", Code::kUnavailable, "Set store.url to the primary"},
                             Refusal{"42501", Code::kForbidden, "AUTHORIZATION \"tester\""},
                             Refusal{"22021", Code::kInvalidArgument, "cannot be kept"},
                             Refusal{"XX001", Code::kUnavailable, "cannot be used now"}}) {
    CAPTURE(each.state);
    const auto refused =
        database->execute(fmt::format("DO $$ BEGIN RAISE EXCEPTION 'said' USING ERRCODE = '{}'; END $$", each.state));
    REQUIRE(!refused);
    CHECK(refused.error().code == each.code);
    CHECK(refused.error().message.contains(each.advice));
    CHECK_FALSE(refused.error().message.contains("said"));
    CHECK(refused.error().detail.contains(each.state));
    CHECK_FALSE(database->gave_way());
  }
}

TEST_CASE("replicas that write one login at the same time never give it one generation twice") {
  test::empty_tables();
  constexpr int kTimes = 30;
  std::vector<std::vector<int64_t>> given(3);
  {
    std::vector<std::jthread> replicas;
    for (auto& mine : given) {
      replicas.emplace_back([&mine, login = PostgresServer::shared().login()] {
        test::ManualLoop loop;
        test::InlineWorker worker;
        test::SeededRandom random;
        const test::ManualClock clock;
        Store store({loop, worker, random, clock},
                    {.place = std::make_shared<ServerPlace>(login), .master_key = [](store::sql::Sealed) {
                       return base::Result<crypto::Key>(keyset_contract::master_of(1));
                     }});
        for (int i = 0; i < kTimes; ++i) {
          const auto generation = loop.run(store.replace("owner", store_contract::a_grant()));
          mine.push_back(generation.value_or(0));
        }
      });
    }
  }
  std::set<int64_t> all;
  for (const auto& each : given) all.insert(each.begin(), each.end());
  CHECK(all.size() == given.size() * kTimes);
  CHECK(*all.begin() == 1);
  CHECK(*all.rbegin() == static_cast<int64_t>(given.size()) * kTimes);
}

TEST_CASE("a connection that ends between two calls is made again, and one that ends in the middle loses only that") {
  PostgresWorld world;
  REQUIRE(world.loop.run(world.facts(0).learn("a", {"1", {1}})));
  const auto drop_all = [] {
    PostgresServer::shared().sql(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'spotify-mcp-server'");
  };
  drop_all();
  CHECK((*world.loop.run(world.facts(0).fact("a")))->value == "1");
  drop_all();
  REQUIRE(world.loop.run(world.facts(0).learn("a", {"2", {1}})));
  const auto database = connect();
  {
    auto transaction = store::sql::Transaction::begin(*database, Access::kWrite);
    REQUIRE(transaction);
    REQUIRE(database->execute("UPDATE facts SET value = '3'"));
    drop_all();
    const auto late = database->execute("UPDATE facts SET value = '4'");
    REQUIRE(!late);
    CHECK(late.error().code == Code::kUnavailable);
    // Nothing of it can have happened, so all of it may be done again.
    CHECK(database->gave_way());
    CHECK_FALSE(transaction->commit().has_value());
  }
  CHECK(text_of(*database, "SELECT value FROM facts") == "2");
  REQUIRE(database->execute("UPDATE facts SET value = '5'"));
  CHECK((*world.loop.run(world.facts(1).fact("a")))->value == "5");
}

TEST_CASE("what the database ends for the sake of another transaction is tried again, and not for ever") {
  PostgresWorld world;
  REQUIRE(world.loop.run(world.facts(0).learn("a", {"1", {1}})));
  // A sequence counts on through transactions that are rolled back.
  const auto end_first = [](int times) {
    PostgresServer::shared().sql(fmt::format(
        "SET search_path TO spotify_mcp; SET client_min_messages TO warning; DROP SEQUENCE IF EXISTS tries CASCADE; "
        "CREATE SEQUENCE tries;"
        "CREATE OR REPLACE FUNCTION give_way() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF nextval('tries') <= {} THEN RAISE EXCEPTION 'another one' USING ERRCODE = '40001'; END IF; "
        "RETURN NEW; END $$;"
        "CREATE OR REPLACE TRIGGER give_way BEFORE INSERT ON facts FOR EACH ROW EXECUTE FUNCTION give_way()",
        times));
  };
  end_first(4);
  REQUIRE(world.loop.run(world.facts(0).learn("b", {"2", {1}})));
  CHECK((*world.loop.run(world.facts(1).fact("b")))->value == "2");
  end_first(1'000);
  const auto never = world.loop.run(world.facts(0).learn("c", {"3", {1}}));
  REQUIRE(!never);
  CHECK(never.error().code == Code::kUnavailable);
  CHECK(never.error().message.contains("Try again"));
  CHECK(text_of(*connect(), "SELECT last_value::text FROM tries") == "5");
  test::empty_database();
}

TEST_CASE("the lease of a replica that died is taken over, and its late return takes nothing away") {
  PostgresWorld world;
  auto dead = world.loop.run(world.leases(0).acquire("owner", base::Instant::never()));
  REQUIRE(dead);
  CHECK_FALSE(world.loop.run(world.leases(1).acquire("owner", world.loop.now())).has_value());
  const auto database = connect();
  // What time does.
  REQUIRE(database->execute("UPDATE leases SET until = clock_timestamp()"));
  auto next = world.loop.run(world.leases(1).acquire("owner", world.loop.now()));
  REQUIRE(next);
  dead->reset();
  CHECK_FALSE(world.loop.run(world.leases(0).acquire("owner", world.loop.now())).has_value());
  next->reset();
  CHECK(world.loop.run(world.leases(0).acquire("owner", world.loop.now())));
}

TEST_CASE("a server that is killed in the middle loses nothing that it has answered, and the stores come back") {
  PostgresWorld world;
  std::jthread killer;
  int64_t answered = 0;
  // Ends when the server does.
  for (int64_t i = 1; i < 100'000; ++i) {
    if (i == 30) killer = std::jthread([] { PostgresServer::shared().kill(); });
    if (!world.loop.run(world.facts(0).learn("count", {std::to_string(i), {i}}))) break;
    answered = i;
  }
  killer.join();
  REQUIRE(answered >= 29);
  const auto down = world.loop.run(world.grants(1).load("owner"));
  REQUIRE(!down);
  CHECK(down.error().code == Code::kUnavailable);
  PostgresServer::shared().start_again();
  const auto kept = world.loop.run(world.facts(0).fact("count"));
  REQUIRE((kept && *kept));
  CHECK((*kept)->learnt_at.unix_ms >= answered);
  CHECK((*kept)->learnt_at.unix_ms <= answered + 1);
  REQUIRE(world.loop.run(world.facts(0).learn("count", {"again", {0}})));
  CHECK((*world.loop.run(world.facts(1).fact("count")))->value == "again");
}

TEST_CASE("a server that hangs is waited for by one, and the others hear at once that it does not answer") {
  // Takes connections, as the kernel does for it, and never says a word.
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  REQUIRE(::bind(listener, reinterpret_cast<sockaddr*>(&address), size) == 0);
  REQUIRE(::listen(listener, 8) == 0);
  REQUIRE(::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  const auto server = std::make_shared<store::postgres::Server>();
  server->host = "127.0.0.1";
  server->port = ntohs(address.sin_port);
  server->database = "state";
  server->user = "mcp";
  server->ssl_mode = "disable";
  server->connect_timeout_seconds = 2;
  const ServerPlace place(server);
  int attempts = 0;
  for (int i = 0; i < 50; ++i) {
    const auto opened = place.open();
    REQUIRE(!opened);
    CHECK(opened.error().code == Code::kUnavailable);
    attempts += opened.error().message.contains("timeout expired") ? 1 : 0;
  }
  CHECK(attempts == 1);
  ::close(listener);
}

TEST_CASE("an outage ends by itself, and where the clock is set back") {
  store::postgres::Outage outage;
  CHECK_FALSE(outage.is_on({10'000}));
  outage.note({10'000}, {10'999});
  CHECK_FALSE(outage.is_on({11'000}));
  outage.note({10'000}, {11'000});
  CHECK(outage.is_on({11'000}));
  CHECK(outage.is_on({15'999}));
  CHECK_FALSE(outage.is_on({16'000}));
  CHECK_FALSE(outage.is_on({10'999}));
}
