#include "sim/spotify/encoding.h"

#include <cstdint>

#include "base/text.h"
#include "sim/spotify/seeded.h"

namespace sim::spotify {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

std::string base64_encode(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t group = 0;
    const size_t count = std::min<size_t>(3, bytes.size() - i);
    for (size_t k = 0; k < 3; ++k) {
      group = (group << 8) | (k < count ? static_cast<uint8_t>(bytes[i + k]) : 0U);
    }
    for (size_t k = 0; k < 4; ++k) {
      text += k <= count ? kAlphabet[(group >> (18 - 6 * k)) & 63] : '=';
    }
  }
  return text;
}

std::optional<std::string> base64_decode(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3);
  uint32_t group = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool is_padding = i >= text.size() - padding;
    const size_t digit = is_padding ? 0 : kAlphabet.find(text[i]);
    if (digit == std::string_view::npos) return std::nullopt;
    group = (group << 6) | static_cast<uint32_t>(digit);
    if (i % 4 != 3) continue;
    for (int shift = 16; shift >= 0; shift -= 8) bytes += static_cast<char>((group >> shift) & 255);
    group = 0;
  }
  bytes.resize(bytes.size() - padding);
  return bytes;
}

http::Parameters parse_form(std::string_view text) {
  http::Parameters parameters;
  if (text.empty()) return parameters;
  for (const std::string_view pair : base::split(text, '&')) {
    if (pair.empty()) continue;
    const size_t equals = pair.find('=');
    const std::string_view name = pair.substr(0, equals);
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1);
    parameters.emplace_back(http::percent_decode(name, true).value_or(std::string(name)),
                            http::percent_decode(value, true).value_or(std::string(value)));
  }
  return parameters;
}

namespace {

std::vector<std::string> split_without_empty(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (const std::string_view part : base::split(text, separator)) {
    if (!base::trim(part).empty()) parts.emplace_back(base::trim(part));
  }
  return parts;
}

}  // namespace

std::vector<std::string> split_list(std::string_view text) { return split_without_empty(text, ','); }
std::vector<std::string> split_words(std::string_view text) { return split_without_empty(text, ' '); }

std::optional<Uri> parse_uri(std::string_view text) {
  const auto parts = base::split(text, ':');
  if (parts.size() != 3 || parts[0] != "spotify" || parts[1].empty() || parts[2].empty()) {
    return std::nullopt;
  }
  if (parts[1] != "user" && !is_base62_id(parts[2])) return std::nullopt;
  return Uri{std::string(parts[1]), std::string(parts[2])};
}

}  // namespace sim::spotify
