// Where the bytes of a key are while it lives, and that they are nowhere afterwards: this process looks through all of
// its own memory for them.
#include <algorithm>
#include <array>
#include <cstdint>
#include <fcntl.h>
#include <fstream>
#include <string>
#include <unistd.h>
#include <vector>

#include "crypto/aead.h"
#include "crypto/hmac.h"
#include "crypto/kdf.h"
#include "crypto/key.h"
#include "crypto/os_random.h"

#include "tests/test.h"

namespace {

// The bytes that are looked for, in a form in which the search does not find itself.
using Masked = std::array<unsigned char, crypto::Key::kBytes>;
constexpr unsigned char kMask = 0x5A;

Masked masked(const crypto::Key& key) {
  Masked hidden{};
  for (size_t i = 0; i < hidden.size(); ++i) {
    hidden[i] = static_cast<unsigned char>(std::to_integer<unsigned char>(key.reveal()[i]) ^ kMask);
  }
  return hidden;
}

struct Region {
  uint64_t begin = 0;
  uint64_t end = 0;
  std::string flags;  // As the kernel writes them: "rd wr mr mw me lo dd".
};

std::vector<Region> regions() {
  std::ifstream in("/proc/self/smaps");
  std::vector<Region> all;
  for (std::string line; std::getline(in, line);) {
    unsigned long long begin = 0;
    unsigned long long end = 0;
    char rights[5] = "";
    if (std::sscanf(line.c_str(), "%llx-%llx %4s", &begin, &end, rights) == 3) {
      all.push_back({begin, end, ""});
      if (rights[0] != 'r') all.back().end = begin;  // A guard page.
    } else if (line.starts_with("VmFlags:") && !all.empty()) {
      all.back().flags = line;
    }
  }
  return all;
}

// Reads the memory by the kernel, in pieces that overlap by a key, and compares under the mask.
std::vector<Region> where_is(const Masked& hidden) {
  const int memory = ::open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
  REQUIRE(memory >= 0);
  std::vector<Region> found;
  static std::array<unsigned char, size_t{64} * 1024> piece;
  for (const Region& region : regions()) {
    for (uint64_t at = region.begin; at < region.end; at += piece.size() - hidden.size()) {
      const size_t wanted = std::min<uint64_t>(piece.size(), region.end - at);
      const ssize_t got = ::pread(memory, piece.data(), wanted, static_cast<off_t>(at));
      if (got < static_cast<ssize_t>(hidden.size())) break;
      // The first look makes the piece itself harmless.
      for (unsigned char& byte : piece) byte ^= kMask;
      const auto end = piece.begin() + got;
      if (std::search(piece.begin(), end, hidden.begin(), hidden.end()) != end) found.push_back(region);
    }
  }
  ::close(memory);
  return found;
}

}  // namespace

// A sanitizer maps terabytes for itself, and keeps what was freed.
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool kCanBeSearched = false;
#else
constexpr bool kCanBeSearched = true;
#endif

TEST_CASE("a key lies in locked memory that no dump has, and nowhere once it is gone" *
          doctest::skip(!kCanBeSearched)) {
  if (!crypto::keys_are_locked()) {
    MESSAGE("this system allows no locked memory");
    return;
  }
  crypto::OsRandom random;
  Masked of_root{};
  Masked of_purpose{};
  {
    crypto::Key root = crypto::Key::generate(random);
    of_root = masked(root);
    crypto::Key purpose = crypto::derive_key(root, "test/purpose");
    of_purpose = masked(purpose);
    const crypto::Aes256Gcm cipher(std::move(purpose));
    const std::string box = cipher.seal(random, "aad", "text");
    CHECK(cipher.open("aad", box) == "text");
    static_cast<void>(crypto::hmac_sha256(crypto::ByteView(root.reveal()), "text"));
    const auto read_back = crypto::Key::from_base64(root.to_base64());
    REQUIRE(read_back);
    for (const Masked& each : {of_root, of_purpose}) {
      const auto places = where_is(each);
      REQUIRE_FALSE(places.empty());
      for (const Region& place : places) {
        INFO(place.flags);
        CHECK(place.flags.find(" lo") != std::string::npos);
        CHECK(place.flags.find(" dd") != std::string::npos);
      }
    }
  }
  CHECK(where_is(of_root).empty());
  CHECK(where_is(of_purpose).empty());
}

TEST_CASE("more keys than there is locked memory for are keys all the same") {
  crypto::OsRandom random;
  std::vector<crypto::Key> many;
  for (int i = 0; i < 2000; ++i) many.push_back(crypto::Key::generate(random));
  const crypto::Aes256Gcm cipher(many.back().clone());
  CHECK(cipher.open("", cipher.seal(random, "", "text")) == "text");
}
