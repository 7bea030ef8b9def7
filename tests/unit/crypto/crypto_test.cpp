#include <set>
#include <string>
#include <type_traits>

#include "crypto/aead.h"
#include "crypto/base64.h"
#include "crypto/constant_time.h"
#include "crypto/kdf.h"
#include "crypto/key.h"
#include "crypto/os_random.h"
#include "crypto/random_text.h"
#include "tests/support/seeded_random.h"
#include "tests/test.h"

using namespace std::literals;

namespace {

using base::Code;
using crypto::Aes256Gcm;
using crypto::Key;
using crypto::Padding;

Key key_of(char fill) { return Key::from_bytes(std::string(Key::kBytes, fill)).value(); }

}  // namespace

TEST_CASE("A sealed box opens with the same key and aad only") {
  test::SeededRandom random;
  const Aes256Gcm cipher(key_of('k'));
  const std::string box = cipher.seal(random, "row 1", "the text");
  CHECK(box.size() == 8 + Aes256Gcm::kOverheadBytes);
  CHECK_FALSE(box.contains("text"));
  CHECK(cipher.open("row 1", box).value() == "the text");
  CHECK(cipher.open_secret("row 1", box).value().reveal() == "the text");
  CHECK(cipher.open("row 2", box).error().code == Code::kForbidden);
  CHECK(cipher.open("", box).error().code == Code::kForbidden);
  CHECK(Aes256Gcm(key_of('x')).open("row 1", box).error().code == Code::kForbidden);
  CHECK_FALSE(cipher.open_secret("row 2", box).has_value());
}

TEST_CASE("A box in which any bit was changed does not open, nor one that was cut or lengthened") {
  test::SeededRandom random;
  const Aes256Gcm cipher(key_of('k'));
  const std::string box = cipher.seal(random, "aad", "some plaintext");
  for (size_t i = 0; i < box.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = box;
      changed[i] = static_cast<char>(changed[i] ^ (1 << bit));
      CHECK_FALSE(cipher.open("aad", changed).has_value());
    }
  }
  for (size_t length = 0; length < box.size(); ++length) {
    CHECK_FALSE(cipher.open("aad", box.substr(0, length)).has_value());
    CHECK_FALSE(cipher.open("aad", box.substr(box.size() - length)).has_value());
  }
  CHECK_FALSE(cipher.open("aad", box + "x").has_value());
  CHECK(cipher.open("aad", box).has_value());
}

TEST_CASE("Every box has a nonce of its own, and empty texts can be sealed") {
  crypto::OsRandom random;
  const Aes256Gcm cipher(key_of('k'));
  std::set<std::string> nonces;
  for (int i = 0; i < 200; ++i) nonces.insert(cipher.seal(random, "", "").substr(0, Aes256Gcm::kNonceBytes));
  CHECK(nonces.size() == 200);
  CHECK(cipher.open("", cipher.seal(random, "", "")).value().empty());
  const std::string large(100'000, 'x');
  CHECK(cipher.open("a", cipher.seal(random, "a", large)).value() == large);
}

TEST_CASE("A key is 32 bytes, moves, and is empty where it was moved from") {
  CHECK_FALSE(Key::from_bytes("too short").has_value());
  CHECK_FALSE(Key::from_bytes(std::string(33, 'k')).has_value());
  Key key = key_of('k');
  const Key moved = std::move(key);
  CHECK(crypto::equal(std::span<const std::byte>(moved.reveal()), std::string(32, 'k')));
  // NOLINTNEXTLINE(bugprone-use-after-move): what is left of it.
  CHECK(crypto::equal(std::span<const std::byte>(key.reveal()), std::string(32, '\0')));
  const Key twin = moved.clone();
  CHECK(crypto::equal(std::span<const std::byte>(twin.reveal()), std::span<const std::byte>(moved.reveal())));
  static_assert(!std::is_copy_constructible_v<Key> && !std::is_copy_assignable_v<Key>);
  static_assert(!std::is_convertible_v<std::string, Key>);
}

TEST_CASE("A key reads base64 as people paste it, and writes what it reads") {
  const std::string bytes(Key::kBytes, '\xFF');
  for (const auto& text : {crypto::base64_encode(bytes), crypto::base64_encode(bytes, Padding::kNone),
                           crypto::base64url_encode(bytes), crypto::base64url_encode(bytes, Padding::kRequired)}) {
    CAPTURE(text);
    const auto key = Key::from_base64(base::Secret(text));
    REQUIRE(key.has_value());
    CHECK(key->to_base64().reveal() == crypto::base64_encode(bytes));
  }
  for (const std::string bad : {"", "short", "/_/_/_/_/_/_/_/_/_/_/_/_/_/_/_/_/_/_/_/_/_8"}) {
    const auto refused = Key::from_base64(base::Secret(bad));
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == Code::kInvalidArgument);
  }
}

TEST_CASE("Generated and derived keys differ from each other") {
  crypto::OsRandom random;
  const Key first = Key::generate(random);
  const Key second = Key::generate(random);
  CHECK_FALSE(crypto::equal(first.to_base64(), second.to_base64()));
  const Key audit = crypto::derive_key(first, "audit");
  CHECK_FALSE(crypto::equal(audit.to_base64(), crypto::derive_key(first, "config").to_base64()));
  CHECK_FALSE(crypto::equal(audit.to_base64(), crypto::derive_key(second, "audit").to_base64()));
  CHECK(crypto::equal(audit.to_base64(), crypto::derive_key(first, "audit").to_base64()));
}

TEST_CASE("Decoding is strict: one text for one value") {
  for (const auto bad : {"Zg"sv, "Zg="sv, "Zg==="sv, "Z"sv, "Zh=="sv, "Zm9="sv, "Zm8"sv, "Zm9v\n"sv, " Zm9v"sv,
                         "Zm 9v"sv, "Zm9v===="sv, "="sv, "===="sv, "Z==="sv, "Zm9v-"sv, "Zm-_"sv, "Zg==Zg=="sv,
                         "Zm\xC3\xA9="sv, "Zm9\0"sv}) {
    CAPTURE(bad);
    CHECK_FALSE(crypto::base64_decode(bad).has_value());
  }
  for (const std::string_view bad : {"Zg==", "Zh", "Zm9", "Z", "Zm+v", "Zm/v", "Zm9v=", "Zg\n"}) {
    CAPTURE(bad);
    CHECK_FALSE(crypto::base64url_decode(bad).has_value());
  }
  CHECK(crypto::base64_decode("Zg", Padding::kNone) == "f");
  CHECK(crypto::base64url_decode("Zg==", Padding::kRequired) == "f");
}

TEST_CASE("Constant-time comparison compares") {
  CHECK(crypto::equal("", ""));
  CHECK(crypto::equal("same", "same"));
  CHECK_FALSE(crypto::equal("same", "samf"));
  CHECK_FALSE(crypto::equal("same", "Same"));
  CHECK_FALSE(crypto::equal("same", "same "));
  CHECK(crypto::equal(base::Secret("fake"), base::Secret("fake")));
  CHECK_FALSE(crypto::equal(base::Secret("fake"), base::Secret("fakf")));
}

TEST_CASE("Costs outside their bounds are refused before any work is done") {
  const base::Secret passphrase("obviously fake passphrase");
  const std::string salt(16, 's');
  for (const crypto::Argon2Cost& cost :
       {crypto::Argon2Cost{.memory_kib = 19 * 1024 - 1}, crypto::Argon2Cost{.memory_kib = 1024 * 1024 + 1},
        crypto::Argon2Cost{.passes = 1}, crypto::Argon2Cost{.passes = 11}, crypto::Argon2Cost{.lanes = 0},
        crypto::Argon2Cost{.lanes = 5}}) {
    const auto refused = crypto::argon2id(passphrase, salt, cost);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == Code::kInvalidArgument);
  }
  CHECK_FALSE(crypto::argon2id(passphrase, std::string(15, 's')).has_value());
  CHECK_FALSE(crypto::argon2id(base::Secret(), salt).has_value());
  CHECK_FALSE(crypto::pbkdf2_hmac_sha256(passphrase, salt, 599'999).has_value());
  CHECK_FALSE(crypto::pbkdf2_hmac_sha256(passphrase, salt, 10'000'001).has_value());
  CHECK_FALSE(crypto::pbkdf2_hmac_sha256(passphrase, std::string(15, 's')).has_value());
}

TEST_CASE("Passphrases give the same key again, and another with another salt") {
  const base::Secret passphrase("obviously fake passphrase");
  const crypto::Argon2Cost least{.memory_kib = 19 * 1024, .passes = 2, .lanes = 1};
  const auto first = crypto::argon2id(passphrase, std::string(16, 's'), least);
  const auto again = crypto::argon2id(passphrase, std::string(16, 's'), least);
  const auto other = crypto::argon2id(passphrase, std::string(16, 't'), least);
  REQUIRE((first && again && other));
  CHECK(crypto::equal(first->to_base64(), again->to_base64()));
  CHECK_FALSE(crypto::equal(first->to_base64(), other->to_base64()));
  CHECK(crypto::pbkdf2_hmac_sha256(passphrase, std::string(16, 's')).has_value());
}

TEST_CASE("Random tokens are base64url of the asked size and differ") {
  crypto::OsRandom random;
  std::set<std::string> tokens;
  for (int i = 0; i < 100; ++i) {
    const std::string token = crypto::random_token(random, 32);
    CHECK(token.size() == 43);
    CHECK(crypto::base64url_decode(token).has_value());
    tokens.insert(token);
  }
  CHECK(tokens.size() == 100);
  CHECK(crypto::random_token(random, 0).empty());
}
