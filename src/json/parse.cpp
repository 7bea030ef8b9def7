// One pass over the text, by recursive descent as deep as the limits allow.
#include "json/parse.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <fmt/format.h>
#include <string>
#include <utility>
#include <vector>

#include "json/scan.h"

namespace json {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kUnexpected = "an unexpected character, or bytes that are not UTF-8";
constexpr std::string_view kTooEarly = "the text ends too early";

// From this many members on, names are sorted to find a duplicate: comparing each with each would let a sender
// buy quadratic time, and a hash table too, with names that collide.
constexpr size_t kSortedFrom = 16;

// Room for the members of most objects from the start.
constexpr size_t kUsualMembers = 4;

bool has_duplicate(const Object& members) {
  if (members.size() < kSortedFrom) {
    for (const Member* each = members.begin(); each != members.end(); ++each) {
      for (const Member* before = members.begin(); before != each; ++before) {
        if (each->name == before->name) return true;
      }
    }
    return false;
  }
  std::vector<std::string_view> names;
  names.reserve(members.size());
  for (const Member& member : members) names.emplace_back(member.name);
  std::ranges::sort(names);
  return std::ranges::adjacent_find(names) != names.end();
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

void append_utf8(std::string& out, uint32_t code_point) {
  const auto continuation = [&](unsigned shift) { return static_cast<char>(0x80U | ((code_point >> shift) & 0x3FU)); };
  if (code_point < 0x80) {
    out += static_cast<char>(code_point);
  } else if (code_point < 0x800) {
    out += {static_cast<char>(0xC0U | (code_point >> 6)), continuation(0)};
  } else if (code_point < 0x10000) {
    out += {static_cast<char>(0xE0U | (code_point >> 12)), continuation(6), continuation(0)};
  } else {
    out += {static_cast<char>(0xF0U | (code_point >> 18)), continuation(12), continuation(6), continuation(0)};
  }
}

// Whether a decimal number that a double cannot hold is too large; otherwise it is too near to zero. `text` keeps to
// the grammar.
bool is_too_large(std::string_view text) {
  const size_t e = std::min(text.find_first_of("eE"), text.size());
  const std::string_view digits = text.substr(0, e);
  const size_t first = digits.find_first_of("123456789");
  const size_t point = std::min(digits.find('.'), digits.size());
  if (first == std::string_view::npos) return false;
  constexpr int64_t kFarBeyond = 1'000'000'000;
  int64_t exponent = 0;
  for (const char c : text.substr(e)) {
    if (is_digit(c)) exponent = std::min(exponent * 10 + (c - '0'), kFarBeyond);
  }
  if (text.substr(e).contains('-')) exponent = -exponent;
  return exponent + static_cast<int64_t>(point) - static_cast<int64_t>(first) > 0;
}

class Parser {
 public:
  Parser(std::string_view text, const Limits& limits)
      : begin_(text.data()),
        end_(text.data() + text.size()),
        at_(begin_),
        limits_(limits),
        values_left_(limits.values_max) {}

  base::Result<Value> run() {
    Value root;
    skip_blanks();
    if (read_value(root)) {
      skip_blanks();
      if (at_ == end_) return root;
      refuse(at_, "data after the end of the document");
    }
    return base::fail(base::Code::kInvalidArgument,
                      fmt::format("Invalid JSON at byte {}: {}.", refused_at_ - begin_, rule_));
  }

 private:
  // Each of these gives false after a refusal, and else stands behind what it has read.

  bool read_value(Value& out) {
    if (at_ == end_) return refuse(at_, kTooEarly);
    if (values_left_ == 0) return refuse(at_, "the document has too many values");
    --values_left_;
    switch (*at_) {
      case '"': {
        std::string_view text;
        if (!read_string(text)) return false;
        out.become_string(text);
        return true;
      }
      case '{':
        return read_object(out.become_object());
      case '[':
        return read_array(out.become_array());
      case 't':
        return read_word("true", true, out);
      case 'f':
        return read_word("false", false, out);
      case 'n':
        return read_word("null", nullptr, out);
      default:
        return read_number(out);
    }
  }

  bool read_object(Object& out) {
    if (!open()) return false;
    if (!take('}')) {
      out.reserve(kUsualMembers);
      do {
        skip_blanks();
        if (!expect('"', Taken::kNo)) return false;
        std::string_view name;
        if (!read_name(name)) return false;
        Value& value = out.append(std::string(name), Value());
        skip_blanks();
        if (!expect(':')) return false;
        skip_blanks();
        if (!read_value(value)) return false;
        skip_blanks();
      } while (take(','));
      if (!expect('}')) return false;
    }
    --depth_;
    if (has_duplicate(out)) return refuse(at_ - 1, "an object has two members of the same name");
    return true;
  }

  bool read_array(Array& out) {
    if (!open()) return false;
    if (!take(']')) {
      do {
        skip_blanks();
        if (!read_value(out.emplace_back())) return false;
        skip_blanks();
      } while (take(','));
      if (!expect(']')) return false;
    }
    --depth_;
    return true;
  }

  bool open() {
    if (depth_ == limits_.depth_max)
      return refuse(at_, fmt::format("more than {} levels of nesting", limits_.depth_max));
    ++depth_;
    ++at_;
    skip_blanks();
    return true;
  }

  bool read_name(std::string_view& out) {
    if (!read_string(out)) return false;
    // Only an escape can say it.
    if (out.data() == decoded_.data() && out.contains('\0')) return refuse(at_ - 1, "a member name has a NUL");
    return true;
  }

  // `out` stands until the next string is read.
  bool read_string(std::string_view& out) {
    const char* const start = ++at_;
    at_ += plain_length(rest());
    out = {start, at_};
    // Most strings are plain to their end.
    if (at_ != end_ && *at_ == '"') return ++at_, true;
    decoded_ = out;
    if (!read_rest_of_string(decoded_)) return false;
    out = decoded_;
    return true;
  }

  // From a byte on that is not plain.
  bool read_rest_of_string(std::string& out) {
    // Ends at the closing quote, or at a refusal.
    while (true) {
      const size_t length = literal_length(rest());
      out.append(at_, length);
      at_ += length;
      if (at_ == end_) return refuse(at_, kTooEarly);
      if (*at_ == '"') return ++at_, true;
      if (*at_ != '\\') return refuse(at_, kUnexpected);
      if (!read_escape(out)) return false;
    }
  }

  bool read_escape(std::string& out) {
    constexpr std::string_view kLetters = "\"\\/bfnrt";
    constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    const char* const begin = at_++;
    if (at_ == end_) return refuse(at_, kTooEarly);
    const char letter = *at_;
    if (const size_t known = kLetters.find(letter); known != std::string_view::npos) {
      out += kMeanings[known];
      ++at_;
      return true;
    }
    if (letter != 'u') return refuse(at_, kUnexpected);
    uint32_t unit = 0;
    if (!read_hex(unit)) return false;
    if (unit >= 0xD800 && unit <= 0xDFFF) {
      uint32_t low = 0;
      const bool leads = unit <= 0xDBFF && rest().starts_with("\\u");
      if (leads) ++at_;
      if (leads && !read_hex(low)) return false;
      if (low < 0xDC00 || low > 0xDFFF) return refuse(begin, "a surrogate escape without its other half");
      unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
    }
    append_utf8(out, unit);
    return true;
  }

  // From the letter u on.
  bool read_hex(uint32_t& unit) {
    constexpr size_t kDigits = 4;
    ++at_;
    const std::string_view digits = rest().substr(0, kDigits);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), unit, 16);
    if (digits.size() < kDigits || error != std::errc() || end != digits.data() + kDigits) {
      return refuse(at_, "a \\u escape needs four hexadecimal digits");
    }
    at_ += kDigits;
    return true;
  }

  bool read_number(Value& out) {
    const char* const begin = at_;
    take('-');
    if (!take('0') && !read_digits()) return false;
    bool whole = true;
    if (take('.')) {
      whole = false;
      if (!read_digits()) return false;
    }
    if (take('e') || take('E')) {
      whole = false;
      if (!take('+')) take('-');
      if (!read_digits()) return false;
    }
    const std::string_view number(begin, at_);
    return whole ? keep_integer(number, out) : keep_double(number, out);
  }

  bool read_digits() {
    if (at_ == end_) return refuse(at_, kTooEarly);
    if (!is_digit(*at_)) return refuse(at_, kUnexpected);
    while (at_ != end_ && is_digit(*at_)) ++at_;
    return true;
  }

  bool keep_integer(std::string_view text, Value& out) {
    int64_t number = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), number).ec != std::errc()) {
      return refuse(at_ - text.size(), "an integer is outside the range of 64 signed bits");
    }
    out = number;
    return true;
  }

  bool keep_double(std::string_view text, Value& out) {
    double number = 0;
    const auto error = std::from_chars(text.data(), text.data() + text.size(), number).ec;
    if (error != std::errc() || !std::isfinite(number)) {
      // One that is too near to zero is rounded to it; only the others lose something.
      if (is_too_large(text)) return refuse(at_ - text.size(), "a number is too large for a double");
      number = 0;
    }
    out = number;
    return true;
  }

  template <class T>
  bool read_word(std::string_view word, T meaning, Value& out) {
    for (const char c : word) {
      if (!expect(c)) return false;
    }
    out = meaning;
    return true;
  }

  void skip_blanks() {
    // What is above a space, as nearly everything, is none.
    while (at_ != end_ && *at_ <= ' ' && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
  }
  std::string_view rest() const { return {at_, end_}; }
  bool take(char c) {
    if (at_ == end_ || *at_ != c) return false;
    ++at_;
    return true;
  }
  enum class Taken { kYes, kNo };
  bool expect(char c, Taken taken = Taken::kYes) {
    if (at_ == end_) return refuse(at_, kTooEarly);
    if (*at_ != c) return refuse(at_, kUnexpected);
    if (taken == Taken::kYes) ++at_;
    return true;
  }

  bool refuse(const char* at, std::string_view rule) {
    refused_at_ = at;
    rule_ = rule;
    return false;
  }

  const char* begin_;
  const char* end_;
  const char* at_;
  const Limits& limits_;
  size_t depth_ = 0;
  size_t values_left_;
  std::string decoded_;  // The last string that was not plain.
  const char* refused_at_ = nullptr;
  std::string rule_;
};

}  // namespace

base::Result<Value> parse(std::string_view text, const Limits& limits) {
  if (text.size() > limits.bytes_max) {
    return base::fail(base::Code::kInvalidArgument,
                      fmt::format("Invalid JSON at byte {}: more than {} bytes.", limits.bytes_max, limits.bytes_max));
  }
  if (text.starts_with(kByteOrderMark)) {
    return base::fail(base::Code::kInvalidArgument, "Invalid JSON at byte 0: a byte-order mark is not allowed.");
  }
  return Parser(text, limits).run();
}

}  // namespace json
