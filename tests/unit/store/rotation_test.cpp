// Keys that are replaced while others read and write, and in the middle of which the process is killed.
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <memory>
#include <sqlite3.h>
#include <sstream>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "net/loop.h"
#include "store/keyset.h"
#include "store/sqlite/database.h"
#include "store/sqlite/stores.h"
#include "store/vault.h"
#include "tests/support/seeded_random.h"
#include "tests/support/temporary_directory.h"
#include "tests/unit/store/store_contract.h"

#include "tests/test.h"

namespace {

using base::Code;
using store::KeyState;
using store::sql::KeyInfo;
using store::sql::Leak;
using store::sqlite::Store;

crypto::Key key(uint64_t seed) {
  test::SeededRandom random(seed);
  return crypto::Key::generate(random);
}

struct World {
  test::TemporaryDirectory place;
  test::ManualLoop loop;
  test::InlineWorker worker;
  test::SeededRandom random;
  test::ManualClock clock;
  std::string directory = place.path() + "/state";

  std::unique_ptr<Store> open(uint64_t master = 1) {
    return std::make_unique<Store>(
        Store::Services{loop, worker, random, clock},
        store::sqlite::StoreOptions{.directory = directory, .master_key = [master](store::sql::Sealed) {
                                      return base::Result<crypto::Key>(key(master));
                                    }});
  }
  void put(Store& store, const std::string& principal, const std::string& mark) {
    REQUIRE(loop.run(store.replace(principal, store_contract::a_grant(mark))));
  }
  std::string get(Store& store, const std::string& principal) {
    const auto loaded = loop.run(store.load(principal));
    if (!loaded) return loaded.error().message;
    return *loaded ? (*loaded)->user_id : "nobody";
  }
  std::vector<KeyInfo> keys(Store& store) {
    auto listed = loop.run(store.keys());
    REQUIRE(listed);
    return *std::move(listed);
  }
  // All of it, from wherever the last attempt ended.
  store::sql::Rewrapped rewrap(Store& store, int64_t rows_max = 50) {
    store::sql::Rewrapped total;
    do {
      const auto step = loop.run(store.rewrap(total.last, rows_max));
      REQUIRE(step);
      total = {.last = step->last,
               .rewrapped = total.rewrapped + step->rewrapped,
               .ended = total.ended + step->ended,
               .damaged = total.damaged + step->damaged,
               .more = step->more};
    } while (total.more);
    return total;
  }
  int64_t destroy(Store& store) {
    const auto destroyed = loop.run(store.destroy_unused_keys());
    REQUIRE(destroyed);
    return *destroyed;
  }
  void tamper(const std::string& sql) const {
    sqlite3* handle = nullptr;
    REQUIRE(sqlite3_open((directory + "/" + Store::kFileName).c_str(), &handle) == SQLITE_OK);
    CHECK(sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(handle);
  }
};

// A database of the third version, with a grant as that version sealed it.
void make_old_database(World& world) {
  {
    const auto store = world.open();
    world.put(*store, "owner", "old");
  }
  const crypto::Key master = key(1);
  const std::string binding = fmt::format(R"(["grants","owner","{}",1])", store::Vault::direct_key_id(master));
  const std::string plain =
      R"({"state":"active","user_id":"user-old","scopes":[],"access_token":"fake-a","refresh_token":"fake-r",)"
      R"("access_expires_at":5,"authorized_at":6})";
  const crypto::Aes256Gcm cipher(store::first_key(master, store::kGrantKeys));
  const std::string box = cipher.seal(world.random, binding, plain);
  world.tamper(
      fmt::format("DROP TABLE spent_states; DROP TABLE user_salts; DROP TABLE api_keys; DROP TABLE nonces; DROP TABLE "
                  "keys; DROP INDEX grants_key; ALTER TABLE grants "
                  "DROP COLUMN data_key; ALTER TABLE quota DROP COLUMN since_ms; "
                  "UPDATE grants SET key_id = '{}', box = x'{}'; PRAGMA user_version = 3",
                  store::Vault::direct_key_id(master), crypto::to_hex(box)));
}

}  // namespace

TEST_CASE("keys whose master key is lost are given up only when that is asked for, and a new life begins") {
  World world;
  {
    const auto store = world.open(1);
    world.put(*store, "owner", "old");
    REQUIRE(world.loop.run(store->rotate("audit", Leak::kNone)));
  }
  const auto other = world.open(2);
  using store::sql::Lost;
  using store::sql::Sealed;
  CHECK(*world.loop.run(other->has_grant("owner")));
  CHECK(!*world.loop.run(other->has_grant("somebody")));
  // Not while a login is under them.
  const auto early = world.loop.run(other->lost_keys(key(2), Lost::kDestroy));
  REQUIRE(!early);
  CHECK(early.error().code == Code::kConflict);
  REQUIRE(world.loop.run(other->erase("owner")));
  // The keys of the trail are there still, so no new master key is made without a word.
  CHECK(*world.loop.run(other->sealed()) == Sealed::kSomething);
  CHECK(world.loop.run(other->lost_keys(key(1), Lost::kCount))->found == 0);
  const auto counted = world.loop.run(other->lost_keys(key(2), Lost::kCount));
  REQUIRE(counted);
  CHECK(counted->found == 2);
  CHECK(counted->destroyed == 0);
  CHECK(!store::sql::stored_keys(*store::sqlite::place_in(world.directory), key(2), ""));
  CHECK(world.loop.run(other->lost_keys(key(1), Lost::kDestroy))->destroyed == 0);
  const auto dropped = world.loop.run(other->lost_keys(key(2), Lost::kDestroy));
  REQUIRE(dropped);
  CHECK(dropped->destroyed == 3);
  CHECK(*world.loop.run(other->sealed()) == Sealed::kNothing);
  world.put(*other, "owner", "new");
  CHECK(world.get(*other, "owner") == "user-new");
  // The first trail of the new key has a row of its own before the second begins.
  const auto trail = world.loop.run(other->rotate("audit", Leak::kNone));
  REQUIRE(trail);
  const auto stored = store::sql::stored_keys(*store::sqlite::place_in(world.directory), key(2), store::kAuditKeys);
  REQUIRE(stored);
  REQUIRE(stored->size() == 2);
  CHECK(store::key_id((*stored)[1]) == store::key_id(store::first_key(key(2), store::kAuditKeys)));
}

TEST_CASE("a lost key of the logins alone is no obstacle, and takes no key of a trail with it") {
  World world;
  {
    const auto store = world.open(1);
    world.put(*store, "owner", "old");
    REQUIRE(world.loop.run(store->rotate("audit", Leak::kNone)));
    REQUIRE(world.loop.run(store->erase("owner")));
  }
  const auto other = world.open(2);
  world.put(*other, "owner", "new");
  CHECK(world.get(*other, "owner") == "user-new");
  int64_t trails = 0;
  for (const KeyInfo& each : world.keys(*other)) {
    if (each.purpose == store::kAuditKeys && each.state != KeyState::kDestroyed) ++trails;
  }
  CHECK(trails == 2);
}

TEST_CASE("a new key seals from then on, in every process, and the old one goes when nothing is under it") {
  World world;
  const auto server = world.open();
  const auto command = world.open();
  for (const char* name : {"a", "b", "c"}) world.put(*server, name, name);
  world.clock.advance(std::chrono::hours(1));
  const auto fresh = world.loop.run(command->rotate("grants", Leak::kNone));
  REQUIRE(fresh);
  CHECK(fresh->version == 2);
  CHECK(fresh->state == KeyState::kPrimary);
  // The server has not been told anything.
  CHECK(world.get(*server, "a") == "user-a");
  world.put(*server, "d", "d");
  auto keys = world.keys(*command);
  REQUIRE(keys.size() == 2);
  CHECK((keys[0].version == 2 && keys[0].grants == 1 && keys[0].created.unix_ms > keys[1].created.unix_ms));
  CHECK((keys[1].state == KeyState::kEnabled && keys[1].grants == 3));
  CHECK(world.destroy(*command) == 0);

  const auto done = world.rewrap(*command, 2);
  CHECK((done.rewrapped == 3 && done.ended == 0 && done.damaged == 0));
  CHECK(world.rewrap(*command).rewrapped == 0);
  CHECK(world.destroy(*command) == 1);
  keys = world.keys(*command);
  CHECK((keys[0].grants == 4 && keys[1].grants == 0 && keys[1].state == KeyState::kDestroyed));
  for (const char* name : {"a", "b", "c", "d"}) CHECK(world.get(*server, name) == fmt::format("user-{}", name));
  const auto grant = world.loop.run(server->load("a"));
  REQUIRE(grant);
  // Wrapping anew is no change of the grant: whoever has read it may still write it.
  CHECK(world.loop.run(server->update("a", (*grant)->clone())));
}

TEST_CASE("a key that may be known to others takes what is under it along, and nothing else") {
  World world;
  const auto server = world.open();
  world.put(*server, "a", "1");
  const auto before = world.loop.run(server->load("a"));
  REQUIRE(before);
  REQUIRE(world.loop.run(server->rotate("grants", Leak::kSuspected)));
  CHECK(world.get(*server, "a").find("given up") != std::string::npos);
  // A refresh that was on its way cannot save what is given up.
  const auto late = world.loop.run(server->update("a", (*before)->clone()));
  REQUIRE(!late);
  CHECK(late.error().code == Code::kUnavailable);
  world.put(*server, "b", "2");
  world.put(*server, "c", "3");
  REQUIRE(world.loop.run(server->replace("a2", store_contract::a_grant("4"))));
  const auto done = world.rewrap(*server);
  CHECK((done.ended == 1 && done.rewrapped == 0));
  CHECK(world.get(*server, "a") == "nobody");
  CHECK(world.get(*server, "b") == "user-2");
  CHECK(world.destroy(*server) == 1);
  world.put(*server, "a", "5");
  CHECK(world.get(*server, "a") == "user-5");
}

TEST_CASE("a login may take the place of one that was given up before it is ended") {
  World world;
  const auto server = world.open();
  world.put(*server, "a", "1");
  REQUIRE(world.loop.run(server->rotate("grants", Leak::kSuspected)));
  REQUIRE(world.loop.run(server->check_writable("a")));
  world.put(*server, "a", "2");
  CHECK(world.rewrap(*server).ended == 0);
  CHECK(world.get(*server, "a") == "user-2");
}

TEST_CASE("keys and data keys cannot be moved, swapped, brought back or taken from a row") {
  World world;
  {
    const auto store = world.open();
    world.put(*store, "a", "1");
    world.put(*store, "b", "2");
    REQUIRE(world.loop.run(store->rotate("grants", Leak::kNone)));
    world.put(*store, "c", "3");
  }
  std::string says = "changed from outside";
  std::string whose = "a";
  SUBCASE("a data key of another row") {
    world.tamper("UPDATE grants SET data_key = (SELECT data_key FROM grants WHERE principal = 'b')");
  }
  SUBCASE("a row of another") {
    world.tamper("UPDATE grants SET (data_key, box) = (SELECT data_key, box FROM grants WHERE principal = 'b')");
  }
  SUBCASE("no data key") { world.tamper("UPDATE grants SET data_key = NULL WHERE principal = 'a'"); }
  SUBCASE("an old key made primary again") {
    world.tamper("UPDATE keys SET state = 'enabled'; UPDATE keys SET state = 'primary' WHERE version = 1");
    says = "sealed with another key";
  }
  SUBCASE("a key in the place of another") {
    world.tamper("UPDATE keys SET box = (SELECT box FROM keys WHERE version = 1)");
    says = "sealed with another key";
  }
  SUBCASE("a primary key that is gone") {
    world.tamper("DELETE FROM keys WHERE version = 2");
    says = "sealed with another key";
  }
  SUBCASE("all keys gone, of which the master key gives the first again") {
    world.tamper("DELETE FROM keys");
    says = "sealed with another key";
    whose = "c";
  }
  const auto store = world.open();
  const std::string said = world.get(*store, whose);
  INFO(said);
  CHECK(said.find(says) != std::string::npos);
}

TEST_CASE("what was changed from outside is left, with the key that it is under, and the rest is wrapped") {
  World world;
  const auto store = world.open();
  for (const char* name : {"a", "b", "c"}) world.put(*store, name, name);
  world.tamper("UPDATE grants SET data_key = substr(data_key, 2) WHERE principal = 'b'");
  REQUIRE(world.loop.run(store->rotate("grants", Leak::kNone)));
  const auto done = world.rewrap(*store, 1);
  CHECK((done.rewrapped == 2 && done.damaged == 1));
  CHECK(world.destroy(*store) == 0);
  CHECK(world.get(*store, "c") == "user-c");
}

TEST_CASE("a database of before there were keys is taken over, and a wrong master key leaves it as it is") {
  World world;
  make_old_database(world);
  CHECK(world.get(*world.open(2), "owner").find("sealed with another key") != std::string::npos);
  const auto store = world.open();
  CHECK(world.get(*store, "owner") == "user-old");
  REQUIRE(world.loop.run(store->rotate("grants", Leak::kNone)));
  CHECK(world.rewrap(*store).rewrapped == 1);
  CHECK(world.destroy(*store) == 1);
  CHECK(world.get(*store, "owner") == "user-old");
}

TEST_CASE("another master key takes over every key in one step, and the old one opens nothing from then on") {
  World world;
  const auto server = world.open();
  world.put(*server, "a", "1");
  REQUIRE(world.loop.run(server->rotate("grants", Leak::kNone)));
  CHECK(world.get(*server, "a") == "user-1");
  const auto command = world.open();
  REQUIRE(world.loop.run(command->replace_master(key(2))));
  // Who runs goes on, and so does the trail: its key was that of the old master key.
  CHECK(world.get(*server, "a") == "user-1");
  world.put(*server, "b", "2");
  CHECK(world.get(*world.open(1), "a").find("sealed with another key") != std::string::npos);
  const auto later = world.open(2);
  CHECK(world.get(*later, "a") == "user-1");
  CHECK(world.get(*later, "b") == "user-2");
  const auto audit = store::sql::stored_keys(*store::sqlite::place_in(world.directory), key(2), store::kAuditKeys);
  REQUIRE(audit);
  REQUIRE(audit->size() == 1);
  CHECK(store::key_id(audit->front()) == store::key_id(store::first_key(key(1), store::kAuditKeys)));
  CHECK(!store::sql::stored_keys(*store::sqlite::place_in(world.directory), key(1), store::kAuditKeys));
}

TEST_CASE("each purpose has its own keys, and those of the trail are all kept") {
  World world;
  CHECK(store::sql::stored_keys(*store::sqlite::place_in(world.directory), key(1), store::kAuditKeys)->empty());
  CHECK(!std::filesystem::exists(world.directory));
  const auto store = world.open();
  CHECK(world.keys(*store).empty());
  const auto fresh = world.loop.run(store->rotate("audit", Leak::kNone));
  REQUIRE(fresh);
  CHECK(fresh->version == 2);
  const auto keys = store::sql::stored_keys(*store::sqlite::place_in(world.directory), key(1), store::kAuditKeys);
  REQUIRE((keys && keys->size() == 2));
  CHECK(store::key_id((*keys)[0]) == fresh->id);
  CHECK(store::key_id((*keys)[1]) == store::key_id(store::first_key(key(1), store::kAuditKeys)));
  // Its records are proved by them for ever.
  CHECK(world.destroy(*store) == 0);
  CHECK(!store::sql::stored_keys(*store::sqlite::place_in(world.directory), key(2), store::kAuditKeys));
}

// ---------------------------------------------------------------------------------------------------------- kill -9

namespace {

struct Sizes {
  int users = 400;
  int kills = 10;
};

// The whole: SMS_KILL_ROUNDS=200.
Sizes sizes() {
  const char* asked = std::getenv("SMS_KILL_ROUNDS");
  const auto rounds = asked == nullptr ? std::nullopt : base::parse_integer(asked);
  return rounds ? Sizes{.users = 10'000, .kills = static_cast<int>(*rounds)} : Sizes{};
}

std::string user(int number) { return fmt::format("user/{:05}", number); }

// As many logins as a commit each would take minutes for.
void seed(World& world, int users) {
  {
    const auto store = world.open();
    world.put(*store, user(0), "0");
  }
  const store::Vault vault(store::first_key(key(1), store::kGrantKeys));
  const auto database =
      store::sqlite::Database::open(world.directory, store::sqlite::kDatabaseName, store::sqlite::database_schema());
  REQUIRE(database);
  auto transaction = store::sqlite::Database::Transaction::begin(*database, store::sqlite::Database::Access::kWrite);
  REQUIRE(transaction);
  for (int i = 1; i < users; ++i) {
    const auto sealed = vault.seal(world.random, user(i), 1, store_contract::a_grant(fmt::format("{}", i)));
    REQUIRE(database->execute(
        "INSERT INTO grants (principal, generation, key_id, data_key, box) VALUES (?1, 1, ?2, ?3, ?4)",
        {user(i), sealed.key_id, store::sqlite::Blob{sealed.data_key}, store::sqlite::Blob{sealed.box}}));
  }
  REQUIRE(transaction->commit());
}

// What `keys rotate` does: ends what was begun, or begins anew.
bool rotate_once(World& world) {
  const auto store = world.open();
  const auto keys = world.loop.run(store->keys());
  if (!keys) return false;
  const bool pending = std::ranges::any_of(
      *keys, [](const KeyInfo& each) { return each.state == KeyState::kEnabled && each.purpose == "grants"; });
  if (!pending && !world.loop.run(store->rotate("grants", Leak::kNone))) return false;
  std::string after;
  for (bool more = true; more;) {
    const auto step = world.loop.run(store->rewrap(after, 50));
    if (!step || step->damaged > 0) return false;
    after = step->last;
    more = step->more;
  }
  return world.loop.run(store->destroy_unused_keys()).has_value();
}

// In a child that the kernel kills after that time, unless it is done before. Its status.
int rotate_and_be_killed(World& world, std::chrono::nanoseconds after) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    sigevent event{};
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = SIGKILL;
    timer_t timer{};
    itimerspec when{};
    when.it_value = {.tv_sec = static_cast<time_t>(after.count() / 1'000'000'000),
                     .tv_nsec = static_cast<long>(after.count() % 1'000'000'000)};
    if (::timer_create(CLOCK_MONOTONIC, &event, &timer) != 0 || ::timer_settime(timer, 0, &when, nullptr) != 0) {
      ::_exit(2);
    }
    ::_exit(rotate_once(world) ? 0 : 1);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return status;
}

}  // namespace

TEST_CASE("a rotation that is killed at any moment loses nobody's login, and goes on from where it was") {
  const Sizes given = sizes();
  World world;
  seed(world, given.users);
  // How long one takes here; the kills are spread over that time.
  const base::Duration lasts = [&world] {
    const net::AsioLoop real;
    const base::Instant began = real.now();
    REQUIRE(rotate_once(world));
    return real.now() - began;
  }();
  test::SeededRandom dice(20'261'130);
  int interrupted = 0;
  for (int kills = 0; kills < given.kills;) {
    const auto after = std::chrono::nanoseconds(1 + dice.below(static_cast<uint64_t>(lasts.count())));
    // A child begins with a copy of ours, and must not draw what another has drawn.
    world.random = test::SeededRandom(dice.below(uint64_t{1} << 60));
    const int status = rotate_and_be_killed(world, after);
    if (WIFSIGNALED(status)) {
      REQUIRE(WTERMSIG(status) == SIGKILL);
      ++kills;
    } else {
      REQUIRE(WEXITSTATUS(status) == 0);
    }
    const auto store = world.open();
    int64_t grants = 0;
    int primaries = 0;
    int in_use = 0;
    for (const KeyInfo& each : world.keys(*store)) {
      grants += each.grants;
      in_use += each.grants > 0 ? 1 : 0;
      primaries += each.state == KeyState::kPrimary ? 1 : 0;
      CHECK_FALSE((each.state == KeyState::kDestroyed && each.grants > 0));
    }
    interrupted += in_use > 1 ? 1 : 0;
    REQUIRE(grants == given.users);
    REQUIRE(primaries == 1);
    for (int look = 0; look < 20; ++look) {
      const auto number = static_cast<int>(dice.below(static_cast<uint64_t>(given.users)));
      REQUIRE(world.get(*store, user(number)) == fmt::format("user-{}", number));
    }
  }
  // Some of them hit a rotation in its middle, or this shows nothing.
  CHECK(interrupted > 0);
  world.random = test::SeededRandom(dice.below(uint64_t{1} << 60));  // As for a child: the last one drew from ours.
  REQUIRE(rotate_once(world));
  const auto store = world.open();
  for (const KeyInfo& each : world.keys(*store)) {
    CHECK((each.state == KeyState::kPrimary) == (each.grants == given.users));
    CHECK((each.state == KeyState::kPrimary || each.state == KeyState::kDestroyed));
  }
  for (int i = 0; i < given.users; ++i) REQUIRE(world.get(*store, user(i)) == fmt::format("user-{}", i));
}
