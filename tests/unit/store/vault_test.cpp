#include "store/vault.h"

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
  const std::string box = vault.seal(random, "owner", 3, store_contract::a_grant());
  CHECK(box.find("fake-refresh-1") == std::string::npos);
  CHECK(box.find("user-1") == std::string::npos);
  const auto grant = vault.open("owner", 3, box);
  REQUIRE(grant);
  CHECK(grant->refresh_token.reveal() == "fake-refresh-1");
  CHECK(grant->generation == 3);
  CHECK(vault.seal(random, "owner", 3, store_contract::a_grant()) != box);
}

TEST_CASE("a box does not open for another principal, generation or key, nor with any byte changed") {
  test::SeededRandom random;
  const store::Vault vault(key(1));
  const std::string box = vault.seal(random, "owner", 3, store_contract::a_grant());
  CHECK(!vault.open("other", 3, box));
  CHECK(!vault.open("owner", 2, box));
  CHECK(!store::Vault(key(2)).open("owner", 3, box));
  CHECK(!vault.open("owner", 3, ""));
  CHECK(!vault.open("owner", 3, box.substr(0, box.size() - 1)));
  for (size_t i = 0; i < box.size(); ++i) {
    std::string changed = box;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    const auto refused = vault.open("owner", 3, changed);
    REQUIRE(!refused);
    CHECK(refused.error().code == base::Code::kUnavailable);
    CHECK(refused.error().message.find("logout") != std::string::npos);
  }
}

TEST_CASE("a key's name is stable, differs between keys and is not the key") {
  const store::Vault vault(key(1));
  CHECK(vault.key_id() == store::Vault(key(1)).key_id());
  CHECK(vault.key_id() != store::Vault(key(2)).key_id());
  CHECK(vault.key_id() != crypto::to_hex(crypto::ByteView(key(1).reveal())));
}
