#include "store/vault.h"

#include "store/keyset.h"
#include "tests/support/seeded_random.h"
#include "tests/unit/store/store_contract.h"

#include "tests/test.h"

namespace {

crypto::Key key(uint64_t seed) {
  test::SeededRandom random(seed);
  return crypto::Key::generate(random);
}

}  // namespace

TEST_CASE("a box opens as what was sealed, and shows nothing of it") {
  test::SeededRandom random;
  const store::Vault vault(key(1));
  const store::SealedGrant sealed = vault.seal(random, "owner", 3, store_contract::a_grant());
  CHECK(sealed.key_id == vault.key_id());
  CHECK(sealed.box.find("fake-refresh-1") == std::string::npos);
  CHECK(sealed.box.find("user-1") == std::string::npos);
  const auto grant = vault.open("owner", 3, sealed);
  REQUIRE(grant);
  CHECK(grant->refresh_token.reveal() == "fake-refresh-1");
  CHECK(grant->generation == 3);
  // Each box has a key of its own.
  const store::SealedGrant again = vault.seal(random, "owner", 3, store_contract::a_grant());
  CHECK(again.box != sealed.box);
  store::SealedGrant mixed = sealed;
  mixed.data_key = again.data_key;
  CHECK(!vault.open("owner", 3, mixed));
}

TEST_CASE("a box does not open for another principal, generation or key, nor with any byte changed") {
  test::SeededRandom random;
  const store::Vault vault(key(1));
  const store::SealedGrant sealed = vault.seal(random, "owner", 3, store_contract::a_grant());
  CHECK(!vault.open("other", 3, sealed));
  CHECK(!vault.open("owner", 2, sealed));
  CHECK(!store::Vault(key(2)).open("owner", 3, sealed));
  CHECK(!vault.open("owner", 3, {.key_id = sealed.key_id, .data_key = "", .box = ""}));
  CHECK(!vault.open("owner", 3, {.key_id = "other", .data_key = sealed.data_key, .box = sealed.box}));
  for (std::string store::SealedGrant::* part : {&store::SealedGrant::data_key, &store::SealedGrant::box}) {
    store::SealedGrant cut = sealed;
    (cut.*part).pop_back();
    CHECK(!vault.open("owner", 3, cut));
    for (size_t i = 0; i < (sealed.*part).size(); ++i) {
      store::SealedGrant changed = sealed;
      (changed.*part)[i] = static_cast<char>((changed.*part)[i] ^ 1);
      const auto refused = vault.open("owner", 3, changed);
      REQUIRE(!refused);
      CHECK(refused.error().code == base::Code::kUnavailable);
      CHECK(refused.error().message.find("logout") != std::string::npos);
    }
  }
}

TEST_CASE("a newer key wraps the data key anew and leaves the box, for the same row alone") {
  test::SeededRandom random;
  const store::SealedGrant sealed = store::Vault(key(1)).seal(random, "owner", 3, store_contract::a_grant());
  store::Vault vault(key(2));
  CHECK(!vault.rewrap(random, "owner", 3, sealed));
  vault.add(key(1));
  CHECK(vault.open("owner", 3, sealed));
  CHECK(!vault.rewrap(random, "other", 3, sealed));
  CHECK(!vault.rewrap(random, "owner", 4, sealed));
  const auto rewrapped = vault.rewrap(random, "owner", 3, sealed);
  REQUIRE(rewrapped);
  CHECK(rewrapped->box == sealed.box);
  CHECK(rewrapped->key_id == store::Vault(key(2)).key_id());
  CHECK(store::Vault(key(2)).open("owner", 3, *rewrapped)->refresh_token.reveal() == "fake-refresh-1");
  CHECK(!store::Vault(key(1)).open("owner", 3, *rewrapped));
}

TEST_CASE("a key's name is stable, differs between keys and is not the key") {
  const store::Vault vault(key(1));
  CHECK(vault.key_id() == store::Vault(key(1)).key_id());
  CHECK(vault.key_id() != store::Vault(key(2)).key_id());
  CHECK(vault.key_id() != crypto::to_hex(crypto::ByteView(key(1).reveal())));
}

TEST_CASE("a stored key opens under its master key, as the row that it was, and not otherwise") {
  test::SeededRandom random;
  const store::KeyWrap wrap(key(1));
  const crypto::Key secret = key(5);
  store::StoredKey row{.purpose = "grants",
                       .version = 2,
                       .state = store::KeyState::kEnabled,
                       .id = store::key_id(secret),
                       .created = {1'700'000'000'000},
                       .box = {}};
  row.box = wrap.seal(random, row, secret);
  CHECK(wrap.open(row));
  CHECK(!store::KeyWrap(key(2)).open(row));
  const auto refuses = [&](auto change) {
    store::StoredKey other = row;
    change(other);
    const auto opened = wrap.open(other);
    CHECK(!opened);
  };
  refuses([](store::StoredKey& other) { other.purpose = "audit"; });
  refuses([](store::StoredKey& other) { other.version = 1; });
  refuses([](store::StoredKey& other) { other.state = store::KeyState::kPrimary; });
  refuses([](store::StoredKey& other) { other.created = {1'700'000'000'001}; });
  refuses([](store::StoredKey& other) { other.id = store::key_id(key(6)); });
  refuses([](store::StoredKey& other) { other.box[20] = static_cast<char>(other.box[20] ^ 1); });
  refuses([&](store::StoredKey& other) {
    // Rightly sealed, and not the key that the row names.
    other.box = wrap.seal(random, other, key(6));
  });
}

TEST_CASE("the states of a key have names, and no other name is one") {
  for (const auto state : {store::KeyState::kPrimary, store::KeyState::kEnabled, store::KeyState::kCompromised,
                           store::KeyState::kDestroyed}) {
    CHECK(store::key_state(store::name_of(state)) == state);
  }
  CHECK(!store::key_state("Primary"));
}
