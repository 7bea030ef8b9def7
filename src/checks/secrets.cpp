#include "checks/secrets.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "base/text.h"

namespace checks {
namespace {

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

bool all_of(std::string_view text, bool (*is)(char)) { return std::ranges::all_of(text, is); }
bool is_upper_or_digit(char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }
bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

// `word` is of [A-Za-z0-9_-] and ends at `rest`.
std::optional<std::string_view> kind_of_word(std::string_view word, std::string_view rest) {
  constexpr size_t kSpotifyTokenMin = 100;
  constexpr size_t kGithubToken = 40;
  constexpr size_t kAmazonKey = 20;
  constexpr size_t kJwtPartMin = 16;
  if (word.size() >= kSpotifyTokenMin && (word.starts_with("BQ") || word.starts_with("AQ")))
    return "a token of Spotify";
  if (word.size() == kGithubToken && word.starts_with("ghp_")) return "a token of GitHub";
  if (word.size() == kAmazonKey && word.starts_with("AKIA") && all_of(word, is_upper_or_digit)) return "a key of AWS";
  if (word.size() >= kJwtPartMin && word.starts_with("eyJ") && rest.starts_with(".eyJ")) return "a JSON web token";
  return std::nullopt;
}

bool has_private_key(std::string_view text) {
  constexpr std::string_view kBegin = "-----BEGIN ";
  constexpr std::string_view kEnd = "PRIVATE KEY-----";
  constexpr size_t kLabelMax = 40;
  constexpr size_t kBodyMin = 32;
  for (size_t at = text.find(kBegin); at != std::string_view::npos; at = text.find(kBegin, at + 1)) {
    const size_t end = text.substr(at, kLabelMax).find(kEnd);
    if (end == std::string_view::npos) continue;
    std::string_view body = text.substr(at + end + kEnd.size());
    body = body.substr(std::min(body.size(), body.find_first_not_of("\r\n\\nr ")));
    const size_t length = std::min(body.size(), body.find_first_of(" \r\n\"\\-"));
    if (length >= kBodyMin) return true;
  }
  return false;
}

void collect(const json::Value& value, std::string_view name, const std::string& path,
             std::vector<std::string>& found) {
  if (value.is_object()) {
    for (const auto& [member, each] : value.object())
      collect(each, member, path.empty() ? member : path + "." + member, found);
    return;
  }
  if (value.is_array()) {
    for (const json::Value& item : value.array()) collect(item, name, path, found);
    return;
  }
  if (!value.is_string() || value.string().empty()) return;
  const std::string& text = value.string();
  const bool is_reference = text.starts_with("${") && text.ends_with('}');
  // The key of the listener's certificate is named by its file.
  const bool is_path = name == "tls_key" && text.starts_with('/');
  if (is_reference || is_path) return;
  const bool is_public = name == "client_id" || text.contains("://") || text.starts_with('/');
  if (is_secret_name(name) || secret_shape(text) || (!is_public && looks_random(text))) found.push_back(path);
}

}  // namespace

bool is_secret_name(std::string_view name) {
  const std::string lower = base::to_lower_ascii(name);
  if (lower.ends_with("tokens") || lower.contains("public")) return false;
  for (const std::string_view part :
       {"secret", "password", "passphrase", "token", "private_key", "master_key", "api_key", "apikey", "credential"}) {
    if (lower.contains(part)) return true;
  }
  return lower == "key" || lower.ends_with("_key");
}

std::optional<std::string_view> secret_shape(std::string_view text) {
  if (has_private_key(text)) return "a private key";
  for (size_t begin = 0; begin < text.size();) {
    if (!is_word(text[begin])) {
      ++begin;
      continue;
    }
    size_t end = begin;
    while (end < text.size() && is_word(text[end])) ++end;
    if (const auto kind = kind_of_word(text.substr(begin, end - begin), text.substr(end))) return kind;
    begin = end;
  }
  return std::nullopt;
}

bool looks_random(std::string_view text) {
  constexpr size_t kHexMin = 32;
  constexpr size_t kBase64Min = 40;
  constexpr double kBitsPerHexDigit = 3.0;
  constexpr double kBitsPerBase64Digit = 4.2;
  const bool hex = text.size() >= kHexMin && all_of(text, is_hex);
  const bool base64 =
      text.size() >= kBase64Min && all_of(text, [](char c) { return is_word(c) || c == '+' || c == '/' || c == '='; });
  if (!hex && !base64) return false;
  std::array<size_t, 256> counts{};
  for (const char c : text) ++counts[static_cast<unsigned char>(c)];
  double bits = 0;
  for (const size_t count : counts) {
    if (count == 0) continue;
    const double share = static_cast<double>(count) / static_cast<double>(text.size());
    bits -= share * std::log2(share);
  }
  return bits >= (hex ? kBitsPerHexDigit : kBitsPerBase64Digit);
}

std::vector<std::string> find_plain_secrets(const json::Value& document) {
  std::vector<std::string> found;
  collect(document, "", "", found);
  return found;
}

}  // namespace checks
