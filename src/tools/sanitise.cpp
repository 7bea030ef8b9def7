#include "tools/sanitise.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <utility>

#include "tools/code_points.h"
#include "tools/inert.h"
#include "tools/notice.h"

namespace tools {
namespace {

constexpr char32_t kJoiner = 0x200D;
constexpr char32_t kNonJoiner = 0x200C;
constexpr char32_t kEllipsis = U'…';
// More marks on one letter than any language writes are there to run over the lines around them.
constexpr int kMarksOnOneLetterMax = 4;

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

// Letters of India end in these without a vowel; the joiner after one chooses the form of the letter, also where the
// word ends (Malayalam chillus, Bengali khanda ta).
constexpr std::array kViramas{
    Range{0x094D, 0x094D}, Range{0x09CD, 0x09CD}, Range{0x0A4D, 0x0A4D}, Range{0x0ACD, 0x0ACD}, Range{0x0B4D, 0x0B4D},
    Range{0x0BCD, 0x0BCD}, Range{0x0C4D, 0x0C4D}, Range{0x0CCD, 0x0CCD}, Range{0x0D4D, 0x0D4D}, Range{0x0DCA, 0x0DCA},
};
constexpr std::array kMongolianLetters{Range{0x1820, 0x18AA}};
constexpr bool is_mongolian_selector(char32_t c) { return (c >= 0x180B && c <= 0x180D) || c == 0x180F; }

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

// The end of the tag that begins at `begin`, or nothing when there is none.
size_t end_of_tag(std::u32string_view html, size_t begin) {
  if (begin + 1 >= html.size()) return std::u32string_view::npos;
  const char32_t next = html[begin + 1];
  const char32_t lower = next | 0x20;
  const bool opens = (lower >= 'a' && lower <= 'z') || next == U'/' || next == U'!';
  return opens ? html.find(U'>', begin) : std::u32string_view::npos;
}

struct Entity {
  char32_t character;
  size_t end;  // Where its semicolon is.
};
std::optional<Entity> entity_at(std::u32string_view html, size_t begin) {
  constexpr size_t kEntityLengthMax = 10;
  const size_t end = html.substr(0, std::min(html.size(), begin + 1 + kEntityLengthMax)).find(U';', begin);
  if (end == std::u32string_view::npos) return std::nullopt;
  const auto name = html.substr(begin + 1, end - begin - 1);
  auto character = named_entity(name);
  if (!character) character = numeric_entity(name);
  return character ? std::optional(Entity{*character, end}) : std::nullopt;
}

// Tags go, entities become their character; what only looks like either ("<3", "AT&T") stays. What comes out is text,
// and is never read as HTML again.
std::u32string strip_html(std::u32string_view html, size_t& steps) {
  std::u32string text;
  text.reserve(html.size());
  // Without a '>' ahead no '<' opens a tag, and none needs to look for one.
  const size_t last_close = html.rfind(U'>');
  for (size_t i = 0; i < html.size(); ++i) {
    ++steps;
    const char32_t c = html[i];
    if (c == U'<' && last_close != std::u32string_view::npos && i < last_close) {
      const size_t end = end_of_tag(html, i);
      if (end != std::u32string_view::npos) {
        text.push_back(U' ');
        steps += end - i;
        i = end;
        continue;
      }
    }
    if (c == U'&') {
      if (const auto entity = entity_at(html, i)) {
        text.push_back(entity->character);
        i = entity->end;
        continue;
      }
    }
    text.push_back(c);
  }
  return text;
}

// Whether the invisible code point at `i` does visible work where it stands.
bool is_needed(std::u32string_view text, size_t i, std::u32string_view kept) {
  if (kept.empty()) return false;
  const char32_t c = text[i];
  const char32_t before = kept.back();
  const char32_t after = i + 1 < text.size() ? text[i + 1] : 0;
  if (is_emoji_selector(c)) {
    return is_in(kEmoji, before) || (is_keycap_base(before) && after == 0x20E3);
  }
  if (c == kJoiner && (is_in(kEmoji, before) || is_emoji_selector(before)) && is_in(kEmoji, after)) return true;
  if (is_mongolian_selector(c)) return is_in(kMongolianLetters, before);
  if (c == kJoiner && is_in(kViramas, before)) return true;
  if (c != kJoiner && c != kNonJoiner) return false;
  return is_in(kJoiningScripts, before) && is_in(kJoiningScripts, after);
}

// White space of every kind becomes one space, what nobody sees goes, and so do marks beyond the fourth on one letter.
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

// What one walk makes can complete what another removes, so they go on until nothing changes. Two rounds are enough for
// all that the tests could think of; the last is there for what they could not.
void settle(std::u32string& points, Sanitised& out) {
  constexpr int kRoundsMax = 4;
  for (int round = 0; round < kRoundsMax; ++round) {
    out.steps += 2 * points.size();
    std::u32string next = inert(keep_visible(points), out.signs, out.steps);
    if (next == points) return;
    points = std::move(next);
  }
}

void cut_to(std::u32string& points, size_t code_points_max) {
  points.resize(code_points_max - 1);
  while (!points.empty() && (points.back() == U' ' || points.back() == kJoiner || points.back() == kNonJoiner)) {
    points.pop_back();
  }
  points.push_back(kEllipsis);
}

// Visible ASCII but for what inert.cpp looks at: links need "://" or "www.", frames one of <>[]`.
constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> table{};
  for (size_t c = 0x20; c < 0x7F; ++c) table[c] = !std::string_view("<>[]`/").contains(static_cast<char>(c));
  return table;
}();

}  // namespace

namespace detail {

bool passes_as_it_is(std::string_view foreign, size_t code_points_max, Markup markup) {
  if (foreign.empty() || foreign.size() > code_points_max) return false;
  if (foreign.front() == ' ' || foreign.back() == ' ') return false;
  char before = 0;
  for (const char c : foreign) {
    if (!kPlain[static_cast<uint8_t>(c)]) return false;
    if (c == ' ' && before == ' ') return false;
    if (c == '.' && (before == 'w' || before == 'W')) return false;
    if (c == '&' && markup == Markup::kHtml) return false;
    before = c;
  }
  return true;
}

Sanitised sanitise_thoroughly(std::string_view foreign, size_t code_points_max, Markup markup) {
  Sanitised out;
  std::u32string points = decode(foreign);
  out.steps = points.size();
  if (markup == Markup::kHtml) points = strip_html(points, out.steps);
  out.signs.add(notice_hidden(points));
  settle(points, out);
  out.is_cut = points.size() > code_points_max;
  if (out.is_cut) {
    cut_to(points, code_points_max);
    // The cut may have parted what belonged together.
    settle(points, out);
  }
  out.text = encode(points);
  out.signs.add(notice_instructions(out.text));
  return out;
}

}  // namespace detail

Sanitised sanitise(std::string_view foreign, size_t code_points_max, Markup markup) {
  if (!detail::passes_as_it_is(foreign, code_points_max, markup)) {
    return detail::sanitise_thoroughly(foreign, code_points_max, markup);
  }
  return {.text = std::string(foreign), .signs = notice_instructions(foreign), .steps = foreign.size()};
}

}  // namespace tools
