// A symmetric key of 256 bits: moves but does not copy, wipes itself, and neither prints nor compares. Its bytes stand
// in memory that is never swapped out and is in no core dump, between pages that nobody can read.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
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

  ~Key() = default;
  Key(Key&& other) noexcept = default;
  Key& operator=(Key&& other) noexcept = default;
  Key(const Key&) = delete;
  Key& operator=(const Key&) = delete;
  bool operator==(const Key&) const = delete;

  // The one door. The view lives as long as this object.
  std::span<const std::byte, kBytes> reveal() const;
  // A second owner, asked for by name.
  Key clone() const { return Key(reveal()); }
  // For keeping a key in a keyring or a file.
  base::Secret to_base64() const;

 private:
  using Bytes = std::array<std::byte, kBytes>;
  struct Wipe {
    void operator()(Bytes* bytes) const noexcept;
  };

  explicit Key(std::span<const std::byte, kBytes> bytes);

  std::unique_ptr<Bytes, Wipe> bytes_;
};

// Whether the memory of keys is locked: a system that allows this process no locked memory leaves them where other
// memory is, wiped all the same.
bool keys_are_locked();

// Why these bytes were never drawn at random: "all bytes follow one pattern", or nothing. A random key is taken for
// such a one less often than once in 2^40.
std::optional<std::string_view> weakness_of(const Key& key);

}  // namespace crypto
