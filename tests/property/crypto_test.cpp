#include <rapidcheck.h>

#include <string>

#include "crypto/aead.h"
#include "crypto/base64.h"
#include "crypto/hash.h"
#include "tests/property/generators.h"
#include "tests/support/seeded_random.h"
#include "tests/test.h"

TEST_CASE("Base64 of both alphabets, padded or not, decodes to what was encoded, and to that alone") {
  using crypto::Padding;
  CHECK(rc::check("round trip", [] {
    const std::string bytes = *property::bytes();
    for (const Padding padding : {Padding::kNone, Padding::kRequired}) {
      RC_ASSERT(crypto::base64_decode(crypto::base64_encode(bytes, padding), padding) == bytes);
      RC_ASSERT(crypto::base64url_decode(crypto::base64url_encode(bytes, padding), padding) == bytes);
    }
  }));
  CHECK(rc::check("one text for one value", [] {
    std::string text = crypto::base64url_encode(*property::bytes());
    RC_PRE(!text.empty());
    static const std::string kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/ \n";
    // Mostly the last character, whose unused bits are where a second spelling would hide.
    const size_t at = *rc::gen::arbitrary<bool>() ? text.size() - 1 : *rc::gen::inRange<size_t>(0, text.size());
    text[at] = *rc::gen::elementOf(kAlphabet);
    const auto after = crypto::base64url_decode(text);
    if (after) RC_ASSERT(crypto::base64url_encode(*after) == text);
  }));
}

TEST_CASE("A sealed box gives its text back, and nothing once a bit of box or aad is changed") {
  CHECK(rc::check("aead", [] {
    test::SeededRandom random(*rc::gen::arbitrary<uint64_t>());
    const crypto::Aes256Gcm cipher(crypto::Key::generate(random));
    std::string aad = *property::bytes();
    const std::string plaintext = *property::bytes();
    std::string box = cipher.seal(random, aad, plaintext);
    RC_ASSERT(box.size() == plaintext.size() + crypto::Aes256Gcm::kOverheadBytes);
    RC_ASSERT(cipher.open(aad, box).value() == plaintext);

    const auto flip = [](std::string& bytes) {
      const auto at = *rc::gen::inRange<size_t>(0, bytes.size());
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << *rc::gen::inRange(0, 8)));
    };
    if (!aad.empty() && *rc::gen::arbitrary<bool>()) {
      flip(aad);
    } else {
      flip(box);
    }
    RC_ASSERT_FALSE(cipher.open(aad, box).has_value());
  }));
}

TEST_CASE("A hash does not depend on how its input is cut") {
  CHECK(rc::check("sha256", [] {
    const std::string bytes = *property::bytes();
    const auto at = *rc::gen::inRange<size_t>(0, bytes.size() + 1);
    crypto::Sha256 hash;
    hash.update(bytes.substr(0, at));
    hash.update(bytes.substr(at));
    RC_ASSERT(hash.finish() == crypto::sha256(bytes));
  }));
}
