#include "spotify/lenient.h"

#include <algorithm>

namespace spotify {
namespace {

constexpr size_t kWordLengthMax = 48;
constexpr size_t kLinkLengthMax = 512;

bool is_word_character(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
         std::string_view("_-.:+").contains(c);
}

bool is_link_character(char c) { return c > 0x20 && c < 0x7F && !std::string_view("\"<>\\^`{|}()[]").contains(c); }

}  // namespace

Word::Word(std::string_view text)
    : text_(text.size() <= kWordLengthMax && std::ranges::all_of(text, is_word_character) ? text : "unknown") {}

Link::Link(std::string_view text) {
  if (text.starts_with("https://") && text.size() <= kLinkLengthMax && std::ranges::all_of(text, is_link_character)) {
    text_ = std::string(text);
  }
}

}  // namespace spotify
