#include "audit/record.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "crypto/base64.h"

namespace audit {
namespace {

constexpr size_t kTextBytesMax = 1024;
constexpr size_t kPseudonymBytes = 16;
constexpr std::string_view kHeadStart = R"({"seq":)";
constexpr std::string_view kEpochStart = R"(,"epoch":)";
constexpr std::string_view kMacStart = R"(,"mac":")";
constexpr std::string_view kEnd = R"("})";
constexpr size_t kMacCharacters = 43;
constexpr uint32_t kReplacement = 0xFFFD;

// The code point at the front of `text` and its length in bytes; U+FFFD and one byte for what is no UTF-8 (RFC 3629).
struct CodePoint {
  uint32_t value;
  size_t bytes;
};
CodePoint next_code_point(std::string_view text) {
  const auto byte = [text](size_t i) { return static_cast<uint32_t>(static_cast<unsigned char>(text[i])); };
  const uint32_t first = byte(0);
  if (first < 0x80) return {first, 1};
  const size_t length = first >= 0xC2 && first <= 0xDF   ? 2
                        : first >> 4U == 0xE             ? 3
                        : first >= 0xF0 && first <= 0xF4 ? 4
                                                         : 0;
  if (length == 0 || length > text.size()) return {kReplacement, 1};
  uint32_t value = first & (0xFFU >> (length + 1));
  for (size_t i = 1; i < length; ++i) {
    if (byte(i) >> 6U != 2) return {kReplacement, 1};
    value = value << 6U | (byte(i) & 0x3FU);
  }
  constexpr std::array<uint32_t, 5> kLeast{0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < kLeast[length] || surrogate || value > 0x10FFFF) return {kReplacement, 1};
  return {value, length};
}

void append_unit(std::string& out, uint32_t unit) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  out += "\\u";
  for (const unsigned shift : {12U, 8U, 4U, 0U}) out += kDigits[unit >> shift & 0xFU];
}

// The bytes at the front of `text` that stand for themselves.
size_t plain_length(std::string_view text) {
  const auto is_special = [](char c) { return c < 0x20 || c >= 0x7F || c == '"' || c == '\\'; };
  return static_cast<size_t>(std::ranges::find_if(text, is_special) - text.begin());
}

void append_digits(std::string& out, int64_t value, size_t width) {
  out.append(width, '0');
  for (size_t i = out.size(); width > 0; --width, value /= 10) out[--i] = static_cast<char>('0' + value % 10);
}

void append_member(std::string& out, std::string_view name, std::string_view text) {
  out.append(",\"").append(name).append("\":");
  append_escaped(out, text);
}

// RFC 3339 in UTC with milliseconds. Every record has one, so it is written without a format.
void append_time(std::string& out, base::Wall time) {
  const std::chrono::sys_time<std::chrono::milliseconds> at{std::chrono::milliseconds(time.unix_ms)};
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{at - day};
  append_digits(out, int{date.year()}, 4);
  append_digits(out.append(1, '-'), unsigned{date.month()}, 2);
  append_digits(out.append(1, '-'), unsigned{date.day()}, 2);
  append_digits(out.append(1, 'T'), clock.hours().count(), 2);
  append_digits(out.append(1, ':'), clock.minutes().count(), 2);
  append_digits(out.append(1, ':'), clock.seconds().count(), 2);
  append_digits(out.append(1, '.'), clock.subseconds().count(), 3);
  out += 'Z';
}

// A number as this program writes it: no sign and no zeros in front. Removes it from the front of `text`.
std::optional<uint64_t> take_number(std::string_view& text) {
  constexpr size_t kDigitsMax = 18;  // So that it fits.
  size_t digits = 0;
  uint64_t value = 0;
  while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') {
    if (digits == kDigitsMax) return std::nullopt;
    value = value * 10 + static_cast<uint64_t>(text[digits] - '0');
    ++digits;
  }
  if (digits == 0 || (digits > 1 && text.front() == '0')) return std::nullopt;
  text.remove_prefix(digits);
  return value;
}

}  // namespace

std::string Pseudonyms::of(std::string_view text) {
  mac_.update(text);
  const crypto::Digest digest = mac_.finish();
  return "h:" + crypto::base64url_encode(crypto::ByteView(digest).text().substr(0, kPseudonymBytes));
}

const std::string& Pseudonyms::of_user(std::string_view id) {
  if (id != last_user_ || last_user_pseudonym_.empty()) {
    last_user_ = id;
    const std::string salt = salt_ ? salt_(id) : std::string();
    // A name has no such character, so none is taken for another one with its salt.
    last_user_pseudonym_ = of(salt.empty() ? last_user_ : salt + '\0' + last_user_);
  }
  return last_user_pseudonym_;
}

void append_escaped(std::string& out, std::string_view text) {
  const bool cut = text.size() > kTextBytesMax;
  std::string_view rest = text.substr(0, kTextBytesMax);
  out += '"';
  while (!rest.empty()) {
    if (const size_t plain = plain_length(rest); plain > 0) {
      out.append(rest, 0, plain);
      rest.remove_prefix(plain);
      continue;
    }
    const CodePoint point = next_code_point(rest);
    rest.remove_prefix(point.bytes);
    if (point.value == '"' || point.value == '\\') {
      out += '\\';
      out += static_cast<char>(point.value);
    } else if (point.value < 0x10000) {
      append_unit(out, point.value);
    } else {
      append_unit(out, 0xD800 + ((point.value - 0x10000) >> 10U));
      append_unit(out, 0xDC00 + ((point.value - 0x10000) & 0x3FFU));
    }
  }
  out += cut ? "...\"" : "\"";
}

std::string write_body(const Entry& entry, uint64_t seq, uint64_t epoch, Pseudonyms& pseudonyms) {
  const EventInfo& info = info_of(entry.event);
  constexpr size_t kUsualBytes = 512;
  std::string out;
  out.reserve(kUsualBytes);
  out.append(kHeadStart).append(std::to_string(seq)).append(kEpochStart).append(std::to_string(epoch));
  append_time(out.append(R"(,"time":")"), entry.time);
  out.append(R"(","event":")").append(info.name);
  out.append(R"(","severity":")").append(severity_name(info.severity)).append(1, '"');
  append_member(out, "user", entry.user.empty() ? std::string_view() : pseudonyms.of_user(entry.user));
  append_member(out, "source", entry.source.empty() ? std::string_view("local") : entry.source);
  out += R"(,"request":{)";
  bool first = true;
  for (const Detail& detail : entry.request) {
    if (!std::exchange(first, false)) out += ',';
    append_escaped(out, detail.name);
    out += ':';
    if (const auto* number = std::get_if<int64_t>(&detail.value)) {
      out += std::to_string(*number);
    } else if (const auto* hidden = std::get_if<Hidden>(&detail.value)) {
      append_escaped(out, pseudonyms.of(hidden->text));
    } else {
      append_escaped(out, std::get<std::string>(detail.value));
    }
  }
  out += '}';
  append_member(out, "status", entry.status.empty() ? std::string_view("ok") : entry.status);
  append_member(out, "reason", entry.reason.empty() ? usual_reason(entry.event) : entry.reason);
  return out;
}

void append_line(std::string& out, std::string_view body, const crypto::Digest& mac) {
  out.append(body).append(kMacStart).append(mac_text(mac)).append(kEnd) += '\n';
}

std::optional<Head> read_head(std::string_view line) {
  constexpr size_t kTailBytes = kMacStart.size() + kMacCharacters + kEnd.size();
  if (line.size() < kTailBytes || !line.ends_with(kEnd)) return std::nullopt;
  Head head;
  head.body = line.substr(0, line.size() - kTailBytes);
  const std::string_view tail = line.substr(head.body.size());
  if (!tail.starts_with(kMacStart)) return std::nullopt;
  head.mac = tail.substr(kMacStart.size(), kMacCharacters);
  std::string_view rest = head.body;
  if (!rest.starts_with(kHeadStart)) return std::nullopt;
  rest.remove_prefix(kHeadStart.size());
  const auto seq = take_number(rest);
  if (!seq || !rest.starts_with(kEpochStart)) return std::nullopt;
  rest.remove_prefix(kEpochStart.size());
  const auto epoch = take_number(rest);
  if (!epoch || !rest.starts_with(',')) return std::nullopt;
  head.seq = *seq;
  head.epoch = *epoch;
  return head;
}

std::string mac_text(const crypto::Digest& mac) { return crypto::base64url_encode(mac); }

std::optional<crypto::Digest> parse_mac(std::string_view text) {
  const auto bytes = crypto::base64url_decode(text);
  crypto::Digest mac;
  if (!bytes || bytes->size() != mac.size()) return std::nullopt;
  std::ranges::copy(crypto::ByteView(*bytes).bytes(), mac.begin());
  return mac;
}

}  // namespace audit
