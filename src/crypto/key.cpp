#include "crypto/key.h"

#include <algorithm>
#include <bitset>
#include <new>
#include <openssl/crypto.h>

#include "base/check.h"
#include "crypto/base64.h"

namespace crypto {
namespace {

// More keys at once than a server ever has; what does not fit stands in other memory. It counts against
// RLIMIT_MEMLOCK, which is as small as 64 KiB on some systems.
constexpr size_t kArenaBytes = size_t{32} * 1024;

// OpenSSL's secure heap: one locked mapping between two guard pages, left out of core dumps.
bool arena_is_locked() {
  static const bool kLocked = CRYPTO_secure_malloc_init(kArenaBytes, Key::kBytes) == 1;
  return kLocked;
}

}  // namespace

bool keys_are_locked() { return arena_is_locked(); }

void Key::Wipe::operator()(Bytes* bytes) const noexcept { OPENSSL_secure_clear_free(bytes, sizeof(Bytes)); }

Key::Key(std::span<const std::byte, kBytes> bytes) {
  static_cast<void>(arena_is_locked());
  void* place = OPENSSL_secure_malloc(sizeof(Bytes));
  if (place == nullptr) place = OPENSSL_malloc(sizeof(Bytes));
  ENSURE(place != nullptr);
  bytes_.reset(new (place) Bytes);
  std::ranges::copy(bytes, bytes_->begin());
}

std::span<const std::byte, Key::kBytes> Key::reveal() const {
  static constexpr Bytes kNothing{};
  return bytes_ != nullptr ? *bytes_ : kNothing;
}

Key Key::generate(base::Random& random) {
  std::array<std::byte, kBytes> bytes;
  random.fill(bytes);
  Key key(bytes);
  OPENSSL_cleanse(bytes.data(), bytes.size());
  return key;
}

base::Result<Key> Key::from_bytes(ByteView bytes) {
  if (bytes.size() != kBytes) {
    return base::fail(base::Code::kInvalidArgument, "A key must have exactly 32 bytes.");
  }
  return Key(bytes.bytes().first<kBytes>());
}

base::Result<Key> Key::from_base64(const base::Secret& text) {
  const std::string_view given = text.reveal();
  const Padding padding = given.ends_with('=') ? Padding::kRequired : Padding::kNone;
  auto decoded = base64_decode(given, padding);
  if (!decoded) decoded = base64url_decode(given, padding);
  const base::Secret bytes(std::move(decoded).value_or(std::string()));
  if (bytes.size() == kBytes) return from_bytes(bytes.reveal());
  return base::fail(base::Code::kInvalidArgument,
                    "A key must be 32 bytes in base64; make one with: openssl rand -base64 32");
}

base::Secret Key::to_base64() const { return base::Secret(base64_encode(ByteView(reveal()))); }

std::optional<std::string_view> weakness_of(const Key& key) {
  constexpr size_t kDistinctMin = 16;  // 32 random bytes have about 30 different ones.
  const auto bytes = key.reveal();
  std::bitset<256> seen;
  bool steady = true;
  bool typed = true;
  for (size_t i = 0; i < bytes.size(); ++i) {
    const auto byte = std::to_integer<unsigned>(bytes[i]);
    seen.set(byte);
    typed = typed && byte >= 0x20 && byte < 0x7F;
    // Equal steps: all zero, one byte again and again, 0, 1, 2 and so on.
    steady = steady && (i < 2 || (byte - std::to_integer<unsigned>(bytes[i - 1])) % 256 ==
                                     (std::to_integer<unsigned>(bytes[1]) - std::to_integer<unsigned>(bytes[0])) % 256);
  }
  if (seen.count() == 1) return "all of its bytes are the same";
  if (steady) return "its bytes only count up or down";
  if (typed) return "its bytes are words or digits that somebody typed";
  if (seen.count() < kDistinctMin) return "it repeats few bytes";
  return std::nullopt;
}

}  // namespace crypto
