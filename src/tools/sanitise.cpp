#include "tools/sanitise.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <utility>

#include "base/text.h"

namespace tools {
namespace {

constexpr char32_t kReplacement = 0xFFFD;
constexpr char32_t kJoiner = 0x200D;
constexpr char32_t kNonJoiner = 0x200C;
constexpr std::string_view kEllipsis = "…";
// More marks on one letter than any language writes are there to run over the lines around them.
constexpr int kMarksOnOneLetterMax = 4;

struct Range {
  char32_t first;
  char32_t last;
};

template <size_t N>
constexpr bool is_in(const std::array<Range, N>& ranges, char32_t c) {
  return std::ranges::any_of(ranges, [c](Range range) { return c >= range.first && c <= range.last; });
}

// Code points that nobody sees on a screen. A model reads them all the same, so text can be hidden in them.
constexpr std::array kInvisible{
    Range{0x0000, 0x001F},    // C0 controls: escape sequences, NUL. (Tab and line breaks became spaces before.)
    Range{0x007F, 0x009F},    // DEL and the C1 controls.
    Range{0x00AD, 0x00AD},    // Soft hyphen: splits words for a filter, not for a reader.
    Range{0x034F, 0x034F},    // Combining grapheme joiner: has no form of its own.
    Range{0x061C, 0x061C},    // Arabic letter mark: a BiDi control.
    Range{0x115F, 0x1160},    // Hangul fillers: blank letters.
    Range{0x17B4, 0x17B5},    // Khmer inherent vowels: never shown.
    Range{0x180B, 0x180F},    // Mongolian variation selectors and vowel separator.
    Range{0x200B, 0x200F},    // Zero-width space and the BiDi marks; the two joiners are judged by their neighbours.
    Range{0x202A, 0x202E},    // BiDi embeddings and overrides: what is shown is not what is read.
    Range{0x2060, 0x206F},    // Word joiner, invisible operators, BiDi isolates, deprecated format controls.
    Range{0x3164, 0x3164},    // Hangul filler.
    Range{0xE000, 0xF8FF},    // Private use: no meaning outside one font.
    Range{0xFDD0, 0xFDEF},    // Noncharacters.
    Range{0xFE00, 0xFE0F},    // Variation selectors: sixteen values, enough to carry bytes; one is kept after an emoji.
    Range{0xFEFF, 0xFEFF},    // Byte-order mark.
    Range{0xFFA0, 0xFFA0},    // Halfwidth Hangul filler.
    Range{0xFFF0, 0xFFFB},    // Interlinear annotations and unassigned specials.
    Range{0xFFFE, 0xFFFF},    // Noncharacters.
    Range{0x13430, 0x1345F},  // Egyptian format controls.
    Range{0x1BCA0, 0x1BCA3},  // Shorthand format controls.
    Range{0x1D173, 0x1D17A},  // Musical format controls.
    Range{0xE0000, 0xE0FFF},  // Tags and more variation selectors: a whole invisible alphabet.
    Range{0xF0000, 0x10FFFF},  // Private use planes.
};

constexpr std::array kSpaces{
    Range{0x0009, 0x000D}, Range{0x0020, 0x0020}, Range{0x0085, 0x0085}, Range{0x00A0, 0x00A0},
    Range{0x1680, 0x1680}, Range{0x2000, 0x200A}, Range{0x2028, 0x2029}, Range{0x202F, 0x202F},
    Range{0x205F, 0x205F}, Range{0x2800, 0x2800}, Range{0x3000, 0x3000},
};

constexpr std::array kCombiningMarks{
    Range{0x0300, 0x036F}, Range{0x0483, 0x0489}, Range{0x1AB0, 0x1AFF},
    Range{0x1DC0, 0x1DFF}, Range{0x20D0, 0x20FF}, Range{0xFE20, 0xFE2F},
};

// Scripts whose spelling needs the joiners: Arabic (with Persian and Urdu), Syriac to Mandaic, and the scripts of
// India.
constexpr std::array kJoiningScripts{
    Range{0x0620, 0x08FF}, Range{0x0900, 0x0DFF}, Range{0x0F40, 0x0FBC}, Range{0x1000, 0x109F}, Range{0x1780, 0x17B3},
};

constexpr std::array kEmoji{
    Range{0x00A9, 0x00A9}, Range{0x00AE, 0x00AE}, Range{0x203C, 0x203C},   Range{0x2049, 0x2049}, Range{0x2122, 0x2199},
    Range{0x231A, 0x23FF}, Range{0x24C2, 0x24C2}, Range{0x25A0, 0x27BF},   Range{0x2934, 0x2935}, Range{0x2B00, 0x2BFF},
    Range{0x3030, 0x303D}, Range{0x3297, 0x3299}, Range{0x1F000, 0x1FAFF},
};

constexpr bool is_keycap_base(char32_t c) { return (c >= '0' && c <= '9') || c == '#' || c == '*'; }
constexpr bool is_emoji_selector(char32_t c) { return c == 0xFE0E || c == 0xFE0F; }

std::u32string decode(std::string_view text) {
  std::u32string points;
  points.reserve(text.size());
  while (!text.empty()) {
    const auto lead = static_cast<uint8_t>(text.front());
    const size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (length > text.size() || !base::is_valid_utf8(text.substr(0, length))) {
      points.push_back(kReplacement);
      text.remove_prefix(1);
      continue;
    }
    char32_t point = length == 1 ? lead : lead & (0xFFU >> (length + 1));
    for (size_t i = 1; i < length; ++i) point = (point << 6) | (static_cast<uint8_t>(text[i]) & 0x3F);
    points.push_back(point);
    text.remove_prefix(length);
  }
  return points;
}

void encode(std::string& out, char32_t c) {
  const auto put = [&out](char32_t byte) { out.push_back(static_cast<char>(static_cast<uint8_t>(byte))); };
  if (c < 0x80) return put(c);
  if (c < 0x800) {
    put(0xC0 | (c >> 6));
  } else if (c < 0x10000) {
    put(0xE0 | (c >> 12));
    put(0x80 | ((c >> 6) & 0x3F));
  } else {
    put(0xF0 | (c >> 18));
    put(0x80 | ((c >> 12) & 0x3F));
    put(0x80 | ((c >> 6) & 0x3F));
  }
  put(0x80 | (c & 0x3F));
}

std::optional<char32_t> named_entity(std::u32string_view name) {
  constexpr std::array kEntities{
      std::pair{std::u32string_view(U"amp"), U'&'},   std::pair{std::u32string_view(U"lt"), U'<'},
      std::pair{std::u32string_view(U"gt"), U'>'},    std::pair{std::u32string_view(U"quot"), U'"'},
      std::pair{std::u32string_view(U"apos"), U'\''}, std::pair{std::u32string_view(U"nbsp"), U' '},
  };
  for (const auto& [each, character] : kEntities) {
    if (each == name) return character;
  }
  return std::nullopt;
}

// "#39" or "#x27" without the ampersand and the semicolon.
std::optional<char32_t> numeric_entity(std::u32string_view digits) {
  if (digits.size() < 2 || digits.front() != U'#') return std::nullopt;
  digits.remove_prefix(1);
  const bool hex = digits.front() == U'x' || digits.front() == U'X';
  if (hex) digits.remove_prefix(1);
  if (digits.empty()) return std::nullopt;
  char32_t value = 0;
  for (const char32_t c : digits) {
    const bool decimal = c >= '0' && c <= '9';
    const char32_t lower = c | 0x20;
    if (!decimal && !(hex && lower >= 'a' && lower <= 'f')) return std::nullopt;
    value = value * (hex ? 16 : 10) + (decimal ? c - '0' : lower - 'a' + 10);
    if (value > 0x10FFFF) return kReplacement;
  }
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  return value == 0 || surrogate ? kReplacement : value;
}

// Tags go, entities become their character; what only looks like either ("<3", "AT&T") stays. What comes out is text,
// and is never read as HTML again.
std::u32string strip_html(std::u32string_view html) {
  constexpr size_t kEntityLengthMax = 10;
  std::u32string text;
  text.reserve(html.size());
  for (size_t i = 0; i < html.size(); ++i) {
    const char32_t c = html[i];
    if (c == U'<' && i + 1 < html.size()) {
      const char32_t next = html[i + 1];
      const char32_t lower = next | 0x20;
      const bool opens = (lower >= 'a' && lower <= 'z') || next == U'/' || next == U'!';
      const size_t end = opens ? html.find(U'>', i) : std::u32string_view::npos;
      if (end != std::u32string_view::npos) {
        text.push_back(U' ');
        i = end;
        continue;
      }
    }
    if (c == U'&') {
      const size_t end = html.substr(0, std::min(html.size(), i + 1 + kEntityLengthMax)).find(U';', i);
      if (end != std::u32string_view::npos) {
        const auto name = html.substr(i + 1, end - i - 1);
        auto character = named_entity(name);
        if (!character) character = numeric_entity(name);
        if (character) {
          text.push_back(*character);
          i = end;
          continue;
        }
      }
    }
    text.push_back(c);
  }
  return text;
}

// Whether the invisible code point at `i` does visible work where it stands.
bool is_needed(std::u32string_view text, size_t i, std::u32string_view kept) {
  if (kept.empty() || i + 1 > text.size()) return false;
  const char32_t c = text[i];
  const char32_t before = kept.back();
  const char32_t after = i + 1 < text.size() ? text[i + 1] : 0;
  if (is_emoji_selector(c)) {
    return is_in(kEmoji, before) || (is_keycap_base(before) && after == 0x20E3);
  }
  if (c == kJoiner && (is_in(kEmoji, before) || is_emoji_selector(before)) && is_in(kEmoji, after)) return true;
  if (c != kJoiner && c != kNonJoiner) return false;
  return is_in(kJoiningScripts, before) && is_in(kJoiningScripts, after);
}

std::u32string keep_visible(std::u32string_view text) {
  std::u32string kept;
  kept.reserve(text.size());
  int marks = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char32_t c = text[i];
    if (is_in(kSpaces, c)) {
      if (!kept.empty() && kept.back() != U' ') kept.push_back(U' ');
      marks = 0;
      continue;
    }
    // The last two code points of every plane are noncharacters.
    const bool invisible = is_in(kInvisible, c) || (c & 0xFFFE) == 0xFFFE;
    if (invisible && !is_needed(text, i, kept)) continue;
    if (is_in(kCombiningMarks, c)) {
      if (++marks > kMarksOnOneLetterMax) continue;
    } else {
      marks = 0;
    }
    kept.push_back(c);
  }
  if (!kept.empty() && kept.back() == U' ') kept.pop_back();
  return kept;
}

}  // namespace

std::string sanitise(std::string_view foreign, size_t code_points_max, Markup markup) {
  std::u32string points = decode(foreign);
  if (markup == Markup::kHtml) points = strip_html(points);
  points = keep_visible(points);
  const bool cut = points.size() > code_points_max;
  if (cut) points.resize(code_points_max - 1);
  while (cut && !points.empty() && (points.back() == U' ' || points.back() == kJoiner)) points.pop_back();
  std::string text;
  text.reserve(points.size());
  for (const char32_t c : points) encode(text, c);
  if (cut) text += kEllipsis;
  return text;
}

}  // namespace tools
