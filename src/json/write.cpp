#include "json/write.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>

#include "json/scan.h"

namespace json {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

// What a byte of a string that does not stand for itself needs: a two-character escape (the letter), \u00XX, or, as it
// is no UTF-8, another in its place.
constexpr char kUnicodeEscape = 1;
constexpr char kNotAscii = 2;

constexpr std::array<char, 256> kTreatment = [] {
  std::array<char, 256> table{};
  for (size_t c = 0; c < 0x20; ++c) table[c] = kUnicodeEscape;
  for (size_t c = 0x80; c < 0x100; ++c) table[c] = kNotAscii;
  table['"'] = '"';
  table['\\'] = '\\';
  table['\b'] = 'b';
  table['\f'] = 'f';
  table['\n'] = 'n';
  table['\r'] = 'r';
  table['\t'] = 't';
  return table;
}();

template <class Number>
std::string_view digits_of(std::array<char, 32>& buffer, Number number) {
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
  return {buffer.data(), static_cast<size_t>(result.ptr - buffer.data())};
}

void write_number(std::string& out, double number) {
  if (!std::isfinite(number)) {
    out += "null";
    return;
  }
  std::array<char, 32> buffer;
  const std::string_view digits = digits_of(buffer, number);
  out += digits;
  // 1.0 stays a double when it is read again.
  if (digits.find_first_of(".e") == std::string_view::npos) out += ".0";
}

void write_scalar(std::string& out, const Value& value) {
  std::array<char, 32> buffer;
  switch (value.kind()) {
    case Kind::kBoolean:
      out += value.boolean() ? "true" : "false";
      return;
    case Kind::kInteger:
      out += digits_of(buffer, value.integer());
      return;
    case Kind::kNumber:
      write_number(out, value.number());
      return;
    case Kind::kString:
      write_string_to(out, value.string());
      return;
    case Kind::kNull:
    case Kind::kArray:
    case Kind::kObject:
      break;
  }
  out += "null";
}

void new_line(std::string& out, size_t level) {
  out += '\n';
  out.append(2 * level, ' ');
}

void write_pretty_to(std::string& out, const Value& value, size_t level) {
  if (value.is_array() && !value.array().empty()) {
    char separator = '[';
    for (const Value& item : value.array()) {
      out += std::exchange(separator, ',');
      new_line(out, level + 1);
      write_pretty_to(out, item, level + 1);
    }
    new_line(out, level);
    out += ']';
  } else if (value.is_object() && !value.object().empty()) {
    char separator = '{';
    for (const Member& member : value.object()) {
      out += std::exchange(separator, ',');
      new_line(out, level + 1);
      write_string_to(out, member.name);
      out += ": ";
      write_pretty_to(out, member.value, level + 1);
    }
    new_line(out, level);
    out += '}';
  } else {
    write_to(out, value);
  }
}

// From a byte on that is not plain.
void write_rest_of_string_to(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  while (!text.empty()) {
    const size_t length = literal_length(text);
    out.append(text, 0, length);
    text.remove_prefix(length);
    if (text.empty()) return;
    const auto byte = static_cast<uint8_t>(text.front());
    const char treatment = kTreatment[byte];
    if (treatment == kNotAscii) {
      out += kReplacement;
    } else if (treatment == kUnicodeEscape) {
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 0xF];
    } else {
      out += '\\';
      out += treatment;
    }
    text.remove_prefix(1);
  }
}

}  // namespace

void write_string_to(std::string& out, std::string_view text) {
  const size_t plain = plain_length(text);
  out += '"';
  out.append(text, 0, plain);
  if (plain < text.size()) write_rest_of_string_to(out, text.substr(plain));
  out += '"';
}

void write_to(std::string& out, const Value& value) {
  if (value.is_array()) {
    out += '[';
    bool first = true;
    for (const Value& item : value.array()) {
      if (!std::exchange(first, false)) out += ',';
      write_to(out, item);
    }
    out += ']';
  } else if (value.is_object()) {
    out += '{';
    bool first = true;
    for (const Member& member : value.object()) {
      if (!std::exchange(first, false)) out += ',';
      write_string_to(out, member.name);
      out += ':';
      write_to(out, member.value);
    }
    out += '}';
  } else {
    write_scalar(out, value);
  }
}

std::string write(const Value& value) {
  constexpr size_t kUsualBytes = 128;  // Rather than to grow through all the small sizes.
  std::string out;
  if (value.is_object() || value.is_array()) out.reserve(kUsualBytes);
  write_to(out, value);
  return out;
}

std::string write_pretty(const Value& value) {
  std::string out;
  write_pretty_to(out, value, 0);
  out += '\n';
  return out;
}

}  // namespace json
