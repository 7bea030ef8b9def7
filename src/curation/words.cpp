#include "curation/words.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace curation {
namespace {

// What U+00C0 to U+017F look like without case and accents; two letters where one stands for two.
constexpr std::string_view kLatin1 =
    "a a a a a a aec e e e e i i i i d n o o o o o   o u u u u y thssa a a a a a aec e e e e i i i i d n "
    "o o o o o   o u u u u y thy ";
constexpr std::string_view kLatinExtended =
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkkllllllllllnnnnnnnnnoooooooorrrrrrsssssssstt"
    "ttttuuuuuuuuuuuuwwyyyzzzzzzs";
static_assert(kLatin1.size() == 128 && kLatinExtended.size() == 128);

// One code point of UTF-8; a byte that begins none is taken as itself.
struct Point {
  uint32_t value = 0;
  size_t bytes = 1;
};

Point point_at(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) { return static_cast<uint32_t>(static_cast<uint8_t>(text[i])); };
  const uint32_t lead = byte(at);
  size_t length = 1;
  if (lead >= 0xF0) {
    length = 4;
  } else if (lead >= 0xE0) {
    length = 3;
  } else if (lead >= 0xC0) {
    length = 2;
  }
  if (length == 1 || at + length > text.size()) return {lead, 1};
  uint32_t value = lead & (0x7FU >> length);
  for (size_t i = 1; i < length; ++i) value = (value << 6U) | (byte(at + i) & 0x3FU);
  return {value, length};
}

// Upper case of Greek and Cyrillic by their blocks; other scripts have no case or are left as they are.
uint32_t lowered(uint32_t point) {
  if (point >= 0x391 && point <= 0x3A9) return point + 0x20;
  if (point >= 0x410 && point <= 0x42F) return point + 0x20;
  if (point >= 0x400 && point <= 0x40F) return point + 0x50;
  return point;
}

void append_utf8(std::string& out, uint32_t point) {
  if (point < 0x800) {
    out += static_cast<char>(0xC0U | (point >> 6U));
  } else if (point < 0x10000) {
    out += static_cast<char>(0xE0U | (point >> 12U));
    out += static_cast<char>(0x80U | ((point >> 6U) & 0x3FU));
  } else {
    out += static_cast<char>(0xF0U | (point >> 18U));
    out += static_cast<char>(0x80U | ((point >> 12U) & 0x3FU));
    out += static_cast<char>(0x80U | ((point >> 6U) & 0x3FU));
  }
  out += static_cast<char>(0x80U | (point & 0x3FU));
}

// Dashes, quotes and the like beyond ASCII, and marks that combine with the letter before.
bool is_separator(uint32_t point) {
  return (point >= 0x80 && point <= 0xBF) || point == 0xD7 || point == 0xF7 || (point >= 0x2000 && point <= 0x206F) ||
         (point >= 0x3000 && point <= 0x303F) || point == 0xFEFF;
}
bool is_mark(uint32_t point) { return (point >= 0x300 && point <= 0x36F) || (point >= 0xFE00 && point <= 0xFE0F); }

struct Marker {
  std::string_view words;  // Folded.
  Versions version;
};
constexpr std::array kMarkers{
    Marker{"live", kLive},
    Marker{"concert", kLive},
    Marker{"cover", kCover},
    Marker{"tribute", kCover},
    Marker{"made famous by", kCover},
    Marker{"originally performed by", kCover},
    Marker{"in the style of", kCover},
    Marker{"karaoke", kKaraoke},
    Marker{"remaster", kRemaster},
    Marker{"remastered", kRemaster},
    Marker{"remastering", kRemaster},
    Marker{"remix", kRemix},
    Marker{"rmx", kRemix},
    Marker{"instrumental", kInstrumental},
    Marker{"backing track", kInstrumental},
    Marker{"acoustic", kAcoustic},
    Marker{"unplugged", kAcoustic},
    Marker{"demo", kDemo},
    Marker{"sped up", kTempo},
    Marker{"slowed", kTempo},
    Marker{"nightcore", kTempo},
};

bool has_words(const std::string& folded, std::string_view words) {
  for (size_t at = folded.find(words); at != std::string::npos; at = folded.find(words, at + 1)) {
    const size_t end = at + words.size();
    if ((at == 0 || folded[at - 1] == ' ') && (end == folded.size() || folded[end] == ' ')) return true;
  }
  return false;
}

Versions versions_of_folded(const std::string& folded) {
  Versions found = 0;
  for (const Marker& marker : kMarkers) {
    if (has_words(folded, marker.words)) found |= marker.version;
  }
  // "Karaoke cover" is karaoke; both say that somebody else sings.
  return found;
}

bool names_a_guest(const std::string& folded) {
  return folded.starts_with("feat ") || folded.starts_with("ft ") || folded.starts_with("featuring ") ||
         folded.starts_with("with ");
}

// Takes `part` for a version or a guest, or gives it back to the name.
void sort_out(std::string_view part, std::string& name, Versions& versions) {
  const std::string folded = fold(part);
  const Versions found = versions_of_folded(folded);
  versions |= found;
  if (found == 0 && !names_a_guest(folded)) name.append(" ").append(part);
}

}  // namespace

std::string fold(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  bool gap = false;
  const auto put = [&](std::string_view letters) {
    if (gap && !out.empty()) out += ' ';
    gap = false;
    out += letters;
  };
  for (size_t at = 0; at < text.size();) {
    const Point point = point_at(text, at);
    at += point.bytes;
    const uint32_t value = lowered(point.value);
    if (value < 0x80) {
      const char c = static_cast<char>(value >= 'A' && value <= 'Z' ? value + 32 : value);
      const bool is_word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
      if (is_word) {
        put({&c, 1});
      } else if (c != '\'') {
        gap = true;
      }
    } else if (is_mark(value) || value == 0x2019) {
      continue;
    } else if (is_separator(value)) {
      gap = true;
    } else if (value >= 0xC0 && value <= 0xFF) {
      const std::string_view letters = kLatin1.substr(size_t{value - 0xC0} * 2, 2);
      put(letters[1] == ' ' ? letters.substr(0, 1) : letters);
    } else if (value >= 0x100 && value <= 0x17F) {
      put(kLatinExtended.substr(value - 0x100, 1));
    } else {
      std::string letter;
      append_utf8(letter, value);
      put(letter);
    }
  }
  return out;
}

std::vector<std::string> words_of(std::string_view text) {
  const std::string folded = fold(text);
  std::vector<std::string> words;
  for (size_t at = 0; at < folded.size();) {
    const size_t end = std::min(folded.find(' ', at), folded.size());
    words.push_back(folded.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

Versions versions_in(std::string_view text) { return versions_of_folded(fold(text)); }

Title title_of(std::string_view text) {
  std::string name;
  Versions versions = 0;
  std::string_view rest = text;
  // Each round takes what is before the next bracket or dash, and what that holds.
  while (!rest.empty()) {
    const size_t bracket = rest.find_first_of("([");
    const size_t dash = rest.find(" - ");
    if (bracket == std::string_view::npos && dash == std::string_view::npos) break;
    if (dash < bracket) {
      name.append(" ").append(rest.substr(0, dash));
      rest.remove_prefix(dash + 3);
      const size_t end = std::min(rest.find(" - "), rest.size());
      sort_out(rest.substr(0, end), name, versions);
      rest.remove_prefix(end);
      continue;
    }
    name.append(" ").append(rest.substr(0, bracket));
    const char closing = rest[bracket] == '(' ? ')' : ']';
    rest.remove_prefix(bracket + 1);
    const size_t end = std::min(rest.find(closing), rest.size());
    sort_out(rest.substr(0, end), name, versions);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  name.append(" ").append(rest);
  std::string folded = fold(name);
  // A title that is nothing but a version keeps its words: "(Live)".
  if (folded.empty()) folded = fold(text);
  return {std::move(folded), versions};
}

double likeness(std::string_view a, std::string_view b) {
  std::vector<std::string> left = words_of(a);
  std::vector<std::string> right = words_of(b);
  if (left.empty() || right.empty()) return left.empty() && right.empty() ? 1.0 : 0.0;
  std::ranges::sort(left);
  std::ranges::sort(right);
  std::vector<std::string> shared;
  std::ranges::set_intersection(left, right, std::back_inserter(shared));
  return 2.0 * static_cast<double>(shared.size()) / static_cast<double>(left.size() + right.size());
}

}  // namespace curation
