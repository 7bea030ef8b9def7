// A symmetric key of 256 bits: moves but does not copy, wipes itself, and neither prints nor compares.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"
#include "crypto/bytes.h"

namespace crypto {

class Key {
 public:
  static constexpr size_t kBytes = 32;

  static Key generate(base::Random& random);
  // Exactly 32 bytes, or kInvalidArgument.
  static base::Result<Key> from_bytes(ByteView bytes);
  // 32 bytes as base64 or base64url, padded or not, as a person pastes it; or kInvalidArgument.
  static base::Result<Key> from_base64(const base::Secret& text);

  ~Key() { wipe(); }
  Key(Key&& other) noexcept;
  Key& operator=(Key&& other) noexcept;
  Key(const Key&) = delete;
  Key& operator=(const Key&) = delete;
  bool operator==(const Key&) const = delete;

  // The one door. The view lives as long as this object.
  std::span<const std::byte, kBytes> reveal() const { return bytes_; }
  // A second owner, asked for by name.
  Key clone() const { return Key(bytes_); }
  // For keeping a key in a keyring or a file.
  base::Secret to_base64() const;

 private:
  explicit Key(std::span<const std::byte, kBytes> bytes);
  void wipe() noexcept;

  std::array<std::byte, kBytes> bytes_;
};

// Why these bytes were never drawn at random: "all bytes follow one pattern", or nothing. A random key is taken for
// such a one less often than once in 2^40.
std::optional<std::string_view> weakness_of(const Key& key);

}  // namespace crypto
