// Published answers: FIPS 180-4, RFC 4231, RFC 5869, the GCM specification, RFC 7914, RFC 8032, RFC 9106, RFC 4648.
#include <string>
#include <vector>

#include "crypto/aead.h"
#include "crypto/base64.h"
#include "crypto/ed25519.h"
#include "crypto/hash.h"
#include "crypto/hmac.h"
#include "crypto/kdf.h"
#include "crypto/kdf_unchecked.h"
#include "crypto/self_test.h"
#include "tests/test.h"

namespace {

using crypto::to_hex;

std::string unhex(std::string_view hex) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string out;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) out += static_cast<char>(digit(hex[i]) << 4 | digit(hex[i + 1]));
  return out;
}

crypto::Aes256Gcm cipher_of(std::string_view key_hex) {
  return crypto::Aes256Gcm(crypto::Key::from_bytes(unhex(key_hex)).value());
}
crypto::Aes256Gcm::Nonce nonce_of(std::string_view hex) {
  crypto::Aes256Gcm::Nonce nonce;
  const std::string bytes = unhex(hex);
  std::ranges::copy(std::as_bytes(std::span(bytes)), nonce.begin());
  return nonce;
}

}  // namespace

TEST_CASE("The self-test passes") { CHECK(crypto::self_test().has_value()); }

TEST_CASE("SHA-256") {
  CHECK(to_hex(crypto::sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(to_hex(crypto::sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(to_hex(crypto::sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")) ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(to_hex(crypto::sha256(std::string(1'000'000, 'a'))) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("SHA-256 piece by piece gives what it gives at once, and begins anew") {
  crypto::Sha256 hash;
  hash.update("a");
  hash.update("");
  hash.update("bc");
  CHECK(hash.finish() == crypto::sha256("abc"));
  CHECK(hash.finish() == crypto::sha256(""));
  hash.update("abc");
  crypto::Sha256 moved = std::move(hash);
  CHECK(moved.finish() == crypto::sha256("abc"));
}

TEST_CASE("HMAC-SHA-256 (RFC 4231)") {
  const std::string key1(20, '\x0b');
  CHECK(to_hex(crypto::hmac_sha256(key1, "Hi There")) ==
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  CHECK(to_hex(crypto::hmac_sha256("Jefe", "what do ya want for nothing?")) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(to_hex(crypto::hmac_sha256(std::string(20, '\xaa'), std::string(50, '\xdd'))) ==
        "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
  const std::string large_key(131, '\xaa');
  CHECK(to_hex(crypto::hmac_sha256(large_key, "Test Using Larger Than Block-Size Key - Hash Key First")) ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  CHECK(to_hex(crypto::hmac_sha256("", "")) == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST_CASE("A kept HMAC key serves many messages") {
  crypto::HmacSha256 mac("Jefe");
  for (int i = 0; i < 3; ++i) {
    mac.update("what do ya want ");
    mac.update("for nothing?");
    CHECK(to_hex(mac.finish()) == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  }
  mac.update("another");
  CHECK(mac.finish() == crypto::hmac_sha256("Jefe", "another"));
}

TEST_CASE("HKDF-SHA-256 (RFC 5869 appendix A)") {
  const std::string secret(22, '\x0b');
  CHECK(to_hex(crypto::hkdf_sha256(secret, unhex("000102030405060708090a0b0c"), unhex("f0f1f2f3f4f5f6f7f8f9"), 42)
                   .reveal()) ==
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
  CHECK(to_hex(crypto::hkdf_sha256(secret, "", "", 42).reveal()) ==
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
}

TEST_CASE("AES-256-GCM (test cases 13 to 16)") {
  const std::string zero_key(64, '0');
  const std::string zero_nonce(24, '0');
  CHECK(to_hex(cipher_of(zero_key).seal_with_nonce(nonce_of(zero_nonce), "", "")) ==
        zero_nonce + "530f8afbc74536b9a963b4f1c4cb738b");
  CHECK(to_hex(cipher_of(zero_key).seal_with_nonce(nonce_of(zero_nonce), "", std::string(16, '\0'))) ==
        zero_nonce + "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919");
  const auto cipher = cipher_of("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
  const std::string plaintext = unhex(
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525"
      "b16aedf5aa0de657ba637b391aafd255");
  CHECK(to_hex(cipher.seal_with_nonce(nonce_of("cafebabefacedbaddecaf888"), "", plaintext)) ==
        "cafebabefacedbaddecaf888"
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838"
        "c5f61e6393ba7a0abcc9f662898015ad"
        "b094dac5d93471bdec1a502270e3cc6c");
  CHECK(to_hex(cipher.seal_with_nonce(nonce_of("cafebabefacedbaddecaf888"),
                                      unhex("feedfacedeadbeeffeedfacedeadbeefabaddad2"), plaintext.substr(0, 60))) ==
        "cafebabefacedbaddecaf888"
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838"
        "c5f61e6393ba7a0abcc9f662"
        "76fc6ece0f4e1768cddf8853bb2d551b");
}

TEST_CASE("Ed25519 (RFC 8032 section 7.1, TEST 1 and TEST 3)") {
  struct Vector {
    const char* seed;
    const char* public_key;
    const char* message;
    const char* signature;
  };
  for (const Vector& vector :
       {Vector{"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
               "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
               "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
               "d25bf5f0595bbe24655141438e7a100b"},
        Vector{"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
               "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "\xaf\x82",
               "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
               "4a7c15e9716ed28dc027beceea1ec40a"}}) {
    const auto seed = crypto::Key::from_bytes(unhex(vector.seed));
    REQUIRE(seed);
    const crypto::Ed25519 signer(*seed);
    CHECK(crypto::to_hex(signer.public_key()) == vector.public_key);
    CHECK(crypto::to_hex(signer.sign(vector.message)) == vector.signature);
    CHECK(crypto::ed25519_verify(unhex(vector.public_key), vector.message, unhex(vector.signature)));
    CHECK(!crypto::ed25519_verify(unhex(vector.public_key), "other", unhex(vector.signature)));
    CHECK(!crypto::ed25519_verify(unhex(vector.public_key), vector.message, "short"));
    CHECK(!crypto::ed25519_verify("short", vector.message, unhex(vector.signature)));
  }
}

TEST_CASE("PBKDF2-HMAC-SHA-256 (RFC 7914 section 11)") {
  CHECK(to_hex(crypto::unchecked::pbkdf2_hmac_sha256("passwd", "salt", 1, 64).reveal()) ==
        "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"
        "49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783");
}

TEST_CASE("argon2id (RFC 9106 section 5.3)") {
  const std::string passphrase(32, '\x01');
  const std::string salt(16, '\x02');
  const std::string secret(8, '\x03');
  const std::string associated(12, '\x04');
  CHECK(to_hex(crypto::unchecked::argon2id({passphrase, salt, secret, associated},
                                           {.memory_kib = 32, .passes = 3, .lanes = 4})
                   .reveal()) == "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659");
}

TEST_CASE("Base64 (RFC 4648 section 10)") {
  const std::vector<std::pair<std::string, std::string>> vectors{
      {"", ""},         {"f", "Zg=="},     {"fo", "Zm8="},        {"foo", "Zm9v"},
      {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, encoded] : vectors) {
    CHECK(crypto::base64_encode(plain) == encoded);
    CHECK(crypto::base64_decode(encoded) == plain);
    CHECK(crypto::base64url_encode(plain, crypto::Padding::kRequired) == encoded);
    CHECK(crypto::base64url_decode(crypto::base64url_encode(plain)) == plain);
  }
  CHECK(crypto::base64_encode("\xFB\xFF\xFE") == "+//+");
  CHECK(crypto::base64url_encode("\xFB\xFF\xFE") == "-__-");
  CHECK(crypto::base64url_encode("f") == "Zg");
}
