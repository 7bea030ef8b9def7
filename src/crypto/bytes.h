// How bytes are passed to crypto/: one view type for text, buffers and digests, so that every function is written once.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace crypto {

// A view of bytes that belong to someone else; for parameters only.
class ByteView {
 public:
  ByteView(std::string_view text) : bytes_(std::as_bytes(std::span(text.data(), text.size()))) {}
  ByteView(const std::string& text) : ByteView(std::string_view(text)) {}
  ByteView(const char* text) : ByteView(std::string_view(text)) {}
  ByteView(std::span<const std::byte> bytes) : bytes_(bytes) {}
  template <size_t Size>
  ByteView(const std::array<std::byte, Size>& bytes) : bytes_(bytes) {}

  std::span<const std::byte> bytes() const { return bytes_; }
  const std::byte* data() const { return bytes_.data(); }
  size_t size() const { return bytes_.size(); }
  std::string_view text() const { return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()}; }

 private:
  std::span<const std::byte> bytes_;
};

// What SHA-256 and HMAC-SHA-256 give.
using Digest = std::array<std::byte, 32>;

// Lower case, two digits per byte.
std::string to_hex(ByteView bytes);

}  // namespace crypto
