// The keys of API keys and of what clients carry: they stay when the master key is replaced, and go when it is time.
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "crypto/aead.h"
#include "crypto/kdf.h"
#include "store/keyset.h"
#include "store/sqlite/stores.h"
#include "tests/support/manual_loop.h"
#include "tests/support/seeded_random.h"
#include "tests/support/temporary_directory.h"
#include "tests/unit/store/keyset_contract.h"

#include "tests/test.h"

namespace {

using namespace std::chrono_literals;
using base::Code;
using keyset_contract::api_key;
using keyset_contract::master_of;
using store::KeyState;
using store::sql::Leak;
using store::sqlite::Store;

struct World {
  test::TemporaryDirectory place;
  test::ManualLoop loop;
  test::InlineWorker worker;
  test::SeededRandom random;
  test::ManualClock clock;
  std::string directory = place.path() + "/state";
  store::sqlite::SqliteApiKeys api_keys{{loop, worker}, directory};

  std::unique_ptr<Store> open(uint64_t master = 1) {
    return std::make_unique<Store>(
        Store::Services{loop, worker, random, clock},
        store::sqlite::StoreOptions{.directory = directory, .master_key = [master](store::sql::Sealed) {
                                      return base::Result<crypto::Key>(master_of(master));
                                    }});
  }
  void add(Store& store, const std::string& id, const std::string& secret) {
    REQUIRE(loop.run(store.add_signing(api_key(id), base::Secret(std::string(secret)))));
  }
  // What it signs with, or why that is not known.
  std::string signs_with(Store& store, const std::string& id) {
    const auto found = loop.run(store.signing_key(id));
    if (!found) return std::string(base::code_name(found.error().code));
    return *found ? std::string((*found)->reveal()) : "nothing";
  }
  std::vector<std::string> ids(Store& store, const std::string& purpose) {
    const auto keys = loop.run(store.purpose_keys(purpose));
    REQUIRE(keys);
    std::vector<std::string> all;
    for (const crypto::Key& each : *keys) all.push_back(store::key_id(each));
    return all;
  }
  std::vector<KeyState> states(Store& store, std::string_view purpose) {
    const auto keys = loop.run(store.keys());
    REQUIRE(keys);
    std::vector<KeyState> all;
    for (const auto& each : *keys) {
      if (each.purpose == purpose) all.push_back(each.state);
    }
    return all;
  }
};

const std::string kSigning(store::kSigningKeys);
const std::string kCarried(store::kStateKeys);

}  // namespace

TEST_CASE("what an API key signs with is sealed, and opens after the master key was replaced") {
  World world;
  const auto store = world.open();
  world.add(*store, "a", "fake-signing-key");
  CHECK(world.signs_with(*store, "a") == "fake-signing-key");
  CHECK(world.signs_with(*store, "b") == "nothing");
  const auto kept = world.loop.run(world.api_keys.find("a"));
  REQUIRE((kept && *kept));
  CHECK((*kept)->signing_box.find("fake-signing-key") == std::string::npos);
  const auto twice = world.loop.run(store->add_signing(api_key("a"), base::Secret(std::string("x"))));
  REQUIRE(!twice);
  CHECK(twice.error().code == Code::kConflict);
  REQUIRE(world.loop.run(world.open()->replace_master(master_of(2))));
  CHECK(world.signs_with(*world.open(2), "a") == "fake-signing-key");
  // Who runs goes on.
  CHECK(world.signs_with(*store, "a") == "fake-signing-key");
}

TEST_CASE(
    "an API key of before there were versions opens, also when the first thing done is to replace the master key") {
  for (const bool replaced : {false, true}) {
    World world;
    store::ApiKey old = api_key("a");
    const crypto::Aes256Gcm before(crypto::derive_key(master_of(1), "spotify-mcp/api-keys/signing/1"));
    old.signing_box = before.seal(world.random, old.id + '\n' + old.digest, "fake-signing-key");
    REQUIRE(world.loop.run(world.api_keys.add(old)));
    if (replaced) REQUIRE(world.loop.run(world.open()->replace_master(master_of(2))));
    CHECK(world.signs_with(*world.open(replaced ? 2 : 1), "a") == "fake-signing-key");
  }
}

TEST_CASE("a new key for the API keys seals them all anew, and the one before it is destroyed") {
  World world;
  const auto running = world.open();
  world.add(*running, "a", "one");
  world.add(*running, "b", "two");
  store::ApiKey foreign = api_key("c");
  foreign.signing_box = "sealed by nobody who is known here";
  REQUIRE(world.loop.run(world.api_keys.add(foreign)));
  const auto done = world.loop.run(world.open()->rotate_signing(Leak::kNone));
  REQUIRE(done);
  CHECK((done->key.version == 2 && done->resealed == 2 && done->damaged == 1 && done->revoked == 0));
  CHECK(world.states(*running, kSigning) == std::vector{KeyState::kPrimary, KeyState::kDestroyed});
  CHECK(world.signs_with(*running, "a") == "one");
  CHECK(world.signs_with(*world.open(), "b") == "two");
  CHECK(world.signs_with(*running, "c") == "forbidden");
  REQUIRE(world.loop.run(world.open()->replace_master(master_of(2))));
  CHECK(world.signs_with(*world.open(2), "a") == "one");
}

TEST_CASE("API keys whose signing keys may be known are revoked") {
  World world;
  const auto store = world.open();
  world.add(*store, "a", "one");
  const auto done = world.loop.run(store->rotate_signing(Leak::kSuspected));
  REQUIRE(done);
  CHECK((done->revoked == 1 && done->resealed == 0));
  const auto kept = world.loop.run(world.api_keys.find("a"));
  REQUIRE((kept && *kept));
  CHECK((*kept)->revoked);
  CHECK(world.signs_with(*store, "a") == "forbidden");
}

TEST_CASE("what clients carry is under one key in every process, and under that of before for a while") {
  World world;
  const auto one = world.open();
  const auto two = world.open();
  const auto first = world.ids(*one, kCarried);
  CHECK(first.size() == 1);
  CHECK(world.ids(*two, kCarried) == first);
  const auto before = world.loop.run(two->key_change(kCarried));
  REQUIRE(world.loop.run(one->rotate(kCarried, Leak::kNone)));
  CHECK(*world.loop.run(two->key_change(kCarried)) > *before);
  const auto both = world.ids(*two, kCarried);
  REQUIRE(both.size() == 2);
  CHECK(both[0] != first[0]);
  CHECK(both[1] == first[0]);
  REQUIRE(world.loop.run(two->replace_master(master_of(2))));
  CHECK(world.ids(*world.open(2), kCarried) == both);
  CHECK(*world.loop.run(one->destroy_old_state_keys(30min)) == 0);
  world.clock.advance(31min);
  CHECK(*world.loop.run(one->destroy_old_state_keys(30min)) == 1);
  CHECK(world.ids(*world.open(2), kCarried) == std::vector{both[0]});
  const auto later = world.open(2);
  REQUIRE(world.loop.run(later->rotate(kCarried, Leak::kSuspected)));
  CHECK(world.ids(*later, kCarried).size() == 1);
}

TEST_CASE("a state is spent once, in whichever process and life, until its end") {
  World world;
  const auto now = world.clock.wall();
  CHECK(*world.loop.run(world.open()->spend("alice", "a", now + 15min)));
  CHECK(!*world.loop.run(world.open()->spend("alice", "a", now + 15min)));
  CHECK(*world.loop.run(world.open()->spend("alice", "b", now + 15min)));
  CHECK(*world.loop.run(world.open()->spend("bob", "a", now + 15min)));
  world.clock.advance(16min);
  // It opens no more, so the id may be forgotten.
  CHECK(*world.loop.run(world.open()->spend("alice", "a", world.clock.wall() + 15min)));
}

TEST_CASE("a user who is erased leaves nothing behind, and nobody else loses anything") {
  World world;
  const auto store = world.open();
  store::sqlite::SqliteArchive archive({world.loop, world.worker}, world.directory);
  store::sql::UserSalts salts(store::sqlite::place_in(world.directory), world.random);
  for (const char* user : {"owner", "other"}) {
    store::Grant grant;
    grant.user_id = user;
    grant.refresh_token = base::Secret(std::string("fake-refresh"));
    REQUIRE(world.loop.run(store->replace(user, std::move(grant))));
    REQUIRE(
        world.loop.run(archive.put(user, {.id = "r1", .kind = "receipt", .subject = "s", .label = "l", .at = {1}})));
    const base::Wall first_hour{3'600'000};
    REQUIRE(
        world.loop.run(store->count({{.bucket = std::string("writes:") + user, .hour = 1, .count = 2}}, first_hour)));
    REQUIRE(salts.salt_of(user));
  }
  const auto before = *salts.salt_of("owner");
  const auto others = *salts.salt_of("other");
  REQUIRE(world.loop.run(store->forget_user("owner")));
  CHECK(!*world.loop.run(store->load("owner")));
  CHECK(!*world.loop.run(archive.get("owner", "r1")));
  CHECK(!*salts.find("owner"));
  CHECK(*salts.salt_of("owner") != before);
  CHECK(*world.loop.run(store->load("other")));
  CHECK(*world.loop.run(archive.get("other", "r1")));
  CHECK(*salts.salt_of("other") == others);
  const auto quota = world.loop.run(store->load());
  REQUIRE(quota);
  CHECK(quota->counts.size() == 1);
  world.add(*store, "k", "signs");
  REQUIRE(world.loop.run(store->forget_user("api-key k")));
  const auto key = world.loop.run(world.api_keys.find("k"));
  REQUIRE((key && *key));
  CHECK(((*key)->revoked && (*key)->label.empty() && (*key)->signing_box.empty()));
}
