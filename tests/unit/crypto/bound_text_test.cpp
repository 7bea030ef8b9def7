#include "crypto/bound_text.h"

#include <string>
#include <utility>
#include <vector>

#include "crypto/base64.h"
#include "tests/support/seeded_random.h"

#include "tests/test.h"

using crypto::BoundTexts;

namespace {

std::vector<crypto::Key> keys_of(const crypto::Key& first) {
  std::vector<crypto::Key> keys;
  keys.push_back(first.clone());
  return keys;
}

}  // namespace

TEST_CASE("bound text: it opens for its own purpose, unchanged and whole") {
  test::SeededRandom random{3};
  const BoundTexts texts(keys_of(crypto::Key::generate(random)));
  for (const std::string& text : {std::string(), std::string("a"), std::string("a\0b", 3), std::string(5000, 'x')}) {
    const std::string bound = texts.bind("of alice", text);
    CHECK(texts.open("of alice", bound) == text);
    CHECK(texts.bind("of alice", text) == bound);
    for (const char* other : {"", "of bob", "of alicea", "of alic"}) CHECK_FALSE(texts.open(other, bound));
    std::string bytes = crypto::base64url_decode(bound).value();
    for (size_t i = 0; i < bytes.size() && i < 100; ++i) {
      bytes[i] = static_cast<char>(bytes[i] ^ 1);
      CHECK_FALSE(texts.open("of alice", crypto::base64url_encode(bytes)));
      bytes[i] = static_cast<char>(bytes[i] ^ 1);
    }
    for (const std::string& cut : {bound.substr(1), bound + "A", bound + "=", std::string(), std::string("!")}) {
      CHECK_FALSE(texts.open("of alice", cut));
    }
  }
  // A letter cannot go over from the purpose to the text.
  const std::string bytes = crypto::base64url_decode(texts.bind("of alice", "x")).value();
  const std::string tag = bytes.substr(0, BoundTexts::kTagBytes);
  CHECK_FALSE(texts.open("of alic", crypto::base64url_encode(tag + "ex")));
  CHECK_FALSE(texts.open("of alicex", crypto::base64url_encode(tag)));
}

TEST_CASE("bound text: keys are changed without a loss, and one that is gone opens nothing") {
  test::SeededRandom random{4};
  const crypto::Key before = crypto::Key::generate(random);
  const crypto::Key after = crypto::Key::generate(random);
  const std::string old = BoundTexts(keys_of(before)).bind("p", "text");
  std::vector<crypto::Key> both = keys_of(after);
  both.push_back(before.clone());
  const BoundTexts during(both);
  CHECK(during.open("p", old) == "text");
  CHECK(BoundTexts(keys_of(after)).open("p", during.bind("p", "text")) == "text");
  CHECK_FALSE(BoundTexts(keys_of(after)).open("p", old));
}
