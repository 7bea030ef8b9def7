#include "crypto/self_test.h"

#include <openssl/crypto.h>

#include <fmt/format.h>

#include "crypto/aead.h"
#include "crypto/constant_time.h"
#include "crypto/ed25519.h"
#include "crypto/hash.h"
#include "crypto/hmac.h"
#include "crypto/kdf.h"
#include "crypto/kdf_unchecked.h"

namespace crypto {
namespace {

// "0a1b" at compile time.
template <size_t Length>
struct Hex {
  consteval Hex(const char (&text)[Length]) {
    static_assert(Length % 2 == 1);
    for (size_t i = 0; i < bytes.size(); ++i) {
      bytes[i] = static_cast<std::byte>(digit(text[2 * i]) << 4 | digit(text[2 * i + 1]));
    }
  }
  static consteval unsigned digit(char c) {
    return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10);
  }
  operator ByteView() const { return bytes; }

  std::array<std::byte, Length / 2> bytes{};
};

bool sha256_is_right() {
  static constexpr Hex kAnswer("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  return equal(sha256("abc"), kAnswer);
}

// RFC 4231 section 4.3.
bool hmac_is_right() {
  static constexpr Hex kAnswer("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  return equal(hmac_sha256("Jefe", "what do ya want for nothing?"), kAnswer);
}

// RFC 5869 appendix A.1.
bool hkdf_is_right() {
  static constexpr Hex kSecret("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b");
  static constexpr Hex kSalt("000102030405060708090a0b0c");
  static constexpr Hex kInfo("f0f1f2f3f4f5f6f7f8f9");
  static constexpr Hex kAnswer("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
  return equal(hkdf_sha256(kSecret, kSalt, kInfo, 42).reveal(), kAnswer);
}

// Test case 16 of the GCM specification that NIST SP 800-38D adopts.
bool aead_is_right() {
  static constexpr Hex kKey("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
  static constexpr Hex kNonce("cafebabefacedbaddecaf888");
  static constexpr Hex kAad("feedfacedeadbeeffeedfacedeadbeefabaddad2");
  static constexpr Hex kPlaintext(
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
      "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39");
  static constexpr Hex kAnswer(
      "cafebabefacedbaddecaf888"
      "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
      "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
      "76fc6ece0f4e1768cddf8853bb2d551b");
  auto key = Key::from_bytes(kKey);
  if (!key) return false;
  const Aes256Gcm cipher(*std::move(key));
  std::string box = cipher.seal_with_nonce(kNonce.bytes, kAad, kPlaintext);
  const auto opened = cipher.open(kAad, box);
  if (!equal(box, kAnswer) || !opened || !equal(*opened, kPlaintext)) return false;
  box.back() ^= 1;
  return !cipher.open(kAad, box).has_value();
}

// RFC 7914 section 11.
bool pbkdf2_is_right() {
  static constexpr Hex kAnswer(
      "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"
      "49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783");
  return equal(unchecked::pbkdf2_hmac_sha256("passwd", "salt", 1, 64).reveal(), kAnswer);
}

// RFC 9106 section 5.3.
bool argon2id_is_right() {
  static constexpr Hex kAnswer("0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659");
  const std::string passphrase(32, '\x01');
  const std::string salt(16, '\x02');
  const std::string secret(8, '\x03');
  const std::string associated(12, '\x04');
  const unchecked::Argon2Inputs inputs{passphrase, salt, secret, associated};
  return equal(unchecked::argon2id(inputs, {.memory_kib = 32, .passes = 3, .lanes = 4}).reveal(), kAnswer);
}

// RFC 8032 section 7.1, TEST 2.
bool ed25519_is_right() {
  static constexpr Hex kSeed("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
  static constexpr Hex kPublicKey("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  static constexpr Hex kAnswer(
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
      "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
  const auto seed = Key::from_bytes(kSeed);
  if (!seed) return false;
  const Ed25519 signer(*seed);
  Ed25519::Signature signature = signer.sign("r");
  if (!equal(signer.public_key(), kPublicKey) || !equal(signature, kAnswer)) return false;
  if (!ed25519_verify(kPublicKey, "r", signature)) return false;
  signature.front() ^= std::byte{1};
  return !ed25519_verify(kPublicKey, "r", signature);
}

struct Test {
  std::string_view name;
  bool (*is_right)();
};

constexpr Test kTests[] = {
    {"SHA-256", sha256_is_right},
    {"HMAC-SHA-256", hmac_is_right},
    {"HKDF-SHA-256", hkdf_is_right},
    {"AES-256-GCM", aead_is_right},
    {"PBKDF2-HMAC-SHA-256", pbkdf2_is_right},
    {"argon2id", argon2id_is_right},
    {"Ed25519", ed25519_is_right},
};

}  // namespace

base::Result<void> self_test() {
  for (const Test& test : kTests) {
    if (!test.is_right()) {
      return base::fail(base::Code::kInternal,
                        fmt::format("The self-test of {} failed, so this machine's cryptography cannot be trusted. "
                                    "Reinstall the OpenSSL and argon2 libraries.",
                                    test.name));
    }
  }
  return {};
}

std::vector<std::string_view> primitives() {
  std::vector<std::string_view> names;
  for (const Test& test : kTests) names.push_back(test.name);
  return names;
}

unsigned long library_version() { return ::OpenSSL_version_num(); }

}  // namespace crypto
